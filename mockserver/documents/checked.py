"""Checked reading of parsed JSON: each value is taken with its path, which errors name."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeGuard, cast

from mockserver.documents.near_misses import find_near_misses, suggest
from mockserver.documents.strict_json import name_type

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CheckedReader:
    """Takes values out of one kind of document.

    Each `take_` method returns the value, or raises `error` with the path and what to write instead.

    Attributes:
        error: What is raised.
        whole: How errors call the document itself, whose path is empty.
        says_write: Whether errors say `write a text` where others say `must be text`.
        full_stop: What ends the list of known keys where no near miss follows it.
    """

    error: type[Exception]
    whole: str = ""
    says_write: bool = False
    full_stop: str = "."

    def refuse(self, path: str, expected: str, value: object) -> NoReturn:
        """Raise the error that something else was `expected`, such as `an object`."""
        demand = "write" if self.says_write else "must be"
        raise self.error(f"{path or self.whole}: {demand} {expected}, not {name_type(value)}")

    def refuse_unknown(self, keys: Iterable[str], path: str, known: Collection[str], listing: str) -> None:
        """Raise the error for the first key that is not `known`; `listing` introduces them, such as `a plan has`."""
        for key in keys:
            if key in known:
                continue
            where = f"{path}.{key}" if path else key
            if self.says_write:
                meant = find_near_misses(key, known) or sorted(known)
                raise self.error(f"{where}: there is no such key; write {' or '.join(meant)}")
            near = suggest(key, known)
            raise self.error(
                f"{where}: no such key; {listing} {', '.join(known)}{f'.{near}' if near else self.full_stop}"
            )

    def take_object(
        self, value: object, path: str, known: Collection[str] | None = None, listing: str = "there are"
    ) -> dict[str, object]:
        """Take a copy of a JSON object, all of whose keys are `known`."""
        if not isinstance(value, Mapping):
            self.refuse(path, "an object", value)
        found = dict(cast("Mapping[str, object]", value))
        if known is not None:
            self.refuse_unknown(found, path, known, listing)
        return found

    def take_list(self, value: object, path: str, expected: str = "a list") -> list[object]:
        """Take a JSON list."""
        if not isinstance(value, list):
            self.refuse(path, expected, value)
        return cast("list[object]", value)

    def take_items(self, value: object, path: str) -> list[tuple[object, str]]:
        """Take the items of a JSON list, each with its own path."""
        return [(item, f"{path}[{index}]") for index, item in enumerate(self.take_list(value, path))]

    def take_text(self, value: object, path: str) -> str:
        """Take a JSON string."""
        if not isinstance(value, str):
            self.refuse(path, "a text" if self.says_write else "text", value)
        return value

    def take_whole_number(self, value: object, path: str, lowest: int | None = None) -> int:
        """Take a whole number from `lowest` on."""
        if not isinstance(value, int) or isinstance(value, bool) or (lowest is not None and value < lowest):
            self.refuse(path, "a whole number" if lowest is None else f"a whole number from {lowest} on", value)
        return value

    def take_number(self, value: object, path: str, highest: float, unit: str = "") -> float:
        """Take a number from 0 to `highest`."""
        if not is_number(value) or not 0 <= value <= highest:
            self.refuse(path, f"{unit}a number from 0 to {highest:g}", value)
        return value

    def take_word(self, value: object, path: str, known: Collection[str]) -> str:
        """Take one of the `known` words."""
        text = self.take_text(value, path)
        if text not in known:
            raise self.error(f"{path}: write {' or '.join(sorted(known))}, not {text!r}")
        return text

    def take_flag(self, value: object, path: str) -> bool:
        """Take a JSON boolean, or a 0 or 1."""
        if value not in (0, 1, "0", "1"):
            raise self.error(f"{path}: write true or false, not {value!r}")
        return value in (1, "1")

    def take_id(self, value: object, path: str) -> int:
        """Take an id from 0 that is a number or a text of digits."""
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
            return value
        if isinstance(value, str) and _DIGITS.fullmatch(value):
            return int(value)
        raise self.error(f"{path}: write an id in digits, not {value!r}")

    def take_moment(self, value: object, path: str) -> str:
        """Take a date and time, `2013-03-02 10:00:00`."""
        text = self.take_text(value, path)
        if not is_moment(text):
            raise self.error(f"{path}: write a date and time such as 2013-03-02 10:00:00, not {text!r}")
        return text

    def take_name(self, value: str, path: str) -> str:
        """Take a name that can be a field's."""
        if not _NAME.fullmatch(value):
            raise self.error(f"{path}: a field's name is made of letters, digits and underscores, unlike {value!r}")
        return value


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a JSON value is a finite number; a boolean is none."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def is_moment(text: str) -> bool:
    """Tell whether a text is a date and time as MiniCRM writes it."""
    if not _MOMENT.fullmatch(text):
        return False
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
