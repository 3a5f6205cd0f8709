"""The Ivinex tool that counts and adds up all records found by a search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated, Any, cast

from mcp.types import CallToolResult
from pydantic import WithJsonSchema

from crm_mcp.aggregate.grouping import GroupKey, Measure, Summary, parse_group_keys, parse_measures
from crm_mcp.crm.call import Steps
from crm_mcp.crm.field_labels import FieldLabels
from crm_mcp.crm.name_matching import nearest
from crm_mcp.ivinex.account.inferred_schema import unknown_field
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.search.criteria import RecordCriteria, prepare_search
from crm_mcp.ivinex.search.filter_shapes import Filters
from crm_mcp.ivinex.search.nothing_found import explain_nothing_found
from crm_mcp.ivinex.search.pages import read_all_pages
from crm_mcp.ivinex.search.respelling import respell
from crm_mcp.ivinex.wire.checks import check_name
from crm_mcp.mcp.arguments import CallContext, GroupBy, MaxGroups, Measures, Module
from crm_mcp.mcp.charts import check_can_draw, with_chart
from crm_mcp.mcp.summary_result import SummaryResult, build_summary_result
from crm_mcp.mcp.tool import READ, CrmTool, build_tool, compact_result

FiltersDescribedElsewhere = Annotated[Filters, WithJsonSchema({"type": "array", "items": {"type": "object"}})]
"""The filters of search_records, whose schema describes them."""


class SummaryTools:
    """`summarize_records` in one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool."""
        return (build_tool(self.summarize_records, title="Summarize records", annotations=READ),)

    async def summarize_records(
        self,
        ctx: CallContext,
        module: Module,
        filters: FiltersDescribedElsewhere = [],  # noqa: B006  # pydantic copies defaults
        group_by: GroupBy = [],  # noqa: B006
        measures: Measures = [],  # noqa: B006
        max_groups: MaxGroups = 0,
        chart: bool = False,
    ) -> Annotated[CallToolResult, SummaryResult]:
        """Count, sum or average Ivinex records; filters as in search_records, which gives the records themselves.

        `chart` adds a picture.
        """
        check_can_draw(chart=chart)
        labels = self._portal.labels
        group_keys = [_labelled_key(labels, key) for key in parse_group_keys(group_by)]
        parsed_measures = [_labelled_measure(labels, measure) for measure in parse_measures(measures)]
        names = dict.fromkeys(check_name(one.field) for one in (*group_keys, *parsed_measures))
        search = await prepare_search(self._portal, RecordCriteria(module, filters), option_labels=True)
        search = replace(search, client=self._portal.recent_client)
        at_once = self._portal.settings.pages_at_once
        found = await read_all_pages(search.read, Steps(ctx), at_once=at_once)
        if not found.rows and (respelled := await respell(self._portal, search)).is_respelled:
            search, found = respelled, await read_all_pages(respelled.read, Steps(ctx), at_once=at_once)
        records = await self._portal.without_unset(search.module_id, found.rows)
        rows: list[dict[str, object]] = [
            {**record["fields"], "collection_id": record["id"], "id": record["id"]} for record in records
        ]
        _refuse_unknown(names, rows)
        summary = Summary(group_keys, parsed_measures)
        for row in rows:
            summary.add(row)
        incomplete_reason = " ".join(filter(None, (search.doubt, found.incomplete_reason)))
        if not rows and not incomplete_reason:
            incomplete_reason = await explain_nothing_found(self._portal, search)
        summed_up = build_summary_result(
            summary, total=len(rows), incomplete_reason=incomplete_reason, max_groups=max_groups
        )
        result = compact_result(cast("dict[str, Any]", summed_up))
        if not chart:
            return result
        return with_chart(result, ctx, [key.name for key in group_keys], [one.name for one in parsed_measures])


def _labelled_key(labels: FieldLabels, key: GroupKey) -> GroupKey:
    """Return a key of the field that a label means, called by that label."""
    name = labels.name_of(key.field)
    label = labels.label_of(name)
    return key if label == name else replace(key, field=name, name=f"{key.period}:{label}".lstrip(":"))


def _labelled_measure(labels: FieldLabels, measure: Measure) -> Measure:
    name = labels.name_of(measure.field)
    label = labels.label_of(name)
    return measure if label == name else replace(measure, field=name, name=f"{measure.kind}:{label}")


def _refuse_unknown(names: Iterable[str], rows: Sequence[dict[str, object]]) -> None:
    """Refuse a field that no record found has: Ivinex documents no schema to check it by beforehand."""
    known = list(dict.fromkeys(name for row in rows for name in row))
    for name in names if rows else ():
        if name not in known:
            raise unknown_field("of this search", name, nearest(name, known), known)
