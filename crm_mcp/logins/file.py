"""Reads the file of logins, TOML or JSON, as it is at one moment."""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts
from crm_mcp.logins.entries import read_entry
from crm_mcp.logins.login import Login

_texts = Texts(__file__)

Version = tuple[int, ...]
"""What tells one state of a file from another, whichever way it was changed."""
Logins = Mapping[str, Login]
"""The logins of each subject."""
_PLACE = re.compile(r"at line [0-9]+, column [0-9]+")
_MOST_BYTES = 8_000_000


def version_of(path: Path) -> Version:
    """Return the version of a file that lies there now, or where it leads; empty where there is none."""
    try:
        return _version(path.stat())
    except OSError:
        return ()


def read_logins(path: Path) -> tuple[Version, Logins]:
    """Return what a file says, and of which version that is.

    Raises:
        SettingsError: It cannot be read, others may read it, or what it says is unclear.
    """
    try:
        with path.open("rb") as file:
            seen = os.fstat(file.fileno())
            _refuse_unsafe(path, seen)
            text = file.read(_MOST_BYTES + 1).decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(
            _texts.later("CRM_MCP_LOGINS: {file} cannot be read: {why}.", file=path, why=error.strerror),
            hint=_texts.later("Name a file that this server's user can read."),
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(
            _texts.later("The file {file} is not UTF-8 text.", file=path), hint=_texts.later("Save it as UTF-8.")
        ) from None
    entries = _parse(path, text).items()
    return _version(seen), {
        subject: read_entry(path, number, entry) for number, (subject, entry) in enumerate(entries, start=1)
    }


def _version(seen: os.stat_result) -> Version:
    return seen.st_dev, seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_mode


def _refuse_unsafe(path: Path, seen: os.stat_result) -> None:
    """Refuse a file that others may read; its group may where it is another's file, as a mounted secret is."""
    if os.name != "posix":
        return
    is_mounted = seen.st_uid != os.geteuid()
    unsafe = stat.S_IRWXO | (stat.S_IWGRP | stat.S_IXGRP if is_mounted else stat.S_IRWXG)
    if not stat.S_ISREG(seen.st_mode) or seen.st_mode & unsafe:
        raise SettingsError(
            _texts.later("{file} holds logins, and others of this machine may read it.", file=path),
            hint=_texts.later("Run chmod 600 {file}; let a mounted secret have the mode 0400 or 0440.", file=path),
        )


def _parse(path: Path, text: str) -> Mapping[str, Any]:
    if not text.strip() or len(text) > _MOST_BYTES:
        raise SettingsError(
            _texts.later("{file} is empty, or far too long.", file=path),
            hint=_texts.later("Where nobody is to be let in, write {none}.", none="{}"),
        )
    is_json = path.name.casefold().endswith(".json") or text.lstrip().startswith("{")
    return _parse_json(path, text) if is_json else _parse_toml(path, text)


def _parse_toml(path: Path, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = _PLACE.search(str(error))  # no more of it is shown: it may quote the file
        raise SettingsError(
            _texts.later("{file} is not TOML ({place}).", file=path, place=found[0] if found else "?"),
            hint=_texts.later("A section is written as {example} on a line of its own.", example='["SUBJECT".CRM]'),
        ) from None


def _parse_json(path: Path, text: str) -> Mapping[str, Any]:
    problem = ""
    try:
        document: object = json.loads(text, object_pairs_hook=_without_doubles)
        if isinstance(document, dict):
            return cast("dict[str, Any]", document)
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        problem = "?"
    except _DoubleError:
        raise SettingsError(
            _texts.later("{file} has the same key twice in one place.", file=path),
            hint=_texts.later("Leave one of them."),
        ) from None
    raise SettingsError(
        _texts.later("{file} is not a JSON object ({place}).", file=path, place=problem or "line 1"),
        hint=_texts.later("It is written as {example}.", example='{"SUBJECT": {"CRM": {...}}}'),
    ) from None


class _DoubleError(Exception):
    """An object has a key twice."""


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _DoubleError
    return found
