"""get_linked_records: answered from whichever side holds the link, and never by a bare empty list."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.support.crm_stub import in_session
from tests.support.mcp_play import call


def of(module: str, linked_module: str, linked_id: object) -> dict[str, Any]:
    return {"module": module, "linked_module": linked_module, "linked_id": linked_id}


@pytest.mark.usefixtures("demo")
def test_a_link_is_followed_from_either_side() -> None:
    async def play(client: Client) -> None:
        forwards = await call(client, "get_linked_records", **of("contact", "company", 1))
        assert {item["id"] for item in forwards["items"]} >= {"1", "2"}
        assert "note" not in forwards
        backwards = await call(client, "get_linked_records", **of("company", "contact", 1))
        assert [item["fields"]["name"] for item in backwards["items"]] == ["Alder Roastery"]
        assert backwards["note"] == 'contact 1 ("Ágnes Kovács") links to it in its own company.'
        named = await call(client, "get_linked_records", **of("company", "deal", "2"), fields=["name"])
        assert named["items"] == [{"id": "2", "fields": {"name": "Bluebird Hotels"}}]

    in_session(play)


def test_an_empty_list_says_why(demo: CrmFake) -> None:
    async def play(client: Client) -> None:
        for arguments, says in (
            (of("note", "contact", 99999), "There is no contact 99999."),
            (of("note", "company", 42), 'There is no company 42 (in contact it is "'),
            (of("note", "company", 1), 'No record of note is linked to company 1 ("Alder Roastery").'),
            (of("company", "contact", 43), "No record of company is linked to contact 43"),
        ):
            found = await call(client, "get_linked_records", **arguments)
            assert found["items"] == []
            assert says in found["note"]

    async def create(client: Client) -> None:
        await call(client, "create_records", module="contact", records=[{"first_name": "Ida"}])
        await play(client)

    in_session(create)
    assert demo.requests()
