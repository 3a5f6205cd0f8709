"""A document is acted on once, after a person's yes, and not at all where it is so already."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from mcp import Client

from tests.crm_mcp.minicrm.tools.money.books import TODAY, Books, play
from tests.crm_mcp.safe_writes.playing import User
from tests.support.crm_stub import CrmStub
from tests.support.mcp_play import call, fail

BODY: dict[str, Any] = {
    **dict.fromkeys(("Issued", "Performance", "Prompt"), TODAY),
    "CurrencyCode": "HUF",
    "Items": [{"PriceNet": "10000", "Quantity": "2"}],
}
STORNO = {"kind": "invoice", "document_id": 41, "action": "storno"}
PAID = {**STORNO, "action": "paid"}


def act(client: Client, arguments: Any = STORNO) -> Any:
    """Call the tool; it must succeed."""
    return call(client, "change_document", **arguments)


def refuse(client: Client, arguments: Any = STORNO) -> Any:
    """Call the tool; it must fail."""
    return fail(client, "change_document", **arguments)


@pytest.fixture
def billed(books: Books) -> Books:
    """Issue one invoice."""
    books.issue(BODY)
    return books


def test_a_storno_is_asked_about_and_names_the_new_document(billed: Books) -> None:
    user = User()
    result = play(act, user)
    assert user.asked[0].splitlines()[:2] == [
        "Cancel this invoice by a storno? It cannot be undone and is reported to the tax office at once.",
        "Number: 2026-T/41",
    ]
    assert "2026-T/42" in result["message"]
    assert billed.written == ["/Api/Invoice/41/Storno"]


@pytest.mark.parametrize("arguments", [STORNO, PAID])
@pytest.mark.parametrize("user", [User("decline"), User("cancel"), None])
def test_without_a_yes_nothing_is_done(
    billed: Books, monkeypatch: pytest.MonkeyPatch, arguments: Any, user: User | None
) -> None:
    monkeypatch.setenv("CRM_MCP_UNCONFIRMED_WRITES", "1")
    assert "Nothing was written" in play(lambda client: refuse(client, arguments), user)
    assert billed.written == []


def test_what_is_so_already_is_refused_before_anybody_is_asked(billed: Books) -> None:
    user = User()
    play(lambda client: act(client, PAID), user)
    assert f"paid already, on {TODAY}" in play(lambda client: refuse(client, PAID), user)
    play(act, user)
    assert "cancelled already (by document 42)" in play(refuse, user)
    assert "cancelled already" in play(lambda client: refuse(client, PAID), user)
    assert "It is a storno itself" in play(lambda client: refuse(client, {**STORNO, "document_id": 42}), user)
    assert (len(user.asked), len(billed.written)) == (2, 2)


@pytest.mark.parametrize(("arguments", "is_now"), [(STORNO, "cancelled"), (PAID, "paid")])
@pytest.mark.parametrize("fault", [httpx.ReadError("reset"), httpx.Response(503), httpx.ReadTimeout("late")], ids=repr)
def test_after_a_lost_response_the_document_tells_whether_it_was_done(
    billed: Books, arguments: Any, is_now: str, fault: httpx.Response | Exception
) -> None:
    billed.loses.append((fault, True))
    assert f"is {is_now}" in play(lambda client: act(client, arguments), User())["message"]
    assert len(billed.written) == 1


def test_what_was_certainly_not_done_is_said_and_not_repeated(billed: Books) -> None:
    billed.loses.append((httpx.Response(503), False))
    assert "it was not made" in play(lambda client: refuse(client, PAID), User())
    assert len(billed.written) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({**PAID, "kind": "offer"}, "update_project"),
        ({**PAID, "action": "finalize"}, "takes paid and storno"),
        ({**PAID, "document_id": 77}, "no invoice 77"),
        ({**PAID, "document_id": "2026-T/41"}, "digits"),
    ],
)
def test_what_no_document_takes_is_refused_with_the_reason(
    billed: Books, crms: CrmStub, arguments: Any, says: str
) -> None:
    crms.answer_status("GET /Api/Invoice/77", 404, "Invoice (GET): no such invoice")
    assert says in play(lambda client: refuse(client, arguments), User())
    assert billed.written == []


MOVES = {
    "Draft": {"finalize"},
    "In progress": {"edit", "complete"},
    "Completed": {"paid", "storno"},
    "Unsuccessful": {"paid", "storno"},
    "Failed": {"paid"},
    "Successful": set[str](),
}


@pytest.mark.parametrize("status", MOVES)
@pytest.mark.parametrize("action", ["finalize", "edit", "complete", "paid", "storno"])
def test_an_order_goes_only_where_the_manual_lets_it(books: Books, crms: CrmStub, status: str, action: str) -> None:
    row = {"Id": "9", "ProjectId": "69", "Status": status, "StatusGroup": "Open", "Amount": "7500"}
    crms.answer("GET /Api/Order/9", {"Id": "9", "Number": "O-9", "Amount": "7500", "Customer": {"Name": "Alma Kft."}})
    crms.answer("GET /Api/Order/List", {"Count": 1, "Results": {"9": row}})
    crms.answer(f"POST /Api/Order/9/{action.title()}", {"Id": "9", "Number": "O-9"})
    arguments = {"kind": "order", "document_id": 9, "action": action}
    if action in MOVES[status]:
        assert play(lambda client: act(client, arguments), User())["id"] == "9"
    else:
        assert "Nothing was written" in play(lambda client: refuse(client, arguments), User())
    assert len(books.written) == (action in MOVES[status])


def test_a_proforma_that_is_paid_says_that_the_invoice_follows(books: Books) -> None:
    books.issue({**BODY, "Type": "Proforma"})
    user = User()
    result = play(lambda client: act(client, PAID), user)
    assert "MiniCRM then issues the final invoice" in user.asked[0]
    assert "list_documents shows it" in result["message"]
    play(act, user)
    assert user.asked[1].startswith("Cancel this proforma invoice? It cannot be undone.\n")
