"""Reading YAML without converting scalars beyond JSON's types, with errors that name line and column.

YAML's usual reading suits no seed: `2020-04-13` would become a date, `0612345678` an octal number, `no` a boolean and
`12:30:00` the number 45000. Here a plain scalar is null, true or false (YAML 1.2's words), or a number where printing
the number gives back the very text (`8` and `7.5`, never `007`, `1e3` or `350.00`); any other is text. Keys are text.

It is built from the parser's events: the parser's own tree is built by recursion in C, which deep nesting would crash.
"""

from __future__ import annotations

import math
import re
from typing import Protocol, cast

import yaml

MAX_DEPTH = 100
# The most values that aliases may add to those that a document spells out.
MAX_ALIASED_VALUES = 200_000

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_PREFIX = "tag:yaml.org,2002:"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the faster one is missing where libyaml was


class _Mark(Protocol):
    """Where an event begins, counted from 0; libyaml has a class of its own for it."""

    line: int
    column: int


class YamlError(Exception):
    """A text is no YAML that a seed can be; the message says what is wrong and where."""


def parse_yaml(text: str) -> object:
    """Read one YAML document.

    Raises:
        YamlError: It is something else.
    """
    return _Reader(text).read()


def find_line_in_yaml(text: str, sought: str) -> tuple[int, int]:
    """Return the line and column, from 1, of the deepest value whose path an error message begins with.

    Args:
        text: YAML that can be read.
        sought: A message such as `minicrm.projects[3].StatusId: there is no ...`.
    """
    reader = _Reader(text, sought)
    reader.read()
    return reader.found


class _Reader:
    """Builds a document's value, and notes the position of the value that a message is about."""

    def __init__(self, text: str, sought: str = "") -> None:
        self.found = (1, 1)
        self._text = text
        self._sought = sought
        self._found_path = ""
        self._anchors: dict[str, object] = {}
        self._aliased = 0

    def read(self) -> object:
        try:
            self._events = yaml.parse(self._text, Loader=_Loader)
            started = next(self._events), next(self._events)
            if not isinstance(started[1], yaml.DocumentStartEvent):
                return None
            value = self._build(next(self._events), "", 0)
            next(self._events)
            second = next(self._events)
            if isinstance(second, yaml.DocumentStartEvent):
                raise _fail("a second document begins; a seed is one", second)
            return value
        except yaml.MarkedYAMLError as error:
            problem = " ".join(part for part in (error.problem, error.context) if part)
            raise YamlError(f"{problem}{_show_mark(error.problem_mark)}") from error
        except yaml.reader.ReaderError as error:
            line = self._text.count("\n", 0, error.position) + 1
            raise YamlError(f"{error.reason} near line {line}") from error
        except yaml.YAMLError as error:
            raise YamlError(str(error)) from error

    def _build(self, event: yaml.Event, path: str, depth: int) -> object:
        if isinstance(event, yaml.AliasEvent):
            return self._repeat(event)
        if depth > MAX_DEPTH:
            raise _fail(f"nested more than {MAX_DEPTH} deep", event)
        if isinstance(event, yaml.ScalarEvent):
            value = _read_scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._build_list(event, path, depth)
        else:
            assert isinstance(event, yaml.MappingStartEvent)
            value = self._build_object(event, path, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _build_list(self, event: yaml.SequenceStartEvent, path: str, depth: int) -> list[object]:
        _check_tag(event, event.tag, "seq")
        items: list[object] = []
        while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
            here = f"{path}[{len(items)}]"
            self._note_position(here, item)
            items.append(self._build(item, here, depth + 1))
        return items

    def _build_object(self, event: yaml.MappingStartEvent, path: str, depth: int) -> dict[str, object]:
        _check_tag(event, event.tag, "map")
        merged: dict[str, object] = {}
        own: dict[str, object] = {}
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise _fail("a key must be one word or text", key)
            name: str = key.value
            here = f"{path}.{name}" if path else name
            self._note_position(here, key)
            value = self._build(next(self._events), here, depth + 1)
            if name == "<<" and not key.style:
                merged = {**_read_merged(value, key), **merged}
            elif name in own:
                raise _fail(f'the key "{name}" is there already', key)
            else:
                own[name] = value
        return {**merged, **own}

    def _repeat(self, event: yaml.AliasEvent) -> object:
        if event.anchor not in self._anchors:
            raise _fail(f"*{event.anchor} stands for nothing that is complete before it", event)
        return self._copy(self._anchors[event.anchor], event)

    def _copy(self, value: object, event: yaml.Event) -> object:
        self._aliased += 1
        if self._aliased > MAX_ALIASED_VALUES:
            raise _fail(f"aliases repeat more than {MAX_ALIASED_VALUES} values", event)
        if isinstance(value, dict):
            return {key: self._copy(item, event) for key, item in cast("dict[str, object]", value).items()}
        if isinstance(value, list):
            return [self._copy(item, event) for item in cast("list[object]", value)]
        return value

    def _note_position(self, path: str, event: yaml.Event) -> None:
        is_nearer = self._sought.startswith(path) and len(path) > len(self._found_path)
        if is_nearer and self._sought[len(path) : len(path) + 1] in {".", "[", ":"}:
            self._found_path = path
            self.found = _read_mark(event.start_mark)


def _read_scalar(event: yaml.ScalarEvent) -> object:
    text: str = event.value
    _check_tag(event, event.tag, "str")
    if event.style or event.tag is not None:  # quoted, a block, or said to be text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text) and len(text) < 20:
        number = float(text) if "." in text else int(text)
        if str(number) == text and math.isfinite(number):
            return number
    return text


def _read_merged(value: object, event: yaml.Event) -> dict[str, object]:
    """Return what `<<` brings: the keys of an object, or of several, the first one winning."""
    parts = cast("list[object]", value) if isinstance(value, list) else [value]
    merged: dict[str, object] = {}
    for part in reversed(parts):
        if not isinstance(part, dict):
            raise _fail("<< takes an object, or a list of them", event)
        merged |= cast("dict[str, object]", part)
    return merged


def _check_tag(event: yaml.Event, tag: str | None, kind: str) -> None:
    if tag not in {None, "!", f"{_PREFIX}{kind}"}:
        raise _fail(f"the tag {str(tag).replace(_PREFIX, '!!')} means nothing in a seed", event)


def _fail(problem: str, event: yaml.Event) -> YamlError:
    return YamlError(f"{problem}{_show_mark(event.start_mark)}")


def _show_mark(mark: _Mark | None) -> str:
    return " at line {}, column {}".format(*_read_mark(mark)) if mark else ""


def _read_mark(mark: _Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
