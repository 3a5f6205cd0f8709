"""When a request that the CRM refused for haste is sent again. It was not carried out, whether it reads or writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm_mcp.crm.messages import Response

TOO_MANY_REQUESTS = 429
FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0
_SHORTEST_WAIT_S = 0.1
"""Where the CRM asks for none."""


class Patience:
    """How long one request may wait, all refusals together.

    Args:
        limit_s: 0 is not at all.
    """

    def __init__(self, limit_s: float) -> None:
        self.waited_s = 0.0
        self._limit_s = limit_s
        self._refusals = 0

    def next_wait_s(self, response: Response) -> float:
        """Return how long to wait before the request is sent again: as the CRM asks, else twice as long each time.

        0 is never again: the CRM took the request, or asks for more time than there is.
        """
        left_s = self._limit_s - self.waited_s
        if response.status != TOO_MANY_REQUESTS or left_s < _SHORTEST_WAIT_S:
            return 0.0
        doubled = 2**self._refusals
        asked_s = response.retry_after_s
        wait_s = (
            min(FIRST_WAIT_S * doubled, _LONGEST_WAIT_S, left_s)
            if asked_s is None
            else max(asked_s, _SHORTEST_WAIT_S * doubled)
        )
        if wait_s > left_s:
            return 0.0
        self._refusals += 1
        self.waited_s += wait_s
        return wait_s
