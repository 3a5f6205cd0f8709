"""How a draft is put to the person as a question, in their language. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from crm_mcp.safe_writes.catalogue import ENGLISH, Catalogue
from crm_mcp.safe_writes.draft import Change, Draft, lost_texts

_MAX_NAMED = 10
"""Records that a question names."""
_MAX_FIELDS = 4
"""Fields that a question names."""


def build_question(draft: Draft, catalogue: Catalogue = ENGLISH) -> str:
    """Return the question to the user: what happens to how many records, which ones, and their new values."""
    changes = draft.open_changes
    records = catalogue.count(len(changes), draft.target.noun)
    names = catalogue.listing([name_of(change, catalogue) for change in changes], _MAX_NAMED)
    if not changes[0].record_id:
        several = "Create {records}? They are {names}."
        return catalogue.text(
            several if len(changes) > 1 else "Create {records}, {names}?", records=records, names=names
        )
    if draft.loses_text:
        return _question_of_losses(changes, records, names, catalogue)
    if draft.trashes:
        values = _list_values(changes, catalogue, without={"Deleted"})
        message = "Move {records} to the trash: {names}?"
        if values:
            message = "Move {records} to the trash and set {values}: {names}?"
        return catalogue.text(message, records=records, values=values, names=names)
    message = "Change {records}, setting {values}? It is {names}."
    if len(changes) > 1:
        message = "Change {records}, setting {values}? They are {names}."
    return catalogue.text(message, records=records, values=_list_values(changes, catalogue), names=names)


def _question_of_losses(changes: Sequence[Change], records: str, names: str, catalogue: Catalogue) -> str:
    lost = {name for change in changes for name in lost_texts(change)}
    size = sum(sum(lost_texts(change).values()) for change in changes)
    fields = ", ".join(catalogue.name(name) for name in sorted(lost))
    values = _list_values(changes, catalogue, without=lost)
    message = "Empty {fields} ({size} characters, which cannot be brought back) in {records}: {names}?"
    if values:
        message = (
            "Empty {fields} ({size} characters, which cannot be brought back) and set {values} in {records}: {names}?"
        )
    return catalogue.text(message, fields=fields, size=size, values=values, records=records, names=names)


def name_of(change: Change, catalogue: Catalogue = ENGLISH) -> str:
    """Return what a record is called: its name and id, or the first texts of a new one."""
    if change.record_id:
        return f"{catalogue.quoted(change.name)} ({change.record_id})" if change.name else change.record_id
    shown = change.shown.items()
    texts = [catalogue.quoted(value, name) for name, value in shown if isinstance(value, str) and value.strip()]
    name = change.name and catalogue.quoted(change.name)
    return name or " ".join(texts[:2]) or catalogue.text("one without text")


def _list_values(changes: Sequence[Change], catalogue: Catalogue, without: Collection[str] = ()) -> str:
    """List the fields with their new values; of those whose values differ by record, the names alone."""
    names = [name for name in dict.fromkeys(name for change in changes for name in change.shown) if name not in without]
    parts: list[str] = []
    for name in names:
        values = {str(change.shown[name]) for change in changes if name in change.shown}
        message = "{field} to {value}" if len(values) == 1 else "{field} to a value each"
        value = catalogue.quoted(values.pop(), name)
        parts.append(catalogue.text(message, field=catalogue.name(name), value=value))
    return catalogue.listing(parts, _MAX_FIELDS)
