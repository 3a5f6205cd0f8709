"""Runs the service while its servers are ended, and judges what its clients were told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.soak.account import build_seed, first_ids
from tests.soak.audit import Audit
from tests.soak.crm_state import read_state
from tests.soak.journal import Journal
from tests.soak.judge import Judge
from tests.soak.kills import Killer as NoKiller
from tests.soak.ledger import Ledger
from tests.soak.plan import Planner
from tests.soak.processes import FakeProcess
from tests.soak.run import Report
from tests.soak.team.actors import Assistant, Connection, ExportReader, TaskAssistant
from tests.soak.team.service import TOKEN, Killer, Server
from tests.support.mcp_play import both_crms
from tests.support.postgres import PostgresServer
from tests.support.round_robin import balancing
from tests.support.transports import ERAS

_THINGS = 40
_SLOW = [
    {"match": {"method": "PUT", "path": "*/Address"}, "fault": {"kind": "latency", "delay_s": 0.5}},
    {"match": {"method": "PUT"}, "fault": {"kind": "latency", "delay_s": {"min": 0.01, "max": 0.2}}},
    {"match": {"method": "POST"}, "fault": {"kind": "latency", "delay_s": {"min": 0.01, "max": 0.2}}},
]
"""So that kills strike while something is being written; an address takes so long that several become a task."""


@dataclass(frozen=True)
class Size:
    """How long and how hard.

    Attributes:
        seconds: How long steps are begun and servers ended.
        servers: How many there are.
        assistants: How many write, beside one with tasks and one with exports.
        pause_s: The least and the most time between two ends.
        seed: Of everything drawn.
    """

    seconds: float
    servers: int
    assistants: int
    pause_s: tuple[float, float]
    seed: int = 1


class SlowFake(FakeProcess):
    """The fake, which answers late and else well."""

    async def put_faults(self) -> None:
        await self.control("PUT", "faults", {"seed": self.seed, "rules": _SLOW})


@dataclass(frozen=True)
class TeamReport(Report):
    """How it ended; `problems` are those of exports and of servers that ended otherwise than they should."""

    problems: Sequence[str]


async def play(size: Size, folder: Path, postgres: PostgresServer, store: str) -> TeamReport:
    """Run it in a folder of its own, with a store in an empty database."""
    began_s = time.monotonic()
    (folder / "seed.json").write_text(json.dumps(build_seed(size.assistants + 1, _THINGS)))
    fake = SlowFake(folder, size.seed)
    await fake.start()
    try:
        await fake.control("DELETE", "faults")
        before = await read_state(fake.url)
        await fake.control("DELETE", "requests")
        await fake.put_faults()
        settings = {**both_crms(fake.url), "CRM_MCP_STORE": store, "CRM_MCP_HTTP_TOKEN": TOKEN}
        scene = Scene(size, fake, Journal(fake))
        async with _serving(size, folder, settings) as servers:
            killer = Killer(servers, postgres, size.seed, size.pause_s)
            await scene.run(killer)
        await fake.control("DELETE", "faults")
        after = await read_state(fake.url)
    finally:
        await fake.kill()
    judge = Judge(scene.ledger, before, after, scene.journal, await asyncio.to_thread(Audit.read_postgres, store))
    scene.figures["seconds"] = int(time.monotonic() - began_s)
    problems = [*scene.problems, *_ends(servers)]
    return TeamReport(judge, judge.find_violations(), {**judge.count(), **scene.figures}, problems)


@contextlib.asynccontextmanager
async def _serving(size: Size, folder: Path, settings: Mapping[str, str]) -> AsyncGenerator[list[Server]]:
    servers = [Server(folder, settings, number) for number in range(size.servers)]
    try:
        for one in servers:
            one.start()
        for one in servers:
            await one.wait_until_ready()
        yield servers
    finally:
        for one in servers:
            await one.end(signal.SIGTERM)


def _ends(servers: Sequence[Server]) -> list[str]:
    codes = sum((one.exit_codes for one in servers), Counter[int]())
    return [f"{count} servers ended by SIGTERM with {code}" for code, count in codes.items() if code]


@dataclass
class Scene:
    """Everybody who works with the service, and what came of it."""

    size: Size
    fake: FakeProcess
    journal: Journal
    ledger: Ledger = field(default_factory=Ledger)
    figures: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])

    async def run(self, killer: Killer) -> None:
        until_s = time.monotonic() + self.size.seconds
        following = asyncio.create_task(self.journal.follow())
        with balancing(*(one.url for one in killer.servers)) as (balancer, url):
            count = self.size.assistants
            connections = [Connection(number, ERAS[number % 2], url) for number in range(count + 3)]
            actors: list[Any] = [self._assistant(one, until_s) for one in connections[:count]]
            actors.append(TaskAssistant(connections[count], self.ledger, first_ids(count, 1)[0], until_s, self.figures))
            connections[count].era = "auto"
            actors += [ExportReader(one, until_s, self.figures, self.problems) for one in connections[count + 1 :]]
            async with asyncio.TaskGroup() as group:
                for actor in actors:
                    group.create_task(actor.run())
                group.create_task(killer.strike(self.size.seconds))
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
        await self.journal.collect()
        self.journal.begin_life()
        self.figures |= Counter({f"ended by {how}": count for how, count in killer.struck.items()})
        self.figures["clients that broke"] = sum(one.breaks for one in connections)
        self.figures["requests to the service"] = len(balancer.passed)

    def _assistant(self, connection: Connection, until_s: float) -> Assistant:
        planner = Planner(connection.number, _THINGS, self.size.seed)
        server: Any = connection
        assistant = Assistant(planner, server, self.fake, self.ledger, _nobody(), connection=connection)
        assistant.until_s = until_s
        return assistant


def _nobody() -> NoKiller:
    async def kill_fake() -> None:
        """Never: the fake lives."""

    return NoKiller([], kill_fake)
