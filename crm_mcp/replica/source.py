"""What a CRM offers to the replica: its tables, and how what a statement reads of them is brought up to date."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from crm_mcp.replica.database import Replica
from crm_mcp.replica.tables import Table

AT_ONCE = 40
"""Most requests that a statement waits for where requests are limited; more are made behind it."""


@dataclass(slots=True)
class Allowance:
    """How many requests may be made before a result has to be given."""

    most: int | None = None
    used: int = 0

    def allows(self, requests: int) -> bool:
        """Tell whether so many may be made."""
        return self.most is None or self.used + requests <= self.most

    def take(self, requests: int = 1) -> None:
        """Count requests as made."""
        self.used += requests


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a statement reads and that is not held, and how many requests bring it.

    Where none does, `what` is a sentence without its full stop.
    """

    what: str
    requests: int = 0


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
    """

    cards: Mapping[str, Sequence[Any]] = field(default_factory=dict[str, Sequence[Any]])
    lists: Mapping[str, Sequence[Any]] = field(default_factory=dict[str, Sequence[Any]])
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    requests: int = 0
    lacks: Sequence[Lack] = ()


class Source(Protocol):
    """Reads one account into its replica. Every method may raise a `CrmError`; what was read before stays."""

    replica: Replica
    title: str
    """The CRM's name for people."""
    requests_per_minute: int
    """0 is no limit."""

    async def tables(self) -> Sequence[Table]:
        """Return the tables and views; what the CRM says of itself is asked for once a day."""
        ...

    async def refresh(self, need: Need, allowance: Allowance) -> Sequence[Lack]:
        """Bring the rows up to date that a statement reads, and return what is still lacking."""
        ...

    async def select(self, unread: Mapping[str, Sequence[Any]], need: Need) -> Todo:
        """Return what has to be read of what a statement met, by the kinds of `views`."""
        ...

    async def read(self, todo: Todo, allowance: Allowance) -> None:
        """Read it, as far as the allowance goes."""
        ...

    async def as_of(self, need: Need) -> float | None:
        """Return when the oldest of what a statement reads was read, in seconds since 1970; None where nothing was."""
        ...

    async def fill(self, allowance: Allowance, *, again: bool = False) -> Sequence[Lack]:
        """Read everything that is not held, or everything `again`; it can be interrupted and goes on there."""
        ...

    async def missing(self, need: Need) -> Sequence[Lack]:
        """Return what the CRM does not tell of what a statement reads."""
        ...

    async def notes(self, need: Need) -> Sequence[str]:
        """Return sentences on what is easily taken wrongly in what a statement reads."""
        ...
