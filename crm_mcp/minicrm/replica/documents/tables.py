"""The tables of documents and of their items. Pure.

| table | rows come by | other columns come by |
|---|---|---|
| `minicrm_documents` | the lists of invoices, offers and orders | the detail; the customer is its card's |
| `minicrm_document_items` | the detail | nothing |

A document's link to its PDF is not held: whoever has it can open it.
"""

from __future__ import annotations

from crm_mcp.minicrm.documents.facts import unpaid
from crm_mcp.minicrm.models import Schema
from crm_mcp.minicrm.replica.columns import CONTACTS, PROJECTS, AccountSchema
from crm_mcp.minicrm.replica.documents.keys import id_in_sql, kind_in_sql
from crm_mcp.replica.tables import Column, Table

DOCUMENTS = "minicrm_documents"
ITEMS = "minicrm_document_items"
KINDS_OF_ROWS = {DOCUMENTS: "documents", ITEMS: "document_items"}
PARTS = ("invoice", "offer", "order")
OWN_ID = id_in_sql("t.id")
UNPAID = unpaid(DOCUMENTS, OWN_ID)


def document_tables(account: AccountSchema | None = None) -> list[Table]:
    """Return both tables; without an account as they are stored, which is alike in all."""
    return [
        _documents(account or AccountSchema({}, {}, Schema(fields=[], statuses={}, users={}, modules={}))),
        _items(),
    ]


def _documents(account: AccountSchema) -> Table:
    columns = (
        Column("id", "id", sql=id_in_sql("{value}"), of="id"),
        Column("kind"),
        Column("number"),
        Column("type"),
        Column("status"),
        Column("status_group"),
        Column("issued", "date"),
        Column("due", "date"),
        Column("delivery", "date"),
        Column("paid_on", "date"),
        Column("unpaid", "flag", sql=f"({unpaid('{schema}.' + DOCUMENTS, OWN_ID)})", of="id"),
        Column("currency"),
        Column("amount", "number"),
        Column("net", "number"),
        Column("vat", "number"),
        Column("storno_id", "id"),
        Column("project_id", "id"),
        *_customer(account),
        Column("subject", "text", "card"),
        Column("payment_method", "text", "card"),
    )
    return Table(
        DOCUMENTS,
        KINDS_OF_ROWS[DOCUMENTS],
        columns,
        "`kind` is invoice, offer or order; `amount` with VAT",
        parts=PARTS,
        indexed=(id_in_sql("id"), "storno_id"),
    )


def _customer(account: AccountSchema) -> list[Column]:
    """Return the columns of the contact and the company that a document's card belongs to."""
    columns: list[Column] = []
    for name, contact_id in (("contact", _of_card("contact_id", account)), ("business", _company(account))):
        of_name = f"(select c.name from {{schema}}.{CONTACTS} as c where c.id = {contact_id})"
        columns.append(Column(f"{name}_id", "id", sql=contact_id, of="project_id", needs=(PROJECTS, CONTACTS)))
        columns.append(Column(name, sql=of_name, of="project_id", needs=(PROJECTS, CONTACTS)))
    return columns


def _of_card(column: str, account: AccountSchema) -> str:
    """Return SQL of a column of a document's card; where rows of a search do not hold it the card is to be read."""
    value = f"p.{column}"
    if not account.rows_hold_contacts:
        value = f"case when p.read_ >= p.changed_ then {value} else unread('{PROJECTS}', p.id, {value}) end"
    return f"(select {value} from {{schema}}.{PROJECTS} as p where p.id = {{value}})"


def _company(account: AccountSchema) -> str:
    """Return SQL of a card's company; of a card that does not tell it, that of its person."""
    value = "case when w.read_ >= w.changed_ then w.business_id else unread('{0}', w.id, w.business_id) end"
    person = f"w.type = 'Person' and w.id = {_of_card('contact_id', account)}"
    of_person = f"(select {value.format(CONTACTS)} from {{schema}}.{CONTACTS} as w where {person})"
    return f"coalesce({_of_card('business_id', account)}, {of_person})"


def _items() -> Table:
    columns = (
        Column("document_id", "id", sql=id_in_sql("{value}"), of="document_id"),
        Column("kind", sql=kind_in_sql("{value}"), of="document_id"),
        Column("position", "integer"),
        Column("sku"),
        Column("name"),
        Column("description"),
        Column("quantity", "number"),
        Column("unit"),
        Column("price", "number"),
        Column("vat_rate"),
        Column("net", "number"),
        Column("amount", "number"),
    )
    return Table(
        ITEMS,
        KINDS_OF_ROWS[ITEMS],
        columns,
        "join by kind and document_id",
        parent=DOCUMENTS,
        parent_column="document_id",
        indexed=(id_in_sql("document_id"),),
    )
