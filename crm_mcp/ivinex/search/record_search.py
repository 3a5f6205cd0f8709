"""A search of one module: what it is asked by, checked and resolved once for all of its pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.models import Record, RecordFilter
from crm_mcp.ivinex.wire.checks import check_filter, check_order
from crm_mcp.mcp.arguments import Id

Module = Annotated[Id, Field(description="name or id")]

ReadRecords = Callable[[int, int], Awaitable[list[Record]]]
"""Reads records, given how many at most (1 to 100) and how many to skip."""


@dataclass(frozen=True, slots=True)
class RecordCriteria:
    """Which records of one module, and in which order."""

    module: Module
    filters: list[RecordFilter] = field(default_factory=list[RecordFilter])
    order_by: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class RecordSearch:
    """A search whose names are resolved.

    Attributes:
        module_id: The module.
        filters: With option ids in place of labels.
        read: Reads some of the records found.
    """

    module_id: str
    filters: Sequence[RecordFilter]
    read: ReadRecords


async def prepare_search(portal: Portal, criteria: RecordCriteria, *, option_labels: bool = False) -> RecordSearch:
    """Check criteria and resolve their names; what is refused without a request is refused first.

    Raises:
        InputError: A module, field, operand, value or option label is wrong.
    """
    module_id = portal.settings.module_id(criteria.module)
    order_by, descending = criteria.order_by, criteria.descending
    check_order(order_by, descending=descending)
    checked = [check_filter(one) for one in criteria.filters]
    filters = await portal.schemas.resolve_filters(module_id, checked)
    await portal.schemas.check_names(module_id, [order_by] if order_by else [])

    async def read(limit: int, offset: int) -> list[Record]:
        return await portal.client.search_records(
            module_id,
            filters=filters,
            order_by=order_by,
            descending=descending,
            limit=limit,
            offset=offset or None,
            option_labels=option_labels,
        )

    return RecordSearch(module_id, filters, read)
