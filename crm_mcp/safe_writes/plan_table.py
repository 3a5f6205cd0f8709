"""A plan as the table that its page draws: every row with its values whole, and what became of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NotRequired, cast

from mcp.types import CallToolResult, TextContent
from typing_extensions import TypedDict

from crm_mcp.rendering.hidden_characters import without_hidden
from crm_mcp.rendering.shortening import size_of
from crm_mcp.safe_writes.call import Asking
from crm_mcp.safe_writes.changes import Change, holds_already, is_empty, is_unchanged
from crm_mcp.safe_writes.consent.words import QuestionWords
from crm_mcp.safe_writes.writing.narrowing import LEFT_OUT
from crm_mcp.safe_writes.writing.plan_results import PlanResult
from crm_mcp.safe_writes.writing.plans import Plan
from crm_mcp.safe_writes.writing.results import NOT_TRIED, ItemResult

MOST_BYTES = 200_000
"""What one answer holds of a table; the page asks for the rest."""

Kind = Literal["new", "change", "trash"]
Outcome = Literal["written", "same", "left out", "refused", "unknown", "not tried", "undone"]


class Field(TypedDict):
    """A field that changes, called as people call it; `before` is absent of a new record."""

    field: str
    before: NotRequired[object]
    after: object
    emptied: NotRequired[bool]


class Row(TypedDict):
    """A record of a plan; `closed` says why it is not to be written, `outcome` what became of it."""

    row: int
    id: NotRequired[str]
    name: NotRequired[str]
    kind: Kind
    fields: list[Field]
    notes: NotRequired[list[str]]
    closed: NotRequired[str]
    outcome: NotRequired[Outcome]
    message: NotRequired[str]


class Table(TypedDict):
    """A part of a plan's rows; `next` is the first row of the next part."""

    plan_id: str
    state: Literal["open", "writing", "applied"]
    asking: Asking
    asks: bool
    count: int
    rows: list[Row]
    next: NotRequired[int]
    warnings: NotRequired[list[str]]
    write_id: NotRequired[str]
    successor: NotRequired[str]


@dataclass(frozen=True, slots=True)
class SeenPlan:
    """A plan as it stands in the store.

    Attributes:
        plan: The plan.
        asks: Whether the user is asked before it is written.
        result: What became of its records; None while it was not applied.
        undone: The `write_id`s of the records that were taken back.
    """

    plan: Plan
    asks: bool
    result: PlanResult | None = None
    undone: Collection[str] = ()


def build_table(seen: SeenPlan, start: int, asking: Asking, words: QuestionWords) -> Table:
    """Return the rows from one on, as many as an answer holds, at least one."""
    plan = seen.plan
    items = {} if seen.result is None else {item["index"]: item for item in seen.result.items}
    table: Table = {
        "plan_id": plan.plan_id,
        "state": "applied" if plan.is_finished else "writing" if plan.write_id else "open",
        "asking": asking,
        "asks": seen.asks,
        "count": len(plan.draft.changes),
        "rows": [],
    }
    if plan.draft.warnings and start == 0:
        table["warnings"] = list(plan.draft.warnings)
    if any("write_id" in item for item in items.values()):
        table["write_id"] = plan.write_id
    if plan.successor:
        table["successor"] = plan.successor
    _add_rows(table, plan.draft.changes, start, items, seen.undone, words)
    return table


def as_result(table: Table) -> CallToolResult:
    """Return a table as a result whose text is short: it is for the page, and no model needs it."""
    said = f"Rows of {table['plan_id']}, for the page that shows it."
    seen = cast("dict[str, object]", without_hidden(cast("dict[str, object]", table)))
    return CallToolResult(content=[TextContent(type="text", text=said)], structured_content=seen)


def _add_rows(
    table: Table,
    changes: Sequence[Change],
    start: int,
    items: dict[int, ItemResult],
    undone: Collection[str],
    words: QuestionWords,
) -> None:
    left = MOST_BYTES
    for at in range(start, len(changes)):
        change = changes[at]
        row = _row(change, words)
        if (item := items.get(change.index)) is not None:
            row["outcome"] = _outcome(change, item, undone)
            row["message"] = item.get("message", "")
            if "id" in item:
                row["id"] = item["id"]
        left -= size_of(row)
        if left < 0 and table["rows"]:
            table["next"] = at
            return
        table["rows"].append(row)


def _row(change: Change, words: QuestionWords) -> Row:
    kind: Kind = "trash" if change.trashes else "change" if change.record_id else "new"
    row: Row = {"row": change.index, "kind": kind, "fields": _fields(change, words)}
    if change.record_id:
        row["id"] = change.record_id
    if change.name:
        row["name"] = change.name
    if change.notes:
        row["notes"] = list(change.notes)
    if not change.is_open:
        row["closed"] = change.unsent_because
    elif is_unchanged(change):
        row["closed"] = "same"
    return row


def _fields(change: Change, words: QuestionWords) -> list[Field]:
    before = change.before
    names = [name for name in change.shown if before is None or not holds_already(change, name)]
    fields: list[Field] = []
    for name in names:
        after = change.shown[name]
        field: Field = {"field": words.name(name), "after": _said(after, name, words)}
        if change.record_id:
            field["before"] = _said((before or {}).get(name), name, words)
            if is_empty(after):
                field["emptied"] = True
        fields.append(field)
    return fields


def _said(value: object, name: str, words: QuestionWords) -> object:
    """Return a value as people write it; a number stays one, which the page writes by the host's locale."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        said = words.value(value, name)
        return value if said == words.number(value) else said
    return words.value(value, name) if isinstance(value, str) and value else value


def _outcome(change: Change, item: ItemResult, undone: Collection[str]) -> Outcome:
    if item.get("write_id") in undone:
        return "undone"
    if item["ok"]:
        return "written" if "write_id" in item else "same"
    if change.problem == LEFT_OUT:
        return "left out"
    if item.get("unknown"):
        return "unknown"
    return "not tried" if item.get("message") == NOT_TRIED else "refused"
