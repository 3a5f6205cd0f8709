"""The budget: never too many requests in any window, whoever asks and dies, whatever the clock does; people first."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_mcp.store.budget import BACKGROUND, MAX_PAUSE_S, WINDOW_S, Budget, Ticket
from tests.crm_mcp.store.stepped_store import SteppedStore

LATE_S = 1.0
"""A request may arrive so much closer to the one before than it was sent: the window is a second longer for it."""


def run(work: Awaitable[None]) -> None:
    async def play() -> None:
        await work

    asyncio.run(play())


@dataclass
class Process:
    """One process: its view of the budget, and the tickets that it waits with."""

    budget: Budget
    waiting: list[Ticket] = field(default_factory=list[Ticket])


class Account:
    """An account with some processes; `went` is when requests went, in true seconds, with their lanes."""

    def __init__(self, limit: int, processes: int) -> None:
        self.store = SteppedStore()
        self.limit = limit
        self.went: list[tuple[float, int]] = []
        self.processes = [self._start() for _ in range(processes)]

    def _start(self) -> Process:
        return Process(Budget(self.store, "b", self.limit, monotonic=self.store.monotonic))

    def kill(self, number: int) -> None:
        """Let a process die with all that waits there, and another begin."""
        self.processes[number] = self._start()

    async def ask(self, process: Process, ticket: Ticket) -> float:
        turn = await process.budget.take(ticket, math.inf)
        if not turn.wait_s:
            self.went.append((self.store.now_s, ticket.lane))
        return turn.wait_s

    async def arrive(self, number: int, lane: int) -> None:
        ticket = Ticket(lane)
        if await self.ask(self.processes[number], ticket):
            self.processes[number].waiting.append(ticket)

    async def poll(self) -> float:
        """Let all that wait ask once; return how long to wait until one of them should ask again."""
        shortest = 1.0
        for process in self.processes:
            for ticket in list(process.waiting):
                if wait_s := await self.ask(process, ticket):
                    shortest = min(shortest, wait_s)
                else:
                    process.waiting.remove(ticket)
        return shortest

    async def pass_time(self, seconds: float) -> None:
        end_s = self.store.now_s + seconds
        while self.store.now_s < end_s:
            self.store.now_s += min(await self.poll(), end_s - self.store.now_s) + 0.001

    def check(self) -> None:
        times = [at for at, _ in self.went]
        for first, over in zip(times, times[self.limit :], strict=False):
            assert over - first >= WINDOW_S - LATE_S, "more than the limit in one window"


arrivals = st.tuples(st.just("arrive"), st.integers(0, 3), st.sampled_from([0, 0, 1, 5, BACKGROUND, BACKGROUND]))
crowds = st.tuples(st.just("crowd"), st.integers(0, 3), st.integers(1, 9))
passing = st.tuples(st.just("pass"), st.integers(0, 0), st.floats(0, 20))
kills = st.tuples(st.just("kill"), st.integers(0, 3), st.just(0))
clock_changes = st.tuples(st.just("clock"), st.integers(0, 0), st.floats(-4000, 4000))


@settings(max_examples=60)
@given(
    limit=st.integers(1, 15),
    steps=st.lists(st.one_of(arrivals, crowds, passing, passing, kills, clock_changes), max_size=12),
)
def test_no_window_holds_too_many_and_everybody_gets_a_turn(limit: int, steps: list[tuple[str, int, float]]) -> None:
    async def play() -> None:
        account = Account(limit, 4)
        await account.arrive(0, 0)
        for kind, number, value in steps:
            if kind == "arrive":
                await account.arrive(number, int(value))
            elif kind == "crowd":
                for at in range(int(value)):
                    await account.arrive(number, min(at, BACKGROUND))
            elif kind == "pass":
                await account.pass_time(value)
            elif kind == "kill" and number:  # the first lives on, and knows what the clock was
                account.kill(number)
            elif kind == "clock":
                account.store.clock_error_s += value
                await account.arrive(0, 0)
            account.check()
        left = sum(len(process.waiting) for process in account.processes)
        await account.pass_time((left / limit + 3) * WINDOW_S)
        account.check()
        assert not any(process.waiting for process in account.processes), "somebody waits forever"

    run(play())


def test_nobody_waits_while_the_account_is_idle() -> None:
    async def play() -> None:
        account = Account(60, 1)
        for made in range(20):
            await account.arrive(0, made)
        assert len(account.went) == 20

    run(play())


def test_the_background_goes_slowly_from_the_beginning() -> None:
    async def play() -> None:
        account = Account(60, 1)
        for _ in range(30):
            await account.arrive(0, BACKGROUND)
        for due in (5, 10, 15):
            assert len(account.went) == due
            await account.pass_time(WINDOW_S / 12 + 0.1)

    run(play())


def test_all_of_the_budget_is_used_while_somebody_presses() -> None:
    async def play() -> None:
        account = Account(60, 4)
        for _ in range(180):
            for number, process in enumerate(account.processes):
                if not process.waiting:
                    await account.arrive(number, BACKGROUND)
            await account.pass_time(1)
        assert len(account.went) >= 0.98 * 177

    run(play())


def test_a_person_waits_seconds_and_not_a_minute_for_what_others_sent_in_one_go() -> None:
    async def play() -> None:
        account = Account(60, 2)
        for made in range(60):
            await account.arrive(0, min(made, BACKGROUND))
        longest_s = 0.0
        for _ in range(50):
            await account.pass_time(1.0)
            came_s, done = account.store.now_s, len(account.went)
            await account.arrive(1, 0)
            while account.processes[1].waiting:
                await account.pass_time(0.1)
            assert len(account.went) > done
            longest_s = max(longest_s, account.store.now_s - came_s)
        assert longest_s <= 5

    run(play())


def test_a_person_goes_before_the_background_that_came_first() -> None:
    async def play() -> None:
        account = Account(12, 2)
        for _ in range(13):
            await account.arrive(0, BACKGROUND)
            await account.pass_time(4)
        for lane in (BACKGROUND, 7, 1, 0):
            await account.arrive(1, lane)
        done = len(account.went)
        await account.pass_time(60)
        assert [lane for _, lane in account.went[done:] if lane != BACKGROUND] == [0, 1, 7]
        assert account.went[done][1] == 0

    run(play())


def test_the_background_is_not_forgotten_while_people_take_all_there_is() -> None:
    async def play() -> None:
        account = Account(12, 2)
        await account.arrive(0, BACKGROUND)
        await account.arrive(0, BACKGROUND)
        for _ in range(120):
            await account.arrive(1, 0)
            await account.pass_time(1)
        assert [lane for _, lane in account.went].count(BACKGROUND) == 2

    run(play())


def test_who_waits_too_long_is_told_at_once_and_waits_no_more() -> None:
    async def play() -> None:
        account = Account(2, 1)
        budget = account.processes[0].budget
        await account.arrive(0, 0)
        await account.arrive(0, 0)
        turn = await budget.take(Ticket(0), 25)
        assert turn.wait_s == pytest.approx(WINDOW_S, abs=0.1)
        assert not account.store.execute("select * from waiting")

    run(play())


def test_who_leaves_holds_up_nobody() -> None:
    async def play() -> None:
        account = Account(1, 2)
        await account.arrive(0, 0)
        impatient, patient = Ticket(0), Ticket(0)
        first, second = (process.budget for process in account.processes)
        await first.take(impatient, math.inf)
        account.store.now_s += 0.1
        assert (await second.take(patient, math.inf)).wait_s > WINDOW_S + 1
        await first.leave(impatient)
        assert (await second.take(patient, math.inf)).wait_s <= WINDOW_S

    run(play())


def test_a_refusal_stops_every_process_until_it_is_over() -> None:
    async def play() -> None:
        account = Account(60, 2)
        await account.processes[0].budget.pause(7)
        await account.processes[0].budget.pause(3)
        await account.arrive(1, 0)
        await account.arrive(0, BACKGROUND)
        await account.pass_time(6.9)
        assert not account.went
        await account.pass_time(0.2)
        assert len(account.went) == 2

    run(play())


def test_a_refusal_stops_those_without_a_limit_too() -> None:
    async def play() -> None:
        account = Account(0, 2)
        for _ in range(100):
            await account.arrive(0, BACKGROUND)
        assert len(account.went) == 100
        await account.processes[0].budget.pause(5)
        turn = await account.processes[1].budget.take(Ticket(0), 25)
        assert (turn.wait_s, turn.is_refused) == (5, True)

    run(play())


def test_those_without_a_limit_look_once_a_moment_and_still_learn_of_a_refusal_in_the_next_one() -> None:
    async def play() -> None:
        account = Account(0, 2)
        busy, other = (process.budget for process in account.processes)
        for turn in await asyncio.gather(*(busy.take(Ticket(0), 0) for _ in range(50))):
            assert not turn.wait_s
        await other.pause(10)
        account.store.now_s += 0.1
        assert (await busy.take(Ticket(0), 0)).wait_s > 9
        account.store.now_s += 10
        assert not (await busy.take(Ticket(0), 0)).wait_s
        await busy.pause(10)
        assert (await busy.take(Ticket(0), 0)).wait_s > 9  # its own at once

    run(play())


@pytest.mark.parametrize("asked_s", [10 * MAX_PAUSE_S, 30])
def test_no_refusal_stops_everybody_for_good(asked_s: float) -> None:
    async def play() -> None:
        account = Account(60, 1)
        budget = account.processes[0].budget
        await budget.pause(asked_s)
        assert (await budget.take(Ticket(0), 0)).wait_s <= MAX_PAUSE_S
        account.store.clock_error_s = -100 * MAX_PAUSE_S
        assert not (await budget.take(Ticket(0), 0)).wait_s

    run(play())


def test_accounts_hold_up_each_other_in_nothing() -> None:
    async def play() -> None:
        store = SteppedStore()
        one, other = (Budget(store, name, 1, monotonic=store.monotonic) for name in ("one", "other"))
        assert not (await one.take(Ticket(0), 0)).wait_s
        assert (await one.take(Ticket(0), math.inf)).wait_s
        await one.pause(100)
        assert not (await other.take(Ticket(0), 0)).wait_s

    run(play())
