"""What becomes of an invoice: paid, cancelled. Nothing of this is ever played in somebody's account."""

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
    read_number,
)
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import CLIENTS, MANUAL, NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_rule = partial(rule, document=MANUAL, provenance="observed", writes=True)


def _issue(minicrm: MinicrmAccount, **fields: object) -> str:
    return str(do(minicrm, "Invoice", build_invoice(minicrm, **fields))["Id"])


@_rule("minicrm.invoice-paid.fills-paid", source="Invoice / Paid")
def check_paid(minicrm: MinicrmAccount) -> None:
    """Paid needs no body, fills Paid, and answers the detail with a DocumentId (grade B)."""
    made = _issue(minicrm)
    before = fetch(minicrm, "Invoice", made)
    answer = do(minicrm, f"Invoice/{made}/Paid")
    expect_equal((answer["Id"], answer["Number"]), (made, before["Number"]), "Id and Number of the answer")
    expect(answer["Paid"][:2] == "20", "a day in Paid", answer["Paid"])
    expect("DocumentId" in answer, "a DocumentId in the answer", "none")
    expect_equal(fetch(minicrm, "Invoice", made)["Paid"], answer["Paid"], "Paid of the detail after that")


@_rule("minicrm.invoice-paid.moves-the-card", source="Invoice / Paid")
def check_paid_moves(minicrm: MinicrmAccount) -> None:
    """A paid invoice has the day in its row and counts as a success (grade B)."""
    first = _issue(minicrm)
    paid = do(minicrm, f"Invoice/{first}/Paid")["Paid"]
    row = fetch_row(minicrm, "Invoice", first)
    expect_equal((row["Paid"], row["StatusGroup"]), (paid, "Success"), "Paid and StatusGroup of the row")
    expect(first in list_all(minicrm, "Invoice", StatusGroup="Success"), f"{first} among StatusGroup=Success", "not")
    expect(first not in list_all(minicrm, "Invoice", StatusGroup="Open"), f"{first} not among the open", "there")


@_rule("minicrm.invoice-paid.only-that-one", source="Invoice / Paid")
def check_paid_alone(minicrm: MinicrmAccount) -> None:
    """Paid changes its invoice and no other (grade B)."""
    made = _issue(minicrm)
    before = {row_id: row for row_id, row in list_all(minicrm, "Invoice").items() if row_id != made}
    do(minicrm, f"Invoice/{made}/Paid")
    after = {row_id: row for row_id, row in list_all(minicrm, "Invoice").items() if row_id != made}
    changed = sorted(row_id for row_id in before if before[row_id] != after.get(row_id))
    expect(not changed and len(before) == len(after), "all others as they were", changed)


@_rule("minicrm.invoice-paid.block", source="Invoice / Paid")
def check_paid_block(minicrm: MinicrmAccount) -> None:
    """Paid may have a Customer block (grade B)."""
    made = _issue(minicrm)
    block = {"Name": "Block Kft.", "CountryId": "36", "PostalCode": "1234", "City": "Budapest", "Address": "Új utca 9."}
    answer = do(minicrm, f"Invoice/{made}/Paid", {"Customer": block})
    expect(answer["Paid"][:2] == "20", "a day in Paid", answer["Paid"])


@_rule("minicrm.invoice-paid.twice", source="Invoice / Paid", provenance="assumed")
def check_paid_twice(minicrm: MinicrmAccount) -> None:
    """A paid invoice can not be paid again: status 405, and nothing is changed."""
    made = _issue(minicrm)
    do(minicrm, f"Invoice/{made}/Paid")
    before = list_all(minicrm, "Invoice")
    expect_refused(minicrm, f"Invoice/{made}/Paid", 405)
    expect_equal(list_all(minicrm, "Invoice"), before, "the invoices after that")


@_rule("minicrm.invoice-paid.proforma", source="Invoice / Paid", document=CLIENTS)
def check_paid_proforma(minicrm: MinicrmAccount) -> None:
    """A proforma that is set paid makes the final invoice by itself (grade C)."""
    made = _issue(minicrm, Type="Proforma")
    before = list_all(minicrm, "Invoice")
    do(minicrm, f"Invoice/{made}/Paid")
    new = [row for row_id, row in list_all(minicrm, "Invoice").items() if row_id not in before]
    expect_equal([row["Type"] for row in new], ["Invoice"], "the Types of what is new")
    expect_equal(read_number(new[0]["Amount"]), read_number(before[made]["Amount"]), "Amount of the final invoice")


@_rule("minicrm.invoice-storno.second-document", source="Invoice / Storno")
def check_storno(minicrm: MinicrmAccount) -> None:
    """Storno makes a second document and answers that one, with a number of its own (grade B)."""
    made = _issue(minicrm)
    before = list_all(minicrm, "Invoice")
    answer = do(minicrm, f"Invoice/{made}/Storno")
    expect(answer["Id"] not in before, "a document that was not there", answer["Id"])
    expect(answer["Number"] != before[made]["Number"], "another number", answer["Number"])
    expect_same_ids(list(list_all(minicrm, "Invoice")), [*before, answer["Id"]], "the invoices after that")
    expect_equal({**fetch(minicrm, "Invoice", answer["Id"]), "DocumentId": answer["DocumentId"]}, answer, "its detail")


@_rule("minicrm.invoice-storno.names-the-first", source="Invoice / Storno")
def check_storno_subject(minicrm: MinicrmAccount) -> None:
    """The Subject of what cancels names the invoice that is cancelled, and its sums are as large (grade B)."""
    made = _issue(minicrm)
    first = fetch(minicrm, "Invoice", made)
    answer = do(minicrm, f"Invoice/{made}/Storno")
    expect(first["Number"] in answer["Subject"], f"{first['Number']} in the Subject", answer["Subject"])
    for name in ("AmountNet", "AmountVat", "Amount"):
        expect_equal(abs(read_number(answer[name])), read_number(first[name]), f"{name}, its sign aside")


@_rule("minicrm.invoice-storno.both-fail", source="Invoice / Storno", provenance="assumed")
def check_storno_rows(minicrm: MinicrmAccount) -> None:
    """Both documents then count as failed, and StornedId of one of them names the other."""
    made = _issue(minicrm)
    second = do(minicrm, f"Invoice/{made}/Storno")["Id"]
    rows = list_all(minicrm, "Invoice")
    expect_equal([rows[one]["StatusGroup"] for one in (made, second)], ["Failed", "Failed"], "both StatusGroups")
    named = {rows[one]["StornedId"] for one in (made, second)} - {""}
    expect(named in ({made}, {second}), f"StornedId of one to be {made} or {second}", sorted(named))


@_rule("minicrm.invoice-storno.paid-one", source="Invoice / Storno", provenance="assumed")
def check_storno_of_paid(minicrm: MinicrmAccount) -> None:
    """A paid invoice can be cancelled."""
    made = _issue(minicrm)
    do(minicrm, f"Invoice/{made}/Paid")
    do(minicrm, f"Invoice/{made}/Storno")
    expect_equal(fetch_row(minicrm, "Invoice", made)["StatusGroup"], "Failed", "StatusGroup of the paid one")


@_rule("minicrm.invoice-storno.twice", source="Invoice / Storno", provenance="assumed")
def check_storno_twice(minicrm: MinicrmAccount) -> None:
    """A cancelled invoice can be neither cancelled again nor paid, nor what cancels it: status 405."""
    made = _issue(minicrm)
    second = do(minicrm, f"Invoice/{made}/Storno")["Id"]
    before = list_all(minicrm, "Invoice")
    for path in (f"{made}/Storno", f"{second}/Storno", f"{made}/Paid", f"{second}/Paid"):
        expect_refused(minicrm, f"Invoice/{path}", 405)
    expect_equal(list_all(minicrm, "Invoice"), before, "the invoices after that")


@_rule("minicrm.invoice-action.by-get", source="Invoice / Paid, Storno", provenance="assumed")
def check_by_get(minicrm: MinicrmAccount) -> None:
    """A GET of an action does nothing: status 405."""
    made = _issue(minicrm)
    before = list_all(minicrm, "Invoice")
    for action in ("Paid", "Storno"):
        response = minicrm.send("GET", f"/Api/Invoice/{made}/{action}")
        expect(response.status == 405, f"status 405 for GET {action}", response.describe(), response)
    expect_equal(list_all(minicrm, "Invoice"), before, "the invoices after that")


@_rule("minicrm.invoice-action.unknown", source="Invoice / Paid, Storno", provenance="assumed")
def check_unknown(minicrm: MinicrmAccount) -> None:
    """An action of an invoice that does not exist, or one that there is not, is not found: status 404."""
    for path in ("999999989/Paid", "999999989/Storno", f"{_issue(minicrm)}/Undo"):
        expect_refused(minicrm, f"Invoice/{path}", 404)


@_rule("minicrm.invoice-project.fields", source="Invoice / Project")
def check_project(minicrm: MinicrmAccount) -> None:
    """POST Project writes fields of the invoice's card (grade B)."""
    made = _issue(minicrm)
    card_id = fetch_row(minicrm, "Invoice", made)["ProjectId"]
    schema: dict[str, Any] = minicrm.fetch("Schema/Project", minicrm.fetch("Project", card_id)["CategoryId"])
    own = next((name for name in schema if name.startswith("Text")), "")
    if not own:
        raise NotTestedError("the invoices' module has no text field of its own")
    do(minicrm, f"Invoice/{made}/Project", {own: "Sent by post ő"})
    expect_equal(minicrm.fetch("Project", card_id).get(own), "Sent by post ő", f"{own} of the card")


@_rule("minicrm.invoice.status-by-hand", source="Invoices (help page)")
def check_status_by_hand(minicrm: MinicrmAccount) -> None:
    """The status of an invoice can not be set by hand, only by its actions (grade B)."""
    made = _issue(minicrm)
    row = fetch_row(minicrm, "Invoice", made)
    card = minicrm.fetch("Project", row["ProjectId"])
    statuses = minicrm.fetch("Schema/Project", card["CategoryId"])["StatusId"]
    other = next(status for status, label in statuses.items() if label != card["StatusId"])
    response = minicrm.put(f"Project/{row['ProjectId']}", {"StatusId": int(other)})
    expect(response.status >= 400, "a refusal", response.describe(), response)
    expect_equal(fetch_row(minicrm, "Invoice", made), row, "the invoice after that")
