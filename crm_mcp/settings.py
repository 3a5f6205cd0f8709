"""The settings of the server itself, and the rules that all CRMs' settings follow.

They are read from the environment, else `.env`, else the settings file.

A CRM's own settings live in its folder. No value of a setting is ever repeated in an error: it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Language, Later, Texts, mark
from crm_mcp.setting_names import current_env_file, given_variables, refuse_unknown
from crm_mcp.setting_values import CaFile, HttpToken, IssuerUrl, LogPath, StoreLocation, WebhookLogin
from crm_mcp.settings_file.sections import Section, is_reading_login, place_in_file, read_section
from crm_mcp.store.location import DEFAULT_FOLDER

_ENDS = re.compile(r"^[\s\ufeff\u200b]+|[\s\ufeff\u200b]+$")
"""White space at the ends of a value, and what cannot be seen there."""
_FILE_ITSELF = "settings"
"""Names the settings file, and so does not stand in it."""

_S = TypeVar("_S", bound=BaseSettings)


_texts = Texts(__file__)


def environment(prefix: str) -> SettingsConfigDict:
    """Return how all settings are read: the environment wins over `.env`, and an empty value is an absent one."""
    return SettingsConfigDict(
        env_prefix=prefix,
        env_file=".env",
        env_file_encoding="utf-8-sig",  # some editors begin a file with a byte order mark
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )


class EnvironmentSettings(BaseSettings):
    """Settings of which white space round a value is no part; one that is nothing else is absent.

    Attributes:
        login: Those that say whose account it is: where the environment gives one, the settings file gives none.
        of_one_account: Further ones that hold for one account alone.
        of_one_person: Those of them that hold for whoever has the login, and for nobody else in the same system.
    """

    login: ClassVar[Sequence[str]] = ()
    of_one_account: ClassVar[Sequence[str]] = ()
    of_one_person: ClassVar[Sequence[str]] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment, then `.env`."""
        del settings_cls, file_secret_settings
        return init_settings, _Trimmed(env_settings), _Trimmed(dotenv_settings)


class _Trimmed(PydanticBaseSettingsSource):
    """What another source gives, trimmed."""

    def __init__(self, source: PydanticBaseSettingsSource) -> None:
        super().__init__(source.settings_cls)
        self._source = source

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._source.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        trimmed = {
            name: _ENDS.sub("", value) if isinstance(value, str) else value for name, value in self._source().items()
        }
        return {name: value for name, value in trimmed.items() if value != ""}


def _folded(text: object) -> object:
    return text.casefold() if isinstance(text, str) else text


class ServerSettings(EnvironmentSettings):
    """The settings that belong to no CRM: `CRM_MCP_...`.

    `settings` names the settings file; `off` is none.
    `call_budget_s` is the longest that a call works, in seconds, waits and further attempts included.
    `store` is where the memory is (empty: the user's data folder), `audit_days` how long what was written is kept.
    `language` is that of whatever a person reads, see `find_language`.
    `replica` says whether what was read is kept on disk too; unset it is on stdio.
    `toolsets` names which tools are served, see `crm_mcp.toolsets`.
    `webhook_login` is what webhooks must bring to `serve --transport http`; without it they are refused.
    `logins` is a file with a login of CRMs for each subject of the issuer, see `crm_mcp.logins`.
    `oauth_issuer` issues access tokens for `oauth_audience`; `oauth_jwks_url` is where its keys are, if not where its
    metadata says.
    `log_file` is written a line for each call, from `log_level` on; at `log_max_mb` it is begun anew (0: never).
    `calls_per_user` and `sessions_per_user` are how many calls work at once over HTTP and how many sessions of older
    clients are held for one user; 0 is no limit. `shutdown_s` is how long calls in flight may go on after a signal.
    `unconfirmed_writes` lets writes that need a confirmation through without asking anybody.
    """

    model_config = environment("CRM_MCP_")

    settings: str = ""
    language: Annotated[Language | None, BeforeValidator(_folded)] = None
    read_only: bool = False
    toolsets: str = ""
    unconfirmed_writes: bool = False
    http_token: HttpToken = SecretStr("")
    webhook_login: WebhookLogin | None = None
    allowed_hosts: str = ""
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    call_budget_s: Annotated[float, Field(ge=0, le=600)] = 25.0
    ca_file: CaFile | None = None
    export_dir: Path | None = None
    store: Annotated[StoreLocation, Field(repr=False)] = DEFAULT_FOLDER
    replica: bool | None = None
    audit_days: Annotated[int, Field(ge=1, le=3650)] = 90
    logins: Path | None = None
    log_file: LogPath | None = None
    log_level: Annotated[Literal["info", "warning", "error"], BeforeValidator(_folded)] = "info"
    log_max_mb: Annotated[float, Field(ge=0, le=100_000)] = 20.0
    oauth_issuer: IssuerUrl | None = None
    oauth_audience: str = ""
    oauth_jwks_url: IssuerUrl | None = None
    calls_per_user: Annotated[int, Field(ge=0, le=1000)] = 20
    sessions_per_user: Annotated[int, Field(ge=0, le=2000)] = 100
    shutdown_s: Annotated[float, Field(ge=0, le=600)] = 3.0

    def keeps_reads(self, *, is_local: bool) -> bool:
        """Whether what was read may be kept on disk; by default only where the server serves one person."""
        return is_local if self.replica is None else self.replica

    @property
    def undo_days(self) -> int:
        """For how many days a write can be undone; 0 where it is forgotten when the server ends."""
        return 0 if self.store == "memory" else self.audit_days

    @property
    def allowed_host_list(self) -> list[str]:
        """The Host headers accepted beside loopback, from comma-separated text."""
        return [host.strip() for host in self.allowed_hosts.split(",") if host.strip()]


def load(settings_class: type[_S]) -> _S:
    """Read one group of settings.

    Raises:
        SettingsError: A value is wrong, or a variable mistyped; the message names each and what is wrong with it.
    """
    section: Section | None = None
    try:
        refuse_unknown(_prefix_of(settings_class), known_variables(settings_class))
        section = _section_of(settings_class)
        values = {**_withheld(settings_class), **(section.values if section else {})}
        return settings_class(_env_file=current_env_file(), **values)
    except ValidationError as error:
        raise _describe_problems(error, _prefix_of(settings_class), section) from None
    except UnicodeDecodeError:
        raise SettingsError(
            _texts.later("The file {file} is not UTF-8 text.", file=current_env_file()),
            hint=_texts.later("Save it as UTF-8."),
        ) from None


def _withheld(settings_class: type[BaseSettings]) -> dict[str, Any]:
    """Return as absent what the environment says of its own login, where somebody else's is read."""
    if not is_reading_login():
        return {}
    fields = settings_class.model_fields
    own = settings_class if issubclass(settings_class, EnvironmentSettings) else EnvironmentSettings
    names = (
        [*own.login, *own.of_one_person] if own.login else [name for name in fields if not fields[name].is_required()]
    )
    return {name: fields[name].get_default(call_default_factory=True) for name in names}


def _section_of(settings_class: type[BaseSettings]) -> Section | None:
    """Return what the settings file says of a group, without what the environment gives."""
    prefix = _prefix_of(settings_class)
    given = [name.removeprefix(prefix).lower() for name in given_variables(prefix)]
    kinds = {name: one.annotation for name, one in settings_class.model_fields.items() if name != _FILE_ITSELF}
    login = settings_class.login if issubclass(settings_class, EnvironmentSettings) else ()
    return read_section(prefix, kinds, given, login)


def _describe_problems(error: ValidationError, prefix: str, section: Section | None) -> SettingsError:
    """Return an error that names each wrong setting by where it stands."""
    problems: list[str] = []
    for problem in error.errors(include_url=False, include_input=False):
        key = str(problem["loc"][0])
        place = section.place_of(key) if section and key in section.values else f"{prefix}{key.upper()}"
        problems.append(_texts.later("{place}: {problem}.", place=place, problem=describe_problem(problem)))
    return SettingsError(Later.joined(problems), hint=_how_to_correct(len(problems), section))


def _how_to_correct(count: int, section: Section | None) -> str:
    if section and section.values:
        return _texts.later("Correct it there.") if count == 1 else _texts.later("Correct them there.")
    if count == 1:
        return _texts.later("Correct it in the environment or in {file}.", file=current_env_file())
    return _texts.later("Correct them in the environment or in {file}.", file=current_env_file())


def describe_problem(problem: ErrorDetails) -> str:
    """Return what is wrong with a value: pydantic's words, or those of a check of ours."""
    text = problem["msg"].removeprefix("Value error, ").rstrip(".")
    values = problem.get("ctx", {})
    if isinstance(error := values.get("error"), ValueError):
        return error.args[0] if isinstance(error.args[0], Later) else text
    template = _PYDANTIC.get(problem["type"])
    return _texts.later(template, **values) if template and template.format(**values) == text else text


_PYDANTIC = {
    "bool_parsing": mark("Input should be a valid boolean, unable to interpret input"),
    "int_parsing": mark("Input should be a valid integer, unable to parse string as an integer"),
    "float_parsing": mark("Input should be a valid number, unable to parse string as a number"),
    "literal_error": mark("Input should be {expected}"),
    "greater_than": mark("Input should be greater than {gt}"),
    "greater_than_equal": mark("Input should be greater than or equal to {ge}"),
    "less_than_equal": mark("Input should be less than or equal to {le}"),
    "datetime_from_date_parsing": mark("Input should be a valid datetime or date, {error}"),
}
"""Pydantic's words for what settings can be wrong in, by the kind of the error."""


def _prefix_of(settings_class: type[BaseSettings]) -> str:
    return settings_class.model_config.get("env_prefix", "")


def known_variables(settings_class: type[BaseSettings]) -> list[str]:
    """Return the variables of a group of settings."""
    prefix = _prefix_of(settings_class)
    return [f"{prefix}{name.upper()}" for name in settings_class.model_fields]


def require_whole(names_and_values: dict[str, str], *, crm: str) -> bool:
    """Tell whether a CRM is configured: all of these variables, or none.

    Raises:
        SettingsError: Some are set and some are not; the message names the missing ones.
    """
    missing = [name for name, value in names_and_values.items() if not value]
    if missing and len(missing) < len(names_and_values):
        named = Later.joined([", ".join(missing), place_in_file(missing)], by="")
        half = mark("{crm} is only half configured: {names} are missing.")
        if len(missing) == 1:
            half = mark("{crm} is only half configured: {names} is missing.")
        raise SettingsError(
            _texts.later(half, crm=crm, names=named),
            hint=_texts.later("Set what is missing, or unset the others to leave this CRM out."),
        )
    return not missing
