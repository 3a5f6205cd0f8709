"""The file of logins as it is now: it is read again when it changes; a change that cannot be read counts for none."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts
from crm_mcp.logins.file import Logins, Version, read_logins, version_of
from crm_mcp.store.engine import Store

if TYPE_CHECKING:
    from crm_mcp.logins.login import Login
    from crm_mcp.transport.connections import ConnectionPool

_texts = Texts(__file__)
_BETWEEN_LOOKS_S = 1.0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class WatchedLogins:
    """The logins of all users, by their subjects.

    Args:
        path: The file.
        pool: What tries whether an entry can be connected; it asks no CRM.
        clock: What tells when to look again, in seconds.
        say: Tells whoever runs the server that a change was not taken.

    Raises:
        SettingsError: The file cannot be read now, or what it says is unclear.
    """

    def __init__(
        self,
        path: Path,
        pool: ConnectionPool,
        *,
        clock: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = _say,
    ) -> None:
        self._path = path.expanduser()
        self._pool = pool
        self._clock = clock
        self._say = say
        self._reading = asyncio.Lock()
        self._logins: Logins = {}
        self._version, self._logins = self._read()
        self._looked_at = clock()

    def all(self) -> Logins:
        """Return the login of each subject, in the order of the file."""
        return self._logins

    def find(self, subject: str) -> Login | None:
        """Return the login of a subject; None where the file has none."""
        return self._logins.get(subject)

    async def look(self) -> None:
        """Read the file again if it was changed, but look no more than once a second."""
        if self._clock() - self._looked_at < _BETWEEN_LOOKS_S and not self._reading.locked():
            return
        async with self._reading:  # whoever comes meanwhile waits for what is read
            if self._clock() - self._looked_at < _BETWEEN_LOOKS_S:
                return
            self._looked_at = self._clock()
            version = version_of(self._path)
            if version != self._version:
                await self._take_over(version)

    async def _take_over(self, version: Version) -> None:
        try:
            self._version, self._logins = await asyncio.to_thread(self._read)
        except SettingsError as error:
            self._version = version  # that one is not tried again
            kept = _texts.text("The logins that were read before stay as they are.")
            self._say(f"crm-mcp: {error.told} {kept}")

    def _read(self) -> tuple[Version, Logins]:
        """Read the file, and try whether what is new in it can be connected."""
        version, logins = read_logins(self._path)
        store = Store()
        for subject, login in logins.items():
            known = self._logins.get(subject)
            if known is None or not known.says_the_same(login):
                login.connect(self._pool, store)
        return version, logins
