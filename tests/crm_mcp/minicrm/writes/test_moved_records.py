"""What is asked for with `UpdatedSince` begins early enough, whatever the clocks do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_mcp.crm.messages import Request, Response
from crm_mcp.crm.paging import Page
from crm_mcp.errors import BadRequestError
from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.writes.moved_records import MovedRecords

BUDAPEST = ZoneInfo("Europe/Budapest")


def searched_since(since: str) -> object:
    asked: list[object] = []

    async def search(criteria: Mapping[str, object]) -> Page[Any]:
        asked.append(criteria["UpdatedSince"])
        return Page([{"id": "7"}], 1)

    moved = MovedRecords(search, CrmClock(), BUDAPEST)
    assert asyncio.run(moved.find(datetime.fromisoformat(since).timestamp())) == {"7"}
    return asked[0]


@pytest.mark.parametrize(
    ("since", "local"),
    [
        ("2026-06-01T10:00:00+00:00", "2026-06-01 11:50:00"),
        ("2026-01-01T10:00:00+00:00", "2026-01-01 10:50:00"),
        # The clocks go back from 03:00 to 02:00 at 01:00 UTC: 02:20 comes twice, and the earlier one may be meant.
        ("2026-10-25T01:30:00+00:00", "2026-10-25 02:20:00"),
        ("2026-10-25T02:30:00+00:00", "2026-10-25 03:20:00"),
        ("2026-10-25T00:05:00+00:00", "2026-10-25 01:55:00"),
        ("2026-10-25T00:40:00+00:00", "2026-10-25 01:30:00"),
    ],
)
def test_it_begins_ten_minutes_before_and_an_hour_more_where_the_clocks_change(since: str, local: str) -> None:
    assert searched_since(since) == local


def test_where_the_search_is_refused_or_a_page_is_full_it_cannot_tell() -> None:
    async def refuse(_: Mapping[str, object]) -> Page[Any]:
        raise BadRequestError("no", status=400)

    async def overflow(_: Mapping[str, object]) -> Page[Any]:
        return Page([{"id": str(number)} for number in range(100)], 300)

    for search in (refuse, overflow):
        assert asyncio.run(MovedRecords(search, CrmClock(), BUDAPEST).find(0.0)) is None


class Dated:
    def __init__(self, date: str) -> None:
        self.date = date

    async def perform(self, request: Request, parse: Any) -> Any:
        return parse(Response(200, b"", "", request, {"date": self.date}))


def test_the_crms_clock_is_known_by_the_date_of_its_responses_and_unknown_without_one() -> None:
    clock = CrmClock(lambda: 1000.0)
    assert clock.at(900.0) is None
    sender = Dated("Thu, 01 Jan 1970 01:00:00 GMT")
    asyncio.run(clock.watch(sender).perform(Request("GET", "/"), lambda _: None))
    assert clock.at(900.0) == 3500.0
    sender.date = "no date"
    asyncio.run(clock.watch(sender).perform(Request("GET", "/"), lambda _: None))
    assert clock.at(900.0) is None
