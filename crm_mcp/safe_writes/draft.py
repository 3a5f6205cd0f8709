"""What a write is before it is made: a draft of changes, and the target in a CRM that can carry them out. Pure."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NotRequired

from typing_extensions import TypedDict

Values = Mapping[str, object]
"""Field names of the CRM's API to values."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of one record.

    Attributes:
        sent: The fields as they go to the CRM.
        shown: The same fields as the CRM shows them to people: labels in place of ids.
        record_id: The record; empty for a new one.
        name: What people call it, written by strangers; empty until somebody looked.
        before: The fields as the CRM shows them now; None until somebody looked, and for a new record.
        problem: Why this one must not be written; empty where nothing speaks against it.
    """

    sent: Values
    shown: Values
    record_id: str = ""
    name: str = ""
    before: Values | None = None
    problem: str = ""


class Outcome(TypedDict):
    """What became of one change as the CRM tells it: `id` of the record, `message` where it failed."""

    ok: bool
    id: NotRequired[str]
    message: NotRequired[str]


class Target(ABC):
    """One kind of record in one CRM, as far as writing goes.

    Attributes:
        noun: What people call one, such as `MiniCRM project`; an s makes it many.
        batch_size: How many changes go out in one request.
        lock: Held around looking and writing where two calls at once could miss each other, as doubles would.
    """

    noun: str
    batch_size: int = 1
    lock: AbstractAsyncContextManager[object] = contextlib.nullcontext()

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Return at most `batch_size` changes as things stand now: name, fields before, and what speaks against them.

        Raises:
            NotFoundError: There is no such record.
            InputError: The record cannot take these values.
        """
        return list(changes)

    @abstractmethod
    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Write at most `batch_size` changes; return what became of each.

        Raises:
            CrmError: The request failed as a whole, perhaps with an unknown outcome.
        """

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Return the ids of all records that could be this new one, each with whether it is the same in what was sent.

        The same ids must come again later, and the new one among them once it is made. None where nothing tells.
        """
        del change
        return None


@dataclass(frozen=True, slots=True)
class Draft:
    """What one call asks for, worked out but not written.

    Attributes:
        target: What carries it out.
        changes: One for each record.
        is_batch: Whether the answer lists what became of each record; otherwise there is one, and its id.
        needs_refresh: Whether each record must be examined before it may be written.
        trashes: Whether it moves records to the trash.
        warnings: What whoever sees a preview should know.
    """

    target: Target
    changes: Sequence[Change]
    is_batch: bool = False
    needs_refresh: bool = False
    trashes: bool = False
    warnings: Sequence[str] = ()

    @property
    def open_changes(self) -> list[Change]:
        """The changes that nothing speaks against."""
        return [change for change in self.changes if not change.problem]


def is_same(one: object, other: object) -> bool:
    """Tell whether two values of a field are the same to people, however each was written."""
    return _plain(one) == _plain(other)


def is_unchanged(change: Change) -> bool:
    """Tell whether a record holds already what it is to hold."""
    before = change.before
    return before is not None and all(is_same(before.get(name), value) for name, value in change.shown.items())


def is_as_planned(planned: Change, now: Change) -> bool:
    """Tell whether the fields to change still hold what they held when the plan was made."""
    if planned.before is None:
        return True
    before, present = planned.before, now.before or {}
    return all(is_same(before.get(name), present.get(name)) for name in planned.shown)


def _plain(value: object) -> str:
    """Write a value as text: an empty one in one way, a flag as 1 or 0, a multiple choice with one kind of comma."""
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return ", ".join(part.strip() for part in str(value).split(","))
