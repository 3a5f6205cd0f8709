"""Ten minutes at the HTTP service: `python -m tests.soak.service`. What it holds must not grow.

Visitors of both eras come and go, properly or not, and the issuer rotates its keys. Every few seconds the server says
how much memory, how many descriptors, threads, asyncio tasks and rows it holds. What grows over the second half by more
than noise is a leak, and the kinds of objects that grew most are named.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crm_mcp.store.engine import open_database
from crm_mcp.store.schema import MIGRATIONS
from tests.soak.served import KINDS_OF_STORE, Served, serving, store_of_kind
from tests.soak.visits import Visitors

_LONGEST_LOG = 20_000
_ROTATED_EVERY_S = 40.0
"""A key is fetched no sooner than 15 s after the last one."""
_TRANSIENT_TABLES = ("waiting", "leases", "sends", "pauses", "secrets")
_MOST_MESSAGES = 100
"""Those that nobody took are forgotten after a minute."""
_TABLES = re.findall(r"create table (\w+)", "".join(MIGRATIONS))


@dataclass
class Held:
    """What a server held at one time."""

    at_s: float
    facts: Mapping[str, int]
    kinds: Mapping[str, int]


@dataclass
class Soak:
    """How it went."""

    visitors: Visitors
    held: list[Held] = field(default_factory=list[Held])
    rows: Mapping[str, int] = field(default_factory=dict[str, int])

    def growth(self, fact: str) -> tuple[float, float]:
        """Return by how much a fact grew in the second half, by regression, and its median there."""
        half = [one for one in self.held if one.at_s >= self.held[-1].at_s / 2]
        times, values = [one.at_s for one in half], [one.facts[fact] for one in half]
        slope = statistics.linear_regression(times, values).slope
        return slope * (times[-1] - times[0]), statistics.median(values)

    def grown_kinds(self) -> list[tuple[str, int]]:
        """Return the kinds of objects of which there were most more at the end than in the middle."""
        middle, last = self.held[len(self.held) // 2].kinds, self.held[-1].kinds
        return (Counter(last) - Counter(middle)).most_common(12)

    def find_problems(self) -> list[str]:
        """Return what is not as it should be, as sentences."""
        problems = list(self.visitors.problems)
        for fact in self.held[0].facts:
            grown, median = self.growth(fact)
            if grown > _NOISE.get(fact, 0.0) + 0.02 * median:
                problems.append(f"{fact} grew by {grown:.0f} to {self.held[-1].facts[fact]}; {self.grown_kinds()}")
        return [*problems, *self.find_rows_left()]

    def find_rows_left(self) -> list[str]:
        """Return which tables hold more rows than may be left behind."""
        return [f"{rows} rows are left in {name}" for name, rows in self.rows.items() if rows > _most_rows(name)]

    def show(self) -> str:
        """Return the figures as lines."""
        lines = [f"visits: {self.visitors.done.total()} {dict(self.visitors.done)}"]
        lines.append(f"slowest visit: {self.visitors.slowest_s:.1f} s; {self.rows}")
        for fact in self.held[0].facts:
            values = [one.facts[fact] for one in self.held]
            grown, _ = self.growth(fact)
            lines.append(f"{fact}: {values[0]} first, {max(values)} most, {values[-1]} last; second half {grown:+.1f}")
        return "\n".join(lines)


_NOISE = {"resident kB": 3_000, "descriptors": 4, "threads": 1, "asyncio tasks": 10, "objects": 2_000}


def _most_rows(table: str) -> float:
    return _MOST_MESSAGES if table == "http_messages" else 10 if table in _TRANSIENT_TABLES else float("inf")


def _look(served: Served, at_s: float) -> Held:
    """Ask the server what it holds, and wait until it has said so."""
    before = served.report.stat().st_size
    os.kill(served.process, signal.SIGUSR1)
    while (text := served.report.read_text(encoding="utf-8"))[-1:] != "\n" or len(text) <= before:
        time.sleep(0.02)
    return Held(at_s, **json.loads(text.splitlines()[-1]))


@contextlib.asynccontextmanager
async def _going_on(*work: asyncio.Task[None]) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await asyncio.gather(*work)


async def _play(soak: Soak, served: Served, seconds: float, at_once: int) -> None:
    await soak.visitors.warm_up()
    began_s = time.monotonic()
    end_s = began_s + seconds
    every_s = max(0.5, seconds / 60)
    rotated_s = began_s
    visits = [asyncio.create_task(soak.visitors.visit_until(end_s)) for _ in range(at_once)]
    async with _going_on(*visits):
        while time.monotonic() < end_s - every_s:
            await asyncio.sleep(every_s)
            soak.held.append(await asyncio.to_thread(_look, served, time.monotonic() - began_s))
            if time.monotonic() > rotated_s + _ROTATED_EVERY_S:
                soak.visitors.rotate_keys()
                rotated_s = time.monotonic()


def soak_service(served: Served, seconds: float, *, seed: int = 1, at_once: int = 8) -> Soak:
    """Let visitors come for so many seconds, and return how it went."""
    chance = random.Random(seed)  # noqa: S311 - it is to be foreseeable
    soak = Soak(Visitors(served.url, served.issuer, served.users, chance))
    asyncio.run(_play(soak, served, seconds, at_once))
    soak.rows = _count_rows(served.store)
    said = served.log.read_text(encoding="utf-8")
    if len(said) > _LONGEST_LOG:
        soak.visitors.problems.append(f"the log has {len(said)} characters and ends: {said[-500:]}")
    return soak


def _count_rows(where: str) -> dict[str, int]:
    if where == "memory":
        return {}
    database = open_database(where, MIGRATIONS)
    try:
        with database.transaction() as transaction:
            return {name: transaction.execute(f"select count(*) from {name}")[0][0] for name in _TABLES}
    finally:
        database.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Visit the service for ten minutes; 1 where something grows.")
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SOAK_S", "600")))
    parser.add_argument("--store", choices=KINDS_OF_STORE, default="sqlite")
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        store_of_kind(given.store, Path(name)) as store,
        serving(store, Path(name), users=given.users) as served,
    ):
        soak = soak_service(served, given.seconds, seed=given.seed, at_once=given.at_once)
    print(soak.show())
    print(f"kinds that grew: {soak.grown_kinds()}")
    problems = soak.find_problems()
    for one, count in Counter(problems).most_common(30):
        print(f"  {count}x {one}")
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
