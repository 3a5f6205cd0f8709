"""summarize_records against a fake: every matching record is counted, or the answer says which are not."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import assistant, call, fail

RECORDS = "/API/Records.php"
AMOUNTS = ("100", "0.10", "-5", "1,000", None, "12 EUR")


@pytest.fixture
def deals(crm_fake: CrmFake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CrmFake:
    """A module of 250 deals."""
    fields = {
        "stage": {"type": "option", "options": {"7": "New", "8": "Won"}},
        "amount": {"type": "text"},
        "closed": {"type": "text"},
    }
    records = [
        {
            "collection_id": str(number),
            "stage": ("7", "8", None)[number % 3],
            "amount": AMOUNTS[number % len(AMOUNTS)],
            "closed": f"2026-{1 + number % 2:02}-15 10:00:00",
        }
        for number in range(1, 251)
    ]
    crm_fake.seed({"ivinex": {"modules": {"1001": {"name": "deal", "fields": fields, "records": records}}}})
    monkeypatch.chdir(tmp_path)
    for name, value in (crm_fake.env | {"MINICRM_SYSTEM_ID": "", "MINICRM_API_KEY": ""}).items():
        monkeypatch.setenv(name, value)
    return crm_fake


def summary_of(fake: CrmFake, **arguments: Any) -> dict[str, Any]:
    fake.forget_requests()

    async def run() -> dict[str, Any]:
        async with assistant() as client:
            return await call(client, "summarize_records", module="deal", **arguments)

    return asyncio.run(run())


def test_all_records_are_grouped_by_label_and_added_up(deals: CrmFake) -> None:
    answer = summary_of(deals, group_by=["stage"], measures=["sum:amount"])
    counts: Counter[str | None] = Counter()
    sums: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for number in range(1, 251):
        stage, amount = ("New", "Won", None)[number % 3], AMOUNTS[number % len(AMOUNTS)]
        counts[stage] += 1
        if amount in ("100", "0.10", "-5"):
            sums[stage] += Decimal(amount)
    assert {one["stage"]: one["count"] for one in answer["groups"]} == counts
    assert {one["stage"]: one["sum:amount"] for one in answer["groups"]} == {
        stage: float(sums[stage]) for stage in counts
    }
    assert (answer["total"], answer["exact"]) == (250, True)
    assert answer["skipped"] == {"amount": sum(AMOUNTS[n % 6] in ("1,000", "12 EUR") for n in range(1, 251))}
    assert answer["empty"] == {"amount": sum(AMOUNTS[n % 6] is None for n in range(1, 251))}
    assert len(deals.requests()) <= 3 + 8, "at most as many in vain as are read at a time"


def test_the_second_time_within_a_minute_costs_no_request_until_something_is_written(deals: CrmFake) -> None:
    won = [{"field": "stage", "operand": "Equal", "value": "won"}]

    async def run() -> None:
        async with assistant() as client:
            for filters in ([], won):
                first = await call(client, "summarize_records", module="deal", filters=filters)
                deals.forget_requests()
                again = await call(client, "summarize_records", module="deal", filters=filters, group_by=["stage"])
                assert (again["total"], again["exact"], deals.requests()) == (first["total"], True, [])
            await call(
                client, "update_records", module="deal", records=[{"record_id": "3", "fields": {"stage": "Won"}}]
            )
            changed = await call(client, "summarize_records", module="deal", filters=won)
            assert changed["total"] == first["total"] + 1

    asyncio.run(run())


def test_filters_narrow_and_months_group(deals: CrmFake) -> None:
    filters = [{"field": "stage", "operand": "Equal", "value": "won"}]
    answer = summary_of(deals, filters=filters, group_by=["month:closed"])
    won = [number for number in range(1, 251) if number % 3 == 1]
    assert answer["groups"] == [
        {"month:closed": "2026-01", "count": sum(number % 2 == 0 for number in won)},
        {"month:closed": "2026-02", "count": sum(number % 2 == 1 for number in won)},
    ]


def test_a_page_that_comes_again_is_no_exact_answer(deals: CrmFake) -> None:
    deals.faults({"match": {"path": RECORDS}, "fault": {"kind": "same_page"}})
    answer = summary_of(deals)
    assert answer["exact"] is False
    assert "same page again" in answer["note"]
    assert len(deals.requests()) <= 2 + 8


def test_a_page_that_fails_is_an_error_and_not_a_smaller_answer(deals: CrmFake) -> None:
    deals.faults({"match": {"path": RECORDS, "nth": 3}, "fault": {"kind": "status", "status": 503}})

    async def run() -> str:
        async with assistant() as client:
            return await fail(client, "summarize_records", module="deal")

    assert "503" in asyncio.run(run())


@pytest.mark.usefixtures("deals")
def test_a_field_that_no_record_has_is_refused_with_what_was_meant() -> None:
    async def run() -> None:
        async with assistant() as client:
            assert "Did you mean stage" in await fail(client, "summarize_records", module="deal", group_by=["stages"])
            wrong = {"field": "stage", "operand": "equall", "value": "x"}
            assert "Equal" in await fail(client, "summarize_records", module="deal", filters=[wrong])
            assert "operand" in await fail(client, "summarize_records", module="deal", filters=[{"field": "stage"}])

    asyncio.run(run())
