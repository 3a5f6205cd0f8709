"""Writes a seed document as people would lay it out: one line a record, as JSON or as YAML.

The YAML has JSON's own notation for everything that fits a line, which is YAML too, so that no text needs rules of
its own about quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Literal, cast

Format = Literal["json", "yaml"]

# What JSON may hold as it is and YAML may not, or would take for the end of a line.
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LOOKS_LIKE_VALUE = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_encode = json.JSONEncoder(ensure_ascii=False).encode


def format_seed(seed: Mapping[str, object], kind: Format) -> Iterator[str]:
    """Yield the lines of a seed document, each with its newline."""
    if kind == "json" or not seed:
        yield from _format_json(seed, "", "", "\n")
    else:
        yield "# yaml-language-server: $schema=seed.schema.json\n"
        yield from _format_yaml(seed, "")


def _fits_a_line(value: object) -> bool:
    if isinstance(value, Mapping):
        parts: list[object] = list(cast("Mapping[str, object]", value).values())
    elif isinstance(value, list):
        parts = cast("list[object]", value)
    else:
        return True
    return not any(isinstance(part, (Mapping, list)) and len(cast("list[object]", part)) for part in parts)


def _format_json(value: object, indent: str, start: str, end: str) -> Iterator[str]:
    """Yield the lines of a value whose first line begins with `start` and whose last one ends with `end`."""
    if not value or _fits_a_line(value):
        yield f"{indent}{start}{_encode(value)}{end}"
        return
    is_object = isinstance(value, Mapping)
    yield f"{indent}{start}{'{' if is_object else '['}\n"
    members = list(_list_members(value))
    for index, (name, item) in enumerate(members, start=1):
        comma = ",\n" if index < len(members) else "\n"
        if is_object:
            yield from _format_json(item, f"{indent}  ", f"{_encode(name)}: ", comma)
        else:
            yield f"{indent}  {_encode(item)}{comma}"
    yield f"{indent}{'}' if is_object else ']'}{end}"


def _format_yaml(value: object, indent: str) -> Iterator[str]:
    """Yield the lines of an object or a list that stand below its key."""
    for name, item in _list_members(value):
        if not isinstance(value, Mapping):
            yield f"{indent}- {_escape(_encode(item))}\n"
            continue
        key = name if _PLAIN_KEY.fullmatch(name) and name.lower() not in _LOOKS_LIKE_VALUE else _escape(_encode(name))
        if not item or _fits_a_line(item):
            yield f"{indent}{key}: {_escape(_encode(item))}\n"
        else:
            yield f"{indent}{key}:\n"
            yield from _format_yaml(item, f"{indent}  ")


def _list_members(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        yield from cast("Mapping[str, object]", value).items()
    else:
        yield from (("", item) for item in cast("list[object]", value))


def _escape(text: str) -> str:
    return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
