"""A new record whose response was lost is taken for made only where exactly one new one holds what was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence

import pytest

from crm_mcp.errors import UnreachableError
from crm_mcp.safe_writes.draft import Change, Outcome, Target
from crm_mcp.safe_writes.writing.lost_responses import Found, find_created

NEW = Change({"a": 1}, {"a": 1})


class Holding(Target):
    """Finds these records for every new one; None where it cannot be searched."""

    noun = "record"

    def __init__(self, alike: Mapping[str, bool] | None) -> None:
        self.alike = alike

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Find them."""
        del change
        return self.alike

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Refuse."""
        raise AssertionError(changes)


class Silent(Holding):
    """Cannot be reached."""

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Fail."""
        raise UnreachableError(str(change.sent))


@pytest.mark.parametrize(
    ("alike", "before", "others", "found"),
    [
        ({}, [], [], "not written"),
        ({"1": True}, ["1"], [], "not written"),
        ({"1": True}, [], ["1"], "not written"),
        ({"1": True, "2": True}, ["1"], [], "written"),
        ({"1": False, "2": True}, [], [], "written"),
        ({"1": True, "2": True}, [], [], "unknown"),
        ({"1": False}, [], [], "unknown"),
        ({"1": True}, None, [], "unknown"),
        (None, [], [], "unknown"),
    ],
)
def test_what_became_of_a_new_record(
    alike: Mapping[str, bool] | None, before: Collection[str] | None, others: Collection[str], found: str
) -> None:
    assert asyncio.run(find_created(Holding(alike), NEW, before, others)).state == found


def test_where_the_crm_cannot_be_searched_now_it_is_unknown() -> None:
    assert asyncio.run(find_created(Silent({}), NEW, [])) == Found(
        "unknown", why="The CRM could not be searched for it."
    )
