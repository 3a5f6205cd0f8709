"""Compares the shape of two JSON values: the same keys and the same JSON types, whatever the values."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tests.contract.harness.documented.interactions import json_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def shape_differences(want: object, got: object, *, may_have_more: bool = False) -> list[str]:
    """List where two JSON values differ in shape.

    Keys that are numbers are ids, so data: an entry has the shape of some entry of the other side. So has an item of a
    list.

    Args:
        want: The value whose shape is asked for.
        got: The value to look at.
        may_have_more: Whether objects in `got` may have further keys, and text may be null: accounts differ in both.
    """
    return list(_iter_differences(want, got, may_have_more=may_have_more, at=""))


def _iter_differences(want: object, got: object, *, may_have_more: bool, at: str) -> Iterator[str]:
    if may_have_more and got is None and isinstance(want, str):
        return
    if json_type(want) != json_type(got):
        yield f"{at or '/'}: wanted {json_type(want)} like {want!r}, got {got!r}"
    elif isinstance(want, list):
        wanted, found = cast("list[object]", want), cast("list[object]", got)
        yield from _iter_items(wanted, enumerate(found), may_have_more=may_have_more, at=at)
    elif isinstance(want, dict):
        wanted, found = cast("dict[str, object]", want), cast("dict[str, object]", got)
        if wanted and all(key.isdigit() for key in wanted):
            yield from (f"{at}/{key}: is no id" for key in found if not key.isdigit())
            yield from _iter_items(list(wanted.values()), found.items(), may_have_more=may_have_more, at=at)
        else:
            yield from _iter_keys(wanted, found, may_have_more=may_have_more, at=at)


def _iter_keys(want: dict[str, object], got: dict[str, object], *, may_have_more: bool, at: str) -> Iterator[str]:
    yield from (f"{at}/{key}: missing" for key in want if key not in got)
    if not may_have_more:
        yield from (f"{at}/{key}: not wanted" for key in got if key not in want)
    for key in want.keys() & got.keys():
        yield from _iter_differences(want[key], got[key], may_have_more=may_have_more, at=f"{at}/{key}")


def _iter_items(
    samples: list[object], items: Iterable[tuple[object, object]], *, may_have_more: bool, at: str
) -> Iterator[str]:
    """Hold every item to the shape of the sample it is nearest to."""
    if not samples:
        return
    is_empty = True
    for key, item in items:
        is_empty = False
        tries = [
            list(_iter_differences(sample, item, may_have_more=may_have_more, at=f"{at}/{key}")) for sample in samples
        ]
        yield from min(tries, key=len)
    if is_empty:
        yield f"{at or '/'}: is empty"
