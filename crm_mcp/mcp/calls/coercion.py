"""Arguments as hosts and models send them, made what the tool's own argument model takes.

| sent | taken for |
|---|---|
| null, or a blank text, where an argument or a key of ours stands | left out |
| one value where a list is wanted | a list of one; an empty object for an empty list |
| JSON text where a list or an object is wanted, at any depth | what it holds |
| numbers and booleans where text is wanted | text: `6002.0` is `6002`, true is `true` |
| `20.0`, `"20"`, `"true"`, `1` where a number or a boolean is wanted | that number, that boolean |

Inside objects that take any key (fields, records) and values of any type (a filter's) everything stays as it is, but
`1200.0` is the number 1200. What cannot be read stays too: the argument model refuses it, and `refusals` says how it
has to look.
"""

from __future__ import annotations

import json
import re
from typing import cast

from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from pydantic import ConfigDict, model_validator

from crm_mcp.mcp.calls.shapes import Shape, shape_of_model

_WHOLE_WITH_POINT = re.compile(r"([0-9]{1,18})\.0+", re.ASCII)
_LONGEST_NUMBER = 2**64
"""No CRM holds more, and a number of thousands of digits has no text."""
_DEEPEST = 10
"""No CRM takes values nested deeper."""


class CallArguments(ArgModelBase):
    """The arguments of a call, coerced by their shape before they are checked; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _coerce_all(cls, given: object) -> object:
        return coerce(shape_of_model(cls), given)


def coerce(shape: Shape, value: object) -> object:
    """Return a value as its shape wants it, as far as it can be read so."""
    match shape.kind:
        case "text" | "id":
            return _as_text(shape, value)
        case "integer" | "number" | "boolean":
            return _as_scalar(value)
        case "list":
            return _as_list(shape, value)
        case "object":
            return _as_object(shape, value)
        case "any":
            return _with_whole_numbers(value)


def parse_json_text(value: object) -> object:
    """Return the list, the object or null that a JSON text holds, also one written as a JSON text in its turn.

    Any other value is returned as it is.
    """
    parsed: object = value
    for _ in range(2):
        if not isinstance(parsed, str):
            break
        try:
            parsed = json.loads(parsed)
        except (ValueError, RecursionError):
            return value
    return cast("object", parsed) if parsed is None or isinstance(parsed, dict | list) else value


def _as_text(shape: Shape, value: object) -> object:
    is_id = shape.kind == "id"
    if isinstance(value, bool):
        return value if is_id else str(value).lower()
    if isinstance(value, int) and abs(value) < _LONGEST_NUMBER:
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if _is_whole(value) else value if is_id else str(value)
    if not isinstance(value, str) or not (is_id or shape.choices):
        return value
    text = value.strip()
    if is_id and (whole := _WHOLE_WITH_POINT.fullmatch(text)):
        return whole[1]
    return next((one for one in shape.choices if one.casefold() == text.casefold()), text)


def _as_scalar(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip().casefold()
    return None if text == "null" else text


def _as_list(shape: Shape, value: object) -> object:
    parsed = parse_json_text(value)
    if _is_nothing(parsed):
        return None
    if isinstance(parsed, str) and parsed.lstrip().startswith("["):
        return parsed
    if parsed == {}:
        return []
    items = cast("list[object]", parsed) if isinstance(parsed, list) else [parsed]
    if all(map(_is_nothing, items)):
        return []
    return items if shape.item is None else [coerce(shape.item, one) for one in items]


def _as_object(shape: Shape, value: object) -> object:
    parsed = parse_json_text(value)
    if parsed == []:  # how PHP, and some hosts, write an empty object
        return {}
    if not isinstance(parsed, dict) or shape.keys is None:
        return _with_whole_numbers(cast("object", parsed))
    given = cast("dict[str, object]", parsed)
    known = {name: one for name, one in given.items() if name in shape.keys}
    coerced = {name: coerce(shape.keys[name], one) for name, one in known.items()}
    left_out = {name for name, one in coerced.items() if _is_nothing(one) and shape.keys[name].kind != "any"}
    return {name: coerced.get(name, one) for name, one in given.items() if name not in left_out}


def _with_whole_numbers(value: object, depth: int = _DEEPEST) -> object:
    """Return a JSON value whose numbers without a fraction are whole ones, as JSON knows no difference."""
    if isinstance(value, dict) and depth:
        given = cast("dict[str, object]", value)
        return {name: _with_whole_numbers(one, depth - 1) for name, one in given.items()}
    if isinstance(value, list) and depth:
        return [_with_whole_numbers(one, depth - 1) for one in cast("list[object]", value)]
    return int(value) if isinstance(value, float) and _is_whole(value) else cast("object", value)


def _is_whole(number: float) -> bool:
    return number.is_integer() and abs(number) < _LONGEST_NUMBER


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
