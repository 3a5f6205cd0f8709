"""Values are kept as long, as many and as large as was said, and a cache reads each once at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from crm_mcp.crm.expiring import CACHE_TTL_S, MAX_COPIED_BYTES, ExpiringMap, RecentReads, TtlCache
from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import UnreachableError

_V = TypeVar("_V")


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def held(values: ExpiringMap[str, str]) -> str:
    return "".join(key for key in "abcdef" if values.get(key) is not None)


def test_a_value_is_kept_until_its_time_is_over_and_another_age_may_be_asked_for() -> None:
    clock = Clock()
    values = ExpiringMap[str, str](10, clock=clock)
    values.put("a", "A")
    clock.now_s = 10
    assert values.get("a") == "A"
    assert values.get("a", max_age_s=9) is None
    clock.now_s = 10.1
    assert values.get("a") is None


def test_the_oldest_goes_where_there_are_too_many_and_putting_again_makes_it_the_newest() -> None:
    values = ExpiringMap[str, str](10, max_items=2)
    for key in ("a", "b", "a", "c"):
        values.put(key, key)
    assert held(values) == "ac"
    values.pop("a")
    values.pop("a")
    assert held(values) == "c"
    values.clear()
    assert held(values) == ""


def test_the_oldest_go_until_the_bytes_fit() -> None:
    values = ExpiringMap[str, str](10, max_bytes=10)
    for key, size in (("a", 4), ("b", 3), ("c", 3), ("d", 5)):
        values.put(key, key, size=size)
    assert held(values) == "cd"


def test_a_cache_reads_once_for_all_who_ask_and_again_when_it_is_old_or_was_a_failure() -> None:
    clock, read = Clock(), list[str]()

    async def read_one(key: str) -> str:
        read.append(key)
        await asyncio.sleep(0)
        if len(read) == 1:
            raise UnreachableError("gone")
        return key.upper()

    async def run() -> None:
        cache = TtlCache(read_one, clock)
        with pytest.raises(UnreachableError):
            await cache.get("a")
        assert cache.peek("a") is None
        assert await asyncio.gather(cache.get("a"), cache.get("a"), cache.get("b")) == ["A", "A", "B"]
        assert cache.peek("a") == "A"
        clock.now_s = CACHE_TTL_S
        assert await cache.get("a") == "A"
        assert read == ["a", "a", "b"]
        assert await cache.get("a", max_age_s=1) == "A"
        clock.now_s = 2 * CACHE_TTL_S + 1
        assert cache.peek("a") is None
        await cache.get("a")
        assert read == ["a", "a", "b", "a", "a"]

    asyncio.run(run())


def test_a_cache_keeps_none_as_it_keeps_any_value() -> None:
    read: list[str] = []

    async def read_none(key: str) -> None:
        read.append(key)

    async def run() -> None:
        cache = TtlCache[None](read_none)
        await cache.get("a")
        await cache.get("a")
        assert read == ["a"]

    asyncio.run(run())


@pytest.mark.parametrize(("length", "requests"), [(MAX_COPIED_BYTES, 1), (MAX_COPIED_BYTES + 1, 2)])
def test_a_response_that_is_long_to_copy_is_read_again(length: int, requests: int) -> None:
    class Sender:
        sent = 0

        async def perform(self, request: Request, parse: Callable[[Response], _V]) -> _V:
            self.sent += 1
            return parse(Response(200, b" " * length, "", request))

    async def run() -> int:
        sender = Sender()
        reads = RecentReads(sender)
        for _ in range(2):
            assert await reads.perform(Request("GET", "/x"), lambda response: len(response.body)) == length
        return sender.sent

    assert asyncio.run(run()) == requests
