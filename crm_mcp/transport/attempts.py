"""How often a request is sent, and how long is waited in between.

A read is sent again after whatever may pass. A write is sent again only after an attempt that certainly sent nothing,
and what cannot be undone never.
What is done about a refusal for haste, which is no failure, stands in `retry`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from crm_mcp.crm.call import sleep_told
from crm_mcp.errors import CrmError, RefusedError, UnreachableError
from crm_mcp.languages import Later, Texts

_texts = Texts(__file__)

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from crm_mcp.crm.messages import Request

MOST_ATTEMPTS = 6
MOST_UNSENT = 3
"""Attempts for which no connection could be made."""
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 8.0
"""But for what the CRM itself asks for."""

_T = TypeVar("_T")


class Attempts:
    """The attempts to have one request carried out.

    Args:
        request: What is sent.
        within_s: How long a further attempt may begin, in seconds.
        reason: What whoever waits is told, such as `MiniCRM is busy or down`.
        sleep: How to wait between two attempts.
    """

    def __init__(
        self, request: Request, *, within_s: float, reason: str, sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self._request = request
        self._within_s = within_s
        self._reason = reason
        self._sleep = sleep
        self._began_s = time.monotonic()
        self._slept_s = 0.0
        self._unsent = 0

    async def run(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Return what the first attempt that succeeds returns.

        Raises:
            CrmError: The last attempt's; it says how many there were.
        """
        import tenacity  # imported where it is first used

        backoff = tenacity.wait_exponential(FIRST_WAIT_S, max=LONGEST_WAIT_S) + tenacity.wait_random(0, FIRST_WAIT_S)
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(self._may_help),
            wait=lambda state: max(backoff(state), _asked_s(state)),
            stop=self._are_over,
            sleep=self._wait,
            reraise=True,
        )
        try:
            return await retrying(attempt)
        except CrmError as error:
            if (number := retrying.statistics["attempt_number"]) > 1:
                error.args = (Later.joined([error.args[0], _texts.later("It was tried {count} times.", count=number)]),)
            raise

    def _used_s(self) -> float:
        return max(time.monotonic() - self._began_s, self._slept_s)  # the latter where time is a test's

    def _may_help(self, error: BaseException) -> bool:
        """Tell whether the request may be sent again after an error, and might then succeed."""
        if not isinstance(error, CrmError) or not error.is_transient or not self._request.is_repeatable:
            return False
        if isinstance(error, UnreachableError) and not error.was_sent:
            self._unsent += 1
            return self._unsent < MOST_UNSENT
        return self._request.is_read

    def _are_over(self, state: RetryCallState) -> bool:
        if state.attempt_number >= MOST_ATTEMPTS:
            return True
        return self._used_s() + state.upcoming_sleep > self._within_s

    async def _wait(self, seconds: float) -> None:
        await sleep_told(seconds, self._reason, self._sleep)
        self._slept_s += seconds


def _asked_s(state: RetryCallState) -> float:
    """Return how long the CRM asks to wait."""
    error = state.outcome and state.outcome.exception()
    return (error.retry_after_s or 0.0) if isinstance(error, RefusedError) else 0.0
