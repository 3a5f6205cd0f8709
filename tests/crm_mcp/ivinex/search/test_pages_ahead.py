"""All pages of a search are read ahead in a window, which costs a bounded number of requests and loses no record."""

from __future__ import annotations

import asyncio

import pytest

from crm_mcp.crm.all_pages import AllPages
from crm_mcp.crm.call import Steps
from crm_mcp.ivinex.models import Record
from crm_mcp.ivinex.search.pages import read_all_pages
from crm_mcp.ivinex.settings import IvinexSettings
from tests.support.crm_stub import RECORDS, CrmStub, numbered_rows
from tests.support.mcp_play import assistant, call


class Portal:
    """Answers pages of numbered records and notes what it was asked, and how much of it at a time."""

    def __init__(self, records: int) -> None:
        self.ids = [str(number) for number in range(1, records + 1)]
        self.offsets: list[int] = []
        self.in_flight = self.most_in_flight = 0

    async def read(self, limit: int, offset: int) -> list[Record]:
        self.offsets.append(offset)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        for _ in range(1 + len(self.offsets) % 3):  # responses overtake one another
            await asyncio.sleep(0)
        self.in_flight -= 1
        return [{"id": one, "fields": {}} for one in self.ids[offset : offset + limit]]

    def read_all(self, at_once: int = 8, max_rows: int = 20_000) -> AllPages[Record]:
        return asyncio.run(read_all_pages(self.read, Steps(self), at_once=at_once, max_rows=max_rows))

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        """Listen to nothing."""


@pytest.mark.parametrize("at_once", [1, 2, 8])
@pytest.mark.parametrize("records", [0, 1, 99, 100, 101, 799, 800, 850, 900, 4_373, 5_000])
def test_every_record_comes_once_and_at_most_a_window_of_requests_is_in_vain(records: int, at_once: int) -> None:
    portal = Portal(records)
    found = portal.read_all(at_once)
    assert ([record["id"] for record in found.rows], found.incomplete_reason) == (portal.ids, "")
    assert len(portal.offsets) <= max(1, -(-records // 100)) + at_once
    assert portal.most_in_flight <= at_once


@pytest.mark.parametrize("records", [0, 1, 99])
def test_a_small_module_costs_one_request(records: int) -> None:
    portal = Portal(records)
    portal.read_all()
    assert portal.offsets == [0]


def test_pages_in_sight_are_asked_for_together() -> None:
    portal = Portal(5_000)
    portal.read_all()
    assert portal.most_in_flight == 8


def test_nothing_is_asked_for_beyond_the_most_rows() -> None:
    portal = Portal(5_000)
    found = portal.read_all(max_rows=1_000)
    assert (len(found.rows), len(portal.offsets)) == (1_000, 10)
    assert "Only the first 1000" in found.incomplete_reason


def test_records_behind_a_page_that_is_not_full_are_told_of() -> None:
    portal = Portal(950)
    read = portal.read

    async def read_short(limit: int, offset: int) -> list[Record]:
        return (await read(limit, offset))[: 99 if offset == 300 else limit]

    portal.read = read_short
    assert "may be missing" in portal.read_all().incomplete_reason


@pytest.mark.parametrize(("per_minute", "at_once"), [(0, 8), (30, 1), (60, 1), (180, 3), (6_000, 8)])
def test_a_limited_account_is_read_by_no_more_than_it_takes_in_a_second(per_minute: int, at_once: int) -> None:
    assert IvinexSettings(requests_per_minute=per_minute).pages_at_once == at_once


def test_a_summary_waits_for_pages_together(crms: CrmStub) -> None:
    crms.answer(f"GET {RECORDS}", numbered_rows("collection_id", 2_030))

    async def run() -> int:
        async with assistant() as client:
            return (await call(client, "summarize_records", module="contact"))["total"]

    assert asyncio.run(run()) == 2_030
    assert crms.most_in_flight == 8, "not one after another"
