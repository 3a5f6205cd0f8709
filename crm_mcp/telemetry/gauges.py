"""What is open right now, counted when somebody asks: by OpenTelemetry, now and then."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crm_mcp.errors import StoreError

if TYPE_CHECKING:
    from crm_mcp.mcp.calls.unfinished_calls import UnfinishedCalls
    from crm_mcp.store.engine import Store
    from crm_mcp.store.transaction import Transaction

_SESSION_IS_OPEN_S = 1_800.0
"""How long after its last request a session counts."""
_STORE_ANSWERS_WITHIN_S = 2.0


class Gauges:
    """What is counted: the calls of each server in this process, and what their stores hold for all processes."""

    def __init__(self) -> None:
        self._calls: weakref.WeakSet[UnfinishedCalls] = weakref.WeakSet()
        self._stores: weakref.WeakSet[Store] = weakref.WeakSet()
        self.loop: asyncio.AbstractEventLoop | None = None

    def watch(self, calls: UnfinishedCalls | None, store: Store | None) -> None:
        """Count these too."""
        if calls is not None:
            self._calls.add(calls)
        if store is not None:
            self._stores.add(store)

    def count_calls(self) -> Mapping[str, int]:
        """Return how many calls are being worked for, and in how many of them a person is being asked."""
        counts = [one.count() for one in list(self._calls)]
        return {"unfinished": sum(all_ for all_, _ in counts), "asking": sum(asking for _, asking in counts)}

    def count_stored(self) -> Mapping[str, int]:
        """Return how many sessions and plans are open in the stores; nothing where they do not answer in time.

        It may not be called in the thread of the event loop.
        """
        total: dict[str, int] = {}
        if self.loop is None or not self.loop.is_running():
            return total
        for store in list(self._stores):
            counting = asyncio.run_coroutine_threadsafe(store.run(_count), self.loop)
            try:
                counts = counting.result(_STORE_ANSWERS_WITHIN_S)
            except (StoreError, TimeoutError, RuntimeError):
                counting.cancel()
                return {}
            total = {name: total.get(name, 0) + count for name, count in counts.items()}
        return total


GAUGES = Gauges()


def _count(transaction: Transaction) -> Mapping[str, int]:
    now = transaction.now()
    ((sessions,),) = transaction.execute(
        "select count(*) from http_sessions where used_at > ?", (now - _SESSION_IS_OPEN_S,)
    )
    ((plans,),) = transaction.execute(
        "select count(*) from plans where write_id is null and successor is null and expires_at > ?", (now,)
    )
    return {"sessions": sessions, "plans": plans}
