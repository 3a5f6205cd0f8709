"""When which process is killed: moments drawn from a seed, counted in writes that were begun."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

Victim = Literal["server", "fake"]
_MOST_DELAY_S = 0.15
"""From the beginning of a call, so that the kill strikes in the midst of it."""


@dataclass(frozen=True)
class Kill:
    """One kill: of whom, after how many writes were begun by all callers, how long after the call began."""

    after_writes: int
    victim: Victim
    delay_s: float


def draw_kills(seed: int, writes: int, kills: int) -> list[Kill]:
    """Return as many kills of a server as of the fake, spread over all writes."""
    drawn = random.Random(f"kills {seed}")  # noqa: S311 - it is to be foreseeable
    victims: tuple[Victim, Victim] = ("server", "fake")
    pace = writes / (kills + 1)
    return [
        Kill(int(pace * (at + drawn.uniform(0.6, 1.4))), victim, drawn.uniform(0, _MOST_DELAY_S))
        for at in range(kills)
        for victim in victims
    ]


@dataclass
class Killer:
    """Kills when it is time.

    Attributes:
        kills: What is still to come.
        kill_fake: Kills the fake, and starts it again.
        struck: How many of each were killed.
    """

    kills: list[Kill]
    kill_fake: Callable[[], Awaitable[None]]
    struck: dict[Victim, int] = field(default_factory=dict[Victim, int])
    _writes: int = 0
    _under_way: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"])

    def begin_call(self, writes: int, kill_server: Callable[[], bool]) -> None:
        """Count a call that begins; where it is time, kill the server that it was sent to, or the fake."""
        self._writes += writes
        for kill in [one for one in self.kills if one.after_writes <= self._writes]:
            self.kills.remove(kill)
            task = asyncio.create_task(self._strike(kill, kill_server))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _strike(self, kill: Kill, kill_server: Callable[[], bool]) -> None:
        await asyncio.sleep(kill.delay_s)
        if kill.victim == "fake":
            await self.kill_fake()
        elif not kill_server():
            self.kills.append(kill)  # it is starting: the next call's server instead
            return
        self.struck[kill.victim] = self.struck.get(kill.victim, 0) + 1

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._under_way)
