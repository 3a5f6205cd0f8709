"""Many questions at a time: few in flight, in order, and all ended by the first failure."""

from __future__ import annotations

import asyncio

import pytest

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import UnreachableError


def test_answers_come_in_the_order_of_the_questions_with_few_in_flight() -> None:
    under_way = most = 0

    async def ask(question: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(10 - question % 10):
            await asyncio.sleep(0)
        under_way -= 1
        return question * 2

    assert asyncio.run(map_bounded(range(40), ask, at_once=3)) == [2 * one for one in range(40)]
    assert most == 3
    assert asyncio.run(map_bounded([], ask)) == []


def test_the_first_failure_is_raised_as_it_is_and_ends_the_rest() -> None:
    asked: list[int] = []

    async def ask(question: int) -> int:
        asked.append(question)
        await asyncio.sleep(0)
        if question == 2:
            raise UnreachableError("gone")
        return question

    async def run() -> int:
        with pytest.raises(UnreachableError, match="gone"):
            await map_bounded(range(100), ask, at_once=2)
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    assert asyncio.run(run()) == 0, "the caller is not left cancelled"
    assert len(asked) < 10


def test_a_cancellation_ends_all_questions() -> None:
    ended: list[int] = []

    async def ask(question: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(question)

    async def run() -> None:
        task = asyncio.create_task(map_bounded(range(10), ask, at_once=4))
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert sorted(ended) == [0, 1, 2, 3]
