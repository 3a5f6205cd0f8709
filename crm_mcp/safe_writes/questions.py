"""How a person is asked whether something may be written: in plain words, made of facts. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.crm.wording import listing, quoted
from crm_mcp.safe_writes.draft import Change, Draft
from crm_mcp.safe_writes.results import MOST_NAMED

_MOST_FIELDS = 4


def build_question(draft: Draft) -> str:
    """Say what will happen to how many records, which, and which values they get."""
    changes = draft.open_changes
    noun = f"{len(changes)} {draft.target.noun}s" if len(changes) > 1 else f"1 {draft.target.noun}"
    names = listing([_name_of(change) for change in changes], MOST_NAMED)
    if not changes[0].record_id:
        return f"Create {noun}? They are {names}." if len(changes) > 1 else f"Create {noun}, {names}?"
    if draft.trashes:
        others = _values_of(changes, without="Deleted")
        return f"Move {noun} to the trash{f' and set {others}' if others else ''}: {names}?"
    return f"Change {noun}, setting {_values_of(changes)}? {'They are' if len(changes) > 1 else 'It is'} {names}."


def _name_of(change: Change) -> str:
    if change.record_id:
        return f"{quoted(change.name)} ({change.record_id})" if change.name else change.record_id
    telling = [quoted(value) for value in change.shown.values() if isinstance(value, str) and value.strip()]
    return (change.name and quoted(change.name)) or " ".join(telling[:2]) or "one without text"


def _values_of(changes: Sequence[Change], without: str = "") -> str:
    """Say which fields get which value; those that differ from record to record are only named."""
    names = [name for name in dict.fromkeys(name for change in changes for name in change.shown) if name != without]
    told: list[str] = []
    for name in names:
        values = {str(change.shown[name]) for change in changes if name in change.shown}
        told.append(f"{name} to {quoted(values.pop())}" if len(values) == 1 else f"{name} to a value each")
    return listing(told, _MOST_FIELDS)
