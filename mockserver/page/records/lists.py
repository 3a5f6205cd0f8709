"""The lists of a CRM's records: searched, sorted and paged, by the API where it can, else by the page itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from mockserver.crm.api import ApiResponse
from mockserver.crm.record_views import Record, RecordKind, RecordPage, Related, Search
from mockserver.page.page_request import PageRequest
from mockserver.page.records.crm_records import CrmRecords

MAX_SORTED = 1000
"""Most records that the page sorts by itself, where an API sorts none."""
_SORTED_PAGE = 100
_MAX_PAGE = 10**9


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: `sorted` is `ascending`, `descending` or empty, `url` sorts by it."""

    sorted: str = ""
    url: str = ""


def list_records(records: CrmRecords, kind: RecordKind) -> ApiResponse:
    """Show one page of a kind of records."""
    search = _read_search(records.request, kind)
    api_request = records.views.build_search(kind, search)
    response = records.read(api_request)
    page = records.views.parse_page(kind, response)
    page = replace(page, records=records.with_links(kind, page.records))
    is_partly_sorted = False
    if search.order and not kind.is_sorted_by_api and not response.reason:
        page, is_partly_sorted = _read_sorted(records, kind, search)

    def link(**changes: object) -> str:
        filtered = {"field": search.field, "operand": search.operand} if search.value else {}
        order: Mapping[str, object] = {"order": search.order, "down": int(search.is_descending)}
        query: dict[str, object] = {**filtered, "value": search.value, **order, "page": 0, **changes}
        return records.request.build_url(records.entry.name, kind.name, **{k: v for k, v in query.items() if v})

    return records.render(
        "records.html",
        kind=kind,
        search=search,
        page=page,
        most_sorted=MAX_SORTED if is_partly_sorted else 0,
        link=link,
        heads=_build_heads(kind, search.order, is_descending=search.is_descending, link=link),
        refusal=response if response.reason else None,
        refusal_text=response.body.decode(errors="replace"),
        curl=records.show_curl(api_request),
    )


def list_related(records: CrmRecords, related: Related, own: Sequence[object]) -> Mapping[str, object]:
    """Return what the page of a record shows of records that belong to it, sorted as its address says.

    Args:
        records: The CRM's records.
        related: Which ones.
        own: The parts of the address of the record's own page.
    """
    kind = records.find_kind(related.kind)
    assert kind is not None
    page = records.views.parse_page(kind, records.read(related.request))
    rows = records.with_links(kind, page.records)
    query = records.request.query
    is_here = query.get("related", "") == related.title
    order = query.get("order", "") if is_here and not page.has_more else ""
    is_descending = query.get("down") == "1"
    if order in {column.name for column in kind.columns}:
        rows = _sort(records, kind, rows, order, is_descending=is_descending)

    def link(**changes: object) -> str:
        return records.request.build_url(*own, related=related.title, **{k: v for k, v in changes.items() if v})

    sortable = replace(kind, sorts=[] if page.has_more else [column.name for column in kind.columns])
    heads = _build_heads(sortable, order, is_descending=is_descending, link=link)
    curl = records.show_curl(related.request)
    return {"related": related, "kind": kind, "page": replace(page, records=rows), "heads": heads, "curl": curl}


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


def _build_heads(kind: RecordKind, order: str, *, is_descending: bool, link: Callable[..., str]) -> Mapping[str, Head]:
    """Return the head of each column: the one that is sorted by turns the order round."""

    def build(name: str) -> Head:
        is_here = order == name
        state = ("descending" if is_descending else "ascending") if is_here else ""
        url = link(order=name, down=int(is_here and not is_descending)) if name in kind.sorts else ""
        return Head(state, url)

    return {column.name: build(column.name) for column in kind.columns}


def _read_sorted(records: CrmRecords, kind: RecordKind, search: Search) -> tuple[RecordPage, bool]:
    """Read a search to its end, sort it and return one page of it, and whether there was too much to sort all."""
    found: list[Record] = []
    total: int | None = None
    has_more = True
    number = 0
    while has_more and len(found) < MAX_SORTED:
        page = records.views.parse_page(
            kind, records.read(records.views.build_search(kind, replace(search, page=number)))
        )
        found += page.records
        total, has_more, number = page.total, page.has_more, number + 1
    rows = _sort(records, kind, records.with_links(kind, found), search.order, is_descending=search.is_descending)
    start = search.page * _SORTED_PAGE
    end = start + _SORTED_PAGE
    return RecordPage(rows[start:end], len(rows) > end, total), has_more


def _sort(
    records: CrmRecords, kind: RecordKind, rows: Sequence[Record], order: str, *, is_descending: bool
) -> Sequence[Record]:
    """Sort by what is shown in a column: numbers by size, text by its letters; empty ones come last."""
    column = next(column for column in kind.columns if column.name == order)

    def key(record: Record) -> tuple[bool, float, str]:
        value = record.values.get(order)
        shown = records.find_title(column, value) or column.show(value)
        if column is kind.columns[0]:
            shown = record.title
        number = float(shown) if shown.isascii() and shown.isdigit() else 0.0
        return not (shown.isascii() and shown.isdigit()), number, shown.casefold()

    filled = [record for record in rows if record.values.get(order) not in (None, "")]
    empty = [record for record in rows if record.values.get(order) in (None, "")]
    return [*sorted(filled, key=key, reverse=is_descending), *empty]
