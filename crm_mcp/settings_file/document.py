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
from crm_mcp.settings_file.account_names import ALLOWED, is_allowed, slug_of

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
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", hint="Its owner must be able to.") from None
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
                f"{path}: {name[:60]!r} has no place there{near}.", hint=f"It holds {' and '.join(known)}."
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
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", hint="Its owner must be able to.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8 text.", hint="Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path} is not TOML: {error}.",
            hint='A setting is written as name = "text", under its [section]; numbers, true and false without quotes.',
        ) from None


def _table(path: Path, name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(f"{path}: {name} is no section.", hint=f"Write [{name}] on a line of its own.")
    return cast("dict[str, Any]", value)


def _refuse_odd_names(path: Path, names: Iterable[str]) -> None:
    alike: dict[str, str] = {}
    for name in names:
        if not is_allowed(name):
            raise SettingsError(
                f"{path}: an account cannot be called {name[:60]!r}.",
                hint=f"Use {ALLOWED}.",
            )
        other = alike.setdefault(slug_of(name), name)
        if other != name:
            raise SettingsError(f"{path}: the accounts {other} and {name} are called alike.", hint="Rename one.")
