"""The change of one record, and how it compares with what the record holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MANY_CHARACTERS = 500
"""Emptying a longer text asks the user."""

Values = Mapping[str, object]
"""Field names of the CRM's API to values."""


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one record, or one new record.

    Attributes:
        sent: The fields as they go to the CRM.
        shown: The same fields as the CRM shows them to people: labels in place of ids.
        record_id: The record; empty for a new one.
        name: The record's name in the CRM, which is untrusted text; empty until it was read.
        before: The fields as the CRM shows them now; None until they were read, and for a new record.
        held: The same fields as a write takes them, so that they can be put back; without those that cannot be told.
        problem: Why this one must not be written; empty where it may.
        way_on: What can be done about the problem; empty where that is said of an earlier change of many.
        notes: What preview and result say beside it, as sentences, such as that it cannot be undone.
        on_existing: What is done where a new record is there already, see `safe_writes.on_existing`; empty where nobody
            looks.
        index: Its place in the call, from 0.
        is_existing: Whether it was to be a new record and `record_id` is one that is there already: then only what
            `shown` holds is changed, and where that is nothing, nothing is sent.
        trashes: Whether it moves the record to the trash.
        undoes: The `write_id` of the write that it takes back; empty for any other change.
        left: What that write left in these fields, as a write takes it; a record that holds something else stays as it
            is.
        left_shown: The same as the CRM shows it.
        wanted: What could not be found yet of a new record, such as a company by its name: it is looked for again just
            before the write.
        is_compared: Whether a new record was compared with all that are there; else it is before the write.
        settled: Why nothing is to be sent although it counts as done, as a sentence; empty where something is.
        is_erased: Whether something of it was erased with a person who was purged, see `store.forgetting.erasing`.
    """

    sent: Values
    shown: Values
    record_id: str = ""
    name: str = ""
    before: Values | None = None
    held: Values | None = None
    problem: str = ""
    way_on: str = ""
    notes: tuple[str, ...] = ()
    on_existing: str = ""
    index: int = 0
    is_existing: bool = False
    trashes: bool = False
    undoes: str = ""
    left: Values = field(default_factory=dict[str, object])
    left_shown: Values = field(default_factory=dict[str, object])
    wanted: Values = field(default_factory=dict[str, object])
    is_compared: bool = True
    settled: str = ""
    is_erased: bool = False

    @property
    def unsent_because(self) -> str:
        """Why nothing is sent, and what can be done about it; empty where something is."""
        return f"{self.problem} {self.way_on}".rstrip() if self.problem else self.settled

    @property
    def is_open(self) -> bool:
        """Whether it may be sent."""
        return not self.problem and not self.settled


def lost_texts(change: Change) -> dict[str, int]:
    """Return the long texts that a change empties: their fields, with the number of characters."""
    held = change.left_shown if change.before is None else change.before
    texts = {name: held.get(name) for name, value in change.shown.items() if is_empty(value)}
    return {name: len(text) for name, text in texts.items() if isinstance(text, str) and len(text) > MANY_CHARACTERS}


def is_empty(value: object) -> bool:
    """Tell whether a value empties its field."""
    return not value.strip() if isinstance(value, str) else _plain(value) == ""


def is_same(one: object, other: object) -> bool:
    """Tell whether two values of a field mean the same, however each is written."""
    return _plain(one) == _plain(other)


def is_unchanged(change: Change) -> bool:
    """Tell whether a record already holds the new values."""
    return change.before is not None and all(holds_already(change, name) for name in change.shown)


def holds_already(change: Change, name: str) -> bool:
    """Tell whether a record that was read holds the new value of a field: two choices may have one label."""
    held = change.held or {}
    if name in held and is_same(held[name], change.sent.get(name)):
        return True
    is_shown_alike = is_same((change.before or {}).get(name), change.shown[name])
    return is_shown_alike and not are_other_ids(held.get(name), change.sent.get(name))


def is_emptied_number(held: object, sent: object) -> bool:
    """Tell whether a record holds what a CRM may show of a number that was emptied: 0."""
    return is_empty(sent) and isinstance(held, int | float) and held == 0


def are_other_ids(one: object, other: object) -> bool:
    """Tell whether two values are ids, and not the same one."""
    ids = [str(value) for value in (one, other)]
    return ids[0] != ids[1] and all(map(str.isdecimal, ids))


def is_as_planned(planned: Change, now: Change) -> bool:
    """Tell whether the fields to change still hold the values of when the plan was made."""
    if planned.before is None:
        return True
    before, present = planned.before, now.before or {}
    held, holds = planned.held or {}, now.held or {}
    return all(
        is_same(before.get(name), present.get(name)) and not are_other_ids(held.get(name), holds.get(name))
        for name in planned.shown
    )


def is_as_shown(planned: Change, now: Change) -> bool:
    """Tell whether all that was shown of a change, to the user as well, still holds: its values, name and notes."""
    return planned.shown == now.shown and planned.name == now.name and planned.notes == now.notes


def _plain(value: object) -> str:
    """Write a value as text: an empty one in one way, a flag as 1 or 0, a multiple choice with one kind of comma."""
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return ", ".join(part.strip() for part in str(value).split(","))
