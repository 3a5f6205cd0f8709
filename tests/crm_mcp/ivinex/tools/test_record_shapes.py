"""Records in the shapes that models send: the fields flat or under `fields`, for creating and for changing alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client

from tests.support.crm_stub import RECORDS, CrmStub, in_session
from tests.support.mcp_play import call, fail

ANNA: dict[str, Any] = {"first_name": "Anna", "email": "a@b.example"}
NEW: list[Any] = [
    [ANNA],
    [{"fields": ANNA}],
    [{"fields": json.dumps(ANNA)}],
    [json.dumps({"fields": ANNA})],
    json.dumps([{"fields": ANNA}]),
    ANNA,
    {"fields": ANNA},
    [{"first_name": "Anna", "fields": {"email": "a@b.example"}}],
]
CHANGED: list[Any] = [
    [{"record_id": "8", "fields": ANNA}],
    [{"record_id": 8, **ANNA}],
    [{"record_id": 8.0, "fields": json.dumps(ANNA)}],
    [{"id": "8", "fields": ANNA}],
    [{"CollectionID": 8, **ANNA}],
    [{"collection_id": "8", "first_name": "Anna", "fields": {"email": "a@b.example"}}],
    {"record_id": "8", "fields": ANNA},
    json.dumps({"record_id": "8", **ANNA}),
]


@pytest.mark.parametrize("records", NEW, ids=str)
def test_new_records_are_sent_as_they_were_meant(crms: CrmStub, records: Any) -> None:
    in_session(lambda client: call(client, "create_records", module="contact", records=records))
    assert crms.written == [(RECORDS, {"Records": [{"CollectionTypeID": 1001, **ANNA}]})]


@pytest.mark.parametrize("records", CHANGED, ids=str)
def test_changes_are_sent_as_they_were_meant(crms: CrmStub, records: Any) -> None:
    in_session(lambda client: call(client, "update_records", module="contact", records=records))
    assert crms.written == [(RECORDS, {"Records": [{"CollectionTypeID": 1001, "CollectionID": 8, **ANNA}]})]


def test_what_cannot_be_told_is_refused_unsent(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        both = [{"first_name": "A", "fields": {"first_name": "B"}}]
        assert "give it once" in await fail(client, "create_records", module="contact", records=both)
        assert "record_id" in await fail(client, "update_records", module="contact", records=[ANNA])
        assert "update_records" in await fail(
            client, "create_records", module="contact", records=[{"record_id": 8, "fields": ANNA}]
        )

    in_session(play)
    assert crms.written == []


def test_a_note_can_be_written_only_where_contacts_and_notes_are_known(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tools(client: Client) -> set[str]:
        return {tool.name for tool in (await client.list_tools()).tools}

    assert crms.calls == []
    assert "create_note" in in_session(tools)
    for modules in ("contact=1001", "note=1002", "person=1001,note=1002"):
        monkeypatch.setenv("IVINEX_MODULES", modules)
        assert "create_note" not in in_session(tools)
