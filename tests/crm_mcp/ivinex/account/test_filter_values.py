"""Values of filters by the kind of their field: what is no number, no date or no option is never compared as text."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.support.crm_stub import in_session
from tests.support.mcp_play import call, fail

REFUSED: list[tuple[str, str, str, object, str]] = [
    ("deal", "amount", "GreaterThan", "10,000", "Write 10000, or 10.000 if the comma"),
    ("deal", "amount", "LessThanEqual", "10,5", "Write 10.5"),
    ("deal", "amount", "GreaterThan", "10 000 Ft", "such as 10000"),
    ("deal", "amount", "Equal", "1.000.000", "such as 10000"),
    ("deal", "amount", "In", ["6400", "ten"], "'ten' is not written as one"),
    ("deal", "amount", "GreaterThan", "ten", "amount holds numbers"),
    ("deal", "amount", "Contains", "10,0", "cannot be part of a number"),
    ("deal", "probability", "GreaterThan", "50%", "probability holds numbers"),
    ("deal", "probability", "NotEqual", "10,000", "Write 10000"),
    ("company", "yearly_revenue", "GreaterThan", "100,000", "Write 100000"),
    ("contact", "newsletter", "Equal", "perhaps", "true or false"),
    ("contact", "newsletter", "Contains", "tru", "Use Equal"),
    ("contact", "newsletter", "GreaterThan", "false", "Use Equal"),
    ("contact", "contact_type", "Contains", "Cust", "with Customer (14795)"),
    ("contact", "contact_type", "StartsWith", "P", "Partner (14797)"),
    ("contact", "contact_type", "GreaterThan", 14795, "Customer (14795)"),
    ("contact", "contact_type", "Equal", "Custmer", "did you mean Customer (14795)"),
    ("deal", "expected_close", "GreaterThan", "next week", "is not a date or date-time"),
    ("deal", "expected_close", "LessThan", "2026-11-30 10:00", "Write 2026-11-30."),
    ("deal", "expected_close", "Contains", "November", "GreaterThanEqual and LessThanEqual"),
    ("contact", "created_date", "GreaterThan", "yesterday", "is not a date or date-time"),
    ("contact", "id", "GreaterThan", "1,000", "Write 1000"),
]


def by(module: str, field: str, operand: str, value: object) -> dict[str, Any]:
    return {"module": module, "filters": [{"field": field, "operand": operand, "value": value}]}


@pytest.mark.usefixtures("demo")
def test_a_value_that_its_field_cannot_hold_is_refused_with_how_to_write_it() -> None:
    async def play(client: Client) -> None:
        for module, field, operand, value, says in REFUSED:
            condition = by(module, field, operand, value)
            export = {"tool": "search_records", "arguments": condition}
            for tool, arguments in (("search_records", condition), ("summarize_records", condition)):
                assert says in await fail(client, tool, **arguments), (tool, field, operand, value)
            assert says in await fail(client, "export_search", **export)

    in_session(play)


@pytest.mark.usefixtures("demo")
def test_a_value_that_can_mean_one_thing_only_is_understood() -> None:
    async def count(client: Client, *condition: Any) -> int:
        summary = await call(client, "summarize_records", **by(*condition))
        assert summary["exact"], condition
        return summary["total"]

    async def play(client: Client) -> None:
        summary = await call(
            client, "summarize_records", **by("deal", "amount", "GreaterThan", "10000"), measures=["sum:amount"]
        )
        assert (summary["total"], summary["groups"][0]["sum:amount"], summary["exact"]) == (6, 301699.99, True)
        for amount in (10000, 10000.0, "10 000", "10\u00a0000", " +10000.00 "):
            assert await count(client, "deal", "amount", "GreaterThan", amount) == 6
        subscribed = await count(client, "contact", "newsletter", "Equal", "true")
        assert subscribed
        for yes in (True, "Yes", "igen", "1", "TRUE"):
            assert await count(client, "contact", "newsletter", "Equal", yes) == subscribed
        customers = await count(client, "contact", "contact_type", "Equal", "14795")
        assert await count(client, "contact", "contact_type", "Equal", "customer") == customers
        closing = await count(client, "deal", "expected_close", "Equal", "2026-11-30")
        for day in ("2026-11-30T00:00:00", "2026. 11. 30.", "2026/11/30", "2026-11-30T00:00:00.000Z"):
            assert await count(client, "deal", "expected_close", "Equal", day) == closing
        new = await count(client, "contact", "created_date", "GreaterThan", "2025-06-01")
        assert 0 < new < 42
        assert await count(client, "contact", "created_date", "GreaterThan", "2025. 06. 01.") == new
        zoned = await call(
            client, "search_records", **by("contact", "created_date", "GreaterThan", "2025-06-01T10:00Z")
        )
        assert "no zone" in zoned["note"]
        assert await count(client, "deal", "expected_close", "StartsWith", "2026-11") >= 1
        assert await count(client, "deal", "amount", "StartsWith", "64") == 2

    in_session(play)


def test_where_no_value_was_seen_the_doubt_is_told_and_the_answer_is_not_exact(demo: CrmFake) -> None:
    fields = {"name": {"type": "text"}, "budget": {"type": "number"}, "size": {"type": "text"}}
    records = [{"collection_id": "1", "name": "A", "size": "12 kg"}, {"collection_id": "2", "name": "B", "size": "9"}]
    demo.seed({"ivinex": {"modules": {"1001": {"name": "contact", "fields": fields, "records": records}}}})

    async def play(client: Client) -> None:
        found = await call(client, "search_records", **by("1001", "budget", "GreaterThan", 5))
        assert "No record seen has a value in budget" in found["note"]
        assert not (await call(client, "summarize_records", **by("1001", "budget", "GreaterThan", 5)))["exact"]
        assert "as text" in (await call(client, "search_records", **by("1001", "size", "GreaterThan", 10)))["note"]
        assert "Write 10000" in await fail(client, "search_records", **by("1001", "size", "GreaterThan", "10,000"))
        assert "note" not in await call(client, "search_records", **by("1001", "name", "GreaterThan", "A"))
        described = await call(client, "describe_module", module="1001")
        assert {one["name"]: one["type"] for one in described["fields"]}["budget"] == "unknown"

    in_session(play)
