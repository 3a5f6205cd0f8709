"""Which variables are settings of this server: a mistyped one would be ignored, and perhaps let writes through."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Generator, Mapping
from contextvars import ContextVar

from crm_mcp.crm.name_matching import nearest
from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts

_texts = Texts(__file__)

SERVER_PREFIX = "CRM_MCP_"
"""All variables that begin so are this server's; those of a CRM's prefix may be of other programs too."""
_NEAR = 0.8
"""How alike two names are, of 1, where one is taken for the other mistyped."""

_env_file: ContextVar[str] = ContextVar("env_file", default=".env")


def current_env_file() -> str:
    """Return the file that is read beside the environment."""
    return _env_file.get()


@contextlib.contextmanager
def reading_env_file(path: str) -> Generator[None]:
    """Read this file in place of `.env` inside the block."""
    before = _env_file.set(path)
    try:
        yield
    finally:
        _env_file.reset(before)


def given_variables(prefix: str) -> Mapping[str, str]:
    """Return what the environment and its file set under a prefix, by names in upper case; an empty value is none.

    Raises:
        UnicodeDecodeError: The file is not UTF-8.
    """
    from dotenv import dotenv_values

    given = [*dotenv_values(current_env_file(), encoding="utf-8-sig").items(), *os.environ.items()]
    return {name.upper(): value for name, value in given if name.upper().startswith(prefix) and value and value.strip()}


def refuse_unknown(prefix: str, known: Collection[str]) -> None:
    """Return where each variable under a prefix is known, or is certainly somebody else's.

    Raises:
        SettingsError: One is not known: any of this server's own, or one of a CRM's that is like a known one.
    """
    for name in find_unknown(prefix, known):
        longer = [one for one in known if one.startswith(name)]
        near = longer or nearest(name, known, cutoff=_NEAR)
        if near:
            raise SettingsError(
                _texts.later("{name} is not a setting of this server.", name=name),
                hint=_texts.later("Did you mean {near}?", near=near[0]),
            )
        if prefix == SERVER_PREFIX:
            raise SettingsError(
                _texts.later("{name} is not a setting of this server.", name=name),
                hint=_texts.later("There are {names}.", names=", ".join(known)),
            )


def find_unknown(prefix: str, known: Collection[str]) -> list[str]:
    """Return the variables under a prefix that are not known."""
    return [name for name in given_variables(prefix) if name not in known]
