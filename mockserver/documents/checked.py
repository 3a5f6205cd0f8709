"""Reads JSON of unknown shape out of a seed document, and names the place where it is not what it should be."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from typing import cast

from mockserver.crm.api import SeedError
from mockserver.documents.near_misses import find_near_misses
from mockserver.documents.strict_json import name_type

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)


def take_object(value: object, path: str, known: Collection[str] | None = None) -> dict[str, object]:
    """Return a JSON object, all of whose keys are `known`.

    Raises:
        SeedError: It is something else, or has another key.
    """
    if not isinstance(value, Mapping):
        raise SeedError(f"{path}: write an object, not {name_type(value)}")
    found = dict(cast("Mapping[str, object]", value))
    for key in found:
        if known is not None and key not in known:
            meant = find_near_misses(key, known) or sorted(known)
            raise SeedError(f"{path}.{key}: there is no such key; write {' or '.join(meant)}")
    return found


def take_list(value: object, path: str) -> list[object]:
    """Return a JSON list, or raise `SeedError`."""
    if not isinstance(value, list):
        raise SeedError(f"{path}: write a list, not {name_type(value)}")
    return cast("list[object]", value)


def take_text(value: object, path: str) -> str:
    """Return a JSON text, or raise `SeedError`."""
    if not isinstance(value, str):
        raise SeedError(f"{path}: write a text, not {name_type(value)}")
    return value


def take_word(value: object, path: str, known: Collection[str]) -> str:
    """Return one of the `known` words, or raise `SeedError`."""
    text = take_text(value, path)
    if text not in known:
        raise SeedError(f"{path}: write {' or '.join(sorted(known))}, not {text!r}")
    return text


def take_flag(value: object, path: str) -> bool:
    """Return a JSON boolean or a 0 or 1, or raise `SeedError`."""
    if value not in (0, 1, "0", "1"):
        raise SeedError(f"{path}: write true or false, not {value!r}")
    return value in (1, "1")


def take_id(value: object, path: str) -> int:
    """Return an id from 0 that is a number or a text of digits, or raise `SeedError`."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    raise SeedError(f"{path}: write an id in digits, not {value!r}")


def take_moment(value: object, path: str) -> str:
    """Return a date and time, `2013-03-02 10:00:00`, or raise `SeedError`."""
    text = take_text(value, path)
    if not is_moment(text):
        raise SeedError(f"{path}: write a date and time such as 2013-03-02 10:00:00, not {text!r}")
    return text


def take_name(value: str, path: str) -> str:
    """Return a name that can be a field's, or raise `SeedError`."""
    if not _NAME.fullmatch(value):
        raise SeedError(f"{path}: a field's name is made of letters, digits and underscores, unlike {value!r}")
    return value


def is_moment(text: str) -> bool:
    """Tell whether a text is a date and time as MiniCRM writes it."""
    if not _MOMENT.fullmatch(text):
        return False
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
