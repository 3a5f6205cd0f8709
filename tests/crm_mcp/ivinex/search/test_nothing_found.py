"""An empty or partial result says what was not found: silence would be taken for "there is none"."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.support.crm_stub import in_session
from tests.support.mcp_play import call

pytestmark = pytest.mark.usefixtures("demo")


def by(module: str, field: str, operand: str, value: object) -> dict[str, Any]:
    return {"module": module, "filters": [{"field": field, "operand": operand, "value": value}]}


MISSING = [
    (by("contact", "company", "Equal", "9999"), "there is no company 9999"),
    (by("contact", "company", "In", ["9998", "9999"]), "there is no company 9998"),
    (by("note", "collection_id", "LinkedTo", "1001:99999"), "there is no contact 99999"),
    (by("note", "collection_id", "LinkedTo", "contact:99999"), "there is no contact 99999"),
    (by("contact", "collection_id", "Equal", "99999"), "there is no contact 99999"),
]


@pytest.mark.parametrize(("arguments", "told"), MISSING)
def test_a_search_by_a_record_that_is_not_there_says_so(arguments: dict[str, Any], told: str) -> None:
    async def play(client: Client) -> None:
        found = await call(client, "search_records", **arguments)
        assert found["items"] == []
        assert told in found["note"]
        summary = await call(client, "summarize_records", **arguments)
        assert (summary["total"], summary["exact"]) == (0, False)
        assert told in summary["note"]

    in_session(play)


def test_a_module_is_named_in_linked_to_as_anywhere() -> None:
    async def play(client: Client) -> None:
        named = await call(client, "search_records", **by("note", "collection_id", "LinkedTo", "contact:1"))
        numbered = await call(client, "search_records", **by("note", "collection_id", "LinkedTo", "1001:1"))
        assert named["items"] == numbered["items"] != []

    in_session(play)


@pytest.mark.parametrize(
    ("field", "values", "told"),
    [
        ("collection_id", ["1", "2", "99999"], "Nothing is found for '99999'."),
        ("first_name", ["Béla", "Nobody", "Noone"], "Nothing is found for 'Nobody' and 'Noone'."),
        ("first_name", ["Béla", "Ágnes"], None),
        ("contact_type", ["Customer", "Partner"], None),
    ],
)
def test_of_several_values_those_that_no_record_has_are_named(field: str, values: list[str], told: str | None) -> None:
    found = in_session(lambda client: call(client, "search_records", **by("contact", field, "In", values), limit=100))
    assert found["items"] != []
    assert found.get("note") == told


def test_on_a_page_of_many_no_value_is_called_missing(demo: CrmFake) -> None:
    del demo
    arguments = by("contact", "collection_id", "In", ["1", "2", "3"])
    found = in_session(lambda client: call(client, "search_records", **arguments, limit=2))
    assert "next_cursor" in found
    assert "note" not in found
