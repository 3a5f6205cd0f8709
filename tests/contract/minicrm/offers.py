"""Offers: their status, which is set by hand, and what can not be done with them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.contract.harness.accounts.documents import build_invoice, do, fetch, fetch_row, post
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import CLIENTS, MANUAL, NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_rule = partial(rule, document=MANUAL, provenance="observed", writes=True)


def _make(minicrm: MinicrmAccount) -> tuple[str, str, dict[str, str]]:
    """Make an offer, and return its id, its card's, and the labels of its statuses by id."""
    made = str(do(minicrm, "Offer", build_invoice(minicrm))["Id"])
    card_id = fetch_row(minicrm, "Offer", made)["ProjectId"]
    schema = minicrm.fetch("Schema/Project", minicrm.fetch("Project", card_id)["CategoryId"])
    return made, card_id, schema["StatusId"]


@_rule("minicrm.offer-project.status", source="Offer / Project")
def check_status(minicrm: MinicrmAccount) -> None:
    """POST Project sets the status of an offer by label or id, from any to any other (grades B, C)."""
    made, _, statuses = _make(minicrm)
    ids = list(statuses)
    for status in (*ids[::-1], ids[-1], ids[0]):
        for sent in (statuses[status], status, int(status)):
            do(minicrm, f"Offer/{made}/Project", {"StatusId": sent})
            row = fetch_row(minicrm, "Offer", made)
            expect_equal(row["Status"], statuses[status], f"Status after StatusId={sent!r}")
            told = fetch(minicrm, "Offer", made)["Project"]["StatusId"]
            expect_equal(told, status, f"StatusId under Project after StatusId={sent!r}")


@_rule("minicrm.offer-project.unknown-status", source="Offer / Project", provenance="assumed")
def check_unknown_status(minicrm: MinicrmAccount) -> None:
    """A status that there is not is refused, and the offer keeps its own."""
    made, _, _ = _make(minicrm)
    before = fetch_row(minicrm, "Offer", made)["Status"]
    response = post(minicrm, f"Offer/{made}/Project", {"StatusId": "No such status"})
    expect(response.status >= 400, "a refusal", response.describe(), response)
    expect_equal(fetch_row(minicrm, "Offer", made)["Status"], before, "Status after that")


@_rule("minicrm.offer-project.fields", source="Offer / Project")
def check_fields(minicrm: MinicrmAccount) -> None:
    """POST Project writes the card's fields, and leaves the others (grade B)."""
    made, card_id, _ = _make(minicrm)
    before = fetch(minicrm, "Offer", made)["Project"]
    own = next((name for name in before if name.startswith("Text")), "")
    if not own:
        raise NotTestedError("the offers' module has no text field of its own")
    do(minicrm, f"Offer/{made}/Project", {own: "Signed ő"})
    expect_equal(fetch(minicrm, "Offer", made)["Project"], {**before, own: "Signed ő"}, "Project after that")
    expect_equal(minicrm.fetch("Project", card_id).get(own), "Signed ő", f"{own} of the card")


@_rule("minicrm.offer.status-of-its-card", source="Project (PUT)", document=CLIENTS)
def check_status_of_its_card(minicrm: MinicrmAccount) -> None:
    """The status of an offer can be set by a PUT of its card as well (grade C)."""
    made, card_id, statuses = _make(minicrm)
    last = list(statuses)[-1]
    minicrm.save(f"Project/{card_id}", {"StatusId": int(last)})
    expect_equal(fetch_row(minicrm, "Offer", made)["Status"], statuses[last], "Status in the list")


@_rule("minicrm.offer.no-actions", source="Offer")
def check_no_actions(minicrm: MinicrmAccount) -> None:
    """Offers have no Finalize, Paid or Storno, and their items can not be changed (grade B)."""
    made, _, _ = _make(minicrm)
    before = fetch(minicrm, "Offer", made), fetch_row(minicrm, "Offer", made)
    for action in ("Finalize", "Edit", "Complete", "Paid", "Storno"):
        response = post(minicrm, f"Offer/{made}/{action}")
        expect(response.status in {404, 405}, f"a refusal of {action}", response.describe(), response)
    item = {"Name": "Frame", "PriceNet": "1000", "Quantity": "1", "VAT": "27%"}
    response = post(minicrm, f"Offer/{made}", {"CustomerId": int(minicrm.writable_contact), "Items": [item]})
    expect(response.status >= 400, "a refusal of further items", response.describe(), response)
    expect_equal((fetch(minicrm, "Offer", made), fetch_row(minicrm, "Offer", made)), before, "the offer after that")
