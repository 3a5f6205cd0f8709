"""The application in front of the SDK's that lets every process go on with a session."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.responses import Response

from crm_mcp.errors import StoreError
from crm_mcp.http_service.incoming.bodies import give_again, read_body, send_nothing
from crm_mcp.http_service.incoming.messages import Json, is_answer, parse
from crm_mcp.http_service.sessions import rows
from crm_mcp.http_service.sessions.here import SessionHere, SessionsHere
from crm_mcp.http_service.sessions.open_requests import OpenRequests, cancelled_by
from crm_mcp.http_service.sessions.question_ids import QuestionIds, asker_of, unmark
from crm_mcp.http_service.sessions.rows import SessionRow
from crm_mcp.http_service.sessions.session_requests import (
    SESSION_ID,
    begun_session,
    in_session,
    is_of_older_client,
    posted,
    posted_opening,
)
from crm_mcp.http_service.sessions.session_response import SessionResponse
from crm_mcp.http_service.users import client_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from crm_mcp.store.engine import Store

logger = logging.getLogger(__name__)

_LONGEST_OPENING = 64 * 1024
_INITIALIZED = b'{"jsonrpc":"2.0","method":"notifications/initialized"}'


class SharedSessions:
    """Finds sessions that other processes of the store began; newer clients need none and pass through."""

    def __init__(self, app: ASGIApp, store: Store, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._store = store
        self._ids = QuestionIds(secrets.token_hex(4))
        self._here = SessionsHere(clock)
        self._beginning: dict[str, asyncio.Lock] = {}
        self._open = OpenRequests(self._ids.process, self._collect, self._deliver)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        if not is_of_older_client(headers):
            await self._app(scope, receive, send)
            return
        body = await read_body(receive)
        session_id = headers.get(SESSION_ID)
        if session_id is None:
            await self._begin(scope, body, receive, send)
            return
        message = parse(body)
        if is_answer(message) and (asker := asker_of(message)):
            await self._answer(scope, session_id, message, asker, receive, send)
            return
        client = client_of(scope)
        cancelled = cancelled_by(client, session_id, message)
        if cancelled and not self._open.is_worked_on(cancelled):
            await self._pass_on(scope, session_id, message, cancelled, receive, send)
            return
        if scope["method"] == "DELETE":
            await self._find(scope, session_id)  # while it is still in the store: below it is not looked for again
            await self._try(lambda transaction: rows.forget(transaction, session_id, client))
        with self._open.working_on(scope, client, session_id, message):
            await self._go_on(scope, session_id, body, receive, send)
        if scope["method"] == "DELETE":
            self._here.forget(client, session_id)

    async def _begin(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """Let the SDK begin a session, and keep how it began before the client learns its id."""

        async def keep(message: Message) -> None:
            if (session_id := begun_session(message)) and len(body) <= _LONGEST_OPENING:
                row = SessionRow(client_of(scope), body.decode())
                if await self._try(lambda transaction: [rows.keep(transaction, session_id, row)]):
                    self._here.take_in(row.owner, session_id, session_id)
            await send(message)

        await self._app(scope, give_again(body, receive), keep)

    async def _go_on(self, scope: Scope, session_id: str, body: bytes, receive: Receive, send: Send) -> None:
        """Answer a request of a session that is known here, or was begun elsewhere; once more where it ended here."""
        note_question = functools.partial(self._note_question, scope, session_id)
        for is_first in (True, False):
            here = await self._find(scope, session_id)
            response = SessionResponse(session_id, send, note_question, may_be_gone=is_first and here is not None)
            await self._app(in_session(scope, here or session_id), give_again(body, receive), response)
            if not response.is_gone:
                return
            self._here.forget(client_of(scope), session_id)

    async def _answer(
        self, scope: Scope, session_id: str, answer: Json, asker: str, receive: Receive, send: Send
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
                client = client_of(scope)
                known = self._here.find(client, session_id)
                if known is not None and self._here.was_just_looked_for(known):
                    return known.session_id
                found = await self._try(lambda transaction: [rows.use(transaction, session_id)])
                row = found[0] if found else None
                if known is not None:
                    return await self._go_on_here(scope, session_id, known, is_ended=found == [None])
                if row is None or row.owner != client:
                    return None
                here = await self._begin_again(scope, row.opening.encode())
                if here:
                    self._here.take_in(client, session_id, here)
                return here
        finally:
            self._beginning.pop(session_id, None)

    async def _go_on_here(self, scope: Scope, session_id: str, known: SessionHere, *, is_ended: bool) -> str | None:
        """Return the SDK's id here of a session, which ends here too where another process was told its end."""
        if not is_ended:
            self._here.take_in(client_of(scope), session_id, known.session_id)
            return known.session_id
        self._here.forget(client_of(scope), session_id)
        ending = {**in_session(posted(scope), known.session_id), "method": "DELETE"}
        await self._app(ending, give_again(b""), send_nothing)
        return None

    async def _begin_again(self, scope: Scope, opening: bytes) -> str | None:
        opened = posted_opening(scope)
        begun: list[str] = []

        async def note(message: Message) -> None:
            begun.extend(filter(None, [begun_session(message)]))

        await self._app(opened, give_again(opening), note)
        if not begun:
            return None
        await self._app(in_session(opened, begun[0]), give_again(_INITIALIZED), send_nothing)
        return begun[0]

    async def _try(self, work: Callable[[Any], Any]) -> Any:  # noqa: ANN401  # as the work
        """Return what the work on the store returns; None where the store fails: then a session is this process's."""
        try:
            return await self._store.run(work)
        except StoreError as error:
            logger.warning("a session cannot be shared: %s", error)
            return None

    def _note_question(self, scope: Scope, session_id: str, message: object) -> bool:
        """Mark the id in what is sent to a client; look for its answer if it is a question. Tell whether it was."""
        before = json.dumps(message)
        if question_id := self._ids.mark(message):
            self._open.ask(scope, session_id, question_id)
        return json.dumps(message) != before

    async def _collect(self, recipients: Sequence[str]) -> Sequence[str]:
        return await self._try(lambda transaction: rows.collect(transaction, recipients)) or ()

    async def _deliver(self, scope: Scope, session_id: str, message: Json) -> None:
        known = self._here.find(client_of(scope), session_id)
        here = known.session_id if known else session_id
        body = _dump(unmark(message) if asker_of(message) else message)
        await self._app(in_session(posted(scope), here), give_again(body), send_nothing)


def _dump(message: object) -> bytes:
    return json.dumps(message).encode()
