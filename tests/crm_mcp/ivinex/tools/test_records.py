"""The tools for records: what is shown, what a linked search asks, and batches whose outcome is partly known."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from mcp import Client

from tests.crm_mcp.ivinex.option_records import LABELS, ROWS
from tests.support.crm_stub import RECORDS, CrmStub, in_session
from tests.support.mcp_play import call, fail

SEARCH = f"GET {RECORDS}"
SUCCESS = {"CollectionTypeID": 1001, "CollectionID": 55, "Status": "Success", "Message": ""}


@pytest.mark.usefixtures("portal")
def test_answers_are_short_and_say_what_option_ids_mean_once_that_is_known() -> None:
    short = [
        {
            "id": "8",
            "fields": {"first_name": "Anna", "kind": "1", "email_1": "a@b.example", "about": "Hi you"},
            "rich_text": "about",
        },
        {"id": "9", "fields": {"first_name": "Béla", "kind": "2"}},
        {"id": "10", "fields": {"first_name": "Cili", "kind": "3"}},
    ]

    async def play(client: Client) -> None:
        assert await call(client, "search_records", module="contact") == {"items": short}
        found = await call(client, "search_records", module="contact", order_by="kind")
        assert found == {"items": short, "labels": {"kind": LABELS}}
        assert (await call(client, "get_record", module="contact", record_id=8))["labels"] == {
            "kind": {"1": "Customer"}
        }
        names = await call(client, "search_records", module="contact", fields=["first_name", "email_1"], limit=2)
        assert "labels" not in names
        assert names["items"][1] == {"id": "9", "fields": {"first_name": "Béla", "email_1": None}}
        raw = await call(client, "search_records", module="contact", detail=True, limit=2)
        assert raw["items"][1]["fields"] == {name: value for name, value in ROWS[1].items() if name != "collection_id"}

    in_session(play)


def test_who_made_a_record_is_told_in_detail_only(crms: CrmStub) -> None:
    made = {"created_by": "1", "modified_by": "2", "created_date": "2026-01-01", "modified_date": "2026-01-01"}
    rows = [{"collection_id": "8", **made}, {"collection_id": "9", **made, "modified_date": "2026-02-02"}]
    crms.answer(SEARCH, {"Records": rows})

    async def play(client: Client) -> None:
        found = (await call(client, "search_records", module="contact"))["items"]
        assert [item["fields"] for item in found] == [
            {"created_date": "2026-01-01"},
            {"created_date": "2026-01-01", "modified_date": "2026-02-02"},
        ]
        named = (await call(client, "search_records", module="contact", fields=["created_by"]))["items"]
        assert named[0]["fields"] == {"created_by": "1"}
        assert (await call(client, "get_record", module="contact", record_id=8))["fields"] == made

    in_session(play)


def test_option_labels_are_shown_where_they_are_asked_for(crms: CrmStub) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        kind = "Customer" if request.url.params.get("LookupOptionText") == "true" else "14795"
        return httpx.Response(200, json={"Records": [{"collection_id": "8", "kind": kind}]})

    crms.answer(f"GET {RECORDS}", answer)

    async def play(client: Client) -> None:
        for labels, kind in ((True, "Customer"), (False, "14795")):
            options = {"module": "contact", "option_labels": labels}
            assert (await call(client, "get_record", record_id=8, **options))["fields"] == {"kind": kind}
            (found,) = (await call(client, "search_records", **options))["items"]
            assert found["fields"] == {"kind": kind}

    in_session(play)


def test_a_linked_search_names_module_and_record(crms: CrmStub) -> None:
    crms.answer(SEARCH, {"Records": [{"collection_id": "8"}]})
    linked = {"module": "note", "linked_module": "contact", "linked_id": 8}
    in_session(lambda client: call(client, "get_linked_records", **linked))
    query = crms.queries_of(f"GET {RECORDS}")[0]
    assert query["CollectionTypeID"] == "1002"
    assert query["Filters"] == '[{"Field":"collection_id","Operand":"LinkedTo","Value":"1001:8"}]'


@pytest.mark.parametrize("answered", [0, 1, 3])
def test_a_batch_that_is_answered_for_another_number_may_have_been_made_and_updates_are_read_back(
    crms: CrmStub, answered: int
) -> None:
    crms.answer(f"POST {RECORDS}", [SUCCESS] * answered)

    async def play(client: Client) -> None:
        records: list[dict[str, Any]] = [{"first_name": "A"}, {"first_name": "B"}]
        text = await fail(client, "create_records", module="contact", records=records)
        assert f"reported {answered} results for 2 records" in text
        assert "look for it before you repeat it" in text
        records = [{"record_id": number, "fields": {"first_name": "A"}} for number in (1, 2)]
        for item in (await call(client, "update_records", module="contact", records=records))["items"]:
            assert f"reported {answered} results for 2 records" in item["message"]
            assert "It was read back and is as it was before" in item["message"]

    in_session(play)


def test_each_record_of_a_batch_answers_for_itself(crms: CrmStub) -> None:
    failed = {"CollectionID": 0, "Status": "Error", "Message": "No such field"}
    crms.answer(f"POST {RECORDS}", [SUCCESS, failed])
    records = [{"first_name": "A"}, {"frst_name": "B"}]
    results = in_session(lambda client: call(client, "create_records", module="contact", records=records))
    assert results["items"] == [
        {"index": 0, "ok": True, "id": "55", "write_id": f"{results['write_id']}.0"},
        {"index": 1, "ok": False, "message": "No such field", "write_id": f"{results['write_id']}.1"},
    ]
