"""Where the server that a host starts finds its login: a settings file, an env file, or nowhere yet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crm_mcp.errors import HostError
from crm_mcp.hosts.entry import SETTINGS_VARIABLE
from crm_mcp.languages import Texts
from crm_mcp.settings_file.place import NO_FILE, usual_path

_texts = Texts(__file__)
_NOT_FOR_HOSTS = (
    *("CRM_MCP_HTTP_TOKEN", "CRM_MCP_WEBHOOK_LOGIN", "CRM_MCP_ALLOWED_HOSTS", SETTINGS_VARIABLE),
    *("CRM_MCP_OAUTH_ISSUER", "CRM_MCP_OAUTH_AUDIENCE", "CRM_MCP_OAUTH_JWKS_URL"),
)
"""Variables that mean nothing on stdio, or are named otherwise."""


@dataclass(frozen=True, slots=True)
class Login:
    """What an entry says about the login.

    Attributes:
        settings_file: Named to the server by the environment.
        env_file: Named to the server by an argument.
        variables: Written into the host's file as they are.
        unwritten: Names of variables of this environment that hold a secret and are not written.
    """

    settings_file: Path | None = None
    env_file: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    unwritten: tuple[str, ...] = ()

    @property
    def is_missing(self) -> bool:
        """Whether a server that a host starts would know no login."""
        return self.settings_file is None and self.env_file is None and not self.variables


def find_login(
    environ: Mapping[str, str], folder: Path, *, env_file: Path | None, settings: Path | None, with_secrets: bool
) -> Login:
    """Return where the login is: what is named, else the settings file, else `.env` here, else the environment.

    Raises:
        HostError: A file that is named is not there, or there is nothing to write with secrets.
    """
    if env_file is not None:
        return Login(env_file=_existing(env_file, folder))
    given = {name: environ[name] for name in _variables_for_hosts() if environ.get(name, "").strip()}
    secrets = [name for name in _secrets_of_crms() if name in given]
    if with_secrets:
        if not secrets:
            raise HostError(
                _texts.later("The environment holds no login to write."),
                hint=_texts.later("Set its variables, or run crm-mcp setup."),
            )
        return Login(variables=given)
    if found := _settings_file(environ, folder, settings):
        return Login(settings_file=found)
    if _names_a_login(folder / ".env"):
        return Login(env_file=folder / ".env")
    return Login(unwritten=tuple(secrets))


def _settings_file(environ: Mapping[str, str], folder: Path, given: Path | None) -> Path | None:
    named = environ.get(SETTINGS_VARIABLE, "").strip()
    if given is None and named.casefold() == NO_FILE:
        return None
    if given is not None or named:
        return _existing(given or Path(named), folder)
    usual = usual_path()
    return usual if usual is not None and usual.is_file() else None


def _existing(path: Path, folder: Path) -> Path:
    absolute = Path(os.path.abspath(folder / path.expanduser()))  # noqa: PTH100  # without following links
    if not absolute.exists():
        raise HostError(_texts.later("{path} is not there.", path=absolute))
    if not absolute.is_file():
        raise HostError(_texts.later("{path} is not a file.", path=absolute))
    return absolute


def _variables_for_hosts() -> list[str]:
    from crm_mcp.settings import ServerSettings, known_variables

    servers = [name for name in known_variables(ServerSettings) if name not in _NOT_FOR_HOSTS]
    return [*_variables_of_crms(), *servers]


def _variables_of_crms() -> list[str]:
    from crm_mcp.registry import CONNECTORS
    from crm_mcp.settings import known_variables

    return [name for known in CONNECTORS for name in known_variables(known.settings_class)]


def _secrets_of_crms() -> list[str]:
    from crm_mcp.registry import CONNECTORS
    from crm_mcp.settings import known_variables

    classes = [known.settings_class for known in CONNECTORS]
    return [
        variable
        for settings in classes
        for variable, field in zip(known_variables(settings), settings.model_fields.values(), strict=True)
        if "SecretStr" in str(field.annotation)
    ]


def _names_a_login(path: Path) -> bool:
    if not path.is_file():
        return False
    from dotenv import dotenv_values

    try:
        held = dotenv_values(path, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    return any(name.upper() in _secrets_of_crms() and value for name, value in held.items())
