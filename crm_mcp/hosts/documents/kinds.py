"""The kinds of configuration file, and changing one from what it holds to what it should."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from crm_mcp.hosts.documents import json_text, toml_text
from crm_mcp.hosts.documents.json_tree import UnreadableError
from crm_mcp.hosts.documents.values import mapping_of
from crm_mcp.languages import Texts

_texts = Texts(__file__)


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """How one kind of file is read and edited.

    Attributes:
        name: What people call it.
    """

    name: str
    read: Callable[[str], dict[str, object]]
    set_value: Callable[[str, Sequence[str], object], str]
    remove_value: Callable[[str, Sequence[str]], str]


def change(kind: DocumentKind, text: str, path: Sequence[str], wanted: Mapping[str, object] | None) -> str:
    """Return the text with an object at a path, or with nothing there; keys that stay as they are are not touched.

    Raises:
        UnreadableError: The text cannot be read, or not be changed without touching something else.
    """
    before = kind.read(text)
    after = _change_part(kind, text, path, _at(before, path), wanted)
    if _without_empty(kind.read(after), path[0]) != _without_empty(_expected(before, path, wanted), path[0]):
        raise UnreadableError(_texts.later("it cannot be changed without touching something else"))
    return after


def _change_part(
    kind: DocumentKind, text: str, path: Sequence[str], present: object, wanted: Mapping[str, object] | None
) -> str:
    if wanted is None:
        return text if present is None else kind.remove_value(text, path)
    if not isinstance(present, dict):
        return kind.set_value(text, path, dict(wanted))
    known = cast("dict[str, object]", present)
    for key in [key for key in known if key not in wanted]:
        text = kind.remove_value(text, [*path, key])
    for key, value in wanted.items():
        inner = mapping_of(value)
        if inner and isinstance(known.get(key), dict):
            text = _change_part(kind, text, [*path, key], known[key], inner)
        elif key not in known or known[key] != value:
            text = kind.set_value(text, [*path, key], value)
    return text


def _at(values: object, path: Sequence[str]) -> object:
    for key in path:
        if not isinstance(values, dict):
            return None
        values = cast("dict[str, object]", values).get(key)
    return values


def _expected(before: dict[str, object], path: Sequence[str], wanted: Mapping[str, object] | None) -> dict[str, object]:
    if wanted is None and _at(before, path) is None:
        return before
    expected = values = dict(before)
    for key in path[:-1]:
        values[key] = values = mapping_of(values.get(key))
    if wanted is None:
        del values[path[-1]]
    else:
        values[path[-1]] = dict(wanted)
    return expected


def _without_empty(values: dict[str, object], key: str) -> dict[str, object]:
    """Return values without one that is empty: a TOML table without a line of its own goes with its last part."""
    return {one: value for one, value in values.items() if one != key or value}


JSON = DocumentKind("JSON", json_text.read, json_text.set_value, json_text.remove_value)
TOML = DocumentKind("TOML", toml_text.read, toml_text.set_value, toml_text.remove_value)
