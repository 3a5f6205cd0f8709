"""`GET /Api/Invoice/{id}` and its like."""

from __future__ import annotations

import pytest

from mockserver.crm.profiles import Profile
from tests.mockserver.minicrm.account import Account, read_refusal
from tests.mockserver.minicrm.documents.seed import SEED, account


def test_an_invoice_has_money_in_two_ways_and_neither_status_nor_card():
    invoice = account().get("/Api/Invoice/1")
    assert list(invoice) == [
        *("Id", "Number", "Type", "Media", "Customer", "Vendor", "Subject", "PaymentMethod"),
        *("Issued", "Performance", "Prompt", "Paid", "CurrencyCode", "AmountNet", "AmountVat", "Amount"),
        *("IsReverseCharge", "DocumentUrl", "DocumentFileName", "Items"),
    ]
    assert (invoice["AmountNet"], invoice["AmountVat"], invoice["Amount"]) == ("2149.00", "580.00", "2729.00")
    assert (invoice["Paid"], invoice["Media"], invoice["IsReverseCharge"]) == ("0000-00-00", "PKI", "0")
    assert invoice["DocumentFileName"] == "invoice-tf-2025-0001-1.pdf"
    assert invoice["Items"][0] == {
        "Name": "Chair",
        "Description": "",
        "PriceNet": "1 000,00",
        "VAT": "27%",
        "Quantity": "2",
        "Unit": "piece",
        "PriceNetTotal": "2 000,00",
        "PriceTotal": "2 540,00",
    }
    assert (invoice["Items"][1]["PriceNet"], invoice["Items"][1]["Quantity"]) == ("99,50", "1.5")


def test_the_business_of_a_person_is_billed_at_its_billing_address():
    assert account().get("/Api/Invoice/1")["Customer"] == {
        "Name": "Tölgyfa Kft.",
        "CountryId": "36",
        "PostalCode": "1051",
        "City": "Budapest",
        "Address": "Arany utca 2.",
        "AccountNumber": "11111111-11111111",
        "VatNumber": "11111111-2-41",
    }
    assert account().get("/Api/Invoice/5")["Customer"]["Name"] == "Eve"
    vendor = account().get("/Api/Invoice/1")["Vendor"]
    assert list(vendor)[-2:] == ["RegistrationNumber", "Miscellaneous"]
    assert (vendor["Name"], vendor["VatNumber"]) == ("Vendor Kft.", "99999999-2-43")


def test_reverse_charge_has_no_vat():
    proforma = account().get("/Api/Invoice/5")
    assert (proforma["AmountNet"], proforma["AmountVat"], proforma["IsReverseCharge"]) == ("649.51", "0.00", "1")


def test_an_order_is_text_with_other_decimals_and_without_a_status():
    order = account().get("/Api/Order/6")
    assert list(order.items()) == [
        *{"Id": "6", "ProjectId": "606", "CustomerId": "11", "Number": "", "InvoiceMode": "Normal"}.items(),
        ("Customer", order["Customer"]),
        *{"VendorGroupIdentificationNumber": "", "Subject": "", "PaymentMethod": "WiredTransfer"}.items(),
        *{"Performance": "2025-11-02", "CurrencyCode": "HUF"}.items(),
        *{"AmountNet": "7500", "AmountVat": "2025", "Amount": "9525", "Accounting": "Normal", "OSS": "0"}.items(),
        ("Items", order["Items"]),
        ("Project", {"Name": "To be issued (Tölgyfa Kft.)"}),
    ]
    assert order["Items"] == [
        {
            "Id": "6001",
            "SKU": "C-1",
            "EAN": "",
            "Name": "Cable",
            "Description": "",
            "PriceNet": "500.000000",
            "Quantity": "15.0000",
            "Unit": "piece",
            "PriceNetTotal": "7500.0000",
            "VAT": "27%",
            "VATSubtype": "",
            "PriceTotal": "9525.00",
        }
    ]
    assert list(order["Customer"]) == [
        *("Name", "CountryId", "County", "PostalCode", "City", "Address", "AccountNumber", "VatNumber"),
        *("EUVatNumber", "RegistrationNumber", "GroupIdentificationNumber"),
    ]


def test_an_offer_holds_the_fields_of_its_card_and_its_status_by_id():
    offer = account().get("/Api/Offer/7")
    assert offer["Project"] == {"Text90": "By post", "Enum91": "", "StatusId": "92"}
    assert offer["InvoicePadCounter"] == "00007"
    assert offer["ExtraData"] == '{"VendorMiscellaneous":""}'
    assert (offer["AmountNet"], offer["Amount"], offer["Paid"]) == ("23", "29", "")
    assert offer["Items"][0]["PriceNet"] == "23.0000"
    assert offer["Items"][0]["Quantity"] == "1.00"
    assert offer["Items"][0]["VAT"] == "27%"
    assert offer["Vendor"]["IBAN"] == "HU00"
    assert not {"ProjectId", "CustomerId", "Status"} & offer.keys()


def test_an_exempt_offer_has_items_without_vat():
    documents = [{**SEED["documents"][6], "VATMode": "VATExempt"}]
    offer = Account(seed={**SEED, "documents": documents}).get("/Api/Offer/7")
    assert "VAT" not in offer["Items"][0]
    assert (offer["AmountVat"], offer["VATMode"]) == ("0", "VATExempt")


@pytest.mark.parametrize(
    "path", ["Invoice/99", "Invoice/6", "Invoice/601", "Order/1", "Offer/x", "Invoice/" + "9" * 30]
)
def test_an_id_that_is_none_of_this_kind_is_not_found(path: str):
    kind = path.split("/")[0]
    assert read_refusal(account().ask("GET", f"/Api/{path}")) == (404, f"{kind} (GET): Not found!")


def test_refusals_are_in_the_accounts_language():
    of = Account(Profile(language="hu"), seed=SEED)
    assert read_refusal(of.ask("GET", "/Api/Invoice/99")) == (404, "Invoice (GET): Nem található!")


def test_the_file_has_a_secret_address_once_the_document_is_issued():
    of = account()
    url = of.get("/Api/Invoice/1")["DocumentUrl"]
    assert url.startswith("http://here:1/10001/Download/S3/?t=doc&inline=0&e=")
    assert len(url.rpartition("=")[2]) == 30
    assert of.get("/Api/Invoice/List")["Results"]["1"]["DocumentUrl"] == url
    assert of.get("/Api/Order/List")["Results"]["6"]["DocumentUrl"] == ""
