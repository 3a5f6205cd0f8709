"""The application in front of the SDK's that lets every process go on with a session."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from crm_mcp.errors import StoreError
from crm_mcp.http_service.sessions import rows
from crm_mcp.http_service.sessions.open_requests import OpenRequests, cancelled_by
from crm_mcp.http_service.sessions.question_ids import (
    EventStream,
    QuestionIds,
    asker_of,
    read_event,
    unmark,
    write_event,
)
from crm_mcp.http_service.sessions.rows import SessionRow
from crm_mcp.http_service.users import client_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from crm_mcp.store.engine import Store

logger = logging.getLogger(__name__)

_SESSION_ID = "mcp-session-id"
_VERSION = "mcp-protocol-version"
_LONGEST_OPENING = 64 * 1024
_MOST_KNOWN = 10_000
_LOOKED_AT_EVERY_S = 60.0
"""How long a session goes on in a process after its client told another process its end."""
_INITIALIZED = b'{"jsonrpc":"2.0","method":"notifications/initialized"}'


@dataclass(frozen=True, slots=True)
class _Here:
    """A session in this process: the SDK's id of it here, and when it was last looked for in the store."""

    session_id: str
    looked_at: float


class SharedSessions:
    """Finds sessions that other processes of the store began; newer clients need none and pass through."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self._app = app
        self._store = store
        self._ids = QuestionIds(secrets.token_hex(4))
        # By the client of a session and the id that it has: a stranger changes nothing of it.
        self._here: dict[tuple[str, str], _Here] = {}
        self._beginning: dict[str, asyncio.Lock] = {}
        self._open = OpenRequests(self._ids.process, self._collect, self._deliver)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        if headers.get(_VERSION, HANDSHAKE_PROTOCOL_VERSIONS[-1]) not in HANDSHAKE_PROTOCOL_VERSIONS:
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        session_id = headers.get(_SESSION_ID)
        if session_id is None:
            await self._begin(scope, body, receive, send)
            return
        message = _parse(body)
        if asker := asker_of(message):
            await self._answer(scope, session_id, cast("dict[str, Any]", message), asker, receive, send)
            return
        cancelled = cancelled_by(client_of(scope), session_id, message)
        if cancelled and not self._open.is_worked_on(cancelled):
            await self._pass_on(scope, session_id, message, cancelled, receive, send)
            return
        if scope["method"] == "DELETE":
            await self._try(lambda transaction: rows.forget(transaction, session_id, client_of(scope)))
        with self._open.working_on(scope, client_of(scope), session_id, message):
            await self._go_on(scope, session_id, body, receive, send)
        if scope["method"] == "DELETE":
            self._here.pop((client_of(scope), session_id), None)

    async def _begin(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """Let the SDK begin a session, and keep how it began before the client learns its id."""

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                session_id = Headers(raw=message["headers"]).get(_SESSION_ID)
                if message["status"] < 400 and session_id and len(body) <= _LONGEST_OPENING:
                    row = SessionRow(client_of(scope), body.decode())
                    if await self._try(lambda transaction: [rows.keep(transaction, session_id, row)]):
                        self._take_in(scope, session_id, session_id)
            await send(message)

        await self._app(scope, _replay(body, receive), keep)

    async def _go_on(self, scope: Scope, session_id: str, body: bytes, receive: Receive, send: Send) -> None:
        """Answer a request of a session that is known here, or was begun elsewhere; once more where it ended here."""
        for is_first in (True, False):
            here = await self._find(scope, session_id)
            response = _SessionResponse(self, scope, session_id, send, may_be_gone=is_first and here is not None)
            await self._app(_in_session(scope, here or session_id), _replay(body, receive), response)
            if not response.is_gone:
                return
            self._here.pop((client_of(scope), session_id), None)

    async def _answer(
        self, scope: Scope, session_id: str, answer: dict[str, Any], asker: str, receive: Receive, send: Send
    ) -> None:
        """Give an answer to the process that asked."""
        if asker == self._ids.process:
            self._open.take_answer(session_id, answer)
            await self._go_on(scope, session_id, _dump(unmark(answer)), receive, send)
            return
        await self._pass_on(scope, session_id, answer, asker, receive, send)

    async def _pass_on(
        self, scope: Scope, session_id: str, message: object, recipient: str, receive: Receive, send: Send
    ) -> None:
        """Leave a message for the process that it is for."""
        accepted = 404
        row = await self._try(lambda transaction: rows.use(transaction, session_id))
        if row is not None and row.owner == client_of(scope):
            # With its session: nobody's answer may reach the question of another.
            posted = json.dumps([session_id, recipient, message])
            await self._try(lambda transaction: rows.post(transaction, recipient, posted))
            accepted = 202
        await Response(status_code=accepted)(scope, receive, send)

    async def _find(self, scope: Scope, session_id: str) -> str | None:
        """Return the SDK's id of a session here, which is begun again where another process began it."""
        lock = self._beginning.setdefault(session_id, asyncio.Lock())
        try:
            async with lock:
                known = self._here.get((client_of(scope), session_id))
                if known is not None and time.monotonic() - known.looked_at < _LOOKED_AT_EVERY_S:
                    return known.session_id
                found = await self._try(lambda transaction: [rows.use(transaction, session_id)])
                row = found[0] if found else None
                if known is not None:
                    return await self._go_on_here(scope, session_id, known, is_ended=found == [None])
                if row is None or row.owner != client_of(scope):
                    return None
                here = await self._begin_again(scope, row.opening.encode())
                if here:
                    self._take_in(scope, session_id, here)
                return here
        finally:
            self._beginning.pop(session_id, None)

    async def _go_on_here(self, scope: Scope, session_id: str, known: _Here, *, is_ended: bool) -> str | None:
        """Return the SDK's id here of a session, which ends here too where another process was told its end."""
        if not is_ended:
            self._take_in(scope, session_id, known.session_id)
            return known.session_id
        del self._here[client_of(scope), session_id]
        ending = {**_in_session(_posted(scope), known.session_id), "method": "DELETE"}
        await self._app(ending, _replay(b""), _drop)
        return None

    def _take_in(self, scope: Scope, session_id: str, here: str) -> None:
        self._here[client_of(scope), session_id] = _Here(here, time.monotonic())
        if len(self._here) > _MOST_KNOWN:  # the one forgotten here is found in the store again
            del self._here[next(iter(self._here))]

    async def _begin_again(self, scope: Scope, opening: bytes) -> str | None:
        posted = _posted(scope, _SESSION_ID, _VERSION)
        begun: list[str] = []

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.extend(filter(None, [Headers(raw=message["headers"]).get(_SESSION_ID)]))

        await self._app(posted, _replay(opening), note)
        if not begun:
            return None
        await self._app(_in_session(posted, begun[0]), _replay(_INITIALIZED), _drop)
        return begun[0]

    async def _try(self, work: Callable[[Any], Any]) -> Any:  # noqa: ANN401  # as the work
        """Return what the work on the store returns; None where the store fails: then a session is this process's."""
        try:
            return await self._store.run(work)
        except StoreError as error:
            logger.warning("a session cannot be shared: %s", error)
            return None

    def note_question(self, message: object, scope: Scope, session_id: str) -> bool:
        """Mark the id in what is sent to a client; look for its answer if it is a question. Tell whether it was."""
        before = json.dumps(message)
        if question_id := self._ids.mark(message):
            self._open.ask(scope, session_id, question_id)
        return json.dumps(message) != before

    async def _collect(self, recipients: Sequence[str]) -> Sequence[str]:
        return await self._try(lambda transaction: rows.collect(transaction, recipients)) or ()

    async def _deliver(self, scope: Scope, session_id: str, message: dict[str, Any]) -> None:
        posted = _posted(scope)
        known = self._here.get((client_of(scope), session_id))
        here = known.session_id if known else session_id
        body = _dump(unmark(message) if asker_of(message) else message)
        await self._app(_in_session(posted, here), _replay(body), _drop)


class _SessionResponse:
    """The SDK's response on its way to the client: with the client's id of the session, and marked questions."""

    def __init__(
        self, sessions: SharedSessions, scope: Scope, session_id: str, send: Send, *, may_be_gone: bool
    ) -> None:
        self._sessions = sessions
        self._scope = scope
        self._session_id = session_id
        self._send = send
        self._may_be_gone = may_be_gone
        self._stream: EventStream | None = None
        self.is_gone = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif not self.is_gone:
            await self._send({**message, "body": self._marked(message)} if self._stream else message)

    async def _begin(self, message: Message) -> None:
        self.is_gone = self._may_be_gone and message["status"] == 404
        if self.is_gone:
            return
        headers = MutableHeaders(raw=list(message["headers"]))
        if _SESSION_ID in headers:
            headers[_SESSION_ID] = self._session_id
        if headers.get("content-type", "").startswith("text/event-stream"):
            self._stream = EventStream()
        await self._send({**message, "headers": headers.raw})

    def _marked(self, message: Message) -> bytes:
        assert self._stream is not None
        events: list[bytes] = []
        for event in self._stream.events(message.get("body", b""), is_last=not message.get("more_body")):
            if b'"method"' not in event:  # a result, and it may be long
                events.append(event)
                continue
            carried = read_event(event)
            is_marked = self._sessions.note_question(carried, self._scope, self._session_id)
            events.append(write_event(event, carried) if is_marked else event)
        return b"".join(events)


def _posted(scope: Scope, *dropped: str) -> MutableMapping[str, Any]:
    """Return a POST by the sender of a request, without some of its headers."""
    accepted = (b"accept", b"application/json, text/event-stream")
    headers = [*_without(scope, "accept", "content-type", *dropped), accepted, (b"content-type", b"application/json")]
    return {**scope, "method": "POST", "headers": headers}


def _in_session(scope: Scope, session_id: str) -> MutableMapping[str, Any]:
    return {**scope, "headers": [*_without(scope, _SESSION_ID), (_SESSION_ID.encode(), session_id.encode("latin-1"))]}


def _without(scope: Scope, *names: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of a request without these, and without the length of its body."""
    dropped = {name.encode() for name in (*names, "content-length")}
    return [(name, value) for name, value in scope["headers"] if name.lower() not in dropped]


async def _read(receive: Receive) -> bytes:
    message = await receive()
    return message.get("body", b"")


def _replay(body: bytes, receive: Receive | None = None) -> Callable[[], Awaitable[Message]]:
    """Return what gives a body that was read, and then what else comes of the client: that it is gone."""
    given: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        if given:
            return given.pop()
        if receive is not None:
            return await receive()
        await asyncio.Event().wait()  # a client that does not leave
        raise AssertionError

    return replay


async def _drop(_: Message) -> None:
    """Send nothing."""


def _parse(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _dump(message: object) -> bytes:
    return json.dumps(message).encode()
