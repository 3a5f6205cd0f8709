"""The records of a CRM: listing, searching, reading, making and changing them, by requests to the CRM's own API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.crm.record_views import Browser, Record, RecordField, RecordKind, Related, Search
from mockserver.page.curl import build_curl
from mockserver.page.page_request import Visit
from mockserver.registry import CrmEntry
from mockserver.workspaces.journal import Exchange

# Marks the values that a form was filled with, so that only what a person changed is sent.
WAS = "was:"
NEW = "new"
_MAX_PAGE = 10**9


@dataclass(frozen=True, slots=True)
class _Desk:
    """A visit to the records of one CRM."""

    visit: Visit
    entry: CrmEntry
    browser: Browser

    def find_kind(self, name: str) -> RecordKind | None:
        return next((kind for kind in self.browser.list_kinds() if kind.name == name), None)

    def read(self, request: ApiRequest) -> ApiResponse:
        """Ask the API on the reader's behalf; what people look at is in no journal and counts against no limit."""
        return self._ask(replace(request, is_counted=False))

    def write(self, request: ApiRequest) -> tuple[ApiResponse, object]:
        """Ask the API to change something, and return its answer and the journal's number for it."""
        answer = self._ask(request)
        journal = self.visit.workspace.journal
        journal.record(Exchange.of(request, answer, filter_parameters=self.entry.filter_parameters))
        return answer, journal.list_entries(1)[-1]["id"]

    def show_curl(self, request: ApiRequest) -> str:
        body = request.body.decode() or None
        base_url = self.visit.request.base_url
        return build_curl(self.visit.workspace, base_url, request.method, request.path, request.query, body)

    def render(self, template: str, *, status: int = 200, **context: object) -> ApiResponse:
        return self.visit.render(template, status=status, crm=self.entry, **context)

    def _ask(self, request: ApiRequest) -> ApiResponse:
        crm = self.visit.workspace.crms[self.entry.name]
        logins = self.visit.workspace.list_logins(self.entry.name)
        username = logins[0][0] if logins else ""
        return crm.answer(replace(request, base_url=self.visit.request.base_url, username=username))


def answer_records(visit: Visit, entry: CrmEntry) -> ApiResponse:
    """Answer a visit to `ivinex`, `ivinex/1001`, `ivinex/1001/8` or `ivinex/1001/new`."""
    desk = _Desk(visit, entry, visit.workspace.crms[entry.name].browse())
    rest = list(visit.parts[1:])
    if not rest:
        kinds = [kind for kind in desk.browser.list_kinds() if kind.is_listed]
        counts = visit.workspace.crms[entry.name].counts()
        return desk.render("kinds.html", kinds=kinds, counts=counts)
    kind = desk.find_kind(rest[0])
    if kind is None or len(rest) > 2:
        return visit.refuse(404, "Not here", f"{entry.title} has no records of the kind {rest[0]!r} in this workspace.")
    if len(rest) == 1:
        return _list_records(desk, kind)
    record_id = "" if rest[1] == NEW else rest[1]
    if record_id and not (record_id.isascii() and record_id.isdigit() and len(record_id) <= 18):
        return visit.refuse(404, "Not here", f"An id of {entry.title} is digits, unlike {record_id!r}.")
    return _save_record(desk, kind, record_id) if visit.request.method == "POST" else _show_form(desk, kind, record_id)


def _read_search(visit: Visit, kind: RecordKind) -> Search:
    query = visit.query
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


def _list_records(desk: _Desk, kind: RecordKind) -> ApiResponse:
    if not kind.is_listed:
        text = f"{desk.entry.title}'s API lists {kind.title.lower()} only beside what they belong to: open that first."
        return desk.visit.refuse(404, kind.title, text)
    search = _read_search(desk.visit, kind)
    request = desk.browser.build_search(kind, search)
    answer = desk.read(request)
    page = desk.browser.parse_page(kind, answer)

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
        return desk.visit.build_url(desk.entry.name, kind.name, **{k: v for k, v in query.items() if v})

    return desk.render(
        "records.html",
        kind=kind,
        search=search,
        page=page,
        link=link,
        refusal=answer if answer.reason else None,
        refusal_text=read_message(answer),
        curl=desk.show_curl(request),
    )


def _show_form(desk: _Desk, kind: RecordKind, record_id: str) -> ApiResponse:
    if not record_id:
        known = {each.name for each in kind.fields}
        start = {name: value for name, value in desk.visit.query.items() if name in known}
        return _render_form(desk, kind, None, start)
    request = desk.browser.build_read(kind, record_id)
    record = desk.browser.parse_record(kind, desk.read(request))
    if record is None:
        text = f"There is no {kind.singular} {record_id} in {desk.entry.title}."
        return desk.visit.refuse(404, "Not here", text)
    if record.kind != kind.name:
        return desk.visit.redirect(desk.entry.name, record.kind, record_id)
    return _render_form(desk, kind, record, record.values, curl=desk.show_curl(request))


def _save_record(desk: _Desk, kind: RecordKind, record_id: str) -> ApiResponse:
    form = desk.visit.read_form()
    sent = {each.name: _read_field(each, form) for each in kind.fields if not each.is_read_only}
    changes = {name: text for name, text in sent.items() if text != form.get(WAS + name, [""])[-1]}
    if not changes and record_id:
        return desk.visit.redirect(desk.entry.name, kind.name, record_id, done="unchanged")
    request = desk.browser.build_write(kind, record_id, changes)
    answer, entry_id = desk.write(request)
    written = desk.browser.parse_written(answer)
    if written:
        done = "saved" if record_id else "created"
        return desk.visit.redirect(desk.entry.name, kind.name, written, done=done, entry=entry_id)
    record = desk.browser.parse_record(kind, desk.read(desk.browser.build_read(kind, record_id))) if record_id else None
    was = {name: form.get(WAS + name, [""])[-1] for name in sent}
    return _render_form(
        desk, kind, record, sent, was=was, refusal=answer, entry_id=entry_id, curl=desk.show_curl(request)
    )


def _read_field(each: RecordField, form: Mapping[str, list[str]]) -> str:
    values = form.get(each.name, [])
    return ",".join(values) if each.input == "choices" else (values or [""])[-1]


def _render_form(
    desk: _Desk,
    kind: RecordKind,
    record: Record | None,
    values: Mapping[str, str],
    *,
    was: Mapping[str, str] | None = None,
    refusal: ApiResponse | None = None,
    entry_id: object = None,
    curl: str = "",
) -> ApiResponse:
    if was is None:
        was = record.values if record else {}
    related = desk.browser.list_related(kind, record.id) if record else ()
    return desk.render(
        "record.html",
        status=422 if refusal else 200,
        kind=kind,
        record=record,
        values=values,
        was=was,
        refusal=refusal,
        refusal_text=read_message(refusal) if refusal else "",
        entry_id=entry_id,
        curl=curl,
        related=[_list_related(desk, each) for each in related],
        done=desk.visit.query.get("done", "") if desk.visit.request.method == "GET" else "",
    )


def _list_related(desk: _Desk, related: Related) -> Mapping[str, object]:
    kind = desk.find_kind(related.kind)
    assert kind is not None
    page = desk.browser.parse_page(kind, desk.read(related.request))
    return {"related": related, "kind": kind, "page": page, "curl": desk.show_curl(related.request)}


def read_message(answer: ApiResponse) -> str:
    """Return the words of a refusal as the API put them."""
    return answer.body.decode(errors="replace")
