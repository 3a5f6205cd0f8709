"""How many sessions of older clients a process holds: of one user, and in all.

Where there are too many, the one that has rested longest gives way. Where a store is kept its client notices nothing,
since it is begun again when it is next used; else the client is told by 404, and begins a new one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers

from crm_mcp.http_service.incoming.bodies import give_again, send_nothing
from crm_mcp.http_service.refusals import refuse
from crm_mcp.http_service.sessions.session_requests import SESSION_ID, begun_session, is_of_older_client
from crm_mcp.http_service.users import people_behind, user_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_IN_ALL = 2_000


@dataclass(slots=True)
class _Session:
    """A session here: whose it is, with what its requests come, and how many calls in it are under way."""

    user: str
    credential: object
    calls: int = 0


class SessionsPerUser:
    """An application in front of the SDK's that ends the sessions that are too many.

    Args:
        app: Where sessions are held, each by the id in its header.
        most: How many one user may have, and ten times as many those who have no name; 0 is as many as in all.
        most_in_all: How many all of them may have.
    """

    def __init__(self, app: ASGIApp, most: int, *, most_in_all: int = MOST_IN_ALL) -> None:
        self._app = app
        self._most = most or most_in_all
        self._most_in_all = most_in_all
        self._sessions: dict[str, _Session] = {}  # the one used last stands at the end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        if not is_of_older_client(headers):
            await self._app(scope, receive, send)
        elif session_id := headers.get(SESSION_ID):
            with self._used(session_id, is_call=scope["method"] == "POST"):
                await self._app(scope, receive, send)
            if scope["method"] == "DELETE":
                self._sessions.pop(session_id, None)
        else:
            await self._begin(scope, receive, send)

    async def _begin(self, scope: Scope, receive: Receive, send: Send) -> None:
        user = user_of(scope)
        if not await self._make_room(scope, user):
            wait = {"Retry-After": "5"}
            most = self._most_of(user)
            why = f"All {most} sessions that you may have are at work: end some, or try again when one rests."
            await refuse(429, why, headers=wait)(scope, receive, send)
            return

        async def note(message: Message) -> None:
            if session_id := begun_session(message):
                self._sessions[session_id] = _Session(user, scope.get("user"))
            await send(message)

        await self._app(scope, receive, note)

    @contextlib.contextmanager
    def _used(self, session_id: str, *, is_call: bool) -> Generator[None]:
        session = self._sessions.pop(session_id, None)
        if session is None or not is_call:  # a stream of news is no use of it: some clients hold one for ever
            if session is not None:
                self._sessions[session_id] = session
            yield
            return
        self._sessions[session_id] = session
        session.calls += 1
        try:
            yield
        finally:
            session.calls -= 1

    async def _make_room(self, scope: Scope, user: str) -> bool:
        """End what rests, so that one more session may begin; return whether it may."""
        while sum(one.user == user for one in self._sessions.values()) >= self._most_of(user):
            if not await self._end_one(scope, user):
                return False
        while len(self._sessions) >= self._most_in_all:
            if not await self._end_one(scope, None):
                return False
        return True

    def _most_of(self, user: str) -> int:
        return self._most * people_behind(user)

    async def _end_one(self, scope: Scope, user: str | None) -> bool:
        """End the session of a user, or of anybody, that has rested longest; return whether there was one."""
        resting = ((key, one) for key, one in self._sessions.items() if not one.calls and user in (None, one.user))
        session_id, session = next(resting, ("", None))
        if session is None:
            return False
        del self._sessions[session_id]
        headers = [(SESSION_ID.encode(), session_id.encode())]
        ending: dict[str, Any] = {**scope, "method": "DELETE", "headers": headers}
        ending.pop("user", None)
        ending |= {"user": session.credential} if session.credential else {}
        await self._app(ending, give_again(b""), send_nothing)
        return True
