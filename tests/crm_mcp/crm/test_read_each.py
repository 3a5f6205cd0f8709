"""Things read one by one: one that fails leaves the others, and a CRM that is down is not asked for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from crm_mcp.crm.call import Steps
from crm_mcp.crm.fetch_many import AT_ONCE, MOST_UNREACHABLE, EachRead, read_each
from crm_mcp.errors import AuthenticationError, CrmError, RateLimitedError, ServerFaultError, UnreachableError

CUT = UnreachableError("the connection was cut", is_transient=True)
REFUSED = UnreachableError("refused", is_transient=True, was_sent=False)
LATE = UnreachableError("no response in 30 s", is_transient=True, is_out_of_time=True)
BROKEN = ServerFaultError("500", status=500)
BUSY = RateLimitedError("429", status=429)


class Silent:
    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        del progress, total, message


def read_all(count: int, failures: Mapping[int, CrmError]) -> tuple[EachRead[int, int], list[int]]:
    asked: list[int] = []

    async def read(item: int) -> int:
        asked.append(item)
        await asyncio.sleep(0)
        if item in failures:
            raise failures[item]
        return item

    return asyncio.run(read_each(range(count), read, Steps(Silent()), str)), asked


@pytest.mark.parametrize("failure", [CUT, BROKEN], ids=repr)
def test_one_that_fails_leaves_the_others(failure: CrmError) -> None:
    read, asked = read_all(30, {3: failure})
    assert len(asked) == 30
    assert [item for item, _ in read.failed] == [3]
    assert read.unasked == 0
    assert "3 could not be read" in read.incomplete_reason("MiniCRM", str)


@pytest.mark.parametrize("failure", [REFUSED, LATE, BUSY], ids=repr)
def test_where_no_other_would_succeed_the_rest_is_not_asked_for(failure: CrmError) -> None:
    read, asked = read_all(30, {3: failure})
    assert len(asked) <= AT_ONCE + 3
    assert read.unasked == 30 - sum(result is not None for result in read.results)


def test_a_crm_that_cuts_every_connection_is_down_and_the_failure_is_told() -> None:
    with pytest.raises(UnreachableError, match="cut"):
        read_all(100, dict.fromkeys(range(100), CUT))
    read, asked = read_all(100, dict.fromkeys(range(10, 100), CUT))
    assert len(asked) <= 10 + 2 * AT_ONCE + MOST_UNREACHABLE
    assert len(read.failed) == MOST_UNREACHABLE


def test_a_refused_login_is_told_whatever_was_read() -> None:
    with pytest.raises(AuthenticationError):
        read_all(10, {9: AuthenticationError("401", status=401)})
