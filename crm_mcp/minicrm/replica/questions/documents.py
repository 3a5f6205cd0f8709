"""Statements on documents over the stored tables, for `ReplicaReads`."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from crm_mcp.errors import AuthenticationError, CrmError
from crm_mcp.languages import Texts, mark
from crm_mcp.minicrm.documents.facts import is_of_storno, perhaps_unpaid
from crm_mcp.minicrm.replica.columns import PROJECTS
from crm_mcp.minicrm.replica.documents.keys import key_of
from crm_mcp.minicrm.replica.documents.tables import DOCUMENTS, OWN_ID, UNPAID
from crm_mcp.minicrm.replica.questions.reads import ReplicaReads, Row
from crm_mcp.minicrm.wire.documents.models import DocumentKind
from crm_mcp.replica.source import Need

_texts = Texts(__file__)
_LISTS = {"invoice": mark("invoices"), "offer": mark("offers"), "order": mark("orders")}

_IS_STORNO = is_of_storno(DOCUMENTS, OWN_ID)
_PERHAPS_UNPAID = perhaps_unpaid(DOCUMENTS, OWN_ID)
MOST_PAGES = 5
"""Where more pages of documents than these were never read, they are not all read for one contact or document."""
_COLUMNS = (
    *("number", "type", "status", "status_group", "issued", "due", "delivery", "paid_on"),
    *("currency", "amount", "net", "vat", "storno_id", "project_id"),
)


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents of a kind are wanted; what is None or empty does not narrow.

    Attributes:
        unpaid: Only unpaid invoices.
        due_before: A day; documents that are due on no day are not.
        issued_before: A day.
        status_group: Of their cards.
        project_ids: Their cards.
        ids: Their own ids.
    """

    kind: DocumentKind
    unpaid: bool = False
    due_before: str = ""
    issued_before: str = ""
    status_group: str = ""
    project_ids: Collection[str] | None = None
    ids: Collection[str] | None = None

    def condition(self, unpaid: str = UNPAID) -> tuple[str, list[Any]]:
        """Return SQL over rows `t`, and its parameters."""
        parts: list[tuple[str, Any]] = [("t.kind = ?", self.kind)]
        parts += [
            (sql, value)
            for sql, value in (
                ("t.due < ?", self.due_before),
                ("t.issued < ?", self.issued_before),
                ("t.status_group = ?", self.status_group),
            )
            if value
        ]
        if self.project_ids is not None:
            parts.append(("t.project_id in (select value from json_each(?))", _numbers(self.project_ids)))
        if self.ids is not None:
            keys = [key_of(self.kind, one) for one in self.ids]
            parts.append(("t.id in (select value from json_each(?))", json.dumps(keys)))
        conditions = [sql for sql, _ in parts] + ([f"({unpaid})"] if self.unpaid else [])
        return " and ".join(conditions), [value for _, value in parts]


def _numbers(ids: Collection[str]) -> str:
    return json.dumps([int(one) for one in ids])


async def refresh_documents(reads: ReplicaReads, kind: DocumentKind) -> None:
    """Bring the documents of a kind up to date where they are older than a minute.

    Raises:
        NotInPlanError: The account's plan refuses them.
        CrmError: The CRM cannot be asked, and nothing is held.
    """
    documents = reads.source.documents
    lists = documents.lists[kind]
    try:
        await lists.refresh([kind], Need({}, reads.source.replica.clock()))
    except AuthenticationError:
        raise
    except CrmError as error:
        if not await reads.rows({"id": "id"}, f"{DOCUMENTS} where part_ = ? limit 1", [kind]):
            raise
        reads.problems.append(f"The {kind}s are as read before, since the CRM could not be asked again: {error}")
    if (refusal := await documents.plan.refusal(kind)) is not None:
        raise refusal
    await reads.steps.advance(_texts.later(_LISTS[kind]))
    known = (await lists.passes()).get(kind)
    if known is None or not known.is_complete:
        reads.problems.append(f"Not all {kind}s were read{f': {known.note}' if known and known.note else ''}.")


async def count_pages_ahead(reads: ReplicaReads, kind: DocumentKind) -> int:
    """Return how many pages are still to be read where these are too many for one contact or document; else 0."""
    lists = reads.source.documents.lists[kind]
    known = (await lists.passes()).get(kind)
    if await lists.is_refused() or (known is not None and known.is_complete):
        return 0
    pages = await lists.count_pages(MOST_PAGES)
    return pages if pages > MOST_PAGES else 0


async def find_documents(reads: ReplicaReads, wanted: DocumentFilter) -> list[Row]:
    """Return the documents that are wanted: what is due first where that is asked for, else the newest first."""
    condition, parameters = wanted.condition()
    order = "t.due is null, t.due, t.id" if wanted.unpaid or wanted.due_before else "t.issued desc, t.id desc"
    told = {"id": OWN_ID, "kind": "t.kind", "unpaid": f"({UNPAID})", "is_storno": f"({_IS_STORNO})"}
    columns = {**told, **{name: f"t.{name}" for name in _COLUMNS}}
    return await reads.rows(columns, f"{DOCUMENTS} as t where {condition} order by {order}", parameters)


async def find_unknown_types(reads: ReplicaReads, wanted: DocumentFilter) -> list[Row]:
    """Return the types that nobody knows, `{type, number}`, of what would be wanted if they meant invoices."""
    condition, parameters = wanted.condition(_PERHAPS_UNPAID)
    columns = {"type": "t.type", "number": "count(*)"}
    return await reads.rows(columns, f"{DOCUMENTS} as t where {condition} group by t.type", parameters)


async def find_by_number(reads: ReplicaReads, kind: DocumentKind, number: str) -> list[str]:
    """Return the ids of the documents of a kind that have a number."""
    rest = f"{DOCUMENTS} as t where t.kind = ? and lower(t.number) = lower(?) order by t.id"
    return [str(row["id"]) for row in await reads.rows({"id": OWN_ID}, rest, [kind, number])]


async def find_held_cards(reads: ReplicaReads, project_ids: Sequence[str]) -> list[Row]:
    """Return of those projects whose contact is held what it is; nothing is opened where nothing was read."""
    if not await reads.source.replica.exists() or not await reads.source.facts.load():
        return []
    known = "1" if reads.source.facts.schema.rows_hold_contacts else "read_ > 0"
    columns = {name: name for name in ("id", "name", "contact_id", "business_id")}
    rest = f"{PROJECTS} where {known} and id in (select value from json_each(?))"
    return await reads.rows(columns, rest, [_numbers(project_ids)])
