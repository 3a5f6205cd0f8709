"""Answers checked by the settings classes, as they check the environment."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from crm_mcp.asking.crm_setup import Values
from crm_mcp.languages import Texts, said
from crm_mcp.setting_values import describe_odd_values
from crm_mcp.settings import describe_problem

_texts = Texts(__file__)
_S = TypeVar("_S", bound=BaseSettings)


def find_problem(settings_class: type[BaseSettings], name: str, value: object) -> str:
    """Return what is wrong with the value of one setting, as a sentence; nothing where it will do."""
    info = settings_class.model_fields[name]
    kind = cast("Any", Annotated)[cast("Any", info).annotation, info]
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        return _as_sentence(said(describe_problem(error.errors(include_url=False, include_input=False)[0])))
    return ""


def find_odd(value: str, name: str = "") -> str:
    """Return what looks unintended about how a value is written, as a sentence about `name`; usually nothing."""
    return _as_sentence(said(describe_odd_values({name or _texts.text("it"): value})))


def _as_sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:].rstrip('.')}." if clause else ""


def read_values(settings_class: type[_S], values: Values) -> _S:
    """Return settings that say what `values` do and nothing else, whatever the environment has."""

    class Given(settings_class):  # pyright: ignore[reportGeneralTypeIssues, reportUntypedBaseClass]
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del settings_cls, env_settings, dotenv_settings, file_secret_settings
            return (init_settings,)

    return cast("_S", Given(**values))
