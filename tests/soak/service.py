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
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from crm_mcp.store.engine import open_database
from crm_mcp.store.schema import MIGRATIONS
from mockserver.fake_process import running_fake
from tests.soak.visits import ONE_TOKEN, SLOW_CONTACT, WEBHOOK_LOGIN, Visitors
from tests.support.mcp_play import both_crms
from tests.support.postgres import running_postgres
from tests.support.token_issuer import AUDIENCE, Issuer, issuing
from tests.support.transports import quiet_environment

_IDLE_S = 10.0
"""After so long without a word a session ends here; by default half an hour."""
_ROTATED_EVERY_S = 40.0
"""A key is fetched no sooner than 15 s after the last one."""
_SERVING = "serving MCP on "
_SLOW = {"match": {"method": "GET", "path": f"/Api/R3/Contact/{SLOW_CONTACT}"}}
_TRANSIENT_TABLES = ("http_messages", "waiting", "leases", "sends", "pauses", "secrets")
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
    store_bytes: int = 0

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
        lines.append(f"slowest visit: {self.visitors.slowest_s:.1f} s; store {self.store_bytes // 1024} kB {self.rows}")
        for fact in self.held[0].facts:
            values = [one.facts[fact] for one in self.held]
            grown, _ = self.growth(fact)
            lines.append(f"{fact}: {values[0]} first, {max(values)} most, {values[-1]} last; second half {grown:+.1f}")
        return "\n".join(lines)


_NOISE = {"resident kB": 3_000, "descriptors": 4, "threads": 1, "asyncio tasks": 10, "objects": 2_000}


def _most_rows(table: str) -> float:
    return 10 if table in _TRANSIENT_TABLES else float("inf")


@contextlib.contextmanager
def _observed_service(settings: Mapping[str, str], folder: Path, log: Path) -> Generator[tuple[int, str, Path]]:
    """Start the service; yield its process, its address, and the file in which it says what it holds."""
    report = folder / "held.jsonl"
    report.touch()
    options = ["serve", "--transport", "http", "--port", "0"]
    command = [sys.executable, "-m", "tests.soak.observed", str(report), str(_IDLE_S), *options]
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, env=quiet_environment(settings), stderr=said)
    try:
        give_up_at = time.monotonic() + 30
        while _SERVING not in (text := log.read_text(encoding="utf-8")):
            assert process.poll() is None, text
            assert time.monotonic() < give_up_at, text
            time.sleep(0.05)
        yield process.pid, text.partition(_SERVING)[2].split()[0], report
    finally:
        process.terminate()
        process.wait(timeout=30)


def _look(process: int, report: Path, at_s: float) -> Held:
    """Ask the server what it holds, and wait until it has said so."""
    before = report.stat().st_size
    os.kill(process, signal.SIGUSR1)
    while (text := report.read_text(encoding="utf-8"))[-1:] != "\n" or report.stat().st_size == before:
        time.sleep(0.02)
    return Held(at_s, **json.loads(text.splitlines()[-1]))


@contextlib.asynccontextmanager
async def _going_on(*work: asyncio.Task[None]) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await asyncio.gather(*work)


async def _play(soak: Soak, process: int, report: Path, seconds: float, at_once: int) -> None:
    began_s = time.monotonic()
    end_s = began_s + seconds
    every_s = max(0.5, seconds / 60)
    rotated_s = began_s
    visits = [asyncio.create_task(soak.visitors.visit_until(end_s)) for _ in range(at_once)]
    async with _going_on(*visits):
        while time.monotonic() < end_s - every_s:
            await asyncio.sleep(every_s)
            soak.held.append(await asyncio.to_thread(_look, process, report, time.monotonic() - began_s))
            if time.monotonic() > rotated_s + _ROTATED_EVERY_S:
                soak.visitors.rotate_keys()
                rotated_s = time.monotonic()


def soak_service(seconds: float, *, where: str, folder: Path, seed: int = 1, at_once: int = 8, users: int = 20) -> Soak:
    """Let visitors come for so many seconds, and return how it went; `where` is the store."""
    with contextlib.ExitStack() as stack:
        fake = stack.enter_context(running_fake("--seed", "demo"))
        slow = {**_SLOW, "fault": {"kind": "latency", "delay_s": 2.5}}
        httpx.put(f"{fake.url}/_control/faults", json={"rules": [slow]}, trust_env=False).raise_for_status()
        issuer: Issuer = stack.enter_context(issuing())
        settings = {
            **both_crms(fake.url),
            "CRM_MCP_STORE": where,
            "CRM_MCP_HTTP_TOKEN": ONE_TOKEN,
            "CRM_MCP_OAUTH_ISSUER": issuer.url,
            "CRM_MCP_OAUTH_AUDIENCE": AUDIENCE,
            "CRM_MCP_WEBHOOK_LOGIN": ":".join(WEBHOOK_LOGIN),
            "CRM_MCP_REPLICA": "on",
            "XDG_DATA_HOME": str(folder),
        }
        process, url, report = stack.enter_context(_observed_service(settings, folder, folder / "log"))
        soak = Soak(Visitors(url, issuer, users, random.Random(seed)))  # noqa: S311 - it is to be foreseeable
        asyncio.run(_play(soak, process, report, seconds, at_once))
        soak.rows = _count_rows(where)
        soak.store_bytes = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file() and one != report)
    said = (folder / "log").read_text(encoding="utf-8")
    if len(said) > 20_000:
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
    parser.add_argument("--store", choices=["sqlite", "postgresql", "memory"], default="sqlite")
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        where = {"sqlite": str(folder / "store"), "memory": "memory"}.get(given.store, "")
        where = where or stack.enter_context(stack.enter_context(running_postgres()).new_database())
        soak = soak_service(
            given.seconds, where=where, folder=folder, seed=given.seed, at_once=given.at_once, users=given.users
        )
    print(soak.show())
    print(f"kinds that grew: {soak.grown_kinds()}")
    problems = soak.find_problems()
    for one, count in Counter(problems).most_common(30):
        print(f"  {count}x {one}")
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
