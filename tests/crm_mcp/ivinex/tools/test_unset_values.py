"""Options and links that nobody set: a portal prints 0 for them, which is neither a choice nor a record."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.support.crm_stub import RECORDS, CrmStub, in_session
from tests.support.mcp_play import call

FIELDS: dict[str, Any] = {
    "name": {"type": "text"},
    "kind": {"type": "option", "options": {"7": "New", "8": "Won"}},
    "contact": {"type": "link", "module": "1001"},
    "score": {"type": "number"},
}
ROWS: list[dict[str, str | None]] = [
    {"collection_id": "1", "name": "A", "kind": "7", "contact": "5", "score": "3"},
    {"collection_id": "2", "name": "", "kind": "0", "contact": "0", "score": "0", "site_id": "1", "fields_changed": ""},
]


@pytest.fixture
def live(crms: CrmStub) -> CrmStub:
    """Answer every search by two records as a portal prints them."""
    labels = {"7": "New"}

    def answer(request: httpx.Request) -> httpx.Response:
        labelled = request.url.params.get("LookupOptionText") == "true"
        rows = [{**row, "kind": labels.get(str(row["kind"]), row["kind"])} if labelled else row for row in ROWS]
        return httpx.Response(200, json={"Records": rows})

    crms.answer(f"GET {RECORDS}", answer)
    return crms


@pytest.mark.usefixtures("live")
def test_what_is_not_set_is_shown_as_nothing_and_a_zero_stays_a_number() -> None:
    async def play(client: Client) -> None:
        second = {"id": "2", "fields": {"score": "0"}}
        assert (await call(client, "search_records", module="contact"))["items"][1] == second
        named = await call(client, "search_records", module="contact", fields=["kind", "contact", "score"])
        assert named["items"][1]["fields"] == {"kind": None, "contact": None, "score": "0"}
        raw = await call(client, "search_records", module="contact", detail=True)
        assert raw["items"][1]["fields"]["kind"] == "0"
        summary = await call(client, "summarize_records", module="contact", group_by=["kind"], measures=["sum:score"])
        assert {group["kind"]: group["sum:score"] for group in summary["groups"]} == {"New": 3, None: 0}

    in_session(play)


@pytest.mark.crm_fake(profile="observed")
def test_an_unset_option_is_found_by_an_empty_value(demo: CrmFake) -> None:
    records = [{"collection_id": "1", "name": "A", "kind": "7"}, {"collection_id": "2", "name": "B"}]
    demo.seed({"ivinex": {"modules": {"1001": {"name": "contact", "fields": FIELDS, "records": records}}}})

    async def play(client: Client) -> None:
        for value in ("", None):
            unset = [{"field": "kind", "operand": "Equal", "value": value}]
            found = await call(client, "search_records", module="contact", filters=unset)
            assert [item["id"] for item in found["items"]] == ["2"]
            assert "kind" not in found["items"][0]["fields"]
        change = {"module": "contact", "records": [{"record_id": 2, "kind": "Won"}]}
        with pytest.raises(AssertionError, match="is not a choice"):
            await call(client, "update_records", **change, dry_run=True)
        change["records"] = [{"record_id": 2, "kind": "New"}]
        shown = await call(client, "update_records", **change, dry_run=True)
        assert shown["changes"][0]["before"] in (None, "")

    in_session(play)


@pytest.mark.crm_fake(profile="observed")
def test_the_preview_shows_a_link_to_nothing_as_nothing(demo: CrmFake) -> None:
    records = [{"collection_id": "1", "name": "A", "kind": "7", "contact": "1"}, {"collection_id": "2", "name": "B"}]
    demo.seed({"ivinex": {"modules": {"1001": {"name": "contact", "fields": FIELDS, "records": records}}}})

    async def play(client: Client) -> None:
        update = {"module": "contact", "dry_run": True}
        linked = await call(client, "update_records", **update, records=[{"record_id": 2, "contact": 1, "name": "C"}])
        assert (linked["changes"][0]["before"], linked["changes"][0]["after"]) == (None, "A")
        unlinked = await call(client, "update_records", **update, records=[{"record_id": 1, "contact": "0"}])
        assert unlinked["changes"][0]["after"] is None

    in_session(play)
