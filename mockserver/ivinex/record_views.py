"""How the page shows Ivinex's records: each module is a kind of record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.crm.record_views import Record, RecordField, RecordKind, RecordPage, Related, Search
from mockserver.documents.strict_json import as_list, as_object
from mockserver.ivinex.schema import RECORD_ID, SYSTEM_FIELDS, Field, Module
from mockserver.texts import mark

PATH = "/API/Records.php"
PAGE_SIZE = 25
MAX_COLUMNS = 6
_OPERANDS = {
    "Contains": mark("contains"),
    "Equal": mark("is"),
    "NotEqual": mark("is not"),
    "StartsWith": mark("starts with"),
    "NotContains": mark("does not contain"),
    "GreaterThan": mark("is greater than"),
    "GreaterThanEqual": mark("is at least"),
    "LessThan": mark("is less than"),
    "LessThanEqual": mark("is at most"),
    "In": mark("is one of (a, b)"),
}
_YES_NO = {"true": "Yes", "false": "No"}


class IvinexRecordViews:
    """The views of one account's records.

    Args:
        modules: The account's modules by id.
    """

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules

    def list_kinds(self) -> Sequence[RecordKind]:
        """Return the modules."""
        return [_build_kind(module) for module in self._modules.values()]

    def build_search(self, kind: RecordKind, search: Search) -> ApiRequest:
        """Return `GET Records.php` with one filter, and one record more than a page, to see whether there are more."""
        filters = [_build_filter(search.field, search.operand, search.value)] if search.value else []
        query = _build_query(kind.name, filters, PAGE_SIZE + 1)
        if search.page:
            query.append(("Offset", str(search.page * PAGE_SIZE)))
        if search.order:
            query.append(("OrderBy", f"{search.order} {'DESC' if search.is_descending else 'ASC'}"))
        return _get([*query, ("LookupOptionText", "true")])

    def parse_page(self, kind: RecordKind, response: ApiResponse) -> RecordPage:
        """Read `{"Records": [...]}`."""
        records = [_read_record(kind, each) for each in _list_records(response)]
        return RecordPage(records[:PAGE_SIZE], has_more=len(records) > PAGE_SIZE)

    def build_read(self, kind: RecordKind, record_id: str) -> ApiRequest:
        """Return the search for the one record of an id: there is no other way to read it."""
        return _get(_build_query(kind.name, [_build_filter(RECORD_ID, "Equal", record_id)], 1))

    def parse_record(self, kind: RecordKind, response: ApiResponse) -> Record | None:
        """Read the response to a search that finds one record or none."""
        records = _list_records(response)
        return _read_record(kind, records[0]) if records else None

    def build_write(self, kind: RecordKind, record_id: str, values: Mapping[str, object]) -> ApiRequest:
        """Return `POST Records.php` with one record."""
        ids = {"CollectionTypeID": int(kind.name), **({"CollectionID": int(record_id)} if record_id else {})}
        # The page's address says which record is written, whatever the text says.
        body = json.dumps({"Records": [{**values, **ids}]}, ensure_ascii=False)
        return ApiRequest("POST", PATH, (), body.encode(errors="replace"), "")

    def parse_written(self, response: ApiResponse) -> str:
        """Read `[{"CollectionID", "Status": "Success"}]`."""
        results = as_list(json.loads(response.body)) if response.status == 200 else None
        result = as_object(results[0]) if results else None
        return str(result["CollectionID"]) if result and result["Status"] == "Success" else ""

    def list_related(self, kind: RecordKind, record_id: str) -> Sequence[Related]:
        """Return the modules with a field that links to this one."""
        related: list[Related] = []
        for module in self._modules.values():
            links = [known.name for known in module.own_fields if known.module_id == kind.name]
            if links:
                linked = _build_filter(RECORD_ID, "LinkedTo", f"{kind.name}:{record_id}")
                query = [*_build_query(module.id, [linked], PAGE_SIZE + 1), ("LookupOptionText", "true")]
                related.append(Related(module.title or module.name, module.id, _get(query), {links[0]: record_id}))
        return related


def _build_kind(module: Module) -> RecordKind:
    fields = [_build_field(known) for known in module.own_fields]
    system = [_build_field(module.fields[name]) for name in SYSTEM_FIELDS if name != RECORD_ID]
    names = sorted(module.own_fields, key=_rank_as_name)
    first = [known.name for known in names[:1]]
    columns = [*(each for each in fields if each.name in first), *(each for each in fields if each.name not in first)]
    # What a column is computed from says nothing that the column does not.
    parts = names[0].joins if names else ()
    columns = [each for each in columns if (each.name not in parts and each.type != "html") or each.name in first]
    shown = columns[:MAX_COLUMNS]
    every = [*first, *(each.name for each in (*fields, *system) if each.name not in first), RECORD_ID]
    return RecordKind(
        name=module.id,
        title=module.title or module.name,
        singular=module.name,
        fields=[*fields, *system],
        columns=shown,
        searches={name: name for name in every},
        operands=_OPERANDS,
        sorts=[each.name for each in shown],
    )


def _rank_as_name(known: Field) -> int:
    """Tell how well a field names its record: lower is better."""
    if known.joins:
        return 0
    if known.name in {"name", "title", "subject"}:
        return 1
    return {"text": 2, "html": 3}.get(known.kind, 4)


def _build_field(known: Field) -> RecordField:
    return RecordField(
        name=known.name,
        type=known.kind,
        choices=_YES_NO if known.kind == "boolean" else known.options,
        links_to=known.module_id,
        is_read_only=known.is_read_only,
    )


def _build_filter(field: str, operand: str, value: str) -> dict[str, str]:
    return {"Field": field, "Operand": operand or "Contains", "Value": value}


def _build_query(module_id: str, filters: Sequence[Mapping[str, str]], limit: int) -> list[tuple[str, str]]:
    query = [("CollectionTypeID", module_id), ("Limit", str(limit))]
    if filters:
        query.append(("Filters", json.dumps(filters, ensure_ascii=False)))
    return query


def _get(query: Sequence[tuple[str, str]]) -> ApiRequest:
    return ApiRequest("GET", PATH, query, b"", "")


def _list_records(response: ApiResponse) -> list[dict[str, object]]:
    """Return the records of a response, which is `{"Records": [...]}`, or by a switch the list alone."""
    value: object = json.loads(response.body) if response.status == 200 else None
    document = as_object(value)
    records = as_list(document.get("Records") if document is not None else value)
    return [record for each in records or [] if (record := as_object(each)) is not None]


def _read_record(kind: RecordKind, found: Mapping[str, object]) -> Record:
    record_id = str(found[RECORD_ID])
    title = next((str(found[each.name]) for each in kind.columns if found.get(each.name)), "")
    return Record(kind.name, record_id, title or f"{kind.singular} {record_id}", found)
