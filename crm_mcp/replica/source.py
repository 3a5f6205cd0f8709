"""What a CRM offers to the replica: its tables, and how what a statement reads of them is brought up to date."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from crm_mcp.replica.database import Replica
from crm_mcp.replica.tables import Table


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a statement reads and that is not held, and how many requests bring it.

    Where none does, `what` is a sentence without its full stop; `is_refused` where this account has no such thing.
    """

    what: str
    requests: int = 0
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """What a statement reads of one CRM.

    Attributes:
        columns: The columns that it names, by table.
        begun_at: When it was asked, in seconds since 1970.
        is_fresh: Whether nothing older than that will do.
    """

    columns: Mapping[str, Collection[str]]
    begun_at: float
    is_fresh: bool = False


@dataclass(frozen=True, slots=True)
class Todo:
    """What is to be read by the ids that a statement met.

    Attributes:
        cards: Ids of cards, by table.
        lists: Ids of the parents of lists, by table, those to read first first.
        choices: Columns whose choices are searched for, by table.
        requests: How many requests all of it takes, about.
        lacks: What of it is not held at all, and not only old.
        selected_at: When it was found out, in seconds since 1970; what is read since then need not be read again.
    """

    cards: Mapping[str, Sequence[Any]] = field(default_factory=dict[str, Sequence[Any]])
    lists: Mapping[str, Sequence[Any]] = field(default_factory=dict[str, Sequence[Any]])
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    requests: int = 0
    lacks: Sequence[Lack] = ()
    selected_at: float = 0.0


Progress = Callable[[str, int, int], None]
"""Told of what is read, how many requests of that were made, and how many there are."""


def ignore_progress(what: str, done: int, total: int) -> None:
    """Tell nobody."""
    del what, done, total


class Source(Protocol):
    """Reads one account into its replica.

    What asks the CRM may raise a `CrmError`, and may be cancelled at any time; what was read before stays.
    """

    replica: Replica
    title: str
    """The CRM's name for people."""
    requests_per_minute: int
    """0 is no limit."""

    async def tables(self) -> Sequence[Table]:
        """Return the tables and views; what the CRM says of itself is asked for once a day."""
        ...

    async def refresh(self, need: Need) -> None:
        """Bring the rows up to date that a statement reads."""
        ...

    async def lacks(self, need: Need) -> Sequence[Lack]:
        """Return which rows are not held that a statement reads, and what the CRM does not tell; asks nothing."""
        ...

    async def everything_unread(self, need: Need) -> Mapping[str, Sequence[Any]]:
        """Return all that is not held of the tables that a statement reads, as if it had met it; asks nothing."""
        ...

    async def select(self, unread: Mapping[str, Sequence[Any]], need: Need) -> Todo:
        """Return what has to be read of what a statement met, by the kinds of `views`; asks nothing."""
        ...

    async def read(self, todo: Todo) -> None:
        """Read it."""
        ...

    async def as_of(self, need: Need) -> float | None:
        """Return when the oldest of what a statement reads was read, in seconds since 1970; None where nothing was."""
        ...

    async def fill(self, *, again: bool = False, progress: Progress = ignore_progress) -> None:
        """Read everything that is not held, or is old, or everything `again`; it goes on where it was interrupted."""
        ...

    async def notes(self, need: Need) -> Sequence[str]:
        """Return sentences on what is easily taken wrongly in what a statement reads; asks nothing."""
        ...
