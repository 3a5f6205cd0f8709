"""Answers a statement from the replica: what it reads is refreshed first, and read card by card where it has to be.

The statement is run to learn which cards matter; these are read, and it is run again until nothing is missing. That
goes on behind an answer that could not wait for it, and the same statement asked again waits for the same reading.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crm_mcp.crm.call import without_deadline
from crm_mcp.crm.wording import listing
from crm_mcp.errors import AuthenticationError, CrmError, QueryError
from crm_mcp.languages import Later, Texts
from crm_mcp.replica.catalogue import Catalogue
from crm_mcp.replica.source import Lack, Need, Source, Todo
from crm_mcp.telemetry import events

_texts = Texts(__file__)

if TYPE_CHECKING:
    from crm_mcp.replica.planning.planner import Statement
    from crm_mcp.replica.sandbox.sandbox import Found, Sandbox, Setup

MOST_ROWS = 100_000
MOST_BYTES = 20_000_000
WORTH_WAITING = 120
"""Where more requests than these are limited ones, an answer waits for none of them."""
_MOST_ROUNDS = 8
"""Each round may meet cards that the one before it could not know of, such as those of a join."""
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gave.

    Attributes:
        as_of: The oldest reading among what it is made of, in the account's time; empty where nothing was read.
        exact: Whether nothing is missing that it reads.
        note: What is missing and when to ask again, and what is easily taken wrongly; usually empty.
        has_more: Whether the statement gave more rows than were asked for.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    as_of: str
    exact: bool
    note: str
    has_more: bool = False


class QueryEngine:
    """Answers statements over the replicas of all connected accounts.

    Args:
        sources: One for each account.
        sandbox: Where statements run.
        wait_s: How long an answer waits for what is read, in seconds.
    """

    def __init__(self, sources: Sequence[Source], sandbox: Sandbox, wait_s: float) -> None:
        self.sources = sources
        self._sandbox = sandbox
        self._wait_s = wait_s
        self._readings: dict[tuple[str, bool], _Reading] = {}

    async def query(
        self,
        sql: str,
        *,
        max_rows: int = MOST_ROWS,
        max_bytes: int = MOST_BYTES,
        is_fresh: bool = False,
        wait_s: float | None = None,
    ) -> Answer:
        """Answer a statement; `wait_s` is how long it waits at most for what is read, infinite where all is wanted.

        Raises:
            QueryError: It is no statement that may run, or took too long.
            CrmError: Nothing of what it reads is held, and the CRM cannot be asked for it.
        """
        catalogue = await Catalogue.read(self.sources, sql)
        statement = catalogue.plan(sql)
        needs = catalogue.needs(statement, is_fresh=is_fresh)
        work = _Work(catalogue, statement, needs, self._sandbox, max_rows, max_bytes)
        problem = await self._read(sql, work, is_fresh=is_fresh, wait_s=self._wait_s if wait_s is None else wait_s)
        return await work.answer(problem)

    async def _read(self, sql: str, work: _Work, *, is_fresh: bool, wait_s: float) -> CrmError | None:
        """Read what a statement needs, or go on behind it after a while; return why it could not be read.

        Raises:
            AuthenticationError: The login was refused: nothing of the account is shown any more.
        """
        key = (sql, is_fresh)
        reading = self._readings.get(key) or self._begin(key, work)
        try:
            return await reading.wait(wait_s)
        except asyncio.CancelledError:
            reading.leave()
            raise

    def _begin(self, key: tuple[str, bool], work: _Work) -> _Reading:
        too_many = asyncio.Event()
        with without_deadline():
            task = asyncio.create_task(work.read(too_many))
        reading = self._readings[key] = _Reading(task, too_many)
        task.add_done_callback(lambda _: self._readings.pop(key, None))
        return reading

    async def close(self) -> None:
        """End what is being read, the sandbox, and the files."""
        readings = list(self._readings.values())
        for reading in readings:
            reading.task.cancel()
        await asyncio.gather(*(reading.task for reading in readings), return_exceptions=True)
        await self._sandbox.close()
        for source in self.sources:
            await source.replica.close()


@dataclass
class _Reading:
    """The reading for one statement, for which several answers may wait."""

    task: asyncio.Task[None]
    too_many: asyncio.Event
    waiting: int = 0

    async def wait(self, wait_s: float) -> CrmError | None:
        """Wait for its end, or as long as it is worth it; return why it ended before all was read."""
        self.waiting += 1
        worthless = asyncio.create_task(self.too_many.wait())
        awaited: set[asyncio.Task[Any]] = {self.task} if wait_s == math.inf else {self.task, worthless}
        try:
            timeout = None if wait_s == math.inf else wait_s
            await asyncio.wait(awaited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            worthless.cancel()
        self.waiting -= 1
        error = self.task.exception() if self.task.done() else None
        if error is None or (isinstance(error, CrmError) and not isinstance(error, AuthenticationError | QueryError)):
            return error
        raise error

    def leave(self) -> None:
        """Take back one wait that was cancelled; with the last one the reading ends."""
        self.waiting -= 1
        if not self.waiting:
            self.task.cancel()


@dataclass(frozen=True, slots=True)
class _Work:
    """One statement, what it reads, and how it is run."""

    catalogue: Catalogue
    statement: Statement
    needs: Mapping[Source, Need]
    sandbox: Sandbox
    max_rows: int
    max_bytes: int

    async def read(self, too_many: asyncio.Event) -> None:
        """Read what the statement needs; set `too_many` where that takes too long to wait for."""
        for source, need in self.needs.items():
            with _observed(source):
                await source.refresh(need)
        for _ in range(_MOST_ROUNDS):
            todos = await self._select(await self._run())
            wanted = {source: todo for source, todo in todos.items() if todo.requests}
            if not wanted:
                return
            if any(source.requests_per_minute and todo.requests > WORTH_WAITING for source, todo in wanted.items()):
                too_many.set()
            for source, todo in wanted.items():
                with _observed(source):
                    await source.read(todo)

    async def _run(self) -> Found:
        """Run the statement; over what is held, and with all that is not as unread, where looking for that is too slow.

        It is where a join of many rows goes by a column that is not known yet.
        """
        try:
            return await self._run_over(await self.catalogue.setup(self.statement, self.needs))
        except QueryError as error:
            if not error.is_too_slow:
                raise
            unread = [await source.everything_unread(need) for source, need in self.needs.items()]
            if not any(unread):
                raise
        found = await self._run_over(await self.catalogue.setup(self.statement, self.needs, as_held=True))
        return replace(found, unread={kind: ids for one in unread for kind, ids in one.items()})

    async def _run_over(self, setup: Setup) -> Found:
        return await self.sandbox.run(setup, self.statement.sql, max_rows=self.max_rows, max_bytes=self.max_bytes)

    async def _select(self, found: Found) -> Mapping[Source, Todo]:
        return {source: await source.select(found.unread, need) for source, need in self.needs.items()}

    async def answer(self, problem: CrmError | None) -> Answer:
        """Return what is held, with what it lacks and the problem that reading met.

        Raises:
            CrmError: The problem, where nothing is held.
        """
        times = [at for source, need in self.needs.items() if (at := await source.as_of(need)) is not None]
        if problem is not None and not times:
            raise problem
        found = await self._run()
        lacks = [lack for todo in (await self._select(found)).values() for lack in todo.lacks]
        for source, need in self.needs.items():
            lacks += await source.lacks(need)
        notes = [
            self._describe_lacks(lacks),
            _texts.later("The CRM could not be asked again: {problem}", problem=problem) if problem else "",
        ]
        for source, need in self.needs.items():
            notes += [*await source.notes(need), source.replica.problem]
        if any(self.catalogue.leaves_out(name, found.columns) for name in self.statement.stars):
            notes.append(_texts.later("* shows the columns that are held: name others to have them read."))
        if found.more:
            notes.append(
                _texts.later("There are more rows: aggregate, add where or limit, or page by limit and offset.")
            )
        as_of = self.catalogue.local_time(min(times)) if times else ""
        return Answer(found.columns, found.rows, as_of, not lacks and not problem, _joined(notes), found.more)

    def _describe_lacks(self, lacks: Sequence[Lack]) -> str:
        final = [_texts.later("{what}.", what=lack.what) for lack in lacks if not lack.requests]
        coming = [lack for lack in lacks if lack.requests]
        return _joined([*final, *([self._describe_coming(coming)] if coming else [])])

    def _describe_coming(self, lacks: Sequence[Lack]) -> str:
        what = listing([lack.what for lack in lacks], _MOST_NAMED)
        requests = sum(lack.requests for lack in lacks)
        per_minute = max((source.requests_per_minute for source in self.needs), default=0)
        minutes = math.ceil(requests / per_minute) if per_minute else 0
        wait = _texts.later("about {minutes} min", minutes=minutes) if minutes else _texts.later("a moment")
        return _texts.later(
            "Not read yet: {what}: {requests} requests. They go on behind this: call again in {wait}.",
            what=what,
            requests=requests,
            wait=wait,
        )


def _joined(notes: Sequence[str]) -> str:
    told = [note for note in notes if note]
    return Later.joined(told) if told else ""


@contextlib.contextmanager
def _observed(source: Source) -> Generator[None]:
    """Tell whoever observes this process that a source reads."""
    began_at, error = events.start_clock(), ""
    try:
        yield
    except BaseException as failure:
        error = type(failure).__name__
        raise
    finally:
        duration_s = events.seconds_since(began_at)
        events.replica_refreshed(crm=source.title.casefold(), error=error, duration_s=duration_s)
