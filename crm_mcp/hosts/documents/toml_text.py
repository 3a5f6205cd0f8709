"""Setting and removing one value of a TOML text, and leaving the rest as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import MutableMapping, Sequence
from typing import cast

import tomlkit
from tomlkit.exceptions import TOMLKitError

from crm_mcp.hosts.documents.json_tree import UnreadableError
from crm_mcp.hosts.documents.values import mapping_of
from crm_mcp.languages import Texts

_texts = Texts(__file__)

_LINE = re.compile(r"at line ([0-9]+)")


def read(text: str) -> dict[str, object]:
    """Return what a text holds.

    Raises:
        UnreadableError: It is no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        raise UnreadableError(
            _LINE.sub("", str(error)).split("(")[0].strip(), int(found.group(1)) if found else 0
        ) from None
    except RecursionError:
        raise UnreadableError(_texts.later("it is nested too deeply")) from None


def set_value(text: str, path: Sequence[str], value: object) -> str:
    """Return the text with a value at a path; a new table is written at the end.

    Raises:
        UnreadableError: It is no TOML, or something on the way is no table.
    """
    parent = _table_at(read(text), path[:-1])
    if isinstance(value, dict) and (parent is None or path[-1] not in parent):
        appended = _append(text, path, mapping_of(cast("object", value)))
        if _holds(appended, path, cast("object", value)):
            return appended
    document = tomlkit.parse(text)
    table: MutableMapping[str, object] = document
    for key in path[:-1]:
        table = cast("MutableMapping[str, object]", table.setdefault(key, tomlkit.table()))
    table[path[-1]] = value
    return _newlines_of(text, tomlkit.dumps(document))


def remove_value(text: str, path: Sequence[str]) -> str:
    """Return the text without the value at a path.

    Raises:
        UnreadableError: It is no TOML, something on the way is no table, or it cannot be taken out of it.
    """
    parent = _table_at(read(text), path[:-1])
    if parent is None or path[-1] not in parent:
        return text
    document = tomlkit.parse(text)
    table: MutableMapping[str, object] = document
    for key in path[:-1]:
        table = cast("MutableMapping[str, object]", table[key])
    try:
        del table[path[-1]]
        without = _newlines_of(text, tomlkit.dumps(document))
    except TOMLKitError as error:
        raise UnreadableError(str(error)) from None
    newline = "\r\n" if "\r\n" in text else "\n"
    has_blank_end = without.endswith(newline * 2) and not text.endswith(newline * 2)
    return without.removesuffix(newline) if has_blank_end or without == newline else without


def _table_at(values: dict[str, object], path: Sequence[str]) -> dict[str, object] | None:
    for key in path:
        if key not in values:
            return None
        value = values[key]
        if not isinstance(value, dict):
            raise UnreadableError(_texts.later("{key} is no table", key=key))
        values = cast("dict[str, object]", value)
    return values


def _append(text: str, path: Sequence[str], value: dict[str, object]) -> str:
    lines = ["", *_table_lines(path, value)] if text.strip() else _table_lines(path, value)
    newline = "\r\n" if "\r\n" in text else "\n"
    begin = text if not text or text.endswith("\n") else text + newline
    return begin + newline.join(lines) + newline


def _table_lines(path: Sequence[str], value: dict[str, object]) -> list[str]:
    """Return the lines of a table, the tables in it after its values."""
    lines = [f"[{'.'.join(tomlkit.key(key).as_string() for key in path)}]"]
    for key, one in value.items():
        if not isinstance(one, dict):
            lines.append(f"{tomlkit.key(key).as_string()} = {tomlkit.item(one).as_string()}")
    for key, one in value.items():
        if isinstance(one, dict):
            lines += ["", *_table_lines([*path, key], cast("dict[str, object]", one))]
    return lines


def _holds(text: str, path: Sequence[str], value: object) -> bool:
    """Whether a text is TOML with this value there: no table can be added below one that stands in braces."""
    try:
        parent = _table_at(read(text), path[:-1])
    except UnreadableError:
        return False
    return parent is not None and parent.get(path[-1]) == value


def _newlines_of(before: str, text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in before else text
