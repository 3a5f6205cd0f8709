"""Details of invoices, orders and offers."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.documents import KINDS, fetch, list_kinds, need, read_number
from tests.contract.harness.checks import expect, expect_equal, expect_status
from tests.contract.harness.rules import MANUAL, NotTestedError, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount, Row

_PARTY = ("Name", "CountryId", "PostalCode", "City", "Address", "AccountNumber", "VatNumber")
_HEAD = ("Id", "Number", "Type", "Media", "Subject", "PaymentMethod", "Issued", "Performance", "Prompt", "Paid",
         "CurrencyCode", "AmountNet", "AmountVat", "Amount", "DocumentUrl")  # fmt: skip
_KEYS = {
    "Invoice": (*_HEAD, "Customer", "Vendor", "IsReverseCharge", "DocumentFileName", "Items"),
    "Order": ("Id", "ProjectId", "CustomerId", "Number", "InvoiceMode", "Customer", "VendorGroupIdentificationNumber",
              "Subject", "PaymentMethod", "Performance", "CurrencyCode", "AmountNet", "AmountVat", "Amount",
              "Accounting", "OSS", "Items", "Project"),
    "Offer": (*_HEAD, "Customer", "Vendor", "InvoicePadCounter", "InvoiceMode", "Language", "ExtraData",
              "ConversionRate", "VATMode", "Accounting", "DocumentId", "Items", "Project"),
}  # fmt: skip
_ITEM = ("Name", "Description", "PriceNet", "Quantity", "Unit", "PriceNetTotal", "PriceTotal")
_ITEM_KEYS = {
    "Invoice": (*_ITEM, "VAT"),
    "Order": ("Id", "SKU", "EAN", *_ITEM, "VAT", "VATSubtype"),
    "Offer": _ITEM,
}
_ABSENT = {"Invoice": ("Status", "ProjectId", "CustomerId"), "Order": ("Status",), "Offer": ("ProjectId", "CustomerId")}
_SUMS = ("AmountNet", "AmountVat", "Amount")
_MOST = 8
_rule = partial(rule, document=MANUAL, provenance="observed")
_GET = "Invoice, Order, Offer / Get"


def _iter_details(minicrm: MinicrmAccount, *kinds: str) -> Iterator[tuple[str, Row, dict[str, Any]]]:
    """Yield kind, row and detail of the first documents of each kind."""
    found = {kind: rows for kind, rows in list_kinds(minicrm).items() if kind in (kinds or KINDS)}
    if not found:
        raise NotTestedError(f"the account has no documents of the kind {' or '.join(kinds)}")
    for kind, rows in found.items():
        for row_id, row in list(rows.items())[:_MOST]:
            yield kind, row, fetch(minicrm, kind, row_id)


def _list_others(value: object, at: str = "") -> list[str]:
    """Return the places of what is neither text, nor a list or an object of text."""
    if isinstance(value, dict):
        found = cast("dict[str, object]", value).items()
        return [place for key, one in found for place in _list_others(one, f"{at}/{key}")]
    if isinstance(value, list):
        return [place for one in cast("list[object]", value) for place in _list_others(one, f"{at}/*")]
    return [] if isinstance(value, str) else [f"{at}: {value!r}"]


@_rule("minicrm.document.keys", source=_GET)
def check_keys(minicrm: MinicrmAccount) -> None:
    """The detail of each kind has its own keys, and so have its items and its parties (grade B)."""
    for kind, row, detail in _iter_details(minicrm):
        missing = [name for name in _KEYS[kind] if name not in detail]
        missing += [f"Customer/{name}" for name in _PARTY if name not in detail["Customer"]]
        missing += [f"Vendor/{name}" for name in _PARTY if name not in detail.get("Vendor", dict.fromkeys(_PARTY))]
        missing += [f"Items/{name}" for item in detail["Items"] for name in _ITEM_KEYS[kind] if name not in item]
        expect(not missing, f"all keys of {kind}", f"{kind} {row['Id']} without {', '.join(missing)}")


@_rule("minicrm.document.texts", source=_GET)
def check_texts(minicrm: MinicrmAccount) -> None:
    """Every value of a detail is text, those of its items and parties too (grade B)."""
    for kind, row, detail in _iter_details(minicrm):
        others = _list_others(detail)
        expect(not others, f"text alone in {kind} {row['Id']}", "; ".join(others[:6]))
        expect(isinstance(detail["Items"], list), "Items to be a list", repr(detail["Items"]))


@_rule("minicrm.document.no-status", source=_GET)
def check_no_status(minicrm: MinicrmAccount) -> None:
    """A detail does not tell all: an invoice neither Status, ProjectId nor CustomerId, an order no Status (grade B)."""
    for kind, row, detail in _iter_details(minicrm):
        there = [name for name in _ABSENT[kind] if name in detail]
        expect(not there, f"{kind} {row['Id']} without {', '.join(_ABSENT[kind])}", ", ".join(there))


@_rule("minicrm.document.as-in-its-list", source=_GET)
def check_as_in_its_list(minicrm: MinicrmAccount) -> None:
    """A detail has the number, type, days, currency and amounts of its row (grade B)."""
    for kind, row, detail in _iter_details(minicrm):
        names = [
            name for name in ("Number", "Type", "Issued", "Performance", "Prompt", "CurrencyCode") if name in detail
        ]
        told = {name: detail[name] for name in names if not (name == "Type" and row["StornedId"])}
        expect_equal(told, {name: row[name] for name in told}, f"{kind} {row['Id']} in its detail")
        for name in _SUMS:
            expect_equal(read_number(detail[name]), read_number(row[name]), f"{name} of {kind} {row['Id']}")


@_rule("minicrm.document.items-make-the-sum", source=_GET)
def check_items_make_the_sum(minicrm: MinicrmAccount) -> None:
    """The items of a document make up its amounts, each its price times its quantity (grade B)."""
    for kind, row, detail in _iter_details(minicrm):
        for head, name in (("AmountNet", "PriceNetTotal"), ("Amount", "PriceTotal")):
            total = sum(read_number(item[name]) for item in detail["Items"])
            came = abs(total - read_number(detail[head]))
            expect(came <= 1, f"{head} of {kind} {row['Id']} to be {total}", detail[head])
        for item in detail["Items"]:
            price = read_number(item["PriceNet"]) * read_number(item["Quantity"])
            is_so = abs(price - read_number(item["PriceNetTotal"])) <= 1
            expect(is_so, f"a PriceNetTotal of {price}", item["PriceNetTotal"])


@_rule("minicrm.invoice.head-amounts", source="Invoice / Get")
def check_head_amounts(minicrm: MinicrmAccount) -> None:
    """The amounts of an invoice have a point and two decimals in its head (grade B)."""
    for _, row, detail in _iter_details(minicrm, "Invoice"):
        for name in _SUMS:
            is_so = re.fullmatch(r"-?[0-9]+\.[0-9]{2}", detail[name]) is not None
            expect(is_so, f"two decimals in {name} of invoice {row['Id']}", detail[name])


@_rule("minicrm.invoice.item-amounts", source="Invoice / Get")
def check_item_amounts(minicrm: MinicrmAccount) -> None:
    """Money of an invoice's items is written as in Hungary, with a space between thousands and a comma (grade B)."""
    for _, row, detail in _iter_details(minicrm, "Invoice"):
        for item in detail["Items"]:
            for name in ("PriceNet", "PriceNetTotal", "PriceTotal"):
                is_so = re.fullmatch(r"-?[0-9]{1,3}(?:\s[0-9]{3})*,[0-9]{2}", item[name]) is not None
                expect(is_so, f"{name} of an item of invoice {row['Id']} such as 1 000,00", item[name])


@_rule("minicrm.invoice.unpaid", source="Invoice / Get")
def check_unpaid(minicrm: MinicrmAccount) -> None:
    """Paid is a date of zeros in the detail of an unpaid invoice, and in that of a paid one the day (grade B)."""
    for _, row, detail in _iter_details(minicrm, "Invoice"):
        expect_equal(detail["Paid"], row["Paid"] or "0000-00-00", f"Paid of invoice {row['Id']}")


@_rule("minicrm.invoice.flags", source="Invoice / Get")
def check_flags(minicrm: MinicrmAccount) -> None:
    """IsReverseCharge is 0 or 1, as text, and a detail that was asked for has no DocumentId (grade B)."""
    for _, row, detail in _iter_details(minicrm, "Invoice"):
        flag = detail["IsReverseCharge"]
        expect(flag in ("0", "1"), f"an IsReverseCharge of 0 or 1 in invoice {row['Id']}", repr(flag))
        expect("DocumentId" not in detail, "no DocumentId", detail.get("DocumentId"))


@_rule("minicrm.order.amounts", source="Order / Get")
def check_order_amounts(minicrm: MinicrmAccount) -> None:
    """Items of an order have six decimals in PriceNet, four in Quantity, four and two in their sums (grade B)."""
    for _, row, detail in _iter_details(minicrm, "Order"):
        for item in detail["Items"]:
            for name, places in (("PriceNet", 6), ("Quantity", 4), ("PriceNetTotal", 4), ("PriceTotal", 2)):
                is_so = re.fullmatch(rf"-?[0-9]+\.[0-9]{{{places}}}", item[name]) is not None
                expect(is_so, f"{places} decimals in {name} of an item of order {row['Id']}", item[name])


@_rule("minicrm.order.customer", source="Order / Get")
def check_order_customer(minicrm: MinicrmAccount) -> None:
    """An order names its card and its customer, and under Project its card's name (grade B)."""
    for _, row, detail in _iter_details(minicrm, "Order"):
        card = minicrm.fetch("Project", row["ProjectId"])
        expect_equal(detail["ProjectId"], row["ProjectId"], f"ProjectId of order {row['Id']}")
        expect_equal(detail["Project"], {"Name": card["Name"]}, f"Project of order {row['Id']}")
        expect_status(minicrm.send("GET", f"/Api/R3/Contact/{detail['CustomerId']}"), 200)


@_rule("minicrm.offer.project", source="Offer / Get")
def check_offer_project(minicrm: MinicrmAccount) -> None:
    """Under Project an offer has its card's own fields, empty ones as empty texts, and StatusId as an id (grade B)."""
    for _, row, detail in _iter_details(minicrm, "Offer"):
        card = minicrm.fetch("Project", row["ProjectId"])
        schema = minicrm.fetch("Schema/Project", card["CategoryId"])
        status = detail["Project"]["StatusId"]
        expect_equal(schema["StatusId"].get(status), card["StatusId"], f"the label of StatusId {status}")
        own = [name for name in schema if re.fullmatch(r"(?:Text|Int|Enum|Set|DateTime|File)[0-9]+", name)]
        missing = [name for name in own if name not in detail["Project"]]
        expect(not missing, f"all own fields under Project of offer {row['Id']}", f"none of {', '.join(missing)}")


@_rule("minicrm.offer.exempt", source="Offer / Get")
def check_offer_exempt(minicrm: MinicrmAccount) -> None:
    """An item of an offer has a VAT, but where the offer is exempt of it (grade B)."""
    for _, row, detail in _iter_details(minicrm, "Offer"):
        is_exempt = detail["VATMode"] == "VATExempt"
        for item in detail["Items"]:
            told = "a VAT" if "VAT" in item else "no VAT"
            expect_equal(told, "no VAT" if is_exempt else "a VAT", f"in an item of offer {row['Id']}")


@_rule("minicrm.document.unknown-id", source=_GET, provenance="assumed")
def check_unknown_id(minicrm: MinicrmAccount) -> None:
    """A document that does not exist is not found: status 404."""
    for kind in KINDS:
        expect_status(minicrm.send("GET", f"/Api/{kind}/999999989"), 404)


@_rule("minicrm.document.not-by-its-card", source=_GET)
def check_not_by_its_card(minicrm: MinicrmAccount) -> None:
    """The id of a document's card is not the document's: there is another one under it, or none (grade B)."""
    for kind, rows in list_kinds(minicrm).items():
        for row in [row for row in rows.values() if row["ProjectId"] and row["ProjectId"] not in rows][:3]:
            response = minicrm.send("GET", f"/Api/{kind}/{row['ProjectId']}")
            expect(response.status != 200, "no document", response.describe(), response)


@_rule("minicrm.document.of-its-kind", source=_GET, provenance="assumed")
def check_of_its_kind(minicrm: MinicrmAccount) -> None:
    """A document is found by the path of its own kind alone."""
    row_id = next(iter(need(minicrm, "Invoice")))
    for kind in ("Order", "Offer"):
        response = minicrm.send("GET", f"/Api/{kind}/{row_id}")
        expect(response.status == 404, f"status 404 for invoice {row_id} as {kind}", response.describe(), response)
