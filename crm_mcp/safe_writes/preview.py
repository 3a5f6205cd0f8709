"""How a draft is shown before it is written: to the model as a preview, to the user as a question. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from crm_mcp.crm.wording import clip_text, listing, quoted
from crm_mcp.safe_writes.draft import Change, Draft, is_same, is_unchanged, lost_texts

MAX_SHOWN_WHOLE = 10
"""A draft of at most so many records is shown whole."""
MAX_SHOWN = 5
"""Records of a larger draft that are shown."""
_MAX_NAMED = 10
"""Records that a question or a warning names."""
_MAX_FIELDS = 4
"""Fields that a question names."""


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


def build_preview(draft: Draft, next_step: str, *, plan_id: str, dry_run: bool) -> Preview:
    """Return all records of a small draft, the first ones of a large draft."""
    shown = draft.changes if len(draft.changes) <= MAX_SHOWN_WHOLE else draft.changes[:MAX_SHOWN]
    preview: Preview = {
        "next_step": next_step,
        "count": len(draft.open_changes),
        "changes": [field for change in shown for field in _show_record(change)],
    }
    if dry_run:
        preview["dry_run"] = True
    if plan_id:
        preview["plan_id"] = plan_id
    if warnings := _build_warnings(draft):
        preview["warnings"] = warnings
    return preview


def _show_record(change: Change) -> list[FieldChange]:
    before = change.before
    if change.problem:
        return []
    names = [name for name in change.shown if before is None or not is_same(before.get(name), change.shown[name])]
    fields = [_show_field(change, name) for name in names]
    if fields and change.name:
        fields[0]["name"] = clip_text(change.name)
    return fields


def _show_field(change: Change, name: str) -> FieldChange:
    after = change.shown[name]
    shown: FieldChange = {"record": change.index, "field": name, "after": _clip(after)}
    if change.record_id:
        before = _clip((change.before or {}).get(name))
        shown = {"id": change.record_id, "field": name, "before": before, "after": _clip(after)}
    sent = change.sent.get(name, after)
    if not is_same(sent, after):
        shown["sent"] = _clip(sent)
    return shown


def _clip(value: object) -> object:
    return clip_text(value) if isinstance(value, str) else value


def _build_warnings(draft: Draft) -> list[str]:
    """Return the draft's own warnings, each change's problem and notes, and which records would not change."""
    problems = [f"{_prefix(draft, one)}{one.problem}" for one in draft.changes if one.problem]
    same = [change.record_id for change in draft.open_changes if is_unchanged(change) and not change.is_existing]
    unchanged = [f"Nothing changes in {listing(same, _MAX_NAMED)}: it is so already."] if same else []
    return [*draft.warnings, *problems, *_existing(draft), *unchanged, *_notes(draft)]


def _existing(draft: Draft) -> list[str]:
    """Say which new records are there already, and what becomes of each."""
    return [
        f"{_prefix(draft, one)}{_name_of(one)} is there already: "
        f"{'nothing is written, its id is given' if is_unchanged(one) else 'it is changed, none is created'}."
        for one in draft.open_changes
        if one.is_existing
    ]


def _notes(draft: Draft) -> list[str]:
    """Return what is to be said of some changes, each note once, with the records that it is about."""
    about: dict[str, list[str]] = {}
    for change in draft.open_changes:
        for note in change.notes:
            about.setdefault(note, []).append(_label(change))
    return [f"{listing(named, _MAX_NAMED)}: {note}" if draft.is_batch else note for note, named in about.items()]


def _prefix(draft: Draft, change: Change) -> str:
    return f"{_label(change)}: " if draft.is_batch or (change.record_id and not change.is_existing) else ""


def _label(change: Change) -> str:
    """Return what a record of a batch is called: its id, or a new one's place in the call."""
    return change.record_id if change.record_id and not change.is_existing else f"records[{change.index}]"


def build_question(draft: Draft) -> str:
    """Return the question to the user: what happens to how many records, which ones, and their new values."""
    changes = draft.open_changes
    noun = f"{len(changes)} {draft.target.noun}s" if len(changes) > 1 else f"1 {draft.target.noun}"
    names = listing([_name_of(change) for change in changes], _MAX_NAMED)
    if not changes[0].record_id:
        return f"Create {noun}? They are {names}." if len(changes) > 1 else f"Create {noun}, {names}?"
    if draft.loses_text:
        return _question_of_losses(changes, noun, names)
    if draft.trashes:
        others = _list_values(changes, without={"Deleted"})
        return f"Move {noun} to the trash{f' and set {others}' if others else ''}: {names}?"
    return f"Change {noun}, setting {_list_values(changes)}? {'They are' if len(changes) > 1 else 'It is'} {names}."


def _question_of_losses(changes: Sequence[Change], noun: str, names: str) -> str:
    lost = {name for change in changes for name in lost_texts(change)}
    size = sum(sum(lost_texts(change).values()) for change in changes)
    others = _list_values(changes, without=lost)
    return (
        f"Empty {', '.join(sorted(lost))} ({size} characters, which cannot be brought back)"
        f"{f' and set {others}' if others else ''} in {noun}: {names}?"
    )


def _name_of(change: Change) -> str:
    if change.record_id:
        return f"{quoted(change.name)} ({change.record_id})" if change.name else change.record_id
    texts = [quoted(value) for value in change.shown.values() if isinstance(value, str) and value.strip()]
    return (change.name and quoted(change.name)) or " ".join(texts[:2]) or "one without text"


def _list_values(changes: Sequence[Change], without: Collection[str] = ()) -> str:
    """List the fields with their new values; of those whose values differ by record, the names alone."""
    names = [name for name in dict.fromkeys(name for change in changes for name in change.shown) if name not in without]
    parts: list[str] = []
    for name in names:
        values = {str(change.shown[name]) for change in changes if name in change.shown}
        parts.append(f"{name} to {quoted(values.pop())}" if len(values) == 1 else f"{name} to a value each")
    return listing(parts, _MAX_FIELDS)
