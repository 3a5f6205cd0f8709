"""What is done to documents: paid, storno, the moves and changes of orders, and the fields of cards."""

from __future__ import annotations

import pytest

from mockserver.minicrm.documents.writes.order_actions import MOVES
from tests.mockserver.minicrm.account import Account, read_json, read_refusal
from tests.mockserver.minicrm.documents.seed import account
from tests.mockserver.minicrm.documents.test_create import BLOCK

REFUSED = (405, "Invoice (POST): Method not allowed!")


def row(of: Account, document_id: str, kind: str = "Invoice") -> dict[str, str]:
    return of.get(f"/Api/{kind}/List")["Results"][document_id]


@pytest.mark.parametrize(
    ("body", "day"), [(b"", "2026-01-02"), ({}, "2026-01-02"), ({"PaymentDate": "2025-12-24"}, "2025-12-24")]
)
def test_an_invoice_is_set_paid_once(body: object, day: str):
    of = account()
    paid = of.post("/Api/Invoice/1/Paid", body)
    assert (paid["Id"], paid["Paid"], paid["DocumentId"]) == ("1", day, "1")
    found = row(of, "1")
    assert (found["Paid"], found["Status"], found["StatusGroup"]) == (day, "Paid", "Success")
    assert of.get("Project/601")["StatusId"] == "Paid"
    assert next(iter(of.get("/Api/Invoice/List")["Results"])) == "1"
    assert "DocumentId" not in of.get("/Api/Invoice/1")
    assert read_refusal(of.ask("POST", "/Api/Invoice/1/Paid")) == REFUSED


def test_paying_may_change_the_customer():
    of = account()
    assert of.post("/Api/Invoice/1/Paid", {"Customer": BLOCK})["Customer"] == BLOCK
    assert of.get("Contact/10")["VatNumber"] == "22222222-2-41"


def test_a_storno_is_a_second_document_which_is_answered():
    of = account()
    storno = of.post("/Api/Invoice/1/Storno", {})
    assert (storno["Id"], storno["Number"], storno["Type"]) == ("8", "TF-2026/0001", "Invoice")
    assert storno["Subject"] == "Invoice no. TF-2026/0001 Storno invoice of the invoice no. TF-2025/0001"
    assert storno["DocumentFileName"] == "storno_invoice-tf-2026-0001.pdf"
    assert (storno["Amount"], storno["Items"]) == ("2729.00", of.get("/Api/Invoice/1")["Items"])
    assert (row(of, "8")["StornedId"], row(of, "8")["ProjectId"]) == ("1", "608")
    assert [row(of, each)["StatusGroup"] for each in ("1", "8")] == ["Failed", "Failed"]


@pytest.mark.parametrize("path", ["3/Storno", "4/Storno", "3/Paid", "4/Paid", "2/Paid"])
def test_what_is_cancelled_or_cancels_or_is_paid_stays_so(path: str):
    of = account()
    before = of.get("/Api/Invoice/List")
    assert read_refusal(of.ask("POST", f"/Api/Invoice/{path}")) == REFUSED
    assert of.get("/Api/Invoice/List") == before


def test_a_paid_proforma_makes_its_invoice():
    of = account()
    answer = of.ask("POST", "/Api/Invoice/5/Paid")
    assert (read_json(answer)["Id"], read_json(answer)["Type"]) == ("5", "Proforma")
    invoice = of.get("/Api/Invoice/8")
    assert (invoice["Type"], invoice["Number"], invoice["Paid"]) == ("Invoice", "2026-E-EUR/00001", "2026-01-02")
    assert invoice["Amount"] == "649.51"
    assert account(paid_proforma_answers_the_invoice=True).post("/Api/Invoice/5/Paid")["Id"] == "8"


@pytest.mark.parametrize("path", ["99/Paid", "6/Paid", "x/Storno"])
def test_nothing_is_done_to_what_is_no_invoice(path: str):
    assert read_refusal(account().ask("POST", f"/Api/Invoice/{path}")) == (404, "Invoice (POST): Not found!")


def move(of: Account, *names: str) -> str:
    for name in names:
        of.post(f"/Api/Order/6/{name}")
    return row(of, "6", "Order")["Status"]


@pytest.mark.parametrize(
    ("names", "status", "group"),
    [
        (["Finalize"], "In progress", "Open"),
        (["Finalize", "Edit"], "Draft", "Open"),
        (["Finalize", "Complete"], "Completed", "Open"),
        (["Finalize", "Complete", "Paid"], "Successful", "Success"),
        (["Finalize", "Complete", "Storno"], "Failed", "Failed"),
        (["Finalize", "Complete", "Storno", "Paid"], "Successful", "Success"),
    ],
)
def test_an_order_moves_from_draft_to_its_end(names: list[str], status: str, group: str):
    of = account()
    assert move(of, *names) == status
    found = row(of, "6", "Order")
    assert (found["StatusGroup"], found["Number"]) == (group, "R2026-E/00001")
    assert of.get("/Api/Order/6")["Project"]["Name"] == "R2026-E/00001"


@pytest.mark.parametrize(
    ("names", "allowed"),
    [
        ([], {"Finalize"}),
        (["Finalize"], {"Edit", "Complete"}),
        (["Finalize", "Complete"], {"Paid", "Storno"}),
        (["Finalize", "Complete", "Paid"], set[str]()),
        (["Finalize", "Complete", "Storno"], {"Paid"}),
    ],
)
def test_any_other_move_is_refused_and_moves_nothing(names: list[str], allowed: set[str]):
    of = account()
    status = move(of, *names)
    for name in MOVES.keys() - allowed:
        assert read_refusal(of.ask("POST", f"/Api/Order/6/{name}")) == (405, "Order (POST): Method not allowed!")
        assert row(of, "6", "Order")["Status"] == status


def test_a_paid_order_is_storned_by_a_switch():
    of = account(paid_orders_can_be_storned=True)
    assert move(of, "Finalize", "Complete", "Paid", "Storno") == "Failed"


def test_a_get_moves_nothing_unless_a_switch_lets_it():
    of = account()
    for name in MOVES:
        assert read_refusal(of.ask("GET", f"/Api/Order/6/{name}")) == (405, "Order (GET): Method not allowed!")
    assert row(of, "6", "Order")["Status"] == "Draft"
    lenient = account(order_actions_by_get=True)
    assert lenient.get("/Api/Order/6/Finalize")["Number"] == "R2026-E/00001"
    assert lenient.ask("GET", "/Api/Order/6/Paid").status == 405


def test_items_of_a_draft_are_added_overwritten_and_deleted():
    of = account()
    added = of.post("/Api/Order/6", {"CustomerId": 11, "Items": [{"Name": "Plug", "PriceNet": 12000, "Quantity": 3}]})
    assert [item["Id"] for item in added["Items"]] == ["6001", "6002"]
    assert added["AmountNet"] == "43500"
    changed = of.post("/Api/Order/6", {"CustomerId": "10", "Items": [{"Id": 6002, "Quantity": "2.00"}]})
    assert (changed["Items"][1]["Name"], changed["Items"][1]["PriceNetTotal"]) == ("Plug", "24000.0000")
    left = of.get("/Api/Order/6/DeleteItem/6001")
    assert ([item["Id"] for item in left["Items"]], left["AmountNet"]) == (["6002"], "24000")
    again = of.post("/Api/Order/6", {"CustomerId": 11, "Items": [{"Name": "Plug", "PriceNet": 1, "Quantity": 1}]})
    assert [item["Id"] for item in again["Items"]] == ["6002", "6003"]


def test_the_subject_of_a_draft_changes_and_the_rest_stays():
    of = account()
    before = of.get("/Api/Order/6")
    after = of.post("/Api/Order/6", {"ReferenceId": "erp-10", "Subject": "Call first"})
    assert after == {**before, "Subject": "Call first"}


@pytest.mark.parametrize(
    ("body", "want"),
    [
        ({"Subject": "x"}, (400, "Order (POST): Missing parameter: CustomerId")),
        ({"CustomerId": 12, "Subject": "x"}, (400, "Order (POST): Can not be changed: CustomerId")),
        ({"CustomerId": 11, "CurrencyCode": "EUR"}, (400, "Order (POST): Can not be changed: CurrencyCode")),
        ({"CustomerId": 11, "Items": [{"Id": 9, "Quantity": 1}]}, (400, "Order (POST): Bad parameter: Items.Id")),
    ],
)
def test_a_change_of_an_order_that_does_not_fit_is_refused(body: dict[str, object], want: tuple[int, str]):
    of = account()
    before = of.get("/Api/Order/6")
    assert read_refusal(of.ask("POST", "/Api/Order/6", body=body)) == want
    assert of.get("/Api/Order/6") == before


def test_an_order_that_is_no_draft_does_not_change():
    of = account()
    move(of, "Finalize")
    body = {"CustomerId": 11, "Subject": "x"}
    assert read_refusal(of.ask("POST", "/Api/Order/6", body=body)) == (405, "Order (POST): Method not allowed!")
    assert read_refusal(of.ask("GET", "/Api/Order/6/DeleteItem/6001")) == (405, "Order (GET): Method not allowed!")


def test_an_item_that_is_not_there_is_not_found():
    assert read_refusal(account().ask("GET", "/Api/Order/6/DeleteItem/9")) == (404, "Order (GET): Not found!")


@pytest.mark.parametrize(
    ("path", "field", "card"), [("Invoice/1", "Text70", 601), ("Order/6", "Text80", 606), ("Offer/7", "Text90", 607)]
)
def test_card_fields_are_written_through_the_document(path: str, field: str, card: int):
    of = account()
    assert of.post(f"/Api/{path}/Project", {field: "Berlin"}) == of.get(f"/Api/{path}")
    assert of.get(f"Project/{card}")[field] == "Berlin"
    kind = path.split("/")[0]
    refusal = of.ask("POST", f"/Api/{path}/Project", body={"Text1": "x"})
    assert read_refusal(refusal) == (400, f"{kind} (POST): Bad parameter: Text1")
    answering = account(document_project_answers_the_card=True)
    assert answering.post(f"/Api/{path}/Project", {field: "Berlin"}) == {"Id": card}


@pytest.mark.parametrize("status", ["Accepted", 93, "93"])
def test_the_status_of_an_offer_is_free(status: object):
    of = account()
    assert of.post("/Api/Offer/7/Project", {"StatusId": status})["Project"]["StatusId"] == "93"
    assert row(of, "7", "Offer")["Status"] == "Accepted"


@pytest.mark.parametrize(("path", "card", "status"), [("Invoice/1", 601, "Paid"), ("Order/6", 606, "Failed")])
def test_the_status_of_an_invoice_or_order_is_not_set_by_hand(path: str, card: int, status: str):
    of = account()
    kind = path.split("/")[0]
    refusal = of.ask("POST", f"/Api/{path}/Project", body={"StatusId": status})
    assert read_refusal(refusal) == (400, f"{kind} (POST): Can not be changed: StatusId")
    refusal = of.ask("PUT", f"Project/{card}", body={"StatusId": status})
    assert read_refusal(refusal) == (400, "Project (PUT): Can not be changed: StatusId")
    same = of.get(f"Project/{card}")["StatusId"]
    assert of.put(f"Project/{card}", {"StatusId": same, "Name": "Same"}) == card
    by_hand = account(document_status_by_hand=True)
    assert by_hand.put(f"Project/{card}", {"StatusId": status}) == card


def test_an_order_goes_on_from_where_a_hand_has_put_it():
    of = account(document_status_by_hand=True)
    of.put("Project/606", {"StatusId": "Completed"})
    assert move(of, "Paid") == "Successful"


def test_a_plan_without_documents_refuses_actions_too():
    of = account(documents_not_in_plan=True)
    for path in ("Invoice", "Invoice/1/Paid", "Order/6/Finalize", "Offer/7/Project"):
        assert of.ask("POST", f"/Api/{path}", body={"CustomerId": 11}).status == 403
