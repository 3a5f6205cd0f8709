"""Orders: their moves from status to status, and the changes of a draft."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.contract.harness.accounts.documents import (
    build_invoice,
    do,
    expect_refused,
    fetch,
    fetch_row,
    list_all,
    post,
    read_number,
)
from tests.contract.harness.accounts.minicrm_account import read_object
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids, expect_status
from tests.contract.harness.rules import MANUAL, NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_rule = partial(rule, document=MANUAL, provenance="observed", writes=True)
_ACTIONS = "Order / Actions"
_UPDATE = "Order / Update"
_WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "in progress": ("Finalize",),
    "completed": ("Finalize", "Complete"),
    "paid": ("Finalize", "Complete", "Paid"),
    "failed": ("Finalize", "Complete", "Storno"),
}
"""How a new order gets into each state."""
_MOVES = {
    ("draft", "Finalize"): "in progress",
    ("in progress", "Edit"): "draft",
    ("in progress", "Complete"): "completed",
    ("completed", "Paid"): "paid",
    ("failed", "Paid"): "paid",
    ("completed", "Storno"): "failed",
}
_GROUPS = {"draft": "Open", "in progress": "Open", "completed": "Open", "paid": "Success", "failed": "Failed"}
_WORDS = ("Finalize", "Edit", "Complete", "Paid", "Storno")
_OPEN_QUESTION = ("paid", "Storno")  # one client says that it is taken (grade C, weak)
_FRAME = {"SKU": "FR-1", "Name": "Frame", "PriceNet": "1000", "Quantity": "1", "Unit": "pc", "VAT": "27"}


def _make(minicrm: MinicrmAccount, state: str = "draft") -> str:
    made = str(do(minicrm, "Order", build_invoice(minicrm))["Id"])
    for action in _WAYS[state]:
        do(minicrm, f"Order/{made}/{action}")
    return made


def _status(minicrm: MinicrmAccount, order_id: str) -> tuple[str, str]:
    row = fetch_row(minicrm, "Order", order_id)
    return row["Status"], row["StatusGroup"]


@_rule("minicrm.order-move.allowed", source=_ACTIONS)
def check_allowed(minicrm: MinicrmAccount) -> None:
    """Finalize, Edit, Complete, Paid and Storno move an order as the manual's table says (grade B)."""
    states = {state: _status(minicrm, _make(minicrm, state)) for state in _WAYS}
    expect_same_ids([label for label, _ in states.values()], {label for label, _ in states.values()}, "the statuses")
    for (start, action), end in _MOVES.items():
        made = _make(minicrm, start)
        do(minicrm, f"Order/{made}/{action}")
        expect_equal(
            _status(minicrm, made), states[end], f"status and group of an order that was {start} after {action}"
        )
        expect_equal(_status(minicrm, made)[1], _GROUPS[end], f"StatusGroup of an order that is {end}")


@_rule("minicrm.order-move.answer", source=_ACTIONS, provenance="assumed")
def check_answer(minicrm: MinicrmAccount) -> None:
    """A move is answered by the detail."""
    made = _make(minicrm)
    expect_equal(do(minicrm, f"Order/{made}/Finalize"), fetch(minicrm, "Order", made), "the answer")


@_rule("minicrm.order-move.refused", source=_ACTIONS)
def check_refused(minicrm: MinicrmAccount) -> None:
    """Any other move is refused with 405, and leaves the order as it was (grade B)."""
    for state in _WAYS:
        made = _make(minicrm, state)
        before = _status(minicrm, made)
        for action in _WORDS:
            if (state, action) in _MOVES or (state, action) == _OPEN_QUESTION:
                continue
            expect_refused(minicrm, f"Order/{made}/{action}", 405)
            expect_equal(_status(minicrm, made), before, f"status of an order that is {state} after {action}")


@_rule("minicrm.order-move.only-that-one", source=_ACTIONS)
def check_only_that_one(minicrm: MinicrmAccount) -> None:
    """A move changes its order and no other (grade B)."""
    made = _make(minicrm)
    before = {row_id: row for row_id, row in list_all(minicrm, "Order").items() if row_id != made}
    do(minicrm, f"Order/{made}/Finalize")
    after = {row_id: row for row_id, row in list_all(minicrm, "Order").items() if row_id != made}
    expect_equal(after, before, "the other orders")


@_rule("minicrm.order-move.by-get", source=_ACTIONS, provenance="assumed")
def check_by_get(minicrm: MinicrmAccount) -> None:
    """A GET of a move does nothing: status 405."""
    made = _make(minicrm)
    before = _status(minicrm, made)
    expect_status(minicrm.send("GET", f"/Api/Order/{made}/Finalize"), 405)
    expect_equal(_status(minicrm, made), before, "status of the order after that")


@_rule("minicrm.order-move.unknown-id", source=_ACTIONS, provenance="assumed")
def check_unknown_id(minicrm: MinicrmAccount) -> None:
    """A move of an order that does not exist is not found: status 404."""
    expect_refused(minicrm, "Order/999999989/Finalize", 404)


@_rule("minicrm.order-update.adds-items", source=_UPDATE)
def check_adds_items(minicrm: MinicrmAccount) -> None:
    """An item without Id is added to a draft, the others stay, and the sums are new (grade B)."""
    made = _make(minicrm)
    before = fetch(minicrm, "Order", made)
    customer = int(minicrm.writable_contact)
    after = do(minicrm, f"Order/{made}", {"CustomerId": customer, "Items": [_FRAME]})
    expect_equal(after["Items"][:-1], before["Items"], "the items that were there")
    expect_equal(after["Items"][-1]["Name"], "Frame", "Name of the added item")
    for name, more in (("AmountNet", 1000), ("Amount", 1270)):
        expect_equal(read_number(after[name]), read_number(before[name]) + more, name)
    expect_equal(fetch(minicrm, "Order", made), after, "the detail after that")


@_rule("minicrm.order-update.overwrites-items", source=_UPDATE)
def check_overwrites_items(minicrm: MinicrmAccount) -> None:
    """An item with the Id of one that is there overwrites that one alone (grade B)."""
    made = _make(minicrm)
    customer = int(minicrm.writable_contact)
    before = do(minicrm, f"Order/{made}", {"CustomerId": customer, "Items": [_FRAME]})
    first, last = before["Items"]
    after = do(
        minicrm, f"Order/{made}", {"CustomerId": customer, "Items": [{**_FRAME, "Id": first["Id"], "Name": "New"}]}
    )
    expect_equal([item["Id"] for item in after["Items"]], [first["Id"], last["Id"]], "the ids of the items")
    expect_equal((after["Items"][0]["Name"], after["Items"][1]), ("New", last), "the items after that")


@_rule("minicrm.order-update.draft-alone", source=_UPDATE)
def check_draft_alone(minicrm: MinicrmAccount) -> None:
    """Only a draft can be changed (grade B)."""
    for state in [state for state in _WAYS if state != "draft"]:
        made = _make(minicrm, state)
        before = fetch(minicrm, "Order", made)
        body = {"CustomerId": int(minicrm.writable_contact), "Items": [_FRAME]}
        response = post(minicrm, f"Order/{made}", body)
        expect(response.status >= 400, f"a refusal for an order that is {state}", response.describe(), response)
        expect_equal(fetch(minicrm, "Order", made), before, f"the order that is {state} after that")


@_rule("minicrm.order-update.currency", source=_UPDATE)
def check_currency(minicrm: MinicrmAccount) -> None:
    """The currency of an order can be set when it is made, and never later (grade B)."""
    made = str(do(minicrm, "Order", build_invoice(minicrm, CurrencyCode="EUR"))["Id"])
    post(minicrm, f"Order/{made}", {"CustomerId": int(minicrm.writable_contact), "CurrencyCode": "HUF"})
    expect_equal(fetch(minicrm, "Order", made)["CurrencyCode"], "EUR", "CurrencyCode after that")


@_rule("minicrm.order-delete-item.that-one", source="Order / DeleteItem")
def check_delete_item(minicrm: MinicrmAccount) -> None:
    """A GET of DeleteItem deletes that item alone, and answers the detail with new sums (grade B)."""
    made = _make(minicrm)
    before = do(minicrm, f"Order/{made}", {"CustomerId": int(minicrm.writable_contact), "Items": [_FRAME, _FRAME]})
    kept, gone, last = before["Items"]
    response = minicrm.send("GET", f"/Api/Order/{made}/DeleteItem/{gone['Id']}")
    expect_status(response, 200)
    after: dict[str, Any] = read_object(response)
    expect_equal(after["Items"], [kept, last], "the items of the answer", response)
    expect_equal(read_number(after["AmountNet"]), read_number(before["AmountNet"]) - 1000, "AmountNet", response)
    expect_equal(fetch(minicrm, "Order", made), after, "the detail after that")


@_rule("minicrm.order-delete-item.unknown", source="Order / DeleteItem", provenance="assumed")
def check_delete_unknown_item(minicrm: MinicrmAccount) -> None:
    """An item that the order does not have is not deleted: a refusal, and all items are there."""
    made, other = _make(minicrm), _make(minicrm)
    before = fetch(minicrm, "Order", made)
    for item in (fetch(minicrm, "Order", other)["Items"][0]["Id"], "999999989"):
        response = minicrm.send("GET", f"/Api/Order/{made}/DeleteItem/{item}")
        expect(response.status >= 400, "a refusal", response.describe(), response)
    expect_equal(fetch(minicrm, "Order", made), before, "the order after that")


@_rule("minicrm.order-project.in-any-status", source="Order / Project")
def check_project(minicrm: MinicrmAccount) -> None:
    """POST Project writes fields of the order's card, in any status (grades B, C)."""
    for state in _WAYS:
        made = _make(minicrm, state)
        card_id = fetch_row(minicrm, "Order", made)["ProjectId"]
        schema: dict[str, Any] = minicrm.fetch("Schema/Project", minicrm.fetch("Project", card_id)["CategoryId"])
        own = next((name for name in schema if name.startswith("Text")), "")
        if not own:
            raise NotTestedError("the orders' module has no text field of its own")
        do(minicrm, f"Order/{made}/Project", {own: f"Call ő {state}"})
        expect_equal(minicrm.fetch("Project", card_id).get(own), f"Call ő {state}", f"{own} of the card")
