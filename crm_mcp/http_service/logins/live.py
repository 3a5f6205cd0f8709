"""The servers of logins that run: made when first needed, ended when long unused or when their login is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_mcp.http_service.logins.served import ServedLogin

if TYPE_CHECKING:
    from crm_mcp.logins.file import Logins
    from crm_mcp.logins.login import Login
    from crm_mcp.logins.watched import WatchedLogins

_MOST_LIVE = 64
"""One takes about a megabyte, and 40 ms to make."""
_UNUSED_S = 1_800.0
_BETWEEN_ROUNDS_S = 5.0

Serve = Callable[["Login"], Awaitable[ServedLogin]]
"""Makes the server of a login and starts it."""


@dataclass(slots=True)
class _Live:
    login: Login
    served: ServedLogin
    used_at: float


class LiveLogins:
    """Finds the server of each subject that has a login.

    Args:
        logins: Who has a login.
        serve: Makes servers.
        most: How many run at once, as far as the others can be ended: none is that answers a call.
        clock: What tells how long one was not used, in seconds.
    """

    def __init__(
        self,
        logins: WatchedLogins,
        serve: Serve,
        *,
        most: int = _MOST_LIVE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._logins = logins
        self._serve = serve
        self._most = most
        self._clock = clock
        self._live: dict[str, _Live] = {}  # the one that was used last is the last
        self._making: dict[str, asyncio.Lock] = {}
        self._retiring: dict[asyncio.Task[None], ServedLogin] = {}

    def known(self) -> Logins:
        """Return the login of each subject, in the order of the file."""
        return self._logins.all()

    async def find(self, subject: str) -> ServedLogin | None:
        """Return the server that a subject's calls go to now; None where the subject has no login."""
        await self._logins.look()
        while True:
            login = self._logins.find(subject)
            if login is None:
                self._retire(subject)
                return None
            if (live := self._live.get(subject)) is not None and live.login.says_the_same(login):
                live.used_at = self._clock()
                self._live[subject] = self._live.pop(subject)
                return live.served
            await self._replace(subject, login)

    async def keep_current(self) -> None:
        """End from time to time what is unused or gone, until cancelled."""
        while True:
            await asyncio.sleep(_BETWEEN_ROUNDS_S)
            await self._logins.look()
            self.sweep()

    def sweep(self) -> None:
        """End the servers whose login is gone or another one, or that nobody used for long."""
        for subject, live in list(self._live.items()):
            login = self._logins.find(subject)
            is_unused = live.served.is_idle and self._clock() - live.used_at > _UNUSED_S
            if login is None or not login.says_the_same(live.login) or is_unused:
                self._retire(subject)

    async def finish(self) -> None:
        """Let the writes end that are under way, and begin no other."""
        running = [*(live.served for live in self._live.values()), *self._retiring.values()]
        await asyncio.gather(*(served.finish() for served in running))

    async def close(self) -> None:
        """End all servers."""
        running = [*(live.served for live in self._live.values()), *self._retiring.values()]
        for task in self._retiring:
            task.cancel()
        self._live.clear()
        await asyncio.gather(*(served.stop() for served in running))

    async def _replace(self, subject: str, login: Login) -> None:
        """Make the server of a login; what ran for another one of the subject ends behind that."""
        lock = self._making.setdefault(subject, asyncio.Lock())
        try:
            async with lock:
                live = self._live.get(subject)
                if live is not None and live.login.says_the_same(login):
                    return
                served = await self._serve(login)
                self._retire(subject)
                self._live[subject] = _Live(login, served, self._clock())
        finally:
            self._making.pop(subject, None)
        self._make_room(subject)

    def _make_room(self, newest: str) -> None:
        """End those that were not used for longest while there are too many."""
        idle = [subject for subject, live in self._live.items() if live.served.is_idle and subject != newest]
        for subject in idle[: max(0, len(self._live) - self._most)]:
            self._retire(subject)

    def _retire(self, subject: str) -> None:
        live = self._live.pop(subject, None)
        if live is not None:
            task = asyncio.create_task(live.served.retire())
            self._retiring[task] = live.served
            task.add_done_callback(lambda done: self._retiring.pop(done, None))
