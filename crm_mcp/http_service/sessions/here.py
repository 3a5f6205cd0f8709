"""The sessions that this process goes on with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_MOST_KNOWN = 10_000
_LOOKED_AT_EVERY_S = 60.0
"""How long a session goes on in a process after its client told another process its end."""


@dataclass(frozen=True, slots=True)
class SessionHere:
    """A session in this process: the SDK's id of it here, and when it was last looked for in the store."""

    session_id: str
    looked_at: float


class SessionsHere:
    """Finds them by the client of a session and the id that it has: a stranger changes nothing of it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], SessionHere] = {}

    def find(self, client: str, session_id: str) -> SessionHere | None:
        """Return a session; None where another process may know it."""
        return self._known.get((client, session_id))

    def was_just_looked_for(self, known: SessionHere) -> bool:
        """Whether the store need not be asked again whether its client ended it."""
        return self._clock() - known.looked_at < _LOOKED_AT_EVERY_S

    def take_in(self, client: str, session_id: str, here: str) -> None:
        """Note what the SDK calls a session here, and that it has not ended."""
        self._known[client, session_id] = SessionHere(here, self._clock())
        if len(self._known) > _MOST_KNOWN:  # the one forgotten here is found in the store again
            del self._known[next(iter(self._known))]

    def forget(self, client: str, session_id: str) -> None:
        """Forget one that has ended here."""
        self._known.pop((client, session_id), None)
