"""What the tools that summarize take and give: the same words for every CRM."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.aggregate.grouping import Summary

GroupBy = Annotated[list[str], Field(description="fields, month:FIELD (year:, day:)")]
Measures = Annotated[list[str], Field(description="sum:FIELD, average:, min:, max:")]
MaxGroups = Annotated[int, Field(ge=0, le=1000), WithJsonSchema({"type": "integer"})]
"""How many groups to tell apart; 0 for as many as 2 kB hold."""
JsonObject = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]


class SummaryAnswer(TypedDict):
    """A small table of groups; what follows stands beside it only where there is something to say.

    Unless `exact`, `note` says what was left out, and `read` how many of `total` rows the groups tell of. `other` joins
    the smaller groups that are not told apart. `skipped` and `empty` count, by field, values that are no number and
    values that are missing.
    """

    groups: list[JsonObject]
    total: int
    exact: bool


def summary_answer(
    summary: Summary, *, total: int, problem: str, read: int | None = None, max_groups: int = 0
) -> SummaryAnswer:
    """Return a summary as it is answered.

    Args:
        summary: What was read, grouped.
        total: How many rows there are.
        problem: Why it may not tell of all of them; empty where it does.
        read: How many rows it tells of, where that is not all.
        max_groups: How many groups to tell apart; 0 for as many as a small answer holds.
    """
    answer: dict[str, Any] = {**summary.build(max_groups), "total": total, "exact": not problem}
    if read is not None and read != total:
        answer["read"] = read
    if problem:
        answer["note"] = problem
    return cast("SummaryAnswer", answer)
