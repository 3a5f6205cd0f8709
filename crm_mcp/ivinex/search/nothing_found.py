"""What a search did not find, and why: a linked record that is not there, a name for an id, one of several values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from crm_mcp.crm.name_matching import shown
from crm_mcp.crm.wording import listing
from crm_mcp.ivinex.account.field_kinds import RECORD_ID_FIELDS
from crm_mcp.ivinex.account.link_fields import link_fields
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.models import Record, RecordFilter
from crm_mcp.ivinex.search.criteria import RecordSearch
from crm_mcp.ivinex.search.links import describe_missing, read_target
from crm_mcp.ivinex.search.spelling import is_alike

_MOST_NAMED = 5


class _Sought(NamedTuple):
    """Records of a module that a filter names by their ids."""

    field: str
    module_id: str
    ids: Sequence[str]


async def explain_nothing_found(portal: Portal, search: RecordSearch) -> str:
    """Say why a search found nothing, where that can be told; else nothing."""
    if reason := await portal.schemas.explain_no_match(search.module_id, search.filters):
        return reason
    missing: list[str] = []
    for field, module_id, ids in _sought_records(portal, search):
        target = await read_target(portal, module_id, ids)
        if not target.is_unreadable:
            absent = [one for one in ids if one not in target.names][:_MOST_NAMED]
            missing += [await describe_missing(portal, field, module_id, one, {}) for one in absent]
    return " ".join(missing)


def describe_unmatched(search: RecordSearch, records: Sequence[Record]) -> str:
    """Say which values of an `In` no record has, given all records that were found; nothing where each has one."""
    unmatched = [
        value
        for one in search.filters
        if one["operand"] == "In" and not search.option_labels and not search.is_respelled and records
        for value in _values(one)
        if not any(_has(record, one["field"], value) for record in records)
    ]
    return f"Nothing is found for {listing([shown(one) for one in unmatched], _MOST_NAMED)}." if unmatched else ""


def _sought_records(portal: Portal, search: RecordSearch) -> Iterable[_Sought]:
    schema = portal.schemas.peek(search.module_id)
    links = link_fields(portal.settings, schema, [one["field"] for one in search.filters])
    for one in search.filters:
        field, values = one["field"], _values(one)
        if one["operand"] == "LinkedTo":
            module_id, _, record_id = values[0].partition(":")
            values, target = [record_id], module_id
        elif one["operand"] in ("Equal", "In"):
            target = search.module_id if field in RECORD_ID_FIELDS else links.get(field, "")
        else:
            continue
        ids = [value for value in values if value.isdecimal() and value.strip("0")]
        if target.isdecimal() and ids:
            yield _Sought(field, target, ids)


def _values(one: RecordFilter) -> list[str]:
    value = one["value"]
    return [str(part) for part in cast("list[object]", value)] if isinstance(value, list) else [str(value)]


def _has(record: Record, field: str, value: str) -> bool:
    stored = record["id"] if field in RECORD_ID_FIELDS else record["fields"].get(field)
    return str(stored) == value or is_alike(field, "Equal", value, stored)
