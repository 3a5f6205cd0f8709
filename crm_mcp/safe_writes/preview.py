"""How a draft is shown before it is written: to the model as a preview. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from crm_mcp.crm.field_labels import NO_LABELS, FieldLabels
from crm_mcp.crm.wording import clip_text, listing
from crm_mcp.safe_writes.changes import Change, holds_already, is_same, is_unchanged
from crm_mcp.safe_writes.consent.question import name_of
from crm_mcp.safe_writes.draft import Draft

MAX_SHOWN_WHOLE = 10
"""A draft of at most so many records is shown whole."""
MAX_SHOWN = 5
"""Records of a larger draft that are shown."""
_MAX_NAMED = 10
"""Records that a warning names."""


class FieldChange(TypedDict):
    """The change of one field: as the CRM shows it, and `sent` where the value sent differs.

    `record` counts from 0 in place of `id`, for a new record; `name` is given with the first field of each record.
    """

    id: NotRequired[str]
    name: NotRequired[str]
    record: NotRequired[int]
    field: str
    before: NotRequired[object]
    after: object
    sent: NotRequired[object]


class Preview(TypedDict):
    """The changes of a draft that was not written."""

    dry_run: NotRequired[bool]
    next_step: str
    plan_id: NotRequired[str]
    count: int
    changes: list[FieldChange]
    warnings: NotRequired[list[str]]


def build_preview(
    draft: Draft, next_step: str, *, dry_run: bool, plan_id: str = "", labels: FieldLabels = NO_LABELS
) -> Preview:
    """Return all records of a small draft, the first ones of a large draft, fields by their labels."""
    shown = draft.changes if len(draft.changes) <= MAX_SHOWN_WHOLE else draft.changes[:MAX_SHOWN]
    preview: Preview = {
        "next_step": next_step,
        "count": len(draft.open_changes),
        "changes": [field for change in shown for field in _show_record(change, labels)],
    }
    if dry_run:
        preview["dry_run"] = True
    if plan_id:
        preview["plan_id"] = plan_id
    if warnings := _build_warnings(draft):
        preview["warnings"] = warnings
    return preview


def _show_record(change: Change, labels: FieldLabels) -> list[FieldChange]:
    before = change.before
    if not change.is_open:
        return []
    names = [name for name in change.shown if before is None or not holds_already(change, name)]
    fields = [_show_field(change, name, labels.label_of(name)) for name in names]
    if fields and change.name:
        fields[0]["name"] = clip_text(change.name)
    return fields


def _show_field(change: Change, name: str, label: str) -> FieldChange:
    after = change.shown[name]
    shown: FieldChange = {"record": change.index, "field": label, "after": _clip(after)}
    if change.record_id:
        before = _clip((change.before or {}).get(name))
        shown = {"id": change.record_id, "field": label, "before": before, "after": _clip(after)}
    sent = change.sent.get(name, after)
    if not is_same(sent, after):
        shown["sent"] = _clip(sent)
    return shown


def _clip(value: object) -> object:
    return clip_text(value) if isinstance(value, str) else value


def _build_warnings(draft: Draft) -> list[str]:
    """Return the draft's own warnings, each change's problem and notes, and which records would not change."""
    closed = [one for one in draft.changes if not one.is_open]
    ways_on = {one.problem: one.unsent_because for one in reversed(closed) if one.problem}
    problems = _grouped(draft, [(one, ways_on.get(one.problem, one.settled)) for one in closed])
    same = [change.record_id for change in draft.open_changes if is_unchanged(change) and not change.is_existing]
    unchanged = (
        [f"Nothing would change in {listing(same, _MAX_NAMED)}: these values are there already."] if same else []
    )
    return [*draft.warnings, *problems, *_existing(draft), *unchanged, *_notes(draft)]


def _existing(draft: Draft) -> list[str]:
    """Say which new records are there already, and what becomes of each."""
    return [
        f"{_prefix(draft, one)}{name_of(one)} is there already: "
        f"{'nothing will be written, its id is returned' if is_unchanged(one) else 'it will be changed, none created'}."
        for one in draft.open_changes
        if one.is_existing
    ]


def _notes(draft: Draft) -> list[str]:
    """Return what is to be said of some changes, each note once, with the records that it is about."""
    notes = [(change, note) for change in draft.open_changes for note in change.notes]
    return _grouped(draft, notes) if draft.is_batch else [note for _, note in notes]


def _grouped(draft: Draft, told: Sequence[tuple[Change, str]]) -> list[str]:
    """Return each sentence once, with the records that it is about; all of them need no names."""
    about: dict[str, list[Change]] = {}
    for change, text in told:
        about.setdefault(text, []).append(change)
    return [f"{_named(draft, changes)}{text}" for text, changes in about.items()]


def _named(draft: Draft, changes: Sequence[Change]) -> str:
    if len(changes) == 1:
        return _prefix(draft, changes[0])
    if len(changes) == len(draft.changes) > _MAX_NAMED:
        return f"All {len(changes)}: "
    return f"{listing([_label(change) for change in changes], _MAX_NAMED)}: "


def _prefix(draft: Draft, change: Change) -> str:
    return f"{_label(change)}: " if draft.is_batch or (change.record_id and not change.is_existing) else ""


def _label(change: Change) -> str:
    """Return what a record of a batch is called: its id, or a new one's place in the call."""
    return change.record_id if change.record_id and not change.is_existing else f"records[{change.index}]"
