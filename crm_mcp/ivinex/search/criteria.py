"""Which records of one module a search asks for: checked and resolved once, before anything of it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from crm_mcp.crm.pasted_text import mend_text, read_email_address
from crm_mcp.ivinex.account.filter_values import doubts_of
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import Record, RecordFilter
from crm_mcp.ivinex.search.filter_shapes import Filters
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

    Attributes:
        doubt: Which of them Ivinex may compare otherwise than was meant, as a sentence; empty where none.
        is_respelled: Whether it is for what matches in another spelling; see `respelling`.
    """

    client: IvinexClient
    module_id: str
    filters: Sequence[RecordFilter]
    order_by: str = ""
    descending: bool = False
    option_labels: bool = False
    doubt: str = ""
    is_respelled: bool = False

    async def read(self, limit: int, offset: int) -> list[Record]:
        """Read records, at most `limit` (1 to 100), from `offset` on."""
        return await self.client.search_records(
            self.module_id,
            filters=self.filters,
            order_by=self.order_by,
            descending=self.descending,
            limit=limit,
            offset=offset or None,
            option_labels=self.option_labels,
        )


async def prepare_search(portal: Portal, criteria: RecordCriteria, *, option_labels: bool = False) -> RecordSearch:
    """Check criteria and resolve their names; what is refused without a request is refused first."""
    module_id = portal.settings.module_id(criteria.module)
    order_by, descending = portal.labels.name_of(criteria.order_by), criteria.descending
    check_order(order_by, descending=descending)
    named: list[RecordFilter] = [{**one, "field": portal.labels.name_of(one["field"])} for one in criteria.filters]
    checked = [check_filter(_with_module_id(portal, _mended(one))) for one in named]
    resolved = await portal.schemas.resolve_filters(module_id, checked)
    await portal.schemas.check_names(module_id, [order_by] if order_by else [])
    filters = [one.sent for one in resolved]
    return RecordSearch(
        portal.client, module_id, filters, order_by, descending, option_labels, doubt=doubts_of(resolved)
    )


def _with_module_id(portal: Portal, one: RecordFilter) -> RecordFilter:
    """Return a filter `LinkedTo` with the id of a module that it names."""
    if one["operand"] != "LinkedTo" or not isinstance(one["value"], str):
        return one
    module, colon, record_id = one["value"].partition(":")
    return {**one, "value": f"{portal.settings.module_id(module.strip())}:{record_id.strip()}"} if colon else one


def _mended(one: RecordFilter) -> RecordFilter:
    """Return a filter whose texts are composed and trimmed; of an email sought whole, the address alone."""
    is_email = "mail" in one["field"].casefold() and one["operand"] in ("Equal", "NotEqual", "In", "StartsWith")
    mend = read_email_address if is_email else mend_text
    value = one["value"]
    if isinstance(value, list):
        parts = [mend(part) if isinstance(part, str) else part for part in cast("list[object]", value)]
        return {**one, "value": parts}
    return {**one, "value": mend(value)} if isinstance(value, str) else one
