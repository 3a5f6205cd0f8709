"""Making invoices, orders and offers. Nothing of this is ever played in somebody's account: see `need_home`."""

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
    need,
    read_number,
)
from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import CLIENTS, MANUAL, NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_BLOCK = {"Name": "Block Kft.", "CountryId": "36", "PostalCode": "1234", "City": "Budapest", "Address": "Új utca 9.",
          "VatNumber": "11111111-1-11", "AccountNumber": "11111111-22222222"}  # fmt: skip
_rule = partial(rule, document=MANUAL, provenance="observed", writes=True)
_CREATE = "Invoice / Create"


@_rule("minicrm.invoice-create.answer", source=_CREATE)
def check_answer(minicrm: MinicrmAccount) -> None:
    """A new invoice is answered by its detail, is issued at once, unpaid, and on top of the list (grade B)."""
    made = do(minicrm, "Invoice", build_invoice(minicrm))
    rows = list_all(minicrm, "Invoice")
    expect_equal(next(iter(rows)), made["Id"], "the first invoice of the list")
    detail = fetch(minicrm, "Invoice", made["Id"])
    expect_equal({**made, "DocumentId": ""}, {**detail, "DocumentId": ""}, "the answer and the detail")
    row = rows[made["Id"]]
    expect_equal((row["Paid"], row["StatusGroup"], row["Type"]), ("", "Open", "Invoice"), "Paid, StatusGroup and Type")
    expect(row["Number"] != "", "a number", repr(row["Number"]))


@_rule("minicrm.invoice-create.number", source=_CREATE)
def check_number(minicrm: MinicrmAccount) -> None:
    """Numbers are allocated by the system: each is another, and one that is sent is not taken (grade B)."""
    made = [do(minicrm, "Invoice", build_invoice(minicrm, Number="OWN-1")) for _ in range(2)]
    numbers = [one["Number"] for one in made]
    expect("OWN-1" not in numbers and len(set(numbers)) == 2, "two numbers of the system's", numbers)
    all_numbers = [row["Number"] for row in list_all(minicrm, "Invoice").values()]
    expect_same_ids(all_numbers, set(all_numbers), "the numbers of all invoices")


@_rule("minicrm.invoice-create.twice", source=_CREATE)
def check_twice(minicrm: MinicrmAccount) -> None:
    """The same request twice issues two invoices (grade B)."""
    before = list_all(minicrm, "Invoice")
    made = [do(minicrm, "Invoice", build_invoice(minicrm))["Id"] for _ in range(2)]
    expect(len(set(made)) == 2, "two documents", made)
    expect_same_ids(list(list_all(minicrm, "Invoice")), [*before, *made], "the invoices after that")


@_rule("minicrm.invoice-create.sums", source=_CREATE)
def check_sums(minicrm: MinicrmAccount) -> None:
    """The amounts are those of the items: price times quantity, and VAT on it (grade B)."""
    items = [{"Name": "Work", "PriceNet": "1200", "Quantity": "2.5", "Unit": "hour", "VAT": "27%"},
             {"Name": "Book", "PriceNet": "2000", "Quantity": "3", "Unit": "pc", "VAT": "5%"}]  # fmt: skip
    made = do(minicrm, "Invoice", build_invoice(minicrm, Items=items, CurrencyCode="EUR"))
    told = [read_number(made[name]) for name in ("AmountNet", "AmountVat", "Amount")]
    expect_equal([str(each.normalize()) for each in told], ["9E+3", "1.11E+3", "1.011E+4"], "net, VAT and whole")
    expect_equal([item["Name"] for item in made["Items"]], ["Work", "Book"], "the items")
    expect_equal(made["CurrencyCode"], "EUR", "CurrencyCode")


@_rule("minicrm.invoice-create.days", source=_CREATE)
def check_days(minicrm: MinicrmAccount) -> None:
    """Issued, Performance, Prompt, PaymentMethod and Subject are kept as they are sent (grade B)."""
    sent = {"Issued": "2026-10-01", "Performance": "2026-10-02", "Prompt": "2026-10-16", "PaymentMethod": "Cash",
            "Subject": "Munkák ő 🎉"}  # fmt: skip
    made = do(minicrm, "Invoice", build_invoice(minicrm, **sent))
    expect_equal({name: made[name] for name in sent}, sent, "what was sent")


@_rule("minicrm.invoice-create.card", source=_CREATE)
def check_card(minicrm: MinicrmAccount) -> None:
    """A new invoice has a card of its own, of its customer, in a module of the type Invoice (grade B)."""
    made = do(minicrm, "Invoice", build_invoice(minicrm))
    row = fetch_row(minicrm, "Invoice", made["Id"])
    card = minicrm.fetch("Project", row["ProjectId"])
    modules = read_object(minicrm.get(f"{ROOT}/Category", Detailed="1"))
    expect_equal(modules[str(card["CategoryId"])]["Type"], "Invoice", "the type of the card's module")
    expect_equal(str(card["ContactId"]), minicrm.writable_contact, "ContactId of the card")


@_rule("minicrm.invoice-create.block", source=_CREATE)
def check_block(minicrm: MinicrmAccount) -> None:
    """A Customer block is what the invoice is for, and overwrites the contact's VAT and account numbers (grade B)."""
    business = _make_business(minicrm)
    made = do(minicrm, "Invoice", build_invoice(minicrm, CustomerId=int(business), Customer=_BLOCK))
    expect_equal({name: made["Customer"][name] for name in _BLOCK}, _BLOCK, "Customer of the invoice")
    detail = minicrm.fetch("Contact", business)
    told = (detail["VatNumber"], detail["BankAccount"])
    expect_equal(told, (_BLOCK["VatNumber"], _BLOCK["AccountNumber"]), "VatNumber and BankAccount of the contact")


@_rule("minicrm.invoice-create.block-address", source=_CREATE)
def check_block_address(minicrm: MinicrmAccount) -> None:
    """The address of a block is kept once: a new one as the default billing address, a known one again (grade B)."""
    business = _make_business(minicrm)
    for _ in range(2):
        do(minicrm, "Invoice", build_invoice(minicrm, CustomerId=int(business), Customer=_BLOCK))
    response = minicrm.get(f"{ROOT}/AddressList/{business}", Structured="1")
    found = read_object(response)
    expect_equal(int(str(found["Count"])), 1, "the number of addresses", response)
    without = do(minicrm, "Invoice", build_invoice(minicrm, CustomerId=int(business)))
    told = {name: without["Customer"][name] for name in ("PostalCode", "City", "Address")}
    expect_equal(told, {name: _BLOCK[name] for name in told}, "the address of an invoice without a block")


@_rule("minicrm.invoice-create.person", source=_CREATE)
def check_person(minicrm: MinicrmAccount) -> None:
    """A person's business is billed, and with ForcesInvoiceOnPerson the person (grade B)."""
    business = _make_business(minicrm)
    person = minicrm.make_contact(LastName="billed", BusinessId=int(business))
    for forced, wanted in ((None, business), ("1", person)):
        extra = {"ForcesInvoiceOnPerson": forced} if forced else {}
        made = do(minicrm, "Invoice", build_invoice(minicrm, CustomerId=int(person), **extra))
        name = minicrm.search("Contact", Name=_name(minicrm, wanted)).rows[wanted]["Name"]
        expect_equal(made["Customer"]["Name"], name, f"the customer with ForcesInvoiceOnPerson={forced}")


@_rule("minicrm.invoice-create.needs-customer", source=_CREATE)
def check_needs_customer(minicrm: MinicrmAccount) -> None:
    """CustomerId or ReferenceId is required: without either nothing is issued (grade B)."""
    before = list_all(minicrm, "Invoice")
    body = {name: value for name, value in build_invoice(minicrm).items() if name != "CustomerId"}
    expect_refused(minicrm, "Invoice", 400, body)
    expect_refused(minicrm, "Invoice", 400, {**body, "CustomerId": 999999989})
    expect_refused(minicrm, "Invoice", 400, {**body, "ReferenceId": "no such"})
    expect_equal(list(list_all(minicrm, "Invoice")), list(before), "the invoices after that")


@_rule("minicrm.invoice-create.needs-items", source=_CREATE, provenance="assumed")
def check_needs_items(minicrm: MinicrmAccount) -> None:
    """An invoice without items is refused with 400, and so is one whose VAT is none."""
    before = list_all(minicrm, "Invoice")
    bad: tuple[Any, ...] = ([], [{"Name": "Work", "PriceNet": "1", "Quantity": "1", "VAT": "much"}])
    for items in bad:
        expect_refused(minicrm, "Invoice", 400, build_invoice(minicrm, Items=items))
    expect_equal(list(list_all(minicrm, "Invoice")), list(before), "the invoices after that")


@_rule("minicrm.invoice-create.reference-id", source=_CREATE)
def check_reference_id(minicrm: MinicrmAccount) -> None:
    """ReferenceId names the customer by an outer id (grade B)."""
    reference = f"{minicrm.sandbox.prefix}outer-7"
    person = minicrm.make_contact(LastName="outer", ReferenceId=reference)
    body = {name: value for name, value in build_invoice(minicrm).items() if name != "CustomerId"}
    made = do(minicrm, "Invoice", {**body, "ReferenceId": reference})
    card = minicrm.fetch("Project", fetch_row(minicrm, "Invoice", made["Id"])["ProjectId"])
    expect_equal(str(card["ContactId"]), person, "ContactId of the card")


@_rule("minicrm.invoice-create.id-as-text", source=_CREATE)
def check_id_as_text(minicrm: MinicrmAccount) -> None:
    """CustomerId may be text, and the path may end in a slash (grade B)."""
    for path in ("Invoice", "Invoice/"):
        made = do(minicrm, path, build_invoice(minicrm, CustomerId=minicrm.writable_contact))
        fetch(minicrm, "Invoice", made["Id"])


@_rule("minicrm.invoice-create.proforma", source=_CREATE, document=CLIENTS)
def check_proforma(minicrm: MinicrmAccount) -> None:
    """Type Proforma makes a proforma, which is listed among the invoices (grade C)."""
    made = do(minicrm, "Invoice", build_invoice(minicrm, Type="Proforma"))
    expect_equal(made["Type"], "Proforma", "Type of the answer")
    expect_equal(fetch_row(minicrm, "Invoice", made["Id"])["Type"], "Proforma", "Type in the list")


@_rule("minicrm.order-create.answer", source="Order / Create")
def check_order(minicrm: MinicrmAccount) -> None:
    """A new order is answered by its detail, begins as a draft, and has an Id for each item (grade B)."""
    made = do(minicrm, "Order", build_invoice(minicrm))
    expect_equal(made, fetch(minicrm, "Order", made["Id"]), "the answer and the detail")
    expect(all(item["Id"].isdigit() for item in made["Items"]), "ids of items", made["Items"])
    row = fetch_row(minicrm, "Order", made["Id"])
    drafts = [each["Status"] for each in need(minicrm, "Order").values()]
    expect(row["Status"] in drafts and row["StatusGroup"] == "Open", "the status of a draft", row["Status"])
    do(minicrm, f"Order/{made['Id']}/Finalize")  # which a draft alone takes


@_rule("minicrm.order-create.numbers", source="Order / Create", document=CLIENTS)
def check_order_numbers(minicrm: MinicrmAccount) -> None:
    """VAT 27, as text or number, is printed as 27%, and prices may be numbers (grades B, C)."""
    for vat, price in (("27", "2500"), (27, 2500), ("27%", 2500.0)):
        item = {"SKU": "SW-1", "Name": "Switch", "PriceNet": price, "Quantity": 3, "Unit": "pc", "VAT": vat}
        [made] = do(minicrm, "Order", build_invoice(minicrm, Items=[item]))["Items"]
        told = (made["VAT"], made["PriceNet"], made["Quantity"], made["SKU"])
        expect_equal(told, ("27%", "2500.000000", "3.0000", "SW-1"), f"the item made with {vat!r} and {price!r}")


@_rule("minicrm.order-create.needs-customer", source="Order / Create")
def check_order_needs_customer(minicrm: MinicrmAccount) -> None:
    """Orders and offers need CustomerId or ReferenceId as well (grade B)."""
    body = {name: value for name, value in build_invoice(minicrm).items() if name != "CustomerId"}
    for kind in ("Order", "Offer"):
        before = list_all(minicrm, kind)
        expect_refused(minicrm, kind, 400, body)
        expect_equal(list(list_all(minicrm, kind)), list(before), f"the documents of {kind} after that")


@_rule("minicrm.offer-create.answer", source="Offer / Create")
def check_offer(minicrm: MinicrmAccount) -> None:
    """A new offer is answered by its detail, has the first status, and the card's fields of Project (grade B)."""
    minicrm.need_home("issued documents can not be taken back")
    first = next(iter(need(minicrm, "Offer").values()))
    schema = minicrm.fetch("Schema/Project", minicrm.fetch("Project", first["ProjectId"])["CategoryId"])
    own = next((name for name in schema if name.startswith("Text")), "")
    if not own:
        raise NotTestedError("the offers' module has no text field of its own")
    made = do(minicrm, "Offer", build_invoice(minicrm, Project={own: "By phone ő"}))
    expect_equal(made, fetch(minicrm, "Offer", made["Id"]), "the answer and the detail")
    expect_equal(made["Project"][own], "By phone ő", f"{own} under Project")
    expect_equal(made["Project"]["StatusId"], next(iter(schema["StatusId"])), "StatusId under Project")


def _make_business(minicrm: MinicrmAccount) -> str:
    minicrm.need_home("it makes contacts that nobody can delete")
    name = f"{minicrm.sandbox.prefix}business"
    return minicrm.save("Contact", {"Type": "Business", "Name": name, "VatNumber": "00000000-0-00"})


def _name(minicrm: MinicrmAccount, contact_id: str) -> str:
    detail = minicrm.fetch("Contact", contact_id)
    return str(detail.get("Name") or detail["LastName"])
