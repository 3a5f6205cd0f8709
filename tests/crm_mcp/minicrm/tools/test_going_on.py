"""Reads that are kept for a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from crm_mcp.crm.call import answering
from crm_mcp.crm.expiring import RECENT_S, RecentReads
from crm_mcp.crm.messages import Request, Response


class Sender:
    """Answers each request by a list that grows."""

    def __init__(self) -> None:
        self.sent = 0
        self.during: Callable[[], None] = lambda: None

    async def perform(self, request: Request, parse: Callable[[Response], list[int]]) -> list[int]:
        self.sent += 1
        self.during()
        return parse(Response(200, b"[]", "", request))


class Listener:
    """Hears nothing."""

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        del progress, total, message


def test_what_is_kept_is_old_after_a_minute_and_its_age_is_told() -> None:
    now_s = 0.0
    sender = Sender()
    reads = RecentReads(sender, lambda: now_s)  # type: ignore[arg-type]
    request = Request("GET", "/x")

    def read() -> list[int]:
        return asyncio.run(reads.perform(request, lambda _: [sender.sent]))

    first = read()
    first.append(7)
    now_s = RECENT_S - 1
    with answering(Listener()) as told:
        assert read() == [1], "the caller's changes stay its own"
    assert told.oldest_read_s == RECENT_S - 1
    now_s = RECENT_S + 1
    assert read() == [2]
    sender.during = reads.clear
    reads.clear()
    assert read() == [3]
    assert read() == [4], "what was read during a write may be from before it"
