"""Statements run in worker processes: at most two, kept between statements, ended when one takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crm_mcp.replica.sandbox.failures import failure, no_file, no_worker, too_slow
from crm_mcp.replica.sandbox.row_limit import limited
from crm_mcp.replica.sandbox.worker_process import WorkerEndedError, WorkerProcess

_MOST_WORKERS = 2
_ATTEMPTS = 2
_GRACE_S = 0.5
_LONGEST_START_S = 10.0
_SHORTEST_S = 0.1


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
    """Runs statements in worker processes that start when they are first needed.

    Args:
        timeout_s: How long a statement may take; half a second later its process is killed.
    """

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        self._timeout_s = timeout_s
        self._idle = [WorkerProcess() for _ in range(_MOST_WORKERS)]
        self._turns = asyncio.Semaphore(_MOST_WORKERS)

    async def run(self, setup: Setup, sql: str, *, max_rows: int, max_bytes: int) -> Found:
        """Run a planned statement on the data as it is now.

        Raises:
            QueryError: It failed, or took more time or memory than it may.
        """
        order = {
            "views": list(setup.views),
            "local_time": setup.local_time,
            "sql": limited(sql, max_rows + 1),
            "max_rows": max_rows,
            "max_bytes": max_bytes,
        }
        async with self._turns:
            worker = self._take(setup)
            try:
                response = await self._respond(worker, setup, order)
            finally:
                self._idle.append(worker)
        if kind := response.pop("error", None):
            raise too_slow(self._timeout_s) if kind == "time" else failure(kind, response["message"], max_bytes)
        return Found(**response)

    async def close(self) -> None:
        """End the worker processes; a statement that comes later starts one anew."""
        await asyncio.gather(*(asyncio.to_thread(worker.end) for worker in self._idle))

    def _take(self, setup: Setup) -> WorkerProcess:
        fitting = next((worker for worker in self._idle if worker.holds(setup.files)), self._idle[-1])
        self._idle.remove(fitting)
        return fitting

    async def _respond(self, worker: WorkerProcess, setup: Setup, order: Mapping[str, Any]) -> dict[str, Any]:
        """Return the worker's response; where its process ended by itself it is asked once more."""
        clock = asyncio.get_running_loop()
        deadline = clock.time() + self._timeout_s
        for _ in range(_ATTEMPTS):
            try:
                if refused := await self._in_thread(worker, _LONGEST_START_S, worker.open, setup.files):
                    return refused
                seconds = max(_SHORTEST_S, deadline - clock.time())
                return await self._in_thread(worker, seconds + _GRACE_S, worker.ask, {**order, "seconds": seconds})
            except TimeoutError:
                raise too_slow(self._timeout_s) from None
            except OSError:
                raise no_file() from None
            except WorkerEndedError:
                continue
        raise no_worker()

    async def _in_thread(
        self, worker: WorkerProcess, seconds: float, work: Callable[[Any], dict[str, Any]], argument: object
    ) -> dict[str, Any]:
        """Do what blocks in a thread; where that takes too long, or nobody waits any more, the process is killed."""
        task = asyncio.create_task(asyncio.to_thread(work, argument))
        try:
            await asyncio.wait({task}, timeout=seconds)
        finally:
            if is_late := not task.done():
                worker.kill()
                await asyncio.wait({task})
                with suppress(WorkerEndedError, OSError):
                    task.result()
        if is_late:
            raise TimeoutError
        return task.result()
