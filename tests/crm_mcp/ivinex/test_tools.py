"""The Ivinex tools: what a note's answer may be, option labels, pages, and batches answered in part."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from mcp import Client

from tests.support.crm_stub import RECORDS, CrmStub, in_session, numbered_rows
from tests.support.mcp_play import call, fail

SUCCESS = {"CollectionTypeID": 1001, "CollectionID": 55, "Status": "Success", "Message": ""}


def test_a_note_is_written_on_its_contact_and_its_id_is_told(crms: CrmStub) -> None:
    assert in_session(lambda client: call(client, "create_note", contact_id=8, text="Hi")) == {"id": "55"}
    assert crms.written == [
        (RECORDS, {"Records": [{"CollectionTypeID": 1002, "description": "Hi", "contact": "8"}]}),
    ]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"CollectionID": 0, "Status": "Error", "Message": "No contact 8"}, 'said: "No contact 8"'),
        ({"CollectionID": 55, "Status": "Failed"}, "did not create the note"),
        ({"Status": "Success", "Message": ""}, "Do not write it again"),
        ({"CollectionID": 0, "Status": "Success"}, "Do not write it again"),
    ],
)
def test_a_note_that_failed_or_has_no_id_is_an_error_that_says_what_to_do(
    crms: CrmStub, answer: dict[str, object], says: str
) -> None:
    crms.answer(f"POST {RECORDS}", [answer])
    assert says in in_session(lambda client: fail(client, "create_note", contact_id=8, text="Hi"))


def test_a_blank_note_or_contact_is_refused_before_any_request(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        for text in ("", " \n"):
            assert "no text" in await fail(client, "create_note", contact_id=8, text=text)
        for contact_id in ("", " ", "0", "00"):
            assert "contact_id is no record id" in await fail(client, "create_note", contact_id=contact_id, text="Hi")

    in_session(play)
    assert crms.calls == []


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


@pytest.mark.parametrize(
    ("tool", "query"),
    [
        ("search_records", {"module": "contact"}),
        ("get_linked_records", {"module": "note", "linked_module": "contact", "linked_id": "8"}),
    ],
)
def test_every_page_begins_where_the_one_before_ended(crms: CrmStub, tool: str, query: dict[str, Any]) -> None:
    crms.answer(f"GET {RECORDS}", numbered_rows("collection_id", 7))

    async def play(client: Client) -> None:
        cursor = ""
        for ids in (["1", "2"], ["3", "4"], ["5", "6"], ["7"]):
            page = await call(client, tool, limit=2, cursor=cursor, **query)
            assert [item["id"] for item in page["items"]] == ids
            cursor = page.get("next_cursor", "")
        assert not cursor

    in_session(play)


def test_a_linked_search_names_module_and_record(crms: CrmStub) -> None:
    linked = {"module": "note", "linked_module": "contact", "linked_id": 8}
    in_session(lambda client: call(client, "get_linked_records", **linked))
    query = crms.query_of(f"GET {RECORDS}")
    assert query["CollectionTypeID"] == "1002"
    assert query["Filters"] == '[{"Field":"collection_id","Operand":"LinkedTo","Value":"1001:8"}]'


@pytest.mark.parametrize("answered", [0, 1, 3])
def test_a_batch_that_is_answered_for_another_number_is_an_error_and_may_have_been_made(
    crms: CrmStub, answered: int
) -> None:
    crms.answer(f"POST {RECORDS}", [SUCCESS] * answered)

    async def play(client: Client) -> None:
        records: list[dict[str, Any]] = [{"first_name": "A"}, {"first_name": "B"}]
        text = await fail(client, "create_records", module="contact", records=records)
        assert f"answered for {answered} of 2" in text
        assert "look for it before you repeat it" in text
        records = [{"record_id": number, "fields": {"first_name": "A"}} for number in (1, 2)]
        text = await fail(client, "update_records", module="contact", records=records)
        assert f"answered for {answered} of 2" in text
        assert "does no harm" in text

    in_session(play)


def test_each_record_of_a_batch_answers_for_itself(crms: CrmStub) -> None:
    failed = {"CollectionID": 0, "Status": "Error", "Message": "No such field"}
    crms.answer(f"POST {RECORDS}", [SUCCESS, failed])
    records = [{"first_name": "A"}, {"frst_name": "B"}]
    results = in_session(lambda client: call(client, "create_records", module="contact", records=records))
    assert results["items"] == [
        {"index": 0, "ok": True, "id": "55"},
        {"index": 1, "ok": False, "message": "No such field"},
    ]
