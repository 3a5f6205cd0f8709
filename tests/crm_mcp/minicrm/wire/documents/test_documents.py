"""Documents in every shape that lists and details are known to come in."""

from __future__ import annotations

from typing import Any

import pytest

from crm_mcp.crm.messages import Response
from crm_mcp.crm.paging import Page
from crm_mcp.errors import AuthenticationError, InputError, NotFoundError, NotInPlanError, UnexpectedAnswerError
from crm_mcp.minicrm.wire import documents as wire
from tests.crm_mcp.minicrm.wire.responses import response_of

ROW: dict[str, Any] = {
    "Id": "41",
    "ProjectId": "6101",
    "StornedId": "",
    "Number": "2026-T/00007",
    "Type": "Invoice",
    "Issued": "2026-10-01",
    "Performance": "2026-10-02",
    "Prompt": "2026-10-16",
    "Paid": "",
    "CurrencyCode": "HUF",
    "AmountNet": "20000.0000",
    "AmountVat": "5400.0000",
    "Amount": "25400.0000",
    "Status": "Issued",
    "StatusGroup": "Open",
    "DocumentUrl": "",
}
READ: dict[str, Any] = {
    "id": "41",
    "kind": "invoice",
    "number": "2026-T/00007",
    "type": "Invoice",
    "status": "Issued",
    "status_group": "Open",
    "issued": "2026-10-01",
    "due": "2026-10-16",
    "delivery": "2026-10-02",
    "currency": "HUF",
    "amount": 25400,
    "net": 20000,
    "vat": 5400,
    "project_id": "6101",
    "fields": {},
}


def listed(body: object, path: str = "/Api/Invoice/List", status: int = 200) -> Response:
    return response_of(body, status, path)


@pytest.mark.parametrize("results", [{"41": ROW}, [ROW], [{"41": ROW}], {"1": ROW}], ids=str)
def test_a_list_may_be_an_object_or_a_list_and_the_rows_own_id_counts(results: object) -> None:
    assert wire.parse_list_documents(listed({"Count": 1, "Results": results})) == Page([READ], 1)


def test_a_row_without_an_id_has_the_key_it_stands_under() -> None:
    row = {name: value for name, value in ROW.items() if name != "Id"}
    page = wire.parse_list_documents(listed({"Count": "1", "Results": {"41": row}}, "/Api/Order/List"))
    assert page == Page([{**READ, "kind": "order"}], 1)


def test_an_empty_list_is_one() -> None:
    assert wire.parse_list_documents(listed({"Count": 0, "Results": []})) == Page([], 0)


@pytest.mark.parametrize("empty", ["", None, "0000-00-00", "0000-00-00 00:00:00"])
def test_a_date_that_is_not_set_is_absent(empty: object) -> None:
    page = wire.parse_list_documents(listed({"Count": 1, "Results": [{**ROW, "Paid": empty, "Prompt": empty}]}))
    assert page.items == [{name: value for name, value in READ.items() if name != "due"}]


def test_a_storno_a_payment_and_a_link_have_their_names() -> None:
    row = {**ROW, "StornedId": "40", "Paid": "2026-10-10 00:00:00", "DocumentUrl": "https://crm.example/1/Download/S3"}
    (read,) = wire.parse_list_documents(listed({"Count": 1, "Results": [row]})).items
    assert read == {**READ, "storno_id": "40", "paid_on": "2026-10-10", "url": "https://crm.example/1/Download/S3"}


def test_the_detail_of_an_invoice_has_items_with_hungarian_amounts() -> None:
    customer = {"Name": "Attic Kft.", "CountryId": "36", "City": "Pécs", "VatNumber": "1"}
    item = {
        "Name": "Fan",
        "Description": "",
        "PriceNet": "1 000,00",
        "VAT": "27%",
        "Quantity": "2",
        "Unit": "piece",
        "PriceNetTotal": "2\N{NO-BREAK SPACE}000,00",
        "PriceTotal": "2 540,50",
    }
    body = {
        "Id": "41",
        "Number": "2026-T/00007",
        "Type": "Invoice",
        "Media": "PKI",
        "Customer": customer,
        "Subject": "October",
        "PaymentMethod": "Cash",
        "Paid": "0000-00-00",
        "Amount": "2540.50",
        "IsReverseCharge": "0",
        "Items": [item],
    }
    assert wire.parse_get_document(response_of(body, path="/Api/Invoice/41")) == {
        "id": "41",
        "kind": "invoice",
        "number": "2026-T/00007",
        "type": "Invoice",
        "amount": 2540.5,
        "subject": "October",
        "payment_method": "Cash",
        "customer": "Attic Kft.",
        "items": [
            {
                "name": "Fan",
                "quantity": 2,
                "unit": "piece",
                "price": 1000,
                "vat_rate": "27%",
                "net": 2000,
                "amount": 2540.5,
            }
        ],
        "fields": {"Media": "PKI", "Customer": customer, "IsReverseCharge": "0"},
    }


def test_the_detail_of_an_order_has_its_project_and_customer_and_items_with_ids() -> None:
    item = {
        "Id": "9",
        "SKU": "F-1",
        "EAN": "",
        "Name": "Fan",
        "PriceNet": "3750.000000",
        "Quantity": "2.0000",
        "Unit": "piece",
        "PriceNetTotal": "7500.0000",
        "VAT": "27%",
        "PriceTotal": "9525.00",
    }
    body = {"Id": "7", "ProjectId": "6101", "CustomerId": "5001", "Amount": "9525", "Items": {"9": item}}
    found = wire.parse_get_document(response_of({**body, "Project": {"Name": "X"}}, path="/Api/Order/7"))
    assert found["kind"] == "order"
    assert (found.get("project_id"), found.get("customer_id"), found.get("amount")) == ("6101", "5001", 9525)
    assert found.get("items") == [
        {
            "id": "9",
            "sku": "F-1",
            "name": "Fan",
            "quantity": 2,
            "unit": "piece",
            "price": 3750,
            "vat_rate": "27%",
            "net": 7500,
            "amount": 9525,
            "fields": {"EAN": ""},
        }
    ]
    assert found["fields"] == {"Project": {"Name": "X"}}


@pytest.mark.parametrize(
    ("name", "value"), [("Amount", "many"), ("Prompt", "soon"), ("Paid", "2026-02-30"), ("AmountNet", "1.2.3")]
)
def test_a_value_that_cannot_be_read_is_an_error_that_names_it(name: str, value: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match=f"{name} of invoice 41 that cannot be read"):
        wire.parse_list_documents(listed({"Count": 1, "Results": [{**ROW, name: value}]}))


@pytest.mark.parametrize("items", ["none", 5, [7], ["Fan"]])
def test_items_that_are_no_items_are_an_error(items: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="of offer 41 that"):
        wire.parse_get_document(response_of({"Id": "41", "Items": items}, path="/Api/Offer/41"))


@pytest.mark.parametrize(
    ("status", "path"), [(403, "/Api/Invoice/41"), (403, "/Api/Offer/List"), (404, "/Api/Order/List")]
)
def test_a_refusal_of_the_whole_endpoint_names_the_plan(status: int, path: str) -> None:
    for parse in (wire.parse_list_documents, wire.parse_get_document):
        with pytest.raises(NotInPlanError, match="plan does not include invoicing") as caught:
            parse(response_of(b"Order (GET): no", status, path))
        assert "no" in str(caught.value)
        assert caught.value.status == status


def test_a_wrong_id_and_a_wrong_login_are_not_the_plans_fault() -> None:
    with pytest.raises(NotFoundError, match="MiniCRM has no invoice 41"):
        wire.parse_get_document(response_of(b"Not found", 404, "/Api/Invoice/41"))
    with pytest.raises(AuthenticationError):
        wire.parse_list_documents(listed(b"Unauthorized", status=401))


def test_requests_name_the_kind_the_page_and_what_is_narrowed() -> None:
    built = wire.build_list_documents("offer", 2, updated_since="2026-11-01 09:30:59", status_group="Open")
    assert built.path == "/Api/Offer/List"
    assert dict(built.query) == {"UpdatedSince": "2026-11-01 09:30", "StatusGroup": "Open", "Page": "2"}
    assert wire.build_list_documents("invoice").query == ()
    assert wire.build_get_document("order", 7).path == "/Api/Order/7"
    assert wire.build_get_document("order", 7).is_read


def test_requests_refuse_what_would_lead_elsewhere() -> None:
    with pytest.raises(InputError):
        wire.build_get_document("invoice", "41/Storno")
    with pytest.raises(InputError):
        wire.build_list_documents("invoice", status_group="Closed")
