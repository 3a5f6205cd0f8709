"""The tools that read invoices, offers and orders: list with sums, and one by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, NotRequired, cast

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.crm.all_pages import read_all_pages
from crm_mcp.crm.call import Steps
from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.errors import AuthenticationError, CrmError, InputError, NotFoundError, NotInPlanError
from crm_mcp.mcp.arguments import CallContext, Id, JsonObject
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.minicrm.account.local_time import parse_local_time
from crm_mcp.minicrm.clients.documents import DocumentsClient
from crm_mcp.minicrm.documents.sums import sum_by_currency
from crm_mcp.minicrm.field_table import STATUS_GROUPS
from crm_mcp.minicrm.models import PAGE_RULES
from crm_mcp.minicrm.replica.questions.documents import (
    DocumentFilter,
    count_pages_ahead,
    find_by_number,
    find_documents,
    find_unknown_types,
    refresh_documents,
)
from crm_mcp.minicrm.replica.questions.reads import ReplicaReads, Row
from crm_mcp.minicrm.search.pages import rows_after
from crm_mcp.minicrm.tools.context import MaxItems, StatusGroupName, ToolContext
from crm_mcp.minicrm.tools.money.customers import Owner, find_owner, read_customers
from crm_mcp.minicrm.wire.documents.models import KINDS, DocumentKind
from crm_mcp.rendering.shortening import OBJECT_TEXT, RenderOptions, is_empty, shorten, show_list, show_one, size_of

Kind = Annotated[str, WithJsonSchema({"type": "string", "enum": list(KINDS)})]
OlderThanDays = Annotated[
    int,
    Field(ge=0, le=36_500, description="more days than this past due; of offers and orders since issued"),
    WithJsonSchema({"type": "integer"}),
]
CustomerName = Annotated[Id, Field(description="contact or company: id or name")]
_SHOWN = ("number", "type", "status", "issued", "due", "paid_on", "currency", "amount", "project_id", "storno_id")
_CONTINUATION = "get_document(...)"
_OF_DETAIL = RenderOptions(_CONTINUATION, OBJECT_TEXT)


class Documents(TypedDict):
    """Documents, `{id, number, type, status, issued, due, days_overdue, paid_on, currency, amount, ...}`, and whose.

    `total` and `totals`, `{HUF: {documents, amount}}` with VAT, are of all that match. `note` says what is missing,
    always unless `exact`.
    """

    items: list[JsonObject]
    total: int
    totals: JsonObject
    exact: bool
    next_cursor: NotRequired[str]


class DocumentDetail(TypedDict):
    """One document with its items, and whose it is."""

    id: str
    kind: str
    items: NotRequired[list[JsonObject]]
    fields: NotRequired[JsonObject]


@dataclass(frozen=True)
class DocumentTools:
    """`list_documents` and `get_document` over one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tools."""
        return (
            build_tool(self.list_documents, title="List invoices, offers or orders", annotations=READ),
            build_tool(self.get_document, title="Get an invoice, offer or order", annotations=READ),
        )

    async def list_documents(
        self,
        ctx: CallContext,
        kind: Kind = "invoice",
        unpaid: bool = False,
        overdue: bool = False,
        older_than_days: OlderThanDays = 0,
        customer: CustomerName = "",
        status_group: StatusGroupName = "",
        updated_since: str = "",
        limit: MaxItems = 20,
        cursor: Cursor = FIRST_PAGE,
    ) -> Documents:
        """List MiniCRM invoices, offers or orders with sums by currency.

        Unpaid: issued invoices without payment and storno, no proforma; overdue: of these, due before today.
        """
        kind_of = _kind(kind)
        if kind_of != "invoice" and (unpaid or overdue):
            raise InputError("Only invoices are unpaid or overdue.", hint="Leave both out, or ask for invoices.")
        steps = Steps(ctx)
        reads = self.context.reads(steps)
        await refresh_documents(reads, kind_of)
        owner = await find_owner(self.context, customer, steps) if customer else None
        today = self.context.now().date()
        until = today - timedelta(older_than_days)
        narrowed_by_due = overdue or (older_than_days and kind_of == "invoice")
        wanted = DocumentFilter(
            kind_of,
            unpaid=unpaid or overdue,
            due_before=until.isoformat() if narrowed_by_due else "",
            issued_before=until.isoformat() if older_than_days and not narrowed_by_due else "",
            status_group=resolve_choice("status_group", status_group, STATUS_GROUPS) if status_group else "",
            project_ids=None if owner is None else owner.project_ids,
            ids=await self._changed_since(kind_of, updated_since, reads) if updated_since else None,
        )
        return await self._answer(reads, wanted, owner, today, limit=limit, cursor=cursor)

    async def _changed_since(self, kind: DocumentKind, moment: str, reads: ReplicaReads) -> set[str]:
        """Return the ids of the documents that changed since a moment: rows do not tell when they changed."""
        since = parse_local_time(moment, self.context.zone, end_of_day=False)
        found = await read_all_pages(
            lambda page: self._client.list_documents(kind, page, updated_since=since), PAGE_RULES, reads.steps
        )
        reads.problems += filter(None, [found.incomplete_reason])
        return found.ids

    async def _answer(
        self,
        reads: ReplicaReads,
        wanted: DocumentFilter,
        owner: Owner | None,
        today: date,
        *,
        limit: int,
        cursor: Cursor,
    ) -> Documents:
        rows = await find_documents(reads, wanted)
        problems = [*reads.problems, *([owner.incomplete_reason] if owner else []), *_lacking_amounts(rows)]
        notes = [] if wanted.unpaid else _counted_too(rows)
        if wanted.unpaid:
            problems += map(_of_unknown_type, await find_unknown_types(reads, wanted))
        ahead = rows_after(cursor, [{**row, "id": str(row["id"])} for row in rows])
        asked = {str(row["project_id"]) for row in ahead[:limit] if row["project_id"]}
        customers, unread = await read_customers(self.context, reads, asked)
        entries = [{**_entry(row, today), **customers.get(str(row["project_id"]), {})} for row in ahead[:limit]]
        shown = show_list(entries, RenderOptions(_CONTINUATION))
        page: dict[str, Any] = {"items": shown, "total": len(rows), "totals": sum_by_currency(rows)}
        page["exact"] = not any(problems)
        if owner is not None:
            page["customer"] = {"id": owner.id, "name": owner.name}
        if next_cursor := cursor.after(entries, len(shown), more=len(ahead) > len(entries)):
            page["next_cursor"] = next_cursor
        if note := " ".join(filter(None, [*problems, *notes, unread])):
            page["note"] = note
        return cast("Documents", page)

    async def get_document(
        self,
        ctx: CallContext,
        document_id: Annotated[Id, Field(description="id or number")],
        kind: Kind = "invoice",
    ) -> DocumentDetail:
        """Read one MiniCRM invoice, offer or order with its items."""
        kind_of = _kind(kind)
        reads = self.context.reads(Steps(ctx))
        problem = await self._refresh(reads, kind_of, is_enough=document_id.isdecimal())
        found = await self._find(reads, kind_of, document_id)
        document: dict[str, Any] = {**await self._client.get_document(kind_of, found)}
        today = self.context.now().date()
        for row in await find_documents(reads, DocumentFilter(kind_of, ids=[found])):
            document = {**document, **_entry(row, today), "status_group": row["status_group"]}
            document |= {"unpaid": True} if row["unpaid"] else {}
        customers, unread = await read_customers(self.context, reads, _ids(document.get("project_id")))
        for customer in customers.values():
            document |= customer
        if note := " ".join(filter(None, [problem, unread])):
            document["note"] = note
        return _shown(document)

    async def _refresh(self, reads: ReplicaReads, kind: DocumentKind, *, is_enough: bool) -> str:
        """Bring the list up to date, which alone tells status and project; return why it could not be, if so.

        Where the id `is_enough` to find the document, a long list is not read to its end for it.
        """
        try:
            if is_enough and (pages := await count_pages_ahead(reads, kind)):
                return f"Status and project are not told: {pages} pages are not read yet; list_documents reads them."
            await refresh_documents(reads, kind)
        except (AuthenticationError, NotInPlanError):
            raise
        except CrmError as error:
            return f"Status and project are not told, since the list could not be read: {error.args[0]}"
        return " ".join(reads.problems)

    async def _find(self, reads: ReplicaReads, kind: DocumentKind, asked: str) -> str:
        """Return the id of the document that has an id, or else a number."""
        text = mend_text(asked)
        is_id = text.isdecimal()
        if is_id and await find_documents(reads, DocumentFilter(kind, ids=[text])):
            return text
        found = await find_by_number(reads, kind, text)
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"Several {kind}s have the number {text}.", hint=f"Give an id: {', '.join(found)}.")
        if is_id:
            return text
        raise NotFoundError(
            f"MiniCRM has no {kind} {text[:60]!r}.", status=404, hint="list_documents finds ids and numbers."
        )

    @property
    def _client(self) -> DocumentsClient:
        return DocumentsClient(self.context.client.sender)


def _kind(text: str) -> DocumentKind:
    return cast("DocumentKind", resolve_choice("kind", text, {kind: kind for kind in KINDS}))


def _ids(project_id: object) -> list[str]:
    return [str(project_id)] if project_id else []


def _entry(row: Row, today: date) -> dict[str, Any]:
    """Return a document as it is listed, an unpaid one with the days since it was due."""
    entry = {"id": str(row["id"]), **{name: row[name] for name in _SHOWN if row[name] is not None}}
    entry |= {name: str(entry[name]) for name in ("project_id", "storno_id") if name in entry}
    if row["is_storno"]:
        entry["storno"] = True
    if row["unpaid"] and row["due"] and (days := (today - date.fromisoformat(row["due"])).days) > 0:
        entry["days_overdue"] = days
    return entry


def _shown(document: Mapping[str, Any]) -> DocumentDetail:
    """Return a document as a result shows it, with as many items as there is room for."""
    items: Sequence[Mapping[str, Any]] = document.get("items", ())
    head = {name: value for name, value in document.items() if value is not None and name != "items"}
    shown = show_one({**head, "fields": shorten(head["fields"], _OF_DETAIL)}, _OF_DETAIL)
    lines = show_list([_line(one) for one in items], _OF_DETAIL, reserved=size_of(shown)) if items else []
    more = {"more_items": len(items) - len(lines)} if len(lines) < len(items) else {}
    return cast("DocumentDetail", {**shown, "items": lines, **more})


def _line(item: Mapping[str, Any]) -> Mapping[str, Any]:
    others = {name: value for name, value in item.get("fields", {}).items() if not is_empty(value)}
    line = {name: value for name, value in item.items() if name != "fields"}
    return {**line, "fields": others} if others else line


def _counted_too(rows: Sequence[Row]) -> list[str]:
    """Return what stands among invoices and is no income."""
    stornos = sum(1 for row in rows if row["is_storno"])
    others = sum(1 for row in rows if row["kind"] == "invoice" and row["type"] not in (None, "Invoice"))
    told = [f"{stornos} of a storno" if stornos else "", f"{others} that are no invoices, by `type`" if others else ""]
    return [f"total and totals count {' and '.join(filter(None, told))} too."] if any(told) else []


def _lacking_amounts(rows: Sequence[Row]) -> list[str]:
    lacking = sum(1 for row in rows if row["amount"] is None)
    return [f"{lacking} have no amount and count as 0 in totals."] if lacking else []


def _of_unknown_type(found: Mapping[str, Any]) -> str:
    return f"{found['number']} of the type {found['type']!r} are left out: whether they are invoices is not known."
