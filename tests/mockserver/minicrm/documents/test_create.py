"""`POST /Api/Invoice`, `/Api/Order` and `/Api/Offer`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.minicrm.account import Account, read_json, read_refusal
from tests.mockserver.minicrm.documents.seed import SEED, account

ITEM = {"Name": "Work", "PriceNet": 500, "Quantity": 2, "Unit": "hour", "VAT": "27%"}
INVOICE = {"CustomerId": 11, "Items": [ITEM]}
BLOCK = {
    "Name": "Tölgyfa Kft.",
    "CountryId": "36",
    "PostalCode": "1117",
    "City": "Budapest",
    "Address": "Új út 3.",
    "AccountNumber": "22222222-22222222",
    "VatNumber": "22222222-2-41",
}


@pytest.mark.parametrize("path", ["/Api/Invoice", "/Api/Invoice/"])
def test_an_invoice_is_issued_at_once_with_the_next_number(path: str):
    of = account()
    invoice = of.post(path, INVOICE)
    assert (invoice["Id"], invoice["Number"], invoice["Type"]) == ("8", "TF-2026/0001", "Invoice")
    assert (invoice["Issued"], invoice["Prompt"], invoice["Paid"]) == ("2026-01-02", "2026-01-10", "0000-00-00")
    assert (invoice["AmountNet"], invoice["AmountVat"], invoice["Amount"]) == ("1000.00", "270.00", "1270.00")
    assert of.get("/Api/Invoice/8") == invoice
    row = next(iter(of.get("/Api/Invoice/List")["Results"].values()))
    assert (row["Id"], row["ProjectId"], row["Status"], row["StatusGroup"]) == ("8", "608", "Issued", "Open")
    assert of.post(path, INVOICE)["Number"] == "TF-2026/0002"
    assert of.fake.counts()["documents"] == 9


def test_its_card_repeats_it_and_has_the_contact_that_was_named():
    of = account()
    of.post("/Api/Invoice", INVOICE)
    card = of.get("Project/608")
    assert (card["CategoryId"], card["ContactId"], card["Name"]) == (7, 11, "TF-2026/0001")
    assert (card["StatusId"], card["Amount"], card["InvoiceType"]) == ("Issued", 1270, "Invoice")
    assert card["Prompt"] == "2026-01-10 23:59:59"
    assert of.find("Project", {"Number": "TF-2026/0001"}) == [608]


@pytest.mark.parametrize(
    ("type_name", "currency", "number"),
    [("Proforma", "EUR", "P-2026/01"), ("Proforma", "HUF", "D2026-E/00001"), ("Invoice", "EUR", "2026-E-EUR/00001")],
)
def test_each_type_and_currency_has_numbers_of_its_own(type_name: str, currency: str, number: str):
    invoice = account().post("/Api/Invoice", {**INVOICE, "Type": type_name, "CurrencyCode": currency})
    assert (invoice["Number"], invoice["Type"], invoice["CurrencyCode"]) == (number, type_name, currency)


@pytest.mark.parametrize("named", [{"CustomerId": "10"}, {"ReferenceId": "erp-10"}])
def test_a_company_is_named_by_its_id_or_outer_id(named: dict[str, object]):
    invoice = account().post("/Api/Invoice", {**named, "Items": [ITEM]})
    assert (invoice["Customer"]["Name"], invoice["Customer"]["City"]) == ("Tölgyfa Kft.", "Budapest")


def test_a_person_is_billed_where_that_is_forced():
    of = account()
    assert of.post("/Api/Invoice", INVOICE)["Customer"]["Name"] == "Tölgyfa Kft."
    assert of.post("/Api/Invoice", {**INVOICE, "ForcesInvoiceOnPerson": "1"})["Customer"]["Name"] == "Örs Nagy"


def test_a_customer_block_overwrites_the_numbers_of_the_contact_and_adds_its_address():
    of = account()
    invoice = of.post("/Api/Invoice", {**INVOICE, "Customer": BLOCK})
    assert invoice["Customer"] == BLOCK
    company = of.get("Contact/10")
    assert (company["VatNumber"], company["BankAccount"]) == ("22222222-2-41", "22222222-22222222")
    assert of.get("Address/303") == {
        "Id": 303,
        "ContactId": 10,
        "Type": "Invoice",
        "Name": "Tölgyfa Kft.",
        "CountryId": "Hungary",
        "PostalCode": 1117,
        "City": "Budapest",
        "Address": "Új út 3.",
        "Default": 1,
    }
    assert of.get("Address/301")["Default"] == 0
    assert 10 in of.find("Contact", {"UpdatedSince": "2026-01-02 03:04:05"})


def test_a_known_address_is_used_again_and_numbers_that_are_not_sent_stay():
    of = account()
    known = {"PostalCode": "1051", "City": "budapest", "Address": "Arany utca 2."}
    of.post("/Api/Invoice", {**INVOICE, "Customer": {**known, "Country": "Magyarország"}})
    assert of.fake.counts()["addresses"] == 2
    assert of.get("Contact/10")["VatNumber"] == "11111111-2-41"


def test_what_the_system_allocates_is_ignored_in_a_body():
    body = {
        **INVOICE,
        "Number": "X-1",
        "Amount": "1",
        "DocumentId": "5",
        "Vendor": {"Name": "Me"},
        "Paid": "0000-00-00",
    }
    answer = account().ask("POST", "/Api/Invoice", body=body)
    invoice = read_json(answer)
    assert (invoice["Number"], invoice["Amount"], invoice["Vendor"]["Name"]) == (
        "TF-2026/0001",
        "1270.00",
        "Vendor Kft.",
    )
    assert len(answer.hints) == 5


@pytest.mark.parametrize(
    ("given", "vat", "gross"),
    [("27", "27%", "1 270,00"), (5, "5%", "1 050,00"), ("AAM", "AAM", "1 000,00"), ("", "27%", "1 270,00")],
)
def test_vat_is_a_rate_with_or_without_percent_or_a_code(given: object, vat: str, gross: str):
    item = account().post("/Api/Invoice", {**INVOICE, "Items": [{**ITEM, "VAT": given}]})["Items"][0]
    assert (item["VAT"], item["PriceTotal"]) == (vat, gross)


@pytest.mark.parametrize("price", [1234.5, "1234.50", "1 234,50", "1\u00a0234,50"])
def test_prices_are_numbers_or_text_in_either_notation(price: object):
    of = account()
    body = {**INVOICE, "CurrencyCode": "EUR", "Items": [{**ITEM, "PriceNet": price, "Quantity": "1"}]}
    assert of.post("/Api/Invoice", body)["AmountNet"] == "1234.50"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"CustomerId": None}, "Missing parameter: CustomerId"),
        ({"CustomerId": 99}, "Bad parameter: CustomerId"),
        ({"CustomerId": "", "ReferenceId": "none"}, "Bad parameter: ReferenceId"),
        ({"Items": []}, "Missing parameter: Items"),
        ({"Items": "Work"}, "Bad parameter: Items"),
        ({"Items": [{**ITEM, "VAT": "lots"}]}, "Bad parameter: Items.VAT"),
        ({"Items": [{**ITEM, "PriceNet": "much"}]}, "Bad parameter: Items.PriceNet"),
        ({"Items": [{"Name": "Work", "Quantity": 1}]}, "Missing parameter: Items.PriceNet"),
        ({"Type": "Offer"}, "Bad parameter: Type"),
        ({"CurrencyCode": "forint"}, "Bad parameter: CurrencyCode"),
        ({"Prompt": "soon"}, "Bad parameter: Prompt"),
        ({"VATMode": "None"}, "Bad parameter: VATMode"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(change: dict[str, Any], text: str):
    of = account()
    assert read_refusal(of.ask("POST", "/Api/Invoice", body={**INVOICE, **change})) == (400, f"Invoice (POST): {text}")
    assert (of.fake.counts()["documents"], of.fake.counts()["projects"]) == (7, 7)


def test_a_new_order_is_a_draft_without_a_number():
    of = account()
    order = of.post("/Api/Order/", {"CustomerId": "11", "CurrencyCode": "HUF", "Items": [ITEM, ITEM]})
    assert (order["Number"], order["CustomerId"], order["Amount"]) == ("", "11", "2540")
    assert order["Project"] == {"Name": "To be issued (Tölgyfa Kft.)"}
    assert len({item["Id"] for item in order["Items"]}) == 2
    assert of.get("/Api/Order/List")["Results"][order["Id"]]["Status"] == "Draft"


def test_a_new_offer_is_in_its_first_status_and_fills_its_card():
    of = account()
    offer = of.post("/Api/Offer", {"CustomerId": 11, "Items": [ITEM], "Project": {"Text90": "By hand"}})
    assert (offer["Number"], offer["InvoicePadCounter"]) == ("AJ2026-E/00001", "00001")
    assert offer["Project"] == {"Text90": "By hand", "Enum91": "", "StatusId": "91"}


def test_an_account_without_a_module_for_it_gets_one():
    of = Account(seed={"contacts": SEED["contacts"]})
    for kind, name in (("Invoice", "Invoices"), ("Order", "Invoices"), ("Offer", "Invoices")):
        document = of.post(f"/Api/{kind}", INVOICE)
        row = of.get(f"/Api/{kind}/List")["Results"][document["Id"]]
        assert of.get("Category")[str(of.get(f"Project/{row['ProjectId']}")["CategoryId"])] == name
    assert of.get("Schema/Project/1")["StatusId"] == {"1": "Issued", "2": "Paid", "3": "Cancelled"}
