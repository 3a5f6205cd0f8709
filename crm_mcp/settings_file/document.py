"""Reads the settings file as TOML, and refuses what has no place in it. No value is repeated: it may be a secret."""

from __future__ import annotations

import functools
import os
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from crm_mcp.crm.name_matching import did_you_mean
from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts, all_of
from crm_mcp.settings_file.account_names import ALLOWED, is_allowed, slug_of

_texts = Texts(__file__)

Table = Mapping[str, Any]
SERVER = "server"
ACCOUNTS = "accounts"
_READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What a settings file says.

    Attributes:
        path: The file.
        server: The settings of the server itself.
        accounts: By the account's name the settings of each of its CRMs, by the CRM's name.
    """

    path: Path
    server: Table
    accounts: Mapping[str, Mapping[str, Table]]


def read_document(path: Path) -> SettingsFile:
    """Read a settings file.

    Raises:
        SettingsError: It cannot be read, is no TOML, or holds what has no place there.
    """
    try:
        seen = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from None
    return _read_version(path, seen.st_mtime_ns, seen.st_size)


@functools.lru_cache(maxsize=4)
def _read_version(path: Path, _changed_at: int, _size: int) -> SettingsFile:
    """Read what a file says as long as it is not changed: each group of settings asks for it."""
    document = _parse(path)
    for name in document:
        if name not in (SERVER, ACCOUNTS):
            known = (f"[{SERVER}]", f"[{ACCOUNTS}.NAME.CRM]")
            near = did_you_mean(name, (SERVER, ACCOUNTS))
            raise SettingsError(
                _texts.later("{file}: {name} has no place there{near}.", file=path, name=repr(name[:60]), near=near),
                hint=_texts.later("It holds {sections}.", sections=all_of(known)),
            )
    accounts = _table(path, ACCOUNTS, document.get(ACCOUNTS, {}))
    _refuse_odd_names(path, accounts)
    found = {name: _table(path, f"{ACCOUNTS}.{name}", crms) for name, crms in accounts.items()}
    for name, crms in found.items():
        for crm, settings in crms.items():
            _table(path, f"{ACCOUNTS}.{name}.{crm}", settings)
    return SettingsFile(path, _table(path, SERVER, document.get(SERVER, {})), found)


def is_readable_by_others(path: Path) -> bool:
    """Tell whether other users of this machine may read a file, as far as its mode tells; on Windows it does not."""
    mode = path.stat().st_mode
    return os.name == "posix" and stat.S_ISREG(mode) and bool(mode & _READABLE_BY_OTHERS)


def _parse(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise _unreadable(path, error) from None
    except UnicodeDecodeError:
        raise SettingsError(
            _texts.later("{file} is not UTF-8 text.", file=path), hint=_texts.later("Save it as UTF-8.")
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            _texts.later("{file} is not TOML: {why}.", file=path, why=error),
            hint=_texts.later(
                'A setting is written as name = "text", under its [section]; numbers, true and false without quotes.'
            ),
        ) from None


def _unreadable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        _texts.later("{file} cannot be read: {why}.", file=path, why=error.strerror),
        hint=_texts.later("Its owner must be able to."),
    )


def _table(path: Path, name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(
            _texts.later("{file}: {name} is no section.", file=path, name=name),
            hint=_texts.later("Write [{name}] on a line of its own.", name=name),
        )
    return cast("dict[str, Any]", value)


def _refuse_odd_names(path: Path, names: Iterable[str]) -> None:
    alike: dict[str, str] = {}
    for name in names:
        if not is_allowed(name):
            raise SettingsError(
                _texts.later("{file}: an account cannot be called {name}.", file=path, name=repr(name[:60])),
                hint=_texts.later("Use {allowed}.", allowed=_texts.later(ALLOWED)),
            )
        other = alike.setdefault(slug_of(name), name)
        if other != name:
            raise SettingsError(
                _texts.later("{file}: the accounts {names} are called alike.", file=path, names=all_of((other, name))),
                hint=_texts.later("Rename one."),
            )
