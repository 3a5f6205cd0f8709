"""Runs the whole soak: callers, kills, faults, and the judge at the end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.soak.account import build_seed
from tests.soak.audit import Audit
from tests.soak.caller import Caller
from tests.soak.crm_state import read_state
from tests.soak.journal import Journal
from tests.soak.judge import Judge, Violation
from tests.soak.kills import Killer, draw_kills
from tests.soak.ledger import Ledger
from tests.soak.plan import Planner
from tests.soak.processes import FakeProcess, ServerProcess
from tests.support.transports import ERAS


@dataclass(frozen=True)
class Size:
    """How long and how hard.

    Attributes:
        writes: Of all callers together.
        kills: Of servers, and as many of the fake.
        callers: Each with a server of its own, on one account and one store.
        things: How many of each kind a caller finds at the beginning.
        seed: Of everything drawn.
        has_faults: Whether requests meet faults.
        comes_back: Whether callers call what was left unknown once more, a minute later.
    """

    writes: int
    kills: int
    callers: int
    things: int
    seed: int = 1
    has_faults: bool = True
    comes_back: bool = False


@dataclass(frozen=True)
class Report:
    """How it ended."""

    judge: Judge
    violations: Sequence[Violation]
    figures: Mapping[str, int]


MakeCaller = Callable[[Planner, ServerProcess, FakeProcess, Ledger, Killer], Caller]


async def soak(size: Size, folder: Path, make_caller: MakeCaller = Caller) -> Report:
    """Run it in a folder of its own."""
    began_s = time.monotonic()
    (folder / "seed.json").write_text(json.dumps(build_seed(size.callers, size.things)))
    fake = FakeProcess(folder, size.seed)
    journal, ledger = Journal(fake), Ledger()

    async def kill_fake() -> None:
        await journal.collect()
        await fake.kill()
        journal.begin_life()
        await fake.start()

    await fake.start()
    try:
        await fake.control("DELETE", "faults")
        before = await read_state(fake.url)
        await fake.control("DELETE", "requests")
        if size.has_faults:
            await fake.put_faults()
        killer = Killer(draw_kills(size.seed, size.writes, size.kills), kill_fake)
        following = asyncio.create_task(journal.follow())
        callers = [
            make_caller(
                Planner(number, size.things, size.seed),
                ServerProcess(number, folder, folder / "store", ERAS[number % len(ERAS)]),
                fake,
                ledger,
                killer,
            )
            for number in range(size.callers)
        ]
        async with asyncio.TaskGroup() as group:
            for one in callers:
                group.create_task(one.run(size.writes // size.callers, comes_back=size.comes_back))
        await killer.finish()
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
        await journal.collect()
        journal.begin_life()
        await fake.control("DELETE", "faults")
        after = await read_state(fake.url)
    finally:
        await fake.kill()
    judge = Judge(ledger, before, after, journal, Audit.read(folder / "store"))
    kills = {f"kills of {'a server' if who == 'server' else 'the fake'}": n for who, n in killer.struck.items()}
    return Report(
        judge, judge.find_violations(), {**judge.count(), **kills, "seconds": int(time.monotonic() - began_s)}
    )
