"""Processes that press one account, beside a person: `python -m tests.soak.budget_shared [SECONDS]` prints the figures.

Four `crm-mcp` processes read in bulk and never stop, one more answers a person's `get_project`. All share one store, a
folder and then a PostgreSQL, and one account of a fake that refuses more than 60 requests a minute.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from mcp.types import CallToolResult, TextContent

from mockserver.fake_process import running_fake
from mockserver.testing.crm_fake import CrmFake
from tests.support.postgres import running_postgres
from tests.support.transports import over_stdio

SECONDS = 180.0
SEED = 61
HOGS = 4
A_MINUTE = 60
"""What the fake takes, and what the servers are told."""
BULK: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("summarize_projects", {"module": "Sales", "measures": ["count", "sum:Int1201"]}),
    ("find_stale_projects", {"days": 1, "without_open_task": True, "limit": 50}),
    ("list_open_tasks", {}),
    ("search_projects", {"module": "Sales", "fields": ["UpdatedAt"], "limit": 20}),
    ("get_contact_overview", {"contact_id": "5101"}),
    ("export_search", {"tool": "search_projects", "arguments": {"module": "Sales", "fields": ["Int1201"]}}),
)
PROJECTS = tuple(str(number) for number in range(6001, 6021))


@dataclass
class Figures:
    """What became of a run.

    Attributes:
        seconds: How long it was.
        waited_s: How long each of the person's calls took.
        failures: What calls that failed said, the person's and the others'.
        calls: How many calls the others made.
        took_s: How long each of these took.
        statuses: What the fake answered, by status.
        fullest: Most requests that it took in a minute.
    """

    seconds: float
    waited_s: list[float] = field(default_factory=list[float])
    person_failures: list[str] = field(default_factory=list[str])
    failures: list[str] = field(default_factory=list[str])
    took_s: list[float] = field(default_factory=list[float])
    statuses: Counter[int] = field(default_factory=Counter[int])

    @property
    def used(self) -> float:
        """The share of the budget that was used."""
        return self.statuses[200] / (self.seconds / 60 * A_MINUTE)

    def __str__(self) -> str:
        waits = sorted(self.waited_s) or [0.0]
        lines = [
            f"requests by status {dict(self.statuses)}: {self.used:.1%} of the budget used",
            (
                f"the person: {len(waits)} calls, longest {waits[-1]:.2f} s, median {waits[len(waits) // 2]:.2f} s, "
                f"{len(self.person_failures)} failed"
            ),
            (
                f"the others: {len(self.took_s)} calls, longest {max(self.took_s, default=0):.1f} s, "
                f"{len(self.failures)} failed"
            ),
            *(f"    {times} x {text[:220]}" for text, times in Counter(self.failures).most_common(4)),
            *(f"    the person: {text[:220]}" for text in self.person_failures[:3]),
        ]
        return "\n".join(f"  {line}" for line in lines)


@dataclass(frozen=True)
class Play:
    """One run: whose account, where the store is, and how long."""

    fake: CrmFake
    store: str
    figures: Figures

    async def run(self) -> None:
        """Start all processes, let them call, and read the fake's journal."""
        async with AsyncExitStack() as processes:
            clients = [await processes.enter_async_context(self._server()) for _ in range(HOGS + 1)]
            for client in clients:
                await client.list_tools()
            self.fake.forget_requests()
            end_s = time.monotonic() + self.figures.seconds
            tasks = [self._press(client, number, end_s) for number, client in enumerate(clients[1:])]
            await asyncio.gather(self._be_a_person(clients[0], end_s), *tasks)
        self.figures.statuses.update(one["status"] for one in self.fake.requests())

    def _server(self) -> Any:
        environment = {
            **self.fake.env,
            **dict.fromkeys(("IVINEX_URL", "IVINEX_USERNAME", "IVINEX_PASSWORD"), ""),
            "MINICRM_REQUESTS_PER_MINUTE": str(A_MINUTE),
            "CRM_MCP_STORE": self.store,
        }
        return over_stdio(environment, tempfile.gettempdir(), "auto")

    async def _press(self, client: Any, number: int, end_s: float) -> None:
        calls = itertools.islice(itertools.cycle(BULK), number, None)
        while time.monotonic() < end_s:
            tool, arguments = next(calls)
            began_s = time.monotonic()
            failure = await _failure(client, tool, arguments, end_s)
            self.figures.took_s.append(time.monotonic() - began_s)
            if failure:
                self.figures.failures.append(f"{tool}: {failure}")

    async def _be_a_person(self, client: Any, end_s: float) -> None:
        chance = random.Random(SEED)  # noqa: S311
        while time.monotonic() < end_s:
            began_s = time.monotonic()
            failure = await _failure(client, "get_project", {"project_id": chance.choice(PROJECTS)}, end_s)
            if time.monotonic() < end_s:
                self.figures.waited_s.append(time.monotonic() - began_s)
            if failure:
                self.figures.person_failures.append(failure)
            await asyncio.sleep(chance.uniform(0.5, 1.5))


async def _failure(client: Any, tool: str, arguments: Mapping[str, object], end_s: float) -> str:
    """Call a tool, until the run is over; return what it said where it failed."""
    try:
        async with asyncio.timeout(end_s - time.monotonic()):
            result = await client.call_tool(tool, dict(arguments))
    except TimeoutError:
        return ""
    assert isinstance(result, CallToolResult)
    texts = [block.text for block in result.content if isinstance(block, TextContent)]
    return "".join(texts) if result.is_error else ""


@contextmanager
def a_folder() -> Generator[str]:
    """Yield a folder for a store."""
    with tempfile.TemporaryDirectory(prefix="store-", ignore_cleanup_errors=True) as folder:
        yield folder


@contextmanager
def a_postgres() -> Generator[str]:
    """Yield the URL of an empty database."""
    with running_postgres() as server, server.new_database() as url:
        yield url


STORES: Mapping[str, Callable[[], Any]] = {"SQLite": a_folder, "PostgreSQL": a_postgres}


def play(store: str, seconds: float) -> Figures:
    """Play one run on a store at a place."""
    figures = Figures(seconds)
    with running_fake("--profile", "observed") as server, server.new_workspace("demo") as fake:
        asyncio.run(Play(fake, store, figures).run())
    return figures


def problems(figures: Figures) -> Iterator[str]:
    """Yield what of a long run is not as it must be."""
    if figures.statuses[429] or any("429" in text for text in figures.failures + figures.person_failures):
        yield "a request was refused for haste"
    if figures.used < 0.95:
        yield "less than 95 % of the budget was used"
    if figures.person_failures:
        yield "a person's call failed"
    if max(figures.waited_s) > 10:
        yield "a person waited more than 10 s"


def main() -> None:
    """Print the figures of a run on each kind of store; exit 1 where one is not as it must be."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    found: list[str] = []
    for name, make_store in STORES.items():
        with make_store() as store:
            figures = play(store, seconds)
        print(f"four that press and a person, {seconds:.0f} s, the store in {name}", flush=True)
        print(figures, flush=True)
        found += [f"{name}: {problem}" for problem in problems(figures)]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
