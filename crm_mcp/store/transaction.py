"""What both kinds of store offer: transactions of plain SQL."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]


class Transaction(Protocol):
    """Statements that are made together or not at all."""

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement with `?` for each parameter; return its rows, none where it has none.

        No `?` may stand in a text or comment of a statement that has parameters.
        """
        ...

    def lock(self, name: str) -> None:
        """Keep every other transaction that locks the same name waiting until this one ends."""
        ...

    def now(self) -> float:
        """Return the time in seconds since 1970, by the clock that all processes of this store share."""
        ...


class Database(Protocol):
    """One open connection."""

    place: str
    """Where it is, for people: without a login."""
    warning: str
    """What is not as it should be though it works, with the next step; usually empty."""

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted or replaced since it was opened, so that it is to be opened again."""
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction; commit it at the end, undo it on any error.

        Raises:
            StoreError: It cannot be begun, a statement failed, or it could not be committed.
        """
        ...

    def copy(self) -> bytes:
        """Return all of it as the bytes of a SQLite file."""
        ...

    def compact(self) -> None:
        """Let nothing be left on disk of what was deleted, as far as that is this program's to do.

        Raises:
            StoreError: It cannot be done now.
        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
