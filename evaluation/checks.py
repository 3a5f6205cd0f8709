"""Holds what an agent said, and what the CRMs hold afterwards, to what a task expects. Every finding is a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from evaluation.task import AnswerCheck

_NUMBER = re.compile(r"-?\d+(?:[ \u00a0\u202f.,']\d+)*")


def answer_faults(said: str, check: AnswerCheck) -> list[str]:
    """List what the answer lacks, and what it must not say."""
    text = _plain(said)
    faults = [f"the answer does not say {part!r}" for part in check.has if _plain(part) not in text]
    faults += [
        f"the answer says none of {parts}" for parts in check.any_of if not any(_plain(part) in text for part in parts)
    ]
    told = _numbers(said)
    faults += [f"the answer does not tell the number {number:g}" for number in check.numbers if number not in told]
    faults += [f"the answer says {part!r}" for part in check.lacks if _plain(part) in text]
    return faults


def state_faults(want: object, got: object, at: str = "") -> Iterator[str]:
    """List where `got` lacks a part that `want` names; text and numbers that read the same are the same."""
    if isinstance(want, Mapping):
        wanted = cast("Mapping[str, Any]", want)
        found: Mapping[str, Any] = cast("Mapping[str, Any]", got) if isinstance(got, Mapping) else {}
        for key, value in wanted.items():
            if key not in found:
                yield f"{at}/{key} is missing"
            else:
                yield from state_faults(value, found[key], f"{at}/{key}")
    elif isinstance(want, Sequence) and not isinstance(want, str):
        items = cast("Sequence[Any]", want)
        others: Sequence[Any] = cast("list[Any]", got) if isinstance(got, list) else []
        if len(items) != len(others):
            yield f"{at} has {len(others)} items, not {len(items)}"
        for index, pair in enumerate(zip(items, others, strict=False)):
            yield from state_faults(*pair, f"{at}/{index}")
    elif str(want) != str(got):
        yield f"{at} is {got!r}, not {want!r}"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _numbers(text: str) -> set[float]:
    """Return every number that the text may mean: 18 400 000, 18,400,000 and 18.400.000 are one; so is 2,5 and 2.5."""
    found: set[float] = set()
    for written in _NUMBER.findall(text):
        grouped = re.sub(r"[ \u00a0\u202f.,'](?=\d{3}(?:\D|$))", "", written)
        for reading in (re.sub(r"[^\d-]", "", written), grouped.replace(",", "."), written.replace(",", ".")):
            try:
                found.add(float(reading))
            except ValueError:
                continue
    return found
