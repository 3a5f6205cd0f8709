"""Statements run in worker processes: at most two, kept between statements, ended when one takes too long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Setup:
    """What a statement is run over.

    Attributes:
        files: The name of each schema with its SQLite file, or a database as `Connection.serialize` gives it.
        views: Statements `create temp view ...`: the only tables that a statement can name. They may call
            `unread(kind, id, value)`, which notes (kind, id) and gives value; without `cast(... as integer)` round it
            a column has no type, and `'5' = 5` is false.
        local_time: `YYYY-MM-DD HH:MM:SS` in the account's zone; empty is UTC.
    """

    files: Mapping[str, Path | bytes]
    views: Sequence[str]
    local_time: str = ""


@dataclass(frozen=True)
class Found:
    """What a statement gave.

    Attributes:
        columns: The names of the columns.
        rows: Values as JSON has them.
        more: Whether there are more rows than could be given.
        unread: The ids that `unread` was called with, by kind, each once, in order.
    """

    columns: list[str]
    rows: list[list[Any]]
    more: bool
    unread: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])


class Sandbox:
    """Runs statements.

    Args:
        timeout_s: How long a statement may take.
    """

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        self._timeout_s = timeout_s

    async def run(self, setup: Setup, sql: str, *, max_rows: int, max_bytes: int) -> Found:
        """Run a planned statement.

        Raises:
            QueryError: It failed, or took more time or memory than it may.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """End the worker processes."""
