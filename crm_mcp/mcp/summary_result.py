"""The result of the tools that summarize, the same for every CRM."""

from __future__ import annotations

from typing import Any, cast

from typing_extensions import TypedDict

from crm_mcp.aggregate.grouping import Summary
from crm_mcp.mcp.arguments import JsonObject


class SummaryResult(TypedDict):
    """A small table of groups; further keys stand beside it only where they apply.

    Unless `exact`, `note` says what was left out, and `read` how many of `total` rows are in the groups. `other` joins
    the groups beyond the limit. `skipped` and `empty` count, by field, values that are no number and values that are
    missing.
    """

    groups: list[JsonObject]
    total: int
    exact: bool


def build_summary_result(
    summary: Summary, *, total: int, incomplete_reason: str, read: int | None = None, max_groups: int = 0
) -> SummaryResult:
    """Return a summary as a tool result.

    Args:
        summary: The rows that were read, grouped.
        total: How many rows there are.
        incomplete_reason: Why the groups may not hold all of them; empty where they do.
        read: How many rows the groups hold, where that is not all.
        max_groups: How many groups to list; 0 for as many as a small result holds.
    """
    result: dict[str, Any] = {**summary.build(max_groups), "total": total, "exact": not incomplete_reason}
    if read is not None and read != total:
        result["read"] = read
    if incomplete_reason:
        result["note"] = incomplete_reason
    return cast("SummaryResult", result)
