"""create_note: what is sent, and what each response to it means."""

from __future__ import annotations

import pytest
from mcp import Client

from tests.support.crm_stub import RECORDS, CrmStub, in_session
from tests.support.mcp_play import call, fail


def test_a_note_is_written_on_its_contact_and_its_id_is_told(crms: CrmStub) -> None:
    assert in_session(lambda client: call(client, "create_note", contact_id=8, text="Hi"))["id"] == "55"
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
            assert "text is required" in await fail(client, "create_note", contact_id=8, text=text)
        for contact_id in ("0", "00"):
            assert "contact_id is not a record id" in await fail(
                client, "create_note", contact_id=contact_id, text="Hi"
            )

    in_session(play)
    assert crms.calls == []
