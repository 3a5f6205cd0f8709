"""One record of a CRM: show, create and change it, by requests to the CRM's own API; `lists` has the lists.

A record is edited as the JSON that the API prints, and the API says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mockserver.crm.api import ApiResponse
from mockserver.crm.record_views import Record, RecordKind
from mockserver.documents.strict_json import JsonError
from mockserver.page.page_request import PageRequest
from mockserver.page.records.crm_records import CrmRecords
from mockserver.page.records.lists import list_records, list_related
from mockserver.page.records.text import find_changes, find_refused_member, read_record, show_record
from mockserver.registry import CrmEntry
from mockserver.texts import mark

NEW = "new"


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
    records = CrmRecords(request, entry, crm.record_views())
    rest = list(request.parts[1:])
    if not rest:
        kinds = [kind for kind in records.views.list_kinds() if kind.is_listed]
        return records.render("kinds.html", kinds=kinds, counts=crm.counts())
    kind = records.find_kind(rest[0])
    if kind is None or len(rest) > 2:
        text = mark("{crm} has no records of the kind {kind} in this workspace.")
        return _refuse(request, request.texts.text(text, crm=entry.title, kind=repr(rest[0])))
    if len(rest) == 1:
        return list_records(records, kind) if kind.is_listed else _refuse_list(records, kind)
    record_id = "" if rest[1] == NEW else rest[1]
    if record_id and not (record_id.isascii() and record_id.isdigit() and len(record_id) <= 18):
        text = mark("An id of {crm} is digits, unlike {id}.")
        return _refuse(request, request.texts.text(text, crm=entry.title, id=repr(record_id)))
    if request.http.method == "POST":
        return _save_record(records, kind, record_id)
    return _show_record(records, kind, record_id) if record_id else _show_new(records, kind)


def _show_new(records: CrmRecords, kind: RecordKind) -> ApiResponse:
    empty: dict[str, object] = {each.name: None for each in kind.fields if not each.is_read_only}
    start = {name: value for name, value in records.request.query.items() if name in empty}
    return _render_record(records, kind, None, _Edit(show_record({**empty, **start}), show_record(empty)))


def _show_record(records: CrmRecords, kind: RecordKind, record_id: str) -> ApiResponse:
    api_request = records.views.build_read(kind, record_id)
    record = records.views.parse_record(kind, records.read(api_request))
    if record is None:
        return _refuse_missing(records, kind, record_id)
    if record.kind != kind.name:
        return records.request.redirect(records.entry.name, record.kind, record_id)
    text = show_record(record.values)
    return _render_record(records, kind, record, _Edit(text, text, curl=records.show_curl(api_request)))


def _save_record(records: CrmRecords, kind: RecordKind, record_id: str) -> ApiResponse:
    record: Record | None = None
    if record_id:
        record = records.read_record(kind, record_id)
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
    records: CrmRecords, kind: RecordKind, record: Record | None, edit: _Edit, changes: Mapping[str, object]
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


def _refuse_list(records: CrmRecords, kind: RecordKind) -> ApiResponse:
    texts = records.request.texts
    text = texts.text(
        "The API of {crm} lists these only beside what they belong to: open that first.", crm=records.entry.title
    )
    return records.request.refuse(404, texts.text(kind.title), text)


def _refuse_missing(records: CrmRecords, kind: RecordKind, record_id: str) -> ApiResponse:
    texts = records.request.texts
    what = f"{texts.text(kind.singular)} {record_id}"
    return _refuse(records.request, texts.text("Not in {crm}: {record}.", crm=records.entry.title, record=what))


def _refuse(request: PageRequest, text: str) -> ApiResponse:
    return request.refuse(404, request.texts.text("Not here"), text)


def _render_record(records: CrmRecords, kind: RecordKind, record: Record | None, edit: _Edit) -> ApiResponse:
    related = records.views.list_related(kind, record.id) if record else ()
    request = records.request
    own = (records.entry.name, kind.name, record.id if record else NEW)
    return records.render(
        "record.html",
        status=422 if edit.error or edit.refusal else 200,
        kind=kind,
        record=record,
        edit=edit,
        refusal_text=edit.refusal.body.decode(errors="replace") if edit.refusal else "",
        related=[list_related(records, each, own) for each in related],
        done=request.query.get("done", "") if request.http.method == "GET" else "",
    )
