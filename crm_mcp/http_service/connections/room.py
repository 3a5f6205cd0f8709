"""The connections that are open, and how many there may be."""

from __future__ import annotations

import logging
import time
from collections import Counter

from crm_mcp.http_service.connections.refusals import FULL, TIMED_OUT
from crm_mcp.http_service.connections.timed import TimedProtocol

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 1000
_LOG_EVERY_S = 60.0


class Room:
    """The connections that are open, and how many there may be."""

    def __init__(self, most: int) -> None:
        self._connections: set[TimedProtocol] = set()
        self._most = most
        self._logged_s = -_LOG_EVERY_S

    @property
    def is_called(self) -> bool:
        """Whether a call is in flight on any of them."""
        return any(one.is_called for one in self._connections)

    def add(self, newcomer: TimedProtocol) -> None:
        """Add a connection that was just accepted; where there is no room, another is closed, or else it is itself."""
        self._connections = {one for one in self._connections if not one.transport.is_closing()}
        if len(self._connections) >= self._most:
            self._log()
            leaving = self._who_leaves()
            if leaving is None:
                newcomer.give_up(FULL)
                return
            if leaving.is_listening:
                leaving.end_stream()
            leaving.give_up(TIMED_OUT)
        self._connections.add(newcomer)

    def _who_leaves(self) -> TimedProtocol | None:
        """Return whom to close: strangers first, of the address that has most; nobody whose call is answered."""
        waiting = [one for one in self._connections if one.waits_for_client]
        strangers = [one for one in waiting if not one.is_known]
        listening = [one for one in self._connections if one.is_listening]
        from_address = Counter(one.address for one in self._connections)
        return min(
            strangers or waiting or listening,
            key=lambda one: (-from_address[one.address], one.waits_since_s),
            default=None,
        )

    def let_go(self) -> None:
        """Close all connections on which nothing is answered."""
        for one in self._connections:
            if not one.is_called and not one.is_listening:
                one.shutdown()

    def end_streams(self) -> None:
        """End all responses that are under way."""
        for one in self._connections:
            one.end_stream()

    def _log(self) -> None:
        if (now_s := time.monotonic()) - self._logged_s >= _LOG_EVERY_S:
            self._logged_s = now_s
            logger.warning("%d connections are open: those that wait longest for their clients are closed", self._most)


def most_connections() -> int:
    """Return how many connections to hold: half the files that the process may open, the rest is for the CRMs."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MOST_CONNECTIONS
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST_CONNECTIONS if limit == resource.RLIM_INFINITY else max(8, min(MOST_CONNECTIONS, limit // 2))
