"""Answers a statement from the replica: what it reads is refreshed first, and read card by card where it has to be.

The statement is run to learn which cards matter; these are read, and it is run again until nothing is missing, or more
requests would be needed than a result may wait for: those are made behind it.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from crm_mcp.crm.call import without_deadline
from crm_mcp.crm.wording import listing
from crm_mcp.errors import AuthenticationError, CrmError, RateLimitedError
from crm_mcp.replica.catalogue import Catalogue
from crm_mcp.replica.source import AT_ONCE, Allowance, Lack, Need, Source, Todo

if TYPE_CHECKING:
    from crm_mcp.replica.planning.planner import Statement
    from crm_mcp.replica.sandbox.sandbox import Found, Sandbox

_MOST_ROUNDS = 6
"""Each round may meet cards that the one before it could not know of, such as those of a join."""
_MOST_NAMED = 3
MOST_ROWS = 100_000
MOST_BYTES = 20_000_000

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gave.

    Attributes:
        as_of: The oldest reading among what it is made of, in the account's time; empty where nothing was read.
        exact: Whether nothing is missing that it reads.
        note: What is missing and when to ask again, and what is easily taken wrongly; usually empty.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    as_of: str
    exact: bool
    note: str


class QueryEngine:
    """Answers statements over the replicas of all connected accounts.

    Args:
        sources: One for each account.
        sandbox: Where statements run.
    """

    def __init__(self, sources: Sequence[Source], sandbox: Sandbox) -> None:
        self.sources = sources
        self._sandbox = sandbox
        self._behind: dict[str, asyncio.Task[None]] = {}

    async def query(
        self,
        sql: str,
        *,
        max_rows: int = MOST_ROWS,
        max_bytes: int = MOST_BYTES,
        is_fresh: bool = False,
        most_requests: int | None = AT_ONCE,
        in_part: bool = False,
    ) -> Answer:
        """Answer a statement.

        Args:
            sql: One SELECT.
            max_rows: Most rows of the answer.
            max_bytes: Most bytes of them, as JSON.
            is_fresh: Whether nothing that was read before will do.
            most_requests: How many requests are waited for, of each account that limits them; None is all.
            in_part: Whether to read as far as these go, where more would be needed, and not leave all to later.

        Raises:
            QueryError: It is no statement that may run, or took too long.
            CrmError: Nothing of what it reads is held, and the CRM cannot be asked for it.
        """
        catalogue = await Catalogue.read(self.sources)
        statement = catalogue.plan(sql)
        needs = catalogue.needs(statement, is_fresh=is_fresh)
        work = _Work(catalogue, statement, needs, self._sandbox)
        key = f"{is_fresh} {sql}"
        most = 0 if key in self._behind else most_requests
        await work.run(most, max_rows, max_bytes, in_part=in_part)
        if work.can_go_on and most_requests is not None and key not in self._behind:
            self._go_on_behind(key, replace(work), max_rows, max_bytes)
        return await work.answer()

    def _go_on_behind(self, key: str, work: _Work, max_rows: int, max_bytes: int) -> None:
        """Read what is missing without anybody waiting for it."""

        async def read() -> None:
            try:
                await work.run(None, max_rows, max_bytes)
            except CrmError as error:
                _log.info("Reading behind a statement ended: %s", error)
            finally:
                del self._behind[key]

        with without_deadline():
            self._behind[key] = asyncio.create_task(read())

    async def close(self) -> None:
        """End what is being read, the sandbox, and the files."""
        tasks = list(self._behind.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._sandbox.close()
        for source in self.sources:
            await source.replica.close()


@dataclass
class _Work:
    """One statement, and what was read for it."""

    catalogue: Catalogue
    statement: Statement
    needs: Mapping[Source, Need]
    sandbox: Sandbox
    found: Found | None = None
    lacks: list[Lack] = field(default_factory=list[Lack])
    problems: list[CrmError] = field(default_factory=list[CrmError])

    async def run(self, most: int | None, max_rows: int, max_bytes: int, *, in_part: bool = False) -> None:
        """Refresh, run, read what that met and run again, with at most so many requests where they are limited."""
        allowances = {source: Allowance(most if source.requests_per_minute else None) for source in self.needs}
        self.lacks = []
        for source, need in self.needs.items():
            self.lacks += await self._asking(source.refresh(need, allowances[source]), [])
        for _ in range(_MOST_ROUNDS):
            setup = await self.catalogue.setup(self.statement, self.needs)
            self.found = await self.sandbox.run(setup, self.statement.sql, max_rows=max_rows, max_bytes=max_bytes)
            todos = {source: await source.select(self.found.unread, need) for source, need in self.needs.items()}
            if self.problems or not await self._read(todos, allowances, in_part=in_part):
                self.lacks += [lack for todo in todos.values() for lack in todo.lacks]
                break
        else:
            self.lacks.append(Lack("cards that other cards lead to", 1))
        for source, need in self.needs.items():
            self.lacks += await source.missing(need)

    @property
    def can_go_on(self) -> bool:
        """Whether more requests would bring what lacks."""
        if any(not isinstance(error, RateLimitedError) for error in self.problems):
            return False
        return bool(self.problems) or any(lack.requests for lack in self.lacks)

    async def _read(
        self, todos: Mapping[Source, Todo], allowances: Mapping[Source, Allowance], *, in_part: bool
    ) -> bool:
        """Read what was met as far as requests are allowed; return whether anything was."""
        wanted = {source: todo for source, todo in todos.items() if todo.requests}
        if any(not allowances[source].allows(1 if in_part else todo.requests) for source, todo in wanted.items()):
            return False
        for source, todo in wanted.items():
            await self._asking(source.read(todo, allowances[source]), None)
        return bool(wanted)

    async def _asking(self, work: Awaitable[_T], otherwise: _T) -> _T:
        """Do work that asks a CRM; where it cannot be asked, note why and go on with what is held.

        Raises:
            AuthenticationError: The login was refused, so nothing of it is shown any more.
        """
        try:
            return await work
        except AuthenticationError:
            raise
        except CrmError as error:
            self.problems.append(error)
        return otherwise

    async def answer(self) -> Answer:
        """Return what was found, with what it lacks.

        Raises:
            CrmError: The CRM could not be asked, and nothing is held.
        """
        assert self.found is not None
        times = [at for source, need in self.needs.items() if (at := await source.as_of(need)) is not None]
        as_of = self.catalogue.local_time(min(times)) if times else ""
        if self.problems and not times:
            raise self.problems[0]
        notes = [self._describe_lacks(), *map(self._describe_problem, self.problems)]
        for source, need in self.needs.items():
            notes += await source.notes(need)
        if any(self.catalogue.leaves_out(name, self.found.columns) for name in self.statement.stars):
            notes.append("* shows the columns that are held: name others to have them read.")
        if self.found.more:
            notes.append("There are more rows: aggregate, add where or limit, or page by limit and offset.")
        is_exact = not self.lacks and not self.problems
        return Answer(self.found.columns, self.found.rows, as_of, is_exact, " ".join(filter(None, notes)))

    def _describe_problem(self, error: CrmError) -> str:
        return f"This is as of as_of, since the CRM could not be asked again: {error}"

    def _describe_lacks(self) -> str:
        final = [f"{lack.what}." for lack in self.lacks if not lack.requests]
        coming = [lack for lack in self.lacks if lack.requests]
        return " ".join([*final, *([self._describe_coming(coming)] if coming else [])])

    def _describe_coming(self, lacks: Sequence[Lack]) -> str:
        what = listing([lack.what for lack in lacks], _MOST_NAMED)
        requests = sum(lack.requests for lack in lacks)
        per_minute = max((source.requests_per_minute for source in self.needs), default=0)
        minutes = math.ceil(requests / per_minute) if per_minute else 0
        wait = f"about {minutes} min" if minutes else "a moment"
        return f"Not read yet: {what}; {requests} requests are lacking. They are being made: call again in {wait}."
