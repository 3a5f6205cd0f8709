"""Invoices, orders and offers of an account: listed, read, and, on a home alone, made and changed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.contract.harness.accounts.minicrm_account import MOST_PAGES, PAGE_SIZE, Found, read_found, read_object
from tests.contract.harness.checks import expect, expect_status
from tests.contract.harness.rules import NotTestedError

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount, Row
    from tests.contract.harness.responses import CrmResponse

KINDS = ("Invoice", "Order", "Offer")
GROUPS = ("Lead", "Open", "Success", "Failed")
_WHY_HOME = "issued documents can not be taken back and are reported to the tax office"


def list_page(minicrm: MinicrmAccount, kind: str, **query: str) -> Found:
    """Return one page of a list of documents."""
    return read_found(minicrm.get_further(f"/Api/{kind}/List", **query))


def list_all(minicrm: MinicrmAccount, kind: str, **query: str) -> dict[str, Row]:
    """Return all documents of a list by their ids, in the order in which they come.

    Raises:
        NotTestedError: There are more than a rule can look at.
    """
    rows: dict[str, Row] = {}
    for page in range(MOST_PAGES):
        found = list_page(minicrm, kind, **query, Page=str(page)).rows
        rows |= found
        if len(found) < PAGE_SIZE:
            return rows
    raise NotTestedError(f"there are more than {MOST_PAGES * PAGE_SIZE} documents")


def need(minicrm: MinicrmAccount, kind: str, least: int = 1) -> dict[str, Row]:
    """Return all documents of a kind, of which there must be some.

    Raises:
        NotTestedError: There are fewer.
    """
    rows = list_all(minicrm, kind)
    if len(rows) < least:
        raise NotTestedError(f"the account has {len(rows)} documents of the kind {kind}, and the rule needs {least}")
    return rows


def list_kinds(minicrm: MinicrmAccount) -> dict[str, dict[str, Row]]:
    """Return the documents of each kind that the account has any of.

    Raises:
        NotTestedError: It has none.
    """
    found = {kind: rows for kind in KINDS if (rows := list_all(minicrm, kind))}
    if not found:
        raise NotTestedError("the account has no documents")
    return found


def fetch(minicrm: MinicrmAccount, kind: str, document_id: str) -> dict[str, Any]:
    """Return the detail of a document."""
    return read_object(minicrm.get(f"/Api/{kind}/{document_id}"))


def fetch_row(minicrm: MinicrmAccount, kind: str, document_id: str) -> Row:
    """Return the row that a document has in its list.

    Raises:
        BrokenError: It is not there.
    """
    rows = list_all(minicrm, kind)
    expect(document_id in rows, f"document {document_id} in the list of {kind}", f"{len(rows)} others")
    return rows[document_id]


def post(minicrm: MinicrmAccount, path: str, body: object = None) -> CrmResponse:
    """POST to a document or to its kind, such as `Invoice/41/Paid`, whatever the answer.

    Raises:
        NotTestedError: The data is not the suite's own.
    """
    minicrm.need_home(_WHY_HOME)
    return minicrm.send("POST", f"/Api/{path}", body=body)


def do(minicrm: MinicrmAccount, path: str, body: object = None) -> dict[str, Any]:
    """POST, and demand 200 with an object."""
    response = post(minicrm, path, body)
    expect_status(response, 200)
    return read_object(response)


def expect_refused(minicrm: MinicrmAccount, path: str, status: int, body: object = None) -> None:
    """POST, and demand a refusal of one status."""
    response = post(minicrm, path, body)
    expect(response.status == status, f"status {status} for POST {path}", response.describe(), response)


def find_row(rows: dict[str, Row], need: str, **wanted: str) -> str:
    """Return the first document whose row has some values.

    Raises:
        NotTestedError: None has.
    """
    for document_id, row in rows.items():
        if all(row[name] == value for name, value in wanted.items()):
            return document_id
    raise NotTestedError(f"no document {need}")


def build_invoice(minicrm: MinicrmAccount, **fields: object) -> dict[str, object]:
    """Return the body of a new invoice for the first person."""
    minicrm.need_home(_WHY_HOME)
    item = {"Name": "Work", "PriceNet": "10000", "Quantity": "2", "Unit": "hour", "VAT": "27%"}
    return {"CustomerId": int(minicrm.writable_contact), "Subject": "Works", "Items": [item], **fields}


def read_number(text: str) -> Decimal:
    """Return an amount in either way of writing: `20000.0000`, or `20 000,00` with whichever space."""
    digits = "".join(text.split())
    return Decimal(digits.replace(",", ".") if "." not in digits else digits)
