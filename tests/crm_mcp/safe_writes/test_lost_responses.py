"""What was sent and got no response is taken for made only where the CRM holds it, a new record exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from crm_mcp.errors import UnreachableError
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Outcome, Target
from crm_mcp.safe_writes.writing.sending.lost_responses import Found, find_created, read_back

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


class Held(Holding):
    """Holds this value of `a` in every record."""

    def __init__(self, value: object) -> None:
        super().__init__({})
        self.value = value

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read it."""
        return [replace(change, before={"a": self.value}, held={"a": self.value}) for change in changes]


@pytest.mark.parametrize(
    ("sent", "held", "found"), [("", 0, "written"), ("", 7, "not written"), ("", 8, "unknown"), ("5", 0, "unknown")]
)
def test_a_number_that_was_emptied_is_known_by_the_0_that_the_crm_shows(sent: str, held: int, found: str) -> None:
    change = Change({"a": sent}, {"a": sent}, record_id="1", before={"a": 7}, held={"a": 7})
    (state,) = asyncio.run(read_back(Held(held), [change]))
    assert state.state == found
