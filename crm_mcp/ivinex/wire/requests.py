"""The requests of the Ivinex API, each built from plain arguments. Pure.

All go to one path; the module is an argument (`CollectionTypeID`), and one POST both creates and updates: a record with
a `CollectionID` is updated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.ivinex.models import PAGE_LIMIT
from crm_mcp.ivinex.wire.checks import check_fields, check_id, check_name, check_range, wire_filter, wire_id

PATH = "/API/Records.php"


def build_create_records(module_id: str, records: Sequence[Mapping[str, object]]) -> Request:
    """Create records of one module, all in one POST.

    Args:
        module_id: The module's id (`CollectionTypeID`).
        records: Field name to value, one mapping a record, without an id.

    Raises:
        InputError: No records, or one holds an id or a value that is neither text, number, boolean nor null.

    Source: ivinex.txt, "Create Record"; fixtures ivinex/01 to 04.
    """
    if not records:
        raise InputError("There is no record to create.", hint="Give at least one in `records`.")
    body = [{"CollectionTypeID": wire_id(module_id), **check_fields(record, at)} for at, record in enumerate(records)]
    return Request("POST", PATH, body={"Records": body}, is_idempotent=False)


def build_update_records(module_id: str, records: Sequence[Mapping[str, object]]) -> Request:
    """Update records of one module, all in one POST; fields that are not named stay as they are.

    Args:
        module_id: The module's id (`CollectionTypeID`).
        records: `{"record_id": ..., "fields": {...}}` for each record.

    Raises:
        InputError: No records, one without an id or without fields, or the same record twice.

    Source: ivinex.txt, "Update Record"; fixtures ivinex/05 to 08.
    """
    if not records:
        raise InputError("There is no record to update.", hint="Give at least one in `records`.")
    ids = [check_id(f"records[{at}].record_id", record.get("record_id")) for at, record in enumerate(records)]
    if twice := next((one for one in ids if ids.count(one) > 1), ""):
        raise InputError(f"Record {twice} is named twice.", hint="Put all its changes into one entry.")
    body: list[dict[str, object]] = []
    for at, (record_id, record) in enumerate(zip(ids, records, strict=True)):
        fields = check_fields(cast("Mapping[str, object]", record.get("fields") or {}), at)
        body.append({"CollectionTypeID": wire_id(module_id), "CollectionID": wire_id(record_id), **fields})
    return Request("POST", PATH, body={"Records": body}, is_idempotent=True)


def build_search_records(
    module_id: str,
    *,
    filters: Sequence[Mapping[str, object]] = (),
    order_by: str = "",
    descending: bool = False,
    limit: int | None = None,
    offset: int | None = None,
    option_labels: bool = False,
) -> Request:
    """Search one module; several filters must all hold.

    Args:
        module_id: The module's id (`CollectionTypeID`).
        filters: `{"field": ..., "operand": ..., "value": ...}` each; a list as value is for `In`.
        order_by: Field to sort by; the CRM's own order without it.
        descending: Whether to sort from high to low.
        limit: Most records to return, 1 to 100; the CRM's default is 10.
        offset: Records to skip, from 0.
        option_labels: Whether option fields show their label in place of the option's id.

    Raises:
        InputError: An operand that does not exist, a field name that cannot be one, a number out of range.

    Source: ivinex.txt, "Get Records"; fixtures ivinex/09 to 25.
    """
    query = [("CollectionTypeID", module_id)]
    if limit is not None:
        query.append(("Limit", str(check_range("limit", limit, 1, PAGE_LIMIT))))
    if offset is not None:
        query.append(("Offset", str(check_range("offset", offset, 0, 2**53))))
    if order_by:
        query.append(("OrderBy", check_name(order_by) + (" DESC" if descending else "")))
    elif descending:
        raise InputError("`descending` needs `order_by`.", hint="Name the field to sort by.")
    if option_labels:
        query.append(("LookupOptionText", "true"))
    if filters:
        encoded = [wire_filter(one) for one in filters]
        query.append(("Filters", json.dumps(encoded, ensure_ascii=False, separators=(",", ":"))))
    return Request("GET", PATH, tuple(query))
