"""Scripts for invoices, offers and orders."""

from __future__ import annotations

from typing import Any

from evaluation.solver.play import Play, ToolFailedError, solves

PAID_IN_OCTOBER = """
SELECT currency, sum(amount) FROM minicrm_documents
WHERE kind = 'invoice' AND paid_on BETWEEN '2026-10-01' AND '2026-10-31' GROUP BY currency
"""


def with_numbers(found: dict[str, Any]) -> str:
    """Return each document with its number, customer and amount, and the sums."""
    items = [
        f"{one.get('number', 'no number')} {one.get('business', one['contact'])} {one['amount']}"
        for one in found["items"]
    ]
    return "; ".join([*items, *(f"{currency} {one['amount']}" for currency, one in found["totals"].items())])


async def refused(play: Play, tool: str, **arguments: object) -> str:
    """Return why a call was refused."""
    try:
        return str(await play.call(tool, **arguments))
    except ToolFailedError as error:
        return str(error)


@solves("what-is-owed-to-us")
async def what_is_owed_to_us(play: Play) -> str:
    totals = (await play.call("list_documents", unpaid=True))["totals"]
    return ", ".join(f"{one['amount']} {currency}" for currency, one in totals.items())


@solves("lejart-szamlak")
async def lejart_szamlak(play: Play) -> str:
    return with_numbers(await play.call("list_documents", overdue=True))


@solves("more-than-fifteen-days-late")
async def more_than_fifteen_days_late(play: Play) -> str:
    return with_numbers(await play.call("list_documents", overdue=True, older_than_days=15))


@solves("mennyivel-tartozik-a-northgate")
async def mennyivel_tartozik_a_northgate(play: Play) -> str:
    found = await play.call("list_documents", customer="Northgate", unpaid=True)
    return f"{found['totals']['HUF']['amount']} Ft"


@solves("paid-in-october")
async def paid_in_october(play: Play) -> str:
    found = await play.call("query_crm", sql=PAID_IN_OCTOBER)
    assert found["exact"]
    return str(found["rows"])


@solves("what-is-on-the-old-invoice")
async def what_is_on_the_old_invoice(play: Play) -> str:
    found = await play.call("list_documents", customer="Northgate", overdue=True)
    (oldest, *_) = found["items"]
    document = await play.call("get_document", document_id=oldest["id"])
    return "; ".join(f"{one['quantity']} {one['name']} at {one['price']}" for one in document["items"])


@solves("orders-not-final")
async def orders_not_final(play: Play) -> str:
    found = await play.call("list_documents", kind="order")
    drafts = [one for one in found["items"] if one["status"] == "Draft"]
    return with_numbers({"items": drafts, "totals": {}})


@solves("elutasitott-ajanlatok")
async def elutasitott_ajanlatok(play: Play) -> str:
    return with_numbers(await play.call("list_documents", kind="offer", status_group="Failed"))


@solves("dunning-tasks")
async def dunning_tasks(play: Play) -> str:
    overdue = (await play.call("list_documents", overdue=True))["items"]
    records = [
        {
            "project_id": one["project_id"],
            "comment": f"Ask about {one['number']}",
            "user": "me",
            "deadline": "2026-11-24",
        }
        for one in overdue
    ]
    made = await play.call("create_task", records=records)
    return f"{sum(one['ok'] for one in made['items'])} tasks."


@solves("issue-an-invoice")
async def issue_an_invoice(play: Play) -> str:
    items = [{"name": "Phone booth", "quantity": 2, "price": 450_000, "vat": "27%"}]
    asked = {"customer_id": "5009", "items": items, "due": "2026-12-08", "idempotency_key": "booths-1"}
    return (await play.call("create_invoice", **asked))["message"]


@solves("invoice-declined")
async def invoice_declined(play: Play) -> str:
    items = [{"name": "Phone booth", "quantity": 1, "price": 450_000, "vat": "27%"}]
    return await refused(play, "create_invoice", customer_id="5009", items=items, idempotency_key="booth-2")


@solves("nobody-to-ask-about-a-storno")
async def nobody_to_ask_about_a_storno(play: Play) -> str:
    return await refused(play, "change_document", kind="invoice", document_id="9002", action="storno")


@solves("kiegyenlitett-szamla")
async def kiegyenlitett_szamla(play: Play) -> str:
    (invoice,) = (await play.call("list_documents", customer="Őrségi", overdue=True))["items"]
    paid = await play.call("change_document", kind="invoice", document_id=invoice["id"], action="paid")
    return paid["message"]


@solves("already-paid")
async def already_paid(play: Play) -> str:
    return await refused(play, "change_document", kind="invoice", document_id="9005", action="paid")
