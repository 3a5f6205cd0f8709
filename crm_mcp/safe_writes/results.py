"""What writing tools answer, and how changes are shown to a model and to a person: short, clipped, quoted. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NotRequired, cast

from typing_extensions import TypedDict

from crm_mcp.crm.wording import clip_text, listing
from crm_mcp.errors import InputError
from crm_mcp.safe_writes.draft import Change, Draft, is_same, is_unchanged

MOST_SHOWN_WHOLE = 10
"""A draft of no more records than this shows the changes of all."""
MOST_SHOWN = 5
"""Records of a larger draft whose changes are shown."""
MOST_NAMED = 10
"""Records that a question names."""


class Answer(TypedDict):
    """What a writing tool answers.

    `id` of one written record, or what became of each in `items`; or, where nothing was written yet, `changes`, and
    `plan_id` with which they can be.
    """

    id: NotRequired[str]
    items: NotRequired[list[Any]]
    plan_id: NotRequired[str]
    changes: NotRequired[list[Any]]


class Result(TypedDict):
    """What became of one record; `unknown` where it may have been written or not."""

    index: int
    ok: bool
    id: NotRequired[str]
    unknown: NotRequired[bool]
    message: NotRequired[str]


class Preview(TypedDict):
    """What would become of records; nothing was written."""

    dry_run: NotRequired[bool]
    next_step: str
    plan_id: NotRequired[str]
    count: int
    changes: list[FieldChange]
    warnings: NotRequired[list[str]]


class FieldChange(TypedDict):
    """What would become of one field: as the CRM shows it, and `sent` where something else goes out.

    `record` counts from 0 in place of `id`, for a new record; `name` stands with the first field of each.
    """

    id: NotRequired[str]
    name: NotRequired[str]
    record: NotRequired[int]
    field: str
    before: NotRequired[object]
    after: object
    sent: NotRequired[object]


def answer_with(results: list[Result], *, is_batch: bool) -> Answer:
    """Return an answer of what became of each record, or of the only one.

    Raises:
        InputError: The only one was not written.
    """
    if is_batch:
        return {"items": results}
    (result,) = results
    if not result["ok"]:
        raise InputError(result.get("message", "It was not written."))
    return cast("Answer", {name: value for name, value in result.items() if name in ("id", "message")})


def tell_of_made(at: int, change: Change) -> Result:
    """Tell of a record that an earlier attempt created, or that must not be created."""
    if change.problem:
        return {"index": at, "ok": False, "message": change.problem}
    message = "The first attempt had created it; nothing was sent now."
    return {"index": at, "ok": True, "id": change.record_id, "message": message}


def show_draft(draft: Draft, next_step: str, *, plan_id: str, dry_run: bool) -> Preview:
    """Show a draft: all records of a small one, the first of a large one."""
    shown = draft.changes if len(draft.changes) <= MOST_SHOWN_WHOLE else draft.changes[:MOST_SHOWN]
    preview: Preview = {
        "next_step": next_step,
        "count": len(draft.open_changes),
        "changes": show_changes(shown),
    }
    if dry_run:
        preview["dry_run"] = True
    if plan_id:
        preview["plan_id"] = plan_id
    if warnings := warn_of(draft):
        preview["warnings"] = warnings
    return preview


def show_changes(changes: Sequence[Change]) -> list[FieldChange]:
    """Show the fields of some changes, but for those that stay as they are; the first of each record names it."""
    shown: list[FieldChange] = []
    for at, change in enumerate(changes):
        before = change.before
        names = [name for name in change.shown if before is None or not is_same(before.get(name), change.shown[name])]
        fields = [_show_field(change, name, at) for name in ([] if change.problem else names)]
        if fields and change.name:
            fields[0]["name"] = clip_text(change.name)
        shown += fields
    return shown


def _show_field(change: Change, name: str, at: int) -> FieldChange:
    after = change.shown[name]
    shown: FieldChange = {"record": at, "field": name, "after": clip(after)}
    if change.record_id:
        before = clip((change.before or {}).get(name))
        shown = {"id": change.record_id, "field": name, "before": before, "after": clip(after)}
    sent = change.sent.get(name, after)
    if not is_same(sent, after):
        shown["sent"] = clip(sent)
    return shown


def warn_of(draft: Draft) -> list[str]:
    """Say what speaks against each change, and which would change nothing."""
    problems = [f"{_who(change, at)}{change.problem}" for at, change in enumerate(draft.changes) if change.problem]
    same = [change.record_id for change in draft.open_changes if is_unchanged(change)]
    unchanged = [f"Nothing changes in {listing(same, MOST_NAMED)}: it is so already."] if same else []
    return [*draft.warnings, *problems, *unchanged]


def _who(change: Change, at: int) -> str:
    return f"{change.record_id}: " if change.record_id else f"records[{at}]: " if at else ""


def clip(value: object) -> object:
    """Return a value as it is, a long text shortened."""
    return clip_text(value) if isinstance(value, str) else value
