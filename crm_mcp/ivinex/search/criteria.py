"""Which records of one module a search asks for: checked and resolved once, before anything of it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crm_mcp.ivinex.account.filter_values import doubts_of
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.models import Record, RecordFilter
from crm_mcp.ivinex.search.filter_shapes import Filters
from crm_mcp.ivinex.search.pages import ReadRecords
from crm_mcp.ivinex.wire.checks import check_filter, check_order
from crm_mcp.mcp.arguments import Module


@dataclass(frozen=True, slots=True)
class RecordCriteria:
    """Which records of one module, and in which order."""

    module: Module
    filters: Filters = field(default_factory=list[RecordFilter])
    order_by: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class RecordSearch:
    """A search whose names are resolved: its filters hold option ids in place of labels.

    `doubt` says which of them Ivinex may compare otherwise than was meant; empty where none.
    """

    module_id: str
    filters: Sequence[RecordFilter]
    read: ReadRecords
    doubt: str = ""


async def prepare_search(portal: Portal, criteria: RecordCriteria, *, option_labels: bool = False) -> RecordSearch:
    """Check criteria and resolve their names; what is refused without a request is refused first."""
    module_id = portal.settings.module_id(criteria.module)
    order_by, descending = criteria.order_by, criteria.descending
    check_order(order_by, descending=descending)
    checked = [check_filter(one) for one in criteria.filters]
    resolved = await portal.schemas.resolve_filters(module_id, checked)
    filters = [one.sent for one in resolved]
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

    return RecordSearch(module_id, filters, read, doubts_of(resolved))
