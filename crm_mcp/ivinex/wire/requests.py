"""The requests of the Ivinex API, each built from plain arguments. Pure.

All go to one path; the module is an argument (`CollectionTypeID`), and one POST both creates and updates: a record with
a `CollectionID` is updated. What cannot be sent raises an `InputError`, see `checks`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.ivinex.models import PAGE_LIMIT, RecordFilter
from crm_mcp.ivinex.wire.checks import check_fields, check_filter, check_order, check_range, check_updates

PATH = "/API/Records.php"


def build_create_records(module_id: str, records: Sequence[Mapping[str, object]]) -> Request:
    """Create records of one module, all in one POST.

    Each of `records` maps field names to values, without an id.

    Source: ivinex.txt, "Create Record"; fixtures ivinex/01 to 04.
    """
    if not records:
        raise InputError("There is no record to create.", hint="Give at least one in `records`.")
    body = [{"CollectionTypeID": _wire_id(module_id), **check_fields(record, at)} for at, record in enumerate(records)]
    return Request("POST", PATH, body={"Records": body}, is_idempotent=False)


def build_update_records(module_id: str, records: Sequence[Mapping[str, object]]) -> Request:
    """Update records of one module, all in one POST; fields that are not named stay as they are.

    Each of `records` is `{"record_id": ..., "fields": {...}}`.

    Source: ivinex.txt, "Update Record"; fixtures ivinex/05 to 08.
    """
    if not records:
        raise InputError("There is no record to update.", hint="Give at least one in `records`.")
    body = [
        {"CollectionTypeID": _wire_id(module_id), "CollectionID": _wire_id(record_id), **fields}
        for record_id, fields in check_updates(records)
    ]
    return Request("POST", PATH, body={"Records": body}, is_idempotent=True)


def build_search_records(
    module_id: str,
    *,
    filters: Sequence[RecordFilter] = (),
    order_by: str = "",
    descending: bool = False,
    limit: int | None = None,
    offset: int | None = None,
    option_labels: bool = False,
) -> Request:
    """Search one module; several filters must all hold.

    Args:
        module_id: The module's id (`CollectionTypeID`).
        filters: A list as value is for the operand `In`.
        order_by: Field to sort by; without it the CRM's own order.
        descending: Whether to sort from high to low.
        limit: Most records to return, 1 to 100; the CRM's default is 10.
        offset: Records to skip, from 0.
        option_labels: Whether option fields show their label in place of the option's id.

    Source: ivinex.txt, "Get Records"; fixtures ivinex/09 to 25.
    """
    query = [("CollectionTypeID", module_id)]
    if limit is not None:
        query.append(("Limit", str(check_range("limit", limit, 1, PAGE_LIMIT))))
    if offset is not None:
        query.append(("Offset", str(check_range("offset", offset, 0, 2**53))))
    check_order(order_by, descending=descending)
    if order_by:
        query.append(("OrderBy", f"{order_by} DESC" if descending else order_by))
    if option_labels:
        query.append(("LookupOptionText", "true"))
    if filters:
        encoded = [_wire_filter(check_filter(one)) for one in filters]
        query.append(("Filters", json.dumps(encoded, ensure_ascii=False, separators=(",", ":"))))
    return Request("GET", PATH, tuple(query))


def _wire_id(text: str) -> int | str:
    """Write an id as the document's examples do: a number where it is one."""
    is_number = text.isascii() and text.isdigit() and len(text) <= 18 and text[0] != "0"
    return int(text) if is_number else text


def _wire_filter(one: RecordFilter) -> dict[str, str]:
    return {"Field": one["field"], "Operand": one["operand"], "Value": _wire_value(one["value"])}


def _wire_value(value: object) -> str:
    """Write a filter's value as text; the list of an `In` is joined by commas (assumed: no example documents it)."""
    if isinstance(value, list | tuple):
        return ",".join(_wire_value(part) for part in cast("Sequence[object]", value))
    return str(value).lower() if isinstance(value, bool) else str(value)
