"""How the page shows what no endpoint reads, and what lies on a card: only to be read there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.crm.api import ApiRequest
from mockserver.crm.record_views import RecordField, RecordKind, Related, Search
from mockserver.minicrm import PREFIX
from mockserver.minicrm.stored.endpoint import PAGE_ROOT
from mockserver.texts import mark

_LINKS = {"ContactId": "person", "Project": "project"}
_TITLES: Mapping[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    "document": (
        mark("Documents"),
        mark("document"),
        ("Number", "Type", "Issued", "Prompt", "Paid", "Amount", "CurrencyCode"),
        (
            *("ProjectId", "Customer", "Items", "Subject", "PaymentMethod", "Performance", "StornedId"),
            "UpdatedAt",
        ),
    ),
    "product": (
        mark("Products"),
        mark("product"),
        ("Name", "SKU", "FolderName", "PriceNet", "CurrencyCode"),
        ("EAN", "VAT", "UnitName", "Quantity", "Warehouse_Name", "Description", "Deleted"),
    ),
    "call": (
        mark("Calls"),
        mark("call"),
        ("Number", "CallType", "Duration", "Date", "ContactId"),
        ("ProjectId", "UserExtension", "ReferenceId"),
    ),
    "sign-up": (mark("Sign-ups"), mark("sign-up"), ("CreatedAt", "Form", "ProjectId", "ContactId"), ()),
    "feed-import": (mark("Feed imports"), mark("feed import"), ("CreatedAt", "Source"), ("Report",)),
    "email": (
        mark("E-mails"),
        mark("e-mail"),
        ("Subject", "From", "To", "Status", "CreatedAt"),
        ("Body", "ProjectId", "TemplateId", "OpenedAt", "ClickedAt", "UnsubscribedDate"),
    ),
    "status-change": (
        mark("History"),
        mark("change of status"),
        ("ClosedAt", "Status_Old_Name", "Status_New_Name", "UserId"),
        ("ProjectId",),
    ),
}
"""By kind: what many and one are called, the columns of its list, and what one shows beside them."""
_ON_CARDS = ("email", "status-change")
"""Listed with their card alone."""


def build_stored_kinds(project_kind: str) -> list[RecordKind]:
    """Return the kinds; a card's id links to `project_kind`, whatever the card's own kind is."""
    return [
        RecordKind(
            name=name,
            title=title,
            singular=singular,
            fields=[_build_field(each, project_kind) for each in (*columns, *others)],
            columns=[_build_field(each, project_kind) for each in columns],
            is_listed=name not in _ON_CARDS,
            is_written=False,
        )
        for name, (title, singular, columns, others) in _TITLES.items()
    ]


def is_stored(kind: RecordKind) -> bool:
    """Tell whether the page reads a kind by requests of its own."""
    return kind.name in _TITLES


def build_stored_search(kind: RecordKind, search: Search) -> ApiRequest:
    """Return the request of a page of a list."""
    return _ask(f"Stored/{_name(kind)}", ("Page", str(search.page)))


def build_stored_read(kind: RecordKind, record_id: str) -> ApiRequest:
    """Return the request of one row."""
    return _ask(f"StoredOne/{_name(kind)}", ("Id", record_id))


def list_on_card(project_id: str) -> Sequence[Related]:
    """Return what lies on a card beside its tasks."""
    history = ApiRequest("GET", f"{PREFIX}/ProjectHistory/{project_id}", [("Type", "StatusHistory")], b"", "")
    emails = ApiRequest("GET", f"{PREFIX}/EmailList/{project_id}", [], b"", "")
    calls = _ask("Stored/call", ("ProjectId", project_id))
    return [
        Related(mark("History"), "status-change", history, can_create=False),
        Related(mark("E-mails"), "email", emails, can_create=False),
        Related(mark("Calls"), "call", calls, can_create=False),
        Related(mark("Documents"), "document", _ask("Stored/document", ("ProjectId", project_id)), can_create=False),
    ]


def _build_field(name: str, project_kind: str) -> RecordField:
    link = project_kind if name == "ProjectId" else _LINKS.get(name, "")
    kind = "DateTime" if name.endswith("At") or name == "UnsubscribedDate" else "Text"
    return RecordField(name, type=kind, links_to=link, is_read_only=True)


def _ask(path: str, *query: tuple[str, str]) -> ApiRequest:
    return ApiRequest("GET", f"{PAGE_ROOT}/{path}", query, b"", "")


def _name(kind: RecordKind) -> str:
    return kind.name.replace("-", "_")
