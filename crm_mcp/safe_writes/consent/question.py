"""How a draft is put to the person as a question, in their language. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from crm_mcp.safe_writes.consent.catalogue import ENGLISH, Catalogue
from crm_mcp.safe_writes.draft import Change, Draft, holds_already, lost_texts

_Ask = Callable[[Sequence[Change], str, Catalogue], str]
"""Makes the sentence about all changes of a kind, given the noun of their records."""

_MAX_NAMED = 10
"""Records that a question names."""
_MAX_FIELDS = 4
"""Fields that a question names."""


def build_question(draft: Draft, catalogue: Catalogue = ENGLISH) -> str:
    """Return the question to the user: what happens to how many records, which ones, and their new values.

    A batch of several kinds of change has a sentence for each kind. Some targets have words of their own.
    """
    if own := draft.target.question(draft.written_changes, catalogue):
        return own
    asked: dict[_Ask, list[Change]] = {}
    for change in draft.written_changes:
        asked.setdefault(_ask_about(change), []).append(change)
    return " ".join(ask(changes, draft.target.noun, catalogue) for ask, changes in asked.items())


def _ask_about(change: Change) -> _Ask:
    """Return how the user is asked about a change, by what becomes of its record."""
    if not change.record_id:
        return _ask_to_create
    if lost_texts(change):
        return _ask_to_empty
    return _ask_to_trash if change.trashes else _ask_to_change


def _ask_to_create(changes: Sequence[Change], noun: str, catalogue: Catalogue) -> str:
    message = "Create {records}? They are {names}." if len(changes) > 1 else "Create {records}, {names}?"
    return catalogue.text(message, records=catalogue.count(len(changes), noun), names=_list_names(changes, catalogue))


def _ask_to_empty(changes: Sequence[Change], noun: str, catalogue: Catalogue) -> str:
    lost = {name for change in changes for name in lost_texts(change)}
    values = _list_values(changes, catalogue, without=lost)
    message = "Empty {fields} ({size} characters, which can be brought back {until}) in {records}: {names}?"
    if values:
        message = (
            "Empty {fields} ({size} characters, which can be brought back {until}) and set {values} in {records}: "
            "{names}?"
        )
    return catalogue.text(
        message,
        fields=", ".join(catalogue.name(name) for name in sorted(lost)),
        size=sum(sum(lost_texts(change).values()) for change in changes),
        until=catalogue.until,
        values=values,
        records=catalogue.count(len(changes), noun),
        names=_list_names(changes, catalogue),
    )


def _ask_to_trash(changes: Sequence[Change], noun: str, catalogue: Catalogue) -> str:
    values = _list_values(changes, catalogue, without={"Deleted"})
    message = "Move {records} to the trash: {names}?"
    if values:
        message = "Move {records} to the trash and set {values}: {names}?"
    records, names = catalogue.count(len(changes), noun), _list_names(changes, catalogue)
    return catalogue.text(message, records=records, values=values, names=names)


def _ask_to_change(changes: Sequence[Change], noun: str, catalogue: Catalogue) -> str:
    message = "Change {records}, setting {values}? It is {names}."
    if len(changes) > 1:
        message = "Change {records}, setting {values}? They are {names}."
    records, names = catalogue.count(len(changes), noun), _list_names(changes, catalogue)
    return catalogue.text(message, records=records, values=_list_values(changes, catalogue), names=names)


def _list_names(changes: Sequence[Change], catalogue: Catalogue) -> str:
    return catalogue.listing([name_of(change, catalogue) for change in changes], _MAX_NAMED)


def name_of(change: Change, catalogue: Catalogue = ENGLISH) -> str:
    """Return what a record is called: its name and id, or the first texts of a new one."""
    if change.record_id:
        return f"{catalogue.quoted(change.name)} ({change.record_id})" if change.name else change.record_id
    shown = change.shown.items()
    texts = [catalogue.quoted(value, name) for name, value in shown if isinstance(value, str) and value.strip()]
    name = change.name and catalogue.quoted(change.name)
    return name or " ".join(texts[:2]) or catalogue.text("one without text")


def _changes(change: Change, name: str) -> bool:
    return name in change.shown and not (change.before is not None and holds_already(change, name))


def _list_values(changes: Sequence[Change], catalogue: Catalogue, without: Collection[str] = ()) -> str:
    """List the fields that change with their new values; of those whose values differ by record, the names alone."""
    known = dict.fromkeys(name for change in changes for name in change.shown)
    changed = [name for name in known if any(_changes(change, name) for change in changes)]
    names = [name for name in changed or known if name not in without]
    parts: list[str] = []
    for name in names:
        values = {str(change.shown[name]) for change in changes if name in change.shown}
        message = "{field} to {value}" if len(values) == 1 else "{field} to a value each"
        value = catalogue.quoted(values.pop(), name)
        parts.append(catalogue.text(message, field=catalogue.name(name), value=value))
    return catalogue.listing(parts, _MAX_FIELDS)
