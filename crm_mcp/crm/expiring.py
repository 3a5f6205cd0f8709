"""Values kept in memory for a limited time: a map, a cache that reads a value where it holds none, and recent reads."""

from __future__ import annotations

import asyncio
import copy
import math
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from crm_mcp.crm.call import current_call
from crm_mcp.crm.messages import Request, Response
from crm_mcp.crm.operations import Sender

CACHE_TTL_S = 300.0
"""How long a `TtlCache` keeps a value: an administrator's change shows after five minutes at the latest."""

RECENT_S = 60.0
"""How long `RecentReads` answers from what it read."""

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")

MAX_RECENT_READS = 2_000
MAX_RECENT_BYTES = 32 * 1024 * 1024
"""Of all responses together, as they were sent: in memory they take a few times that."""
MAX_COPIED_BYTES = 2 * 1024 * 1024
"""A longer response is read again rather than kept: copying it would hold up all other calls."""


@dataclass(frozen=True, slots=True)
class _Item(Generic[_V]):
    value: _V
    size: int
    put_at_s: float


class ExpiringMap(Generic[_K, _V]):
    """Values by key, removed once they are too old and, the oldest first, where there are too many.

    Args:
        ttl_s: How long a value is kept, in seconds.
        max_items: Most values.
        max_bytes: Most bytes of all values, by the sizes given to `put`.
        clock: Returns the time in seconds.
    """

    def __init__(
        self,
        ttl_s: float,
        *,
        max_items: float = math.inf,
        max_bytes: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ttl_s = ttl_s
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._clock = clock
        self._items: dict[_K, _Item[_V]] = {}

    def put(self, key: _K, value: _V, *, size: int = 0) -> None:
        """Keep a value from now on."""
        self._items.pop(key, None)
        self._items[key] = _Item(value, size, self._clock())
        self._remove_old()

    def get(self, key: _K, *, max_age_s: float = math.inf) -> _V | None:
        """Return the value of a key; None where there is none, or only one older than `max_age_s`."""
        self._remove_old()
        item = self._items.get(key)
        return item.value if item is not None and self._clock() - item.put_at_s <= max_age_s else None

    def pop(self, key: _K) -> None:
        """Remove the value of a key, if there is one."""
        self._items.pop(key, None)

    def clear(self) -> None:
        """Remove all values."""
        self._items.clear()

    def _remove_old(self) -> None:
        now = self._clock()
        count, size = len(self._items), sum(item.size for item in self._items.values())
        for key, item in list(self._items.items()):  # the oldest first
            if now - item.put_at_s <= self._ttl_s and count <= self._max_items and size <= self._max_bytes:
                return
            del self._items[key]
            count -= 1
            size -= item.size


class TtlCache(Generic[_V]):
    """Values by key, each read once at a time, and again when it is too old.

    Args:
        read: Reads the value of a key; a failure is not kept.
        clock: Returns the time in seconds.
    """

    def __init__(self, read: Callable[[str], Awaitable[_V]], clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._values = ExpiringMap[str, tuple[_V]](CACHE_TTL_S, clock=clock)  # a tuple, since None is a value too
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, key: str, *, max_age_s: float = CACHE_TTL_S) -> _V:
        """Return the value of a key, read now where the cache holds none that is at most so old."""
        async with self._locks[key]:
            found = self._values.get(key, max_age_s=max_age_s)
            if found is None:
                found = (await self._read(key),)
                self._values.put(key, found)
            return found[0]

    def clear(self) -> None:
        """Have every value read again when it is next asked for."""
        self._values.clear()

    def peek(self, key: str) -> _V | None:
        """Return the value of a key if the cache holds it, else None."""
        found = self._values.get(key)
        return None if found is None else found[0]


class RecentReads:
    """A sender that answers a read from what it read in the last minute: a question asked again costs no request.

    Its user clears it whenever something is written. The call that it answers is told how old the oldest answer is.

    Args:
        sender: Reads what is not known yet.
        clock: Returns the time in seconds.
    """

    def __init__(self, sender: Sender, clock: Callable[[], float] = time.monotonic) -> None:
        self._sender = sender
        self._clock = clock
        self._known = ExpiringMap[Hashable, tuple[float, Any]](
            RECENT_S, max_items=MAX_RECENT_READS, max_bytes=MAX_RECENT_BYTES, clock=clock
        )
        self._clearings = 0

    async def perform(self, request: Request, parse: Callable[[Response], _V]) -> _V:
        """Return what was read a moment ago, or is read now.

        Raises:
            CrmError: What the sender raises; a failure is not kept.
        """
        key = (request.method, request.path, request.query)
        if (known := self._known.get(key)) is not None:
            read_at_s, result = known
            if (call := current_call()) is not None:
                call.oldest_read_s = max(call.oldest_read_s, self._clock() - read_at_s)
            return copy.deepcopy(result)
        clearings = self._clearings
        size = 0

        def parse_measured(response: Response) -> _V:
            nonlocal size
            size = len(response.body)
            return parse(response)

        result = await self._sender.perform(request, parse_measured)
        if clearings == self._clearings and size <= MAX_COPIED_BYTES:  # else it may be from before a write
            self._known.put(key, (self._clock(), copy.deepcopy(result)), size=size)
        return result

    def clear(self) -> None:
        """Forget everything: something was written."""
        self._known.clear()
        self._clearings += 1
