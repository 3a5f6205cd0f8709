"""JSON as people write it, with comments and trailing commas, read into a tree that knows where each part stands.

No library that is kept changes one value of such a text and leaves the rest, so the text is edited by these places.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from crm_mcp.languages import Texts

_texts = Texts(__file__)

_TRIVIA = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")


class UnreadableError(ValueError):
    """The text is not what its kind of file holds.

    Attributes:
        what: What is wrong.
        line: Where, counted from 1; 0 where that is not known.
    """

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


@dataclass(slots=True)
class Node:
    """A value and where it stands in the text; `members` are those of an object."""

    value: object
    start: int
    end: int
    members: list[Member] = field(default_factory=list["Member"])
    comma_after_last: int = -1
    """Where an object's trailing comma ends; -1 without one."""


@dataclass(frozen=True, slots=True)
class Member:
    """One key of an object with its value."""

    key: str
    start: int
    node: Node


def parse(text: str, path: Sequence[str] = ()) -> Node:
    """Read a text; one that is empty but for white space and comments is an empty object at its end.

    Args:
        text: The text.
        path: The keys of the objects that are to have their members; what lies beside is read as fast as can be.

    Raises:
        UnreadableError: It is no JSON, or nested so deeply that nobody wrote it.
    """
    begin = _skip(text, 0)
    if begin == len(text):
        return Node({}, begin, begin)
    try:
        node = _value(text, begin, path)
    except RecursionError:
        raise UnreadableError(_texts.later("it is nested too deeply")) from None
    if _skip(text, node.end) != len(text):
        raise _unreadable(text, _skip(text, node.end), _texts.later("there is something after the end"))
    return node


def line_of(text: str, place: int) -> int:
    """Return the line of a place, counted from 1."""
    return text.count("\n", 0, place) + 1


def _skip(text: str, place: int) -> int:
    found = _TRIVIA.match(text, place)
    return found.end() if found else place


def _unreadable(text: str, place: int, what: str) -> UnreadableError:
    return UnreadableError(what, line_of(text, place))


def _value(text: str, place: int, path: Sequence[str] | None = None) -> Node:
    """Read a value; below `path` and beside it nobody asks where its parts stand."""
    sign = text[place : place + 1]
    if path is None and sign in ("{", "["):
        with contextlib.suppress(ValueError):  # it has comments, a trailing comma or a mistake
            value, end = _DECODER.raw_decode(text, place)
            return Node(value, place, end)
    if sign == "{":
        return _object(text, place, path)
    if sign == "[":
        return _list(text, place)
    if sign == '"':
        value, end = _string(text, place)
        return Node(value, place, end)
    found = _PLAIN.match(text, place)
    if not found:
        raise _unreadable(text, place, _texts.later("a value is missing or wrong"))
    return Node(_plain(found.group()), place, found.end())


def _plain(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:  # a number of thousands of digits
        return text


def _string(text: str, place: int) -> tuple[str, int]:
    if text[place : place + 1] != '"':
        raise _unreadable(text, place, _texts.later("a name in double quotes is missing"))
    try:
        return _DECODER.raw_decode(text, place)
    except json.JSONDecodeError as error:
        raise _unreadable(text, error.pos, _texts.later("a text in quotes is wrong or has no end")) from None


def _object(text: str, start: int, path: Sequence[str] | None) -> Node:
    node = Node({}, start, start)
    values: dict[str, object] = {}
    place = _skip(text, start + 1)
    while text[place : place + 1] != "}":
        member_start = place
        key, place = _string(text, place)
        place = _skip(text, place)
        if text[place : place + 1] != ":":
            raise _unreadable(text, place, _texts.later("a colon is missing"))
        child = _value(text, _skip(text, place + 1), path[1:] if path and path[0] == key else None)
        node.members.append(Member(key, member_start, child))
        values[key] = child.value
        place, node.comma_after_last = _after_item(text, child.end, "}")
    node.value, node.end = values, place + 1
    return node


def _list(text: str, start: int) -> Node:
    values: list[object] = []
    place = _skip(text, start + 1)
    while text[place : place + 1] != "]":
        child = _value(text, place)
        values.append(child.value)
        place, _ = _after_item(text, child.end, "]")
    return Node(values, start, place + 1)


def _after_item(text: str, end: int, closing: str) -> tuple[int, int]:
    """Return where the next item or the closing sign is, and where the comma before it ends (-1 without one)."""
    place = _skip(text, end)
    sign = text[place : place + 1]
    if sign == ",":
        return _skip(text, place + 1), place + 1
    if sign != closing:
        raise _unreadable(text, place, _texts.later("a comma or a closing bracket is missing"))
    return place, -1
