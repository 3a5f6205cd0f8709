"""The records of a CRM: list, search, show, create and change them, by requests to the CRM's own API.

A record is edited as the JSON that the API prints, and the API says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.crm.record_views import Record, RecordKind, RecordViews, Related, Search
from mockserver.documents.strict_json import JsonError
from mockserver.page.curl import build_curl
from mockserver.page.page_request import PageRequest
from mockserver.page.record_text import find_changes, find_refused_member, read_record, show_record
from mockserver.registry import CrmEntry
from mockserver.workspaces.journal import Exchange

NEW = "new"
_MAX_PAGE = 10**9


@dataclass(frozen=True, slots=True)
class _CrmRecords:
    """The records of one CRM in the workspace of a page request."""

    request: PageRequest
    entry: CrmEntry
    views: RecordViews

    def find_kind(self, name: str) -> RecordKind | None:
        return next((kind for kind in self.views.list_kinds() if kind.name == name), None)

    def read(self, api_request: ApiRequest) -> ApiResponse:
        """Send a request that is in no journal and counts against no limit."""
        return self._send(replace(api_request, is_counted=False))

    def write(self, api_request: ApiRequest) -> tuple[ApiResponse, object]:
        """Send a request as a program would, and return the response with its number in the journal."""
        response = self._send(api_request)
        journal = self.request.workspace.journal
        journal.record(Exchange.of(api_request, response, filter_parameters=self.entry.filter_parameters))
        return response, journal.list_entries(1)[-1]["id"]

    def show_curl(self, api_request: ApiRequest) -> str:
        body = api_request.body.decode() or None
        base_url = self.request.http.base_url
        workspace = self.request.workspace
        return build_curl(workspace, base_url, api_request.method, api_request.path, api_request.query, body)

    def render(self, template: str, *, status: int = 200, **context: object) -> ApiResponse:
        return self.request.render(template, status=status, crm=self.entry, **context)

    def _send(self, api_request: ApiRequest) -> ApiResponse:
        crm = self.request.workspace.crms[self.entry.name]
        logins = self.request.workspace.list_logins(self.entry.name)
        username = logins[0][0] if logins else ""
        return crm.respond(replace(api_request, base_url=self.request.http.base_url, username=username))


@dataclass(frozen=True, slots=True)
class _Edit:
    """A text being edited: as it stands, as it was shown first, and what was wrong with it when it was sent."""

    text: str
    shown: str
    error: str = ""
    refusal: ApiResponse | None = None
    entry_id: object = None
    place: tuple[str, int, int] | None = None
    curl: str = ""


def handle_records(request: PageRequest, entry: CrmEntry) -> ApiResponse:
    """Show `ivinex`, `ivinex/1001`, `ivinex/1001/8` or `ivinex/1001/new`, or save a record."""
    crm = request.workspace.crms[entry.name]
    records = _CrmRecords(request, entry, crm.record_views())
    rest = list(request.parts[1:])
    if not rest:
        kinds = [kind for kind in records.views.list_kinds() if kind.is_listed]
        return records.render("kinds.html", kinds=kinds, counts=crm.counts())
    kind = records.find_kind(rest[0])
    if kind is None or len(rest) > 2:
        text = f"{entry.title} has no records of the kind {rest[0]!r} in this workspace."
        return request.refuse(404, "Not here", text)
    if len(rest) == 1:
        return _list_records(records, kind)
    record_id = "" if rest[1] == NEW else rest[1]
    if record_id and not (record_id.isascii() and record_id.isdigit() and len(record_id) <= 18):
        return request.refuse(404, "Not here", f"An id of {entry.title} is digits, unlike {record_id!r}.")
    if request.http.method == "POST":
        return _save_record(records, kind, record_id)
    return _show_record(records, kind, record_id) if record_id else _show_new(records, kind)


def _read_search(request: PageRequest, kind: RecordKind) -> Search:
    query = request.query
    page = query.get("page", "")
    field = query.get("field", "")
    return Search(
        field=field if field in kind.searches else next(iter(kind.searches), ""),
        operand=operand if (operand := query.get("operand", "")) in kind.operands else next(iter(kind.operands), ""),
        value=query.get("value", "").strip(),
        order=order if (order := query.get("order", "")) in kind.sorts else "",
        is_descending=query.get("down") == "1",
        page=min(int(page), _MAX_PAGE) if page.isascii() and page.isdigit() and len(page) < 12 else 0,
    )


def _list_records(records: _CrmRecords, kind: RecordKind) -> ApiResponse:
    if not kind.is_listed:
        text = (
            f"{records.entry.title}'s API lists {kind.title.lower()} only beside what they belong to: open that first."
        )
        return records.request.refuse(404, kind.title, text)
    search = _read_search(records.request, kind)
    api_request = records.views.build_search(kind, search)
    response = records.read(api_request)
    page = records.views.parse_page(kind, response)

    def link(**changes: object) -> str:
        query: dict[str, object] = {
            "field": search.field if search.value else "",
            "operand": search.operand if search.value else "",
            "value": search.value,
            "order": search.order,
            "down": int(search.is_descending),
            "page": 0,
            **changes,
        }
        return records.request.build_url(records.entry.name, kind.name, **{k: v for k, v in query.items() if v})

    return records.render(
        "records.html",
        kind=kind,
        search=search,
        page=page,
        link=link,
        refusal=response if response.reason else None,
        refusal_text=response.body.decode(errors="replace"),
        curl=records.show_curl(api_request),
    )


def _show_new(records: _CrmRecords, kind: RecordKind) -> ApiResponse:
    empty: dict[str, object] = {each.name: None for each in kind.fields if not each.is_read_only}
    start = {name: value for name, value in records.request.query.items() if name in empty}
    return _render_record(records, kind, None, _Edit(show_record({**empty, **start}), show_record(empty)))


def _show_record(records: _CrmRecords, kind: RecordKind, record_id: str) -> ApiResponse:
    api_request = records.views.build_read(kind, record_id)
    record = records.views.parse_record(kind, records.read(api_request))
    if record is None:
        return _refuse_missing(records, kind, record_id)
    if record.kind != kind.name:
        return records.request.redirect(records.entry.name, record.kind, record_id)
    text = show_record(record.values)
    return _render_record(records, kind, record, _Edit(text, text, curl=records.show_curl(api_request)))


def _save_record(records: _CrmRecords, kind: RecordKind, record_id: str) -> ApiResponse:
    record: Record | None = None
    if record_id:
        record = records.views.parse_record(kind, records.read(records.views.build_read(kind, record_id)))
        if record is None:
            return _refuse_missing(records, kind, record_id)
    form = records.request.read_form()
    edit = _Edit(form.get("record", ""), form.get("shown", ""))
    try:
        changes = find_changes(read_record(edit.text), read_record(edit.shown or "{}"))
    except JsonError as error:
        return _render_record(records, kind, record, replace(edit, error=str(error)))
    if not changes and record:
        return records.request.redirect(records.entry.name, kind.name, record_id, done="unchanged")
    return _write_record(records, kind, record, edit, changes)


def _write_record(
    records: _CrmRecords, kind: RecordKind, record: Record | None, edit: _Edit, changes: Mapping[str, object]
) -> ApiResponse:
    api_request = records.views.build_write(kind, record.id if record else "", changes)
    response, entry_id = records.write(api_request)
    written = records.views.parse_written(response)
    if written:
        done = "saved" if record else "created"
        return records.request.redirect(records.entry.name, kind.name, written, done=done, entry=entry_id)
    refused = replace(
        edit,
        refusal=response,
        entry_id=entry_id,
        place=find_refused_member(edit.text, changes, " ".join((response.reason, *response.hints))),
        curl=records.show_curl(api_request),
    )
    return _render_record(records, kind, record, refused)


def _refuse_missing(records: _CrmRecords, kind: RecordKind, record_id: str) -> ApiResponse:
    text = f"There is no {kind.singular} {record_id} in {records.entry.title}."
    return records.request.refuse(404, "Not here", text)


def _render_record(records: _CrmRecords, kind: RecordKind, record: Record | None, edit: _Edit) -> ApiResponse:
    related = records.views.list_related(kind, record.id) if record else ()
    request = records.request
    return records.render(
        "record.html",
        status=422 if edit.error or edit.refusal else 200,
        kind=kind,
        record=record,
        edit=edit,
        refusal_text=edit.refusal.body.decode(errors="replace") if edit.refusal else "",
        related=[_list_related(records, each) for each in related],
        done=request.query.get("done", "") if request.http.method == "GET" else "",
    )


def _list_related(records: _CrmRecords, related: Related) -> Mapping[str, object]:
    kind = records.find_kind(related.kind)
    assert kind is not None
    page = records.views.parse_page(kind, records.read(related.request))
    return {"related": related, "kind": kind, "page": page, "curl": records.show_curl(related.request)}
