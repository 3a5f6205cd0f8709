"""An invoice is issued once, after a person's yes to all that it says, and never where one like it may be there."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from mcp import Client

from tests.crm_mcp.minicrm.tools.money.books import INVOICE, ITEM, TODAY, Books, play
from tests.crm_mcp.safe_writes.playing import Era, User
from tests.support.crm_stub import API
from tests.support.mcp_play import call, fail

ERAS: list[Era] = ["legacy", "auto"]


def issue(client: Client, **more: Any) -> Any:
    """Call the tool; it must succeed."""
    return call(client, "create_invoice", **{**INVOICE, **more})


def refuse(client: Client, **more: Any) -> Any:
    """Call the tool; it must fail."""
    return fail(client, "create_invoice", **{**INVOICE, **more})


@pytest.mark.parametrize("era", ERAS)
def test_the_question_says_all_that_will_be_issued_and_a_yes_issues_it(books: Books, era: Era) -> None:
    user = User()
    result = play(issue, user, era=era)
    assert result["id"] == "41"
    assert "2026-T/41" in result["message"]
    (asked,) = user.asked
    assert asked.splitlines() == [
        "Issue this invoice? It cannot be undone and is reported to the tax office at once.",
        "Customer: Alma Kft. (2)",
        "VAT number: 1-2-3",
        "Items: Napelem: 2 db x 10 000 HUF + 27%",
        "Sums: net 20 000 HUF, VAT 5 400 HUF, gross 25 400 HUF",
        "Issued on: 2026-11-27",
        "Delivered on: 2026-11-27",
        "Due on: 2026-12-05",
        "Payment: WiredTransfer",
    ]
    ((path, body),) = books.crm.written
    assert path == "/Api/Invoice"
    assert body == {
        "CustomerId": "2",
        "Type": "Invoice",
        "CurrencyCode": "HUF",
        "PaymentMethod": "WiredTransfer",
        "Issued": TODAY,
        "Performance": TODAY,
        "Prompt": "2026-12-05",
        "Items": [{"Name": "Napelem", "Quantity": "2", "PriceNet": "10000", "VAT": "27%", "Unit": "db"}],
    }


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("reply", ["decline", "cancel"])
def test_without_a_yes_nothing_is_issued_whatever_is_set(
    books: Books, monkeypatch: pytest.MonkeyPatch, era: Era, reply: Any
) -> None:
    monkeypatch.setenv("CRM_MCP_UNCONFIRMED_WRITES", "1")
    user = User(reply)
    said = play(refuse, user, era=era)
    assert "Nothing was written" in said
    assert (len(user.asked), books.written) == (1, [])


@pytest.mark.parametrize("era", ERAS)
def test_where_nobody_can_be_asked_it_is_refused_before_anything_is_sent(
    books: Books, monkeypatch: pytest.MonkeyPatch, era: Era
) -> None:
    monkeypatch.setenv("CRM_MCP_UNCONFIRMED_WRITES", "1")
    assert "no setting changes that" in play(refuse, None, era=era)
    assert books.crm.calls == []


def test_dry_run_shows_it_and_asks_nobody(books: Books) -> None:
    user = User()
    result = play(lambda client: issue(client, dry_run=True, idempotency_key=""), user)
    shown = {one["field"]: one["after"] for one in result["changes"]}
    assert (shown["net"], shown["vat"], shown["gross"]) == ("20000", "5400", "25400")
    assert (user.asked, books.written) == ([], [])
    assert play(lambda client: call(client, "create_invoice", plan_id=result["plan_id"]), user)["id"] == "41"
    assert len(user.asked) == len(books.written) == 1


def test_a_key_is_needed_and_the_same_key_gives_the_first_result(books: Books) -> None:
    user = User()
    assert "needs an idempotency_key" in play(lambda client: refuse(client, idempotency_key=""), user)
    first = play(issue, user)
    assert play(issue, user) == first
    assert (len(user.asked), len(books.written)) == (1, 1)


def test_another_of_the_same_customer_and_sum_is_refused_by_the_audit_and_by_the_list(books: Books) -> None:
    user = User()
    play(issue, user)
    said = play(lambda client: refuse(client, idempotency_key="other"), user)
    assert "2026-T/41" in said
    assert "25 400 HUF" in said
    books.rows.clear()  # not in the list yet: the audit alone knows it
    assert "2026-T/41" in play(lambda client: refuse(client, idempotency_key="other"), user)
    assert (len(user.asked), len(books.written)) == (1, 1)


def test_a_sum_that_differs_by_one_forint_is_another_invoice(books: Books) -> None:
    user = User()
    for price in (1000, 1001, 1002):
        item = {"name": "Work", "quantity": 1, "price": price, "vat": "27%"}
        play(lambda client, item=item: issue(client, items=[item], idempotency_key=f"p{item['price']}"), user)
    assert len(books.rows) == 3


def test_a_colleagues_invoice_of_today_is_found_in_the_list(books: Books) -> None:
    books.issue(
        {
            **dict.fromkeys(("Issued", "Performance", "Prompt"), TODAY),
            "CurrencyCode": "HUF",
            "Items": [{"PriceNet": "10000", "Quantity": "2"}],
        }
    )
    user = User()
    assert "2026-T/41 (id 41), 2026-11-27, 25 400 HUF" in play(refuse, user)
    allowed = play(lambda client: issue(client, allow_duplicate=True), user)
    assert allowed["id"] == "42"
    assert "billed the same sum already: 2026-T/41" in user.asked[0]


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ReadError("reset"),
        httpx.Response(500, text="Internal"),
        httpx.Response(503),
        httpx.Response(200, text='{"Id": "4'),
        httpx.ReadTimeout("late"),
        httpx.Response(504),
    ],
    ids=repr,
)
def test_after_a_lost_response_the_invoice_is_found_in_the_list_with_its_number(
    books: Books, fault: httpx.Response | Exception
) -> None:
    books.loses.append((fault, True))
    result = play(issue, User())
    assert result["id"] == "41"
    assert "2026-T/41" in result["message"]
    assert (len(books.written), len(books.rows)) == (1, 1)


def test_an_open_attempt_blocks_its_customer_until_the_list_tells(books: Books) -> None:
    user = User()
    books.loses.append((httpx.ReadTimeout("late"), False))
    assert "same idempotency_key" in play(refuse, user)
    dearer = [{**ITEM, "price": 20000}]
    said = play(lambda client: refuse(client, items=dearer, idempotency_key="other"), user)
    assert "Whether an earlier invoice was issued to this customer cannot be told yet" in said
    assert len(books.written) == 1
    late = {"CurrencyCode": "HUF", "Issued": TODAY, "Items": [{"PriceNet": "10000", "Quantity": "2"}]}
    books.issue(late)
    assert play(lambda client: issue(client, items=dearer, idempotency_key="other"), user)["id"] == "42"
    assert play(issue, user)["id"] == "41"
    assert len(books.written) == 2


@pytest.mark.parametrize("status", [400, 401, 404, 429])
def test_a_refusal_is_told_at_once_and_nothing_is_repeated(books: Books, status: int) -> None:
    books.loses.append((httpx.Response(status, text="no"), False))
    assert play(refuse, User())
    assert len(books.written) == 1


def test_an_attempt_of_which_the_list_tells_nothing_is_passed_over_only_by_the_person(books: Books) -> None:
    books.loses.append((httpx.ReadError("reset"), True))
    like = {"CurrencyCode": "HUF", "Issued": TODAY, "Items": [{"PriceNet": "10000", "Quantity": "2"}]}
    books.when_written = lambda: books.issue(like)  # a colleague's, in the same moment
    assert "It could be 42 or 41" in play(refuse, User())
    other = {"items": [{**ITEM, "price": 5}], "idempotency_key": "other"}
    assert "allow_duplicate" in play(lambda client: refuse(client, **other), User())
    user = User()
    assert play(lambda client: issue(client, **other, allow_duplicate=True), user)["id"] == "43"
    assert "It could be 42 or 41" in user.asked[0]


def test_a_storno_of_the_same_sum_is_not_taken_for_the_invoice_that_was_lost(books: Books) -> None:
    old = {"CurrencyCode": "HUF", "Issued": "2026-11-26", "Items": [{"PriceNet": "10000", "Quantity": "2"}]}
    number = books.issue(old)
    books.loses.append((httpx.ReadTimeout("late"), False))
    assert "same idempotency_key" in play(lambda client: refuse(client, allow_duplicate=True), User())
    books.cancel(number)
    said = play(lambda client: refuse(client, allow_duplicate=True), User())
    assert "may still be creating it" in said
    assert len(books.written) == 1


def test_a_customer_block_says_what_it_overwrites(books: Books) -> None:
    user = User()
    block = {"name": "Alma Kft.", "vat_number": "9-9-9", "city": "Pécs"}
    play(lambda client: issue(client, customer=block), user)
    assert "This overwrites in the contact: VatNumber 1-2-3, BankAccount -" in user.asked[0]
    assert books.crm.written[0][1]["Customer"] == {"Name": "Alma Kft.", "VatNumber": "9-9-9", "City": "Pécs"}


def test_a_person_is_billed_by_their_company_unless_told_otherwise(books: Books) -> None:
    user = User()
    play(lambda client: issue(client, customer_id=1), user)
    assert "Customer: Alma Kft. (2)" in user.asked[0]
    play(lambda client: issue(client, customer_id=1, bill_person=True, idempotency_key="b"), user)
    assert "Customer: Anna Nagy (1)" in user.asked[1]
    assert books.crm.written[1][1]["ForcesInvoiceOnPerson"] == "1"


def test_the_customer_renamed_while_the_person_reads_is_not_billed(books: Books) -> None:
    class Slow(User):
        async def __call__(self, *given: Any) -> Any:
            books.crm.answer(f"GET {API}/Contact/2", {"Id": 2, "Type": "Business", "Name": "Körte Zrt."})
            return await super().__call__(*given)

    assert "customer and vat_number changed after it was shown" in play(refuse, Slow(), era="legacy")
    assert books.written == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"items": []}, "needs items"),
        ({"items": [{"name": "x", "quantity": 1, "price": 5}]}, "items[0] lacks vat"),
        ({"items": [{**ITEM, "vat": "sok"}]}, "percentage"),
        ({"items": [{**ITEM, "price": "olcsó"}]}, "must be a number"),
        ({"items": [{**ITEM, "price": "1.000"}]}, "thousands"),
        ({"items": [{**ITEM, "ar": 5}]}, "unknown"),
        ({"due": "tomorrow-ish"}, "due"),
        ({"currency": "forint"}, "three letters"),
        ({"payment_method": "Barter"}, "WiredTransfer or Cash"),
        ({"type": "Storno"}, "Invoice or Proforma"),
        ({"customer": {"city": "Pécs"}}, "lacks a name"),
        ({"customer": {"shoe": "42"}}, "unknown"),
        ({"customer_id": "Alma"}, "digits"),
        ({"customer_id": 99}, "no contact 99"),
    ],
)
def test_what_cannot_be_issued_is_refused_with_the_reason(books: Books, wrong: Any, says: str) -> None:
    books.crm.answer_status(f"GET {API}/Contact/99", 404)
    user = User()
    assert says in play(lambda client: refuse(client, **wrong), user)
    assert (user.asked, books.written) == ([], [])


def test_undo_says_why_not(books: Books) -> None:
    write_id = play(issue, User())["write_id"]
    undone = play(lambda client: call(client, "undo_write", write_id=write_id), User())
    assert "storno cancels it" in undone["items"][0]["message"]
    assert len(books.written) == 1


@pytest.mark.usefixtures("books")
def test_in_hungarian_the_person_is_asked_in_hungarian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_LANGUAGE", "hu")
    user = User()
    play(lambda client: issue(client, type="Proforma"), user)
    assert user.asked[0].splitlines() == [
        "Kiállítsam ezt a díjbekérőt? Nem vonható vissza.",
        "Vevő: Alma Kft. (2)",
        "Adószám: 1-2-3",
        "Tételek: Napelem: 2 db \N{MULTIPLICATION SIGN} 10 000 HUF, áfa: 27%",
        "Összesen: nettó 20 000 HUF, áfa 5 400 HUF, bruttó 25 400 HUF",
        "Kelt: 2026. 11. 27.",
        "Teljesítés: 2026. 11. 27.",
        "Fizetési határidő: 2026. 12. 05.",
        "Fizetési mód: átutalás",
    ]
