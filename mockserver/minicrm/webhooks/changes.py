"""Which records a request changed, as webhooks tell of them: one body a card or contact, whatever wrote it how often.

Tasks, addresses, mails, histories and connections have no webhooks (documented), nor has what is deleted for good
(assumed).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace

from mockserver.crm.changed_record import ChangedRecord
from mockserver.minicrm.account import load_account
from mockserver.minicrm.documents.document import Document
from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.schema import Field
from mockserver.minicrm.store import RowChange, list_rows, read_account_document
from mockserver.minicrm.webhooks.data import Data, build_contact_data, build_project_data, list_own_fields

WEBHOOK_KINDS = ("Project", "Contact")
_NEVER_CHANGED = frozenset({"Id", "SystemId", "InternalUrl"})
_REAL_ORIGIN = "https://r3.minicrm.hu"
"""What addresses begin with where neither the seed nor a request tells it."""


def list_changed(context: RequestContext) -> list[ChangedRecord]:
    """Return what became of each card and contact that was written, in the order in which they were first written."""
    if not context.changes:
        return []
    context = _with_new_modules(context)
    merged: dict[tuple[str, int], RowChange] = {}
    for change in context.changes:
        row = change.after or change.before
        if isinstance(row, Project | Contact):
            key = (type(row).__name__, row.id)
            merged[key] = RowChange(merged[key].before if key in merged else change.before, change.after)
    return [_describe(context, change.before, change.after) for change in merged.values() if change.after is not None]


def _with_new_modules(context: RequestContext) -> RequestContext:
    """Return the context with the account as the request left it: the first document of a kind makes its module."""
    return replace(context, account=load_account(read_account_document(context.connection)))


def _describe(context: RequestContext, before: object, after: object) -> ChangedRecord:
    assert isinstance(after, Project | Contact)
    data = _build_data(context, after)
    is_new = not isinstance(before, Project | Contact)
    old: Data = {} if is_new else _build_data(context, before)
    fields = [
        name
        for name, value in data.items()
        if name == "UpdatedAt" or (name not in _NEVER_CHANGED and value != old.get(name))
    ]
    kind = type(after).__name__
    module = after.category_id if isinstance(after, Project) else None
    more: dict[str, object] = {"Schema": _list_choices(context, after), **_find_head(context, after)}
    build_body = functools.partial(_build_body, kind, data, fields, more, context.origin or _REAL_ORIGIN)
    return ChangedRecord("minicrm", kind, after.id, module, fields, build_body)


def _build_data(context: RequestContext, row: Project | Contact) -> Data:
    return build_project_data(context, row) if isinstance(row, Project) else build_contact_data(context, row)


def _list_choices(context: RequestContext, row: Project | Contact) -> Mapping[str, Mapping[str, str]]:
    """Return the labels of the choices of a record's own fields, by name and id (observed, grade C)."""
    own: Mapping[str, Field] = list_own_fields(context, row)
    return {
        name: {str(choice): label for choice, label in field.choices.items()}
        for name, field in own.items()
        if field.choices
    }


def _find_head(context: RequestContext, row: Project | Contact) -> dict[str, object]:
    """Return the document of a card where it is an order or an offer: `{"Head": {"Id"}}` (observed, grade C)."""
    if isinstance(row, Contact):
        return {}
    sql = "project_id = ? AND kind IN ('Order', 'Offer')"
    found = list_rows(context.connection, Document, sql, (row.id,), limit=1)
    return {"Head": {"Id": str(found[0].id)}} if found else {}


def _build_body(
    kind: str, data: Data, fields: list[str], more: Mapping[str, object], origin: str, system_id: str
) -> dict[str, object]:
    """Return the body: `{"Id", "Type", "Data", "Changed", "Schema", "Head"}`.

    Source: minicrm-beyond.md, 4.
    """
    address = f"{origin}/{system_id}/{data['InternalUrl']}"
    return {
        "Id": data["Id"],
        "Type": kind,
        "Data": {**data, "SystemId": system_id, "InternalUrl": address},
        "Changed": fields,
        **more,
    }
