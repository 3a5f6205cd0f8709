"""Strict JSON: parsing with errors that name the place, and narrowing and naming the type of what was parsed."""

from __future__ import annotations

import json
from typing import NoReturn, cast

from mockserver.documents.error_position import find_repeated_key

_COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"x\x9c": "deflate", b"x\xda": "deflate"}


class JsonError(Exception):
    """A body is not JSON; the message says what is wrong and where."""


def parse_json(raw: bytes) -> object:
    """Read one JSON value from UTF-8 text by RFC 8259: neither NaN nor a lone surrogate.

    Raises:
        JsonError: It is something else.
    """
    return _parse(raw, _DECODER)


def line_of_byte(raw: bytes, place: int) -> int:
    """Return the line, from 1, in which a byte stands."""
    return raw.count(b"\n", 0, place) + 1


def parse_document(raw: bytes) -> object:
    """Read one JSON value in which no object has a key twice, of which all but the last would be lost.

    Raises:
        JsonError: It is something else.
    """
    return _parse(raw, _DOCUMENT_DECODER)


def _parse(raw: bytes, decoder: json.JSONDecoder) -> object:
    try:
        value: object = decoder.decode(raw.decode("utf-8-sig"))
        if b"\\ud" in raw or b"\\uD" in raw:
            _refuse_lone_surrogates(value)
    except UnicodeDecodeError as error:
        found = next((name for start, name in _COMPRESSED.items() if raw.startswith(start)), "")
        if found:
            raise JsonError(f"compressed ({found}); send it as it is") from error
        where = f"at byte {error.start}, in line {line_of_byte(raw, error.start)}"
        raise JsonError(f"not UTF-8 text: {error.reason} {where}") from error
    except UnicodeEncodeError as error:
        raise JsonError("text with half of a surrogate pair (such as \\ud83d alone), which is no character") from error
    except json.JSONDecodeError as error:
        raise JsonError(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise JsonError("not readable JSON: nested too deeply") from error
    except _RepeatedKeyError as error:
        path, line, column = find_repeated_key(raw.decode("utf-8-sig"))
        raise JsonError(
            f"not a clear document: {path or 'an empty key'} comes again at line {line}, column {column}"
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise JsonError(f"not readable JSON: {error}") from error
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"not JSON: {name} is no JSON value")


class _RepeatedKeyError(ValueError):
    """An object has a key twice."""


def _refuse_repeats(members: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(members)
    if len(value) < len(members):
        raise _RepeatedKeyError
    return value


# Made once: `json.loads` with an option of its own makes one for each call.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_DOCUMENT_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_refuse_repeats)


def _refuse_lone_surrogates(value: object) -> None:
    json.dumps(value, ensure_ascii=False).encode()


def as_object(value: object) -> dict[str, object] | None:
    """Return `value` where it is a JSON object, else None."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object] | None:
    """Return `value` where it is a JSON list, else None."""
    return cast("list[object]", value) if isinstance(value, list) else None


def show_value(value: object) -> str:
    """Return `value` as JSON for an error text, cut where it is long."""
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 40 else f"{shown[:40]}..."


def name_type(value: object) -> str:
    """Say in JSON's words what `value` is, for an error text: `a list`, `the text "x"`, `null`."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return f"the boolean {show_value(value)}"
    return f"{'the text' if isinstance(value, str) else 'the number'} {show_value(value)}"
