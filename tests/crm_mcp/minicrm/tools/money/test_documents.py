"""list_documents and get_document against a fake: what is unpaid and overdue, whose it is, and what the sums lack."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from mcp import Client

from crm_mcp.store.engine import Store
from mockserver.seeds.load import read_seed
from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import assistant, call, fail, ids_of, read_pages

pytestmark = [pytest.mark.slow, pytest.mark.crm_fake(profile="observed", deviations={"requests-are-limited": False})]
Json = dict[str, Any]
TODAY = "2026-11-27"
DOCUMENTS: list[Json] = cast("Json", read_seed("demo")["minicrm"])["documents"]
KINDS_OF_INVOICE = ("Invoice", "Proforma")
STRANGE: Json = {
    "Id": "41",
    "ProjectId": "6052",
    "StornedId": "",
    "Number": "Z-1",
    "Type": "Zahlschein",
    "Issued": "2026-10-01",
    "Prompt": "2026-10-16",
    "Paid": "",
    "CurrencyCode": "HUF",
    "Amount": "25400.0000",
}
READINGS = pytest.mark.parametrize(
    "reading", ["", "storned-id-on-the-cancelled", "storno-is-a-type", "document-results-are-a-list"]
)


@pytest.fixture
def office(crm_fake: CrmFake, monkeypatch: pytest.MonkeyPatch) -> CrmFake:
    for name, value in crm_fake.env.items():
        monkeypatch.setenv(name, value)
    for name in ("IVINEX_URL", "IVINEX_USERNAME", "IVINEX_PASSWORD", "IVINEX_MODULES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MINICRM_REQUESTS_PER_MINUTE", "0")
    monkeypatch.setenv("MINICRM_NOW", f"{TODAY}T10:00:00")
    return crm_fake


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Client], Awaitable[Any]]], Any]:
    def in_session(calls: Callable[[Client], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            async with assistant(store=Store(str(tmp_path), keeps_reads=True), toolsets="all") as client:
                return await calls(client)

        return asyncio.run(run())

    return in_session


Play = Callable[[Callable[[Client], Awaitable[Any]]], Any]


def ask(play: Play, tool: str, **arguments: Any) -> Any:
    return play(lambda client: call(client, tool, **arguments))


def seeded_invoices() -> list[Json]:
    """Return the invoices that are neither paid, cancelled nor proforma, told by the seed alone."""
    cancelled = {one["StornedId"] for one in DOCUMENTS if one.get("StornedId")}
    return [
        one
        for one in DOCUMENTS
        if one["Type"] == "Invoice" and not one.get("Paid") and not one.get("StornedId") and one["Id"] not in cancelled
    ]


def ids(documents: Iterable[Json]) -> set[str]:
    return {str(one.get("Id", one.get("id"))) for one in documents}


def sums(items: Iterable[Json]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in items:
        found[one["currency"]] += Decimal(str(one["amount"]))
    return found


def asked(fake: CrmFake) -> list[str]:
    return [one["path"] for one in fake.requests() if not one["path"].startswith("/Api/R3/")]


@READINGS
def test_the_unpaid_and_overdue_sums_are_those_of_the_crms_own_database(
    reading: str, office: CrmFake, play: Play
) -> None:
    if reading:
        office.seed({**read_seed("demo"), "deviations": {reading: True}})
    unpaid = seeded_invoices()
    overdue = [one for one in unpaid if one["Prompt"] < TODAY]
    found = ask(play, "list_documents", unpaid=True)
    assert ids(found["items"]) == ids(unpaid)
    assert {currency: one["amount"] for currency, one in found["totals"].items()} == sums(found["items"])
    late = ask(play, "list_documents", overdue=True)
    assert ids(late["items"]) == ids(overdue)
    assert late["total"] == len(overdue)
    days = [(dt.date.fromisoformat(TODAY) - dt.date.fromisoformat(one["due"])).days for one in late["items"]]
    assert [one["days_overdue"] for one in late["items"]] == days
    assert days == sorted(days, reverse=True)
    assert found["exact"] is late["exact"] is True


def test_sums_never_mix_currencies_and_are_exact(office: CrmFake, play: Play) -> None:
    del office
    found = ask(play, "list_documents", overdue=True)
    assert found["totals"] == {
        "EUR": {"documents": 1, "amount": 4249.5},
        "HUF": {"documents": 3, "amount": 5182600},
    }


def test_older_than_days_counts_from_the_due_date_and_of_orders_from_the_day_of_issue(
    office: CrmFake, play: Play
) -> None:
    del office
    assert ids(ask(play, "list_documents", overdue=True, older_than_days=17)["items"]) == {"9012", "9004"}
    assert ids(ask(play, "list_documents", overdue=True, older_than_days=18)["items"]) == {"9012"}
    assert ids(ask(play, "list_documents", kind="order", older_than_days=19)["items"]) == {"9017", "9018"}


def test_a_company_owes_what_its_people_owe_and_a_wrong_name_is_refused(office: CrmFake, play: Play) -> None:
    del office

    async def calls(client: Client) -> tuple[Any, Any, Any, str]:
        return (
            await call(client, "list_documents", unpaid=True, customer="northgate"),
            await call(client, "list_documents", kind="order", customer="Fehér Holló"),
            await call(client, "list_documents", unpaid=True, customer=5003),
            await fail(client, "list_documents", customer="Nobody Ltd"),
        )

    by_name, of_person, by_id, refused = play(calls)
    assert ids(by_name["items"]) == {"9012", "9008"}
    assert by_name["customer"] == {"id": "5003", "name": "Northgate Property Ltd"}
    assert {one["business"] for one in by_name["items"]} == {"Northgate Property Ltd"}
    assert by_id["totals"] == by_name["totals"]
    assert [(one["id"], one["contact"]) for one in of_person["items"]] == [("9018", "Dorottya Fehér")]
    assert "No contact is named" in refused


def test_all_pages_hold_each_document_once_whatever_their_size(office: CrmFake, play: Play) -> None:
    del office
    pages = play(lambda client: read_pages(client, "list_documents", limit=5))
    assert [len(page["items"]) for page in pages] == [5, 5, 2]
    assert sorted(ids_of(pages)) == [str(one) for one in range(9001, 9013)]
    assert {page["total"] for page in pages} == {12}
    assert "2 of a storno and 1 that are no invoices" in pages[0]["note"]


def test_a_document_is_read_by_its_id_or_number_with_status_items_and_customer(office: CrmFake, play: Play) -> None:
    del office

    async def calls(client: Client) -> tuple[Any, Any, str, str]:
        return (
            await call(client, "get_document", document_id="tf-2026/0204"),
            await call(client, "get_document", kind="order", document_id=9017),
            await fail(client, "get_document", document_id="TF-1"),
            await fail(client, "get_document", document_id=9017),
        )

    invoice, order, unknown, other_kind = play(calls)
    assert (invoice["id"], invoice["status"], invoice["status_group"]) == ("9004", "Overdue", "Open")
    assert (invoice["unpaid"], invoice["days_overdue"], invoice["business"]) == (True, 18, "Őrségi Vendégházak")
    assert sum(one["amount"] for one in invoice["items"]) == invoice["amount"] == 2600000
    assert (order["contact"], order["status"], order["items"][0]["sku"]) == (
        "Zsófia Őri",
        "In progress",
        "TF-FRONT-OAK",
    )
    assert "has no invoice 'TF-1'" in unknown
    assert "has no invoice 9017" in other_kind


def test_a_document_that_changed_in_the_crm_shows_after_a_minute_and_at_once_where_it_is_asked_for(
    office: CrmFake, play: Play
) -> None:
    first = ask(play, "list_documents", unpaid=True)
    office.forget_requests()
    ask(play, "list_documents", overdue=True)
    assert asked(office) == []
    since = ask(play, "list_documents", updated_since="2026-11-10")
    assert asked(office) == ["/Api/Invoice/List"]
    newest = {one["Id"] for one in DOCUMENTS if one["UpdatedAt"] >= "2026-11-10" and one["Type"] in KINDS_OF_INVOICE}
    assert ids(since["items"]) == {str(one) for one in newest}
    assert first["exact"] is True


def test_an_account_without_documents_is_told_so_and_asked_no_more(office: CrmFake, play: Play) -> None:
    office.seed({**read_seed("demo"), "deviations": {"documents-not-in-plan": True}})

    async def calls(client: Client) -> tuple[str, str, Any]:
        return (
            await fail(client, "list_documents"),
            await fail(client, "list_documents", overdue=True),
            await call(client, "get_contact_overview", contact_id=5003),
        )

    first, second, overview = play(calls)
    assert "plan does not include invoicing" in first
    assert second == first
    assert "open_invoices" not in overview
    assert overview["exact"] is True
    assert asked(office) == ["/Api/Invoice/List"]


def test_an_overview_tells_what_a_contact_owes_by_currency(office: CrmFake, play: Play) -> None:
    del office

    async def calls(client: Client) -> list[Any]:
        return [await call(client, "get_contact_overview", contact_id=one) for one in (5003, 5008, 5113)]

    company, abroad, nobody = (one["open_invoices"] for one in play(calls))
    assert company == {"unpaid": 2, "overdue": 1, "amount": {"HUF": 1682600}}
    assert abroad == {"unpaid": 1, "overdue": 1, "amount": {"EUR": 4249.5}}
    assert nobody == {"unpaid": 0, "overdue": 0}


def test_what_is_no_invoice_cannot_be_unpaid_and_unknown_types_are_said(office: CrmFake, play: Play) -> None:
    assert "Only invoices are unpaid" in play(lambda client: fail(client, "list_documents", kind="offer", unpaid=True))
    office.faults(
        {
            "match": {"path": "/Api/Invoice/List"},
            "fault": {"kind": "status", "status": 200, "body": json.dumps({"Count": 1, "Results": [STRANGE]})},
        }
    )
    found = ask(play, "list_documents", unpaid=True)
    assert found["exact"] is False
    assert "1 of the type 'Zahlschein' are left out" in found["note"]


def test_statements_see_the_same_sums_and_the_items(office: CrmFake, play: Play) -> None:
    del office
    sql = "select currency, count(*), sum(amount) from minicrm_documents where unpaid and due < today() group by 1"
    items = (
        "select d.number, sum(i.amount) = d.amount, d.business, d.contact_id from minicrm_documents as d "
        "join minicrm_document_items as i on i.kind = d.kind and i.document_id = d.id where d.id = 9004"
    )

    async def calls(client: Client) -> tuple[Any, Any]:
        return await call(client, "query_crm", sql=sql), await call(client, "query_crm", sql=items)

    totals, one = play(calls)
    assert totals["rows"] == [["EUR", 1, 4249.5], ["HUF", 3, 5182600]]
    assert one["rows"] == [["TF-2026/0204", 1, "Őrségi Vendégházak", 5004]]
    assert totals["exact"] is one["exact"] is True


def test_one_document_of_very_many_and_one_contact_are_read_without_all_of_them(office: CrmFake, play: Play) -> None:
    demo = read_seed("demo")
    minicrm = cast("Json", demo["minicrm"])
    many = [{**DOCUMENTS[0], "Id": number, "Number": f"T/{number}"} for number in range(1, 502)]
    office.seed({**demo, "minicrm": {**minicrm, "documents": many}})

    async def calls(client: Client) -> tuple[Any, Any]:
        return (
            await call(client, "get_document", document_id=7),
            await call(client, "get_contact_overview", contact_id=5001),
        )

    document, overview = play(calls)
    assert (document["number"], "6 pages are not read yet" in document["note"]) == ("T/7", True)
    assert "The open amount is not told: 6 pages" in overview["note"]
    assert overview["exact"] is False
    assert asked(office) == ["/Api/Invoice/List", "/Api/Invoice/7", "/Api/Invoice/List"]


@pytest.mark.usefixtures("office")
@pytest.mark.crm_fake(profile="documented")
def test_where_cards_tell_no_company_it_is_that_of_their_person(play: Play) -> None:
    sql = "SELECT id, business FROM minicrm_documents WHERE kind = 'order' ORDER BY id"

    async def calls(client: Client) -> tuple[Json, Json]:
        return await call(client, "list_documents", kind="order"), await call(client, "query_crm", sql=sql)

    listed, queried = play(calls)
    companies = {"9016": "Malom Coworking", "9017": "Őrségi Vendégházak", "9018": "Fehér Holló Könyvesház Bt."}
    assert {one["id"]: one["business"] for one in listed["items"]} == companies
    assert {str(document_id): name for document_id, name in queried["rows"]} == companies
    assert queried["exact"] is True
