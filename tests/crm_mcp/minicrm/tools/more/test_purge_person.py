"""A person is deleted for good once, after a yes, and then nothing that this server remembers tells of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from tests.crm_mcp.minicrm.tools.money.books import play
from tests.crm_mcp.safe_writes.playing import User
from tests.support.crm_stub import API, CrmStub
from tests.support.mcp_play import call, fail

CONTACT = f"GET {API}/Contact/1"
PURGE = f"GET {API}/PurgePerson/1"
ANNA: dict[str, Any] = {
    "Id": 1,
    "Type": "Person",
    "FirstName": "Anna",
    "LastName": "Szabados",
    "Email": "anna@alma.example",
    "Phone": "+36 30 123 4567",
}
TOOLSETS = "default,more"


@pytest.fixture
def store(crms: CrmStub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let the CRM hold Anna, and delete her when asked; return the folder that the servers share."""
    folder = tmp_path / "store"
    monkeypatch.setenv("CRM_MCP_STORE", str(folder))
    monkeypatch.setenv("CRM_MCP_UNCONFIRMED_WRITES", "1")
    crms.answer(CONTACT, ANNA)
    crms.answer(f"GET {API}/Contact", {"Count": 1, "Results": {"1": {"Id": 1, "Name": "Anna Szabados"}}})
    crms.answer(f"PUT {API}/Contact/1", {"Id": 1})
    crms.answer(PURGE, lambda _: purged(crms, httpx.Response(200, json={"Message": "Deleted"})))
    return folder


def purged(crms: CrmStub, response: httpx.Response | Exception) -> httpx.Response:
    """Delete Anna, and respond so."""
    crms.answer_status(CONTACT, 404, "Contact (GET): no such contact")
    if isinstance(response, Exception):
        raise response
    return response


def purge(client: Client, **more: Any) -> Any:
    """Call the tool; it must succeed."""
    return call(client, "purge_person", person_id=1, **more)


def test_the_question_names_the_person_and_what_goes_with_them(crms: CrmStub, store: Path) -> None:
    del store
    user = User()
    assert play(purge, user, toolsets=TOOLSETS)["id"] == "1"
    assert user.asked[0].splitlines() == [
        "Delete this person for good? It cannot be undone.",
        "Person: Anna Szabados (1)",
        "Email: anna@alma.example",
        "Phone: +36 30 123 4567",
        "What goes with it: projects 0, addresses 0",
    ]
    assert crms.calls.count(PURGE) == 1


@pytest.mark.parametrize("user", [User("decline"), User("cancel"), None])
def test_without_a_yes_nobody_is_deleted_whatever_is_set(crms: CrmStub, store: Path, user: User | None) -> None:
    del store
    said = play(lambda client: fail(client, "purge_person", person_id=1), user, toolsets=TOOLSETS)
    assert "Nothing was written" in said
    assert PURGE not in crms.calls


@pytest.mark.parametrize("response", [httpx.ReadError("reset"), httpx.Response(503), httpx.Response(200, text="<p>")])
def test_after_a_lost_response_the_person_is_looked_for_and_never_deleted_twice(
    crms: CrmStub, store: Path, response: httpx.Response | Exception
) -> None:
    del store
    crms.answer(PURGE, lambda _: purged(crms, response))
    assert play(purge, User(), toolsets=TOOLSETS)["id"] == "1"
    assert crms.calls.count(PURGE) == 1


def test_the_crms_refusal_is_told_in_its_own_words(crms: CrmStub, store: Path) -> None:
    del store
    crms.answer_status(PURGE, 400, '{"Message": "Primary contacts cannot be deleted."}')
    said = play(lambda client: fail(client, "purge_person", person_id=1), User(), toolsets=TOOLSETS)
    assert "Primary contacts cannot be deleted." in said
    assert "company" in play(lambda client: fail(client, "purge_person", person_id=2), User(), toolsets=TOOLSETS)


def test_nothing_that_is_remembered_tells_of_the_person_any_more(crms: CrmStub, store: Path) -> None:
    async def use(client: Client) -> Any:
        await call(client, "query_crm", sql="select name, email from minicrm_contacts where id = 1")
        await call(client, "update_contact", contact_id=1, fields={"Email": "anna.szabados@alma.example"})
        long = "Szabados " * 3000  # on pages of its own, which are free once it is erased
        await call(client, "update_contact", contact_id=1, fields={"Description": long})
        await call(client, "update_contact", contact_id=1, fields={"Phone": "+36 30 999 8888"}, dry_run=True)
        await call(client, "update_address", address_id=6, fields={"City": "Szabadosfalva"})
        new = {"FirstName": "Anna", "LastName": "Szabados"}
        await call(client, "create_contact", type="Person", fields=new, allow_duplicate=True, idempotency_key="a")

    crms.answer(f"PUT {API}/Contact", {"Id": 1})
    crms.answer(f"GET {API}/AddressList/1", {"Count": 1, "Results": [{"6": "Home"}]})
    play(use, User(), toolsets=TOOLSETS)
    assert traces(store) >= {"Szabados", "anna@alma.example"}
    play(purge, User(), toolsets=TOOLSETS)
    assert traces(store) == set()


def traces(store: Path) -> set[str]:
    """Return what stands of Anna in any file of the store."""
    held = b"".join(file.read_bytes() for file in store.iterdir())
    texts = ["Szabados", "anna@alma.example", "anna.szabados@alma.example", "+36 30 123 4567", "+36 30 999 8888"]
    return {text for text in texts if text.encode() in held}


def test_undo_says_why_not(crms: CrmStub, store: Path) -> None:
    del store
    write_id = play(purge, User(), toolsets=TOOLSETS)["write_id"]
    undone = play(lambda client: call(client, "undo_write", write_id=write_id), User(), toolsets=TOOLSETS)
    assert "erased" in undone["items"][0]["message"]
    assert crms.calls.count(PURGE) == 1


def test_a_person_who_is_gone_already_is_erased_here_all_the_same(crms: CrmStub, store: Path) -> None:
    play(lambda client: call(client, "update_contact", contact_id=1, fields={"Phone": "+36 30 999 8888"}), User())
    crms.answer_status(CONTACT, 404, "Contact (GET): no such contact")
    said = play(lambda client: fail(client, "purge_person", person_id=1), User(), toolsets=TOOLSETS)
    assert "There is no person 1" in said
    assert "+36 30 999 8888" not in traces(store)
