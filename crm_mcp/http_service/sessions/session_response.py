"""The SDK's response on its way to the client of a session that another process may have begun."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from crm_mcp.http_service.sessions.question_ids import EventStream, read_event, write_event
from crm_mcp.http_service.sessions.session_requests import SESSION_ID

if TYPE_CHECKING:
    from starlette.types import Message, Send


class SessionResponse:
    """Sends a response with the client's id of the session, and with marked questions.

    Args:
        session_id: The client's id of the session.
        send: Sends to the client.
        note_question: Marks what the server sends, in place; returns whether it did.
        may_be_gone: Whether nothing is to be sent where the SDK does not know the session: it is looked for again.

    Attributes:
        is_gone: Whether that is so.
    """

    def __init__(
        self, session_id: str, send: Send, note_question: Callable[[object], bool], *, may_be_gone: bool
    ) -> None:
        self._session_id = session_id
        self._send = send
        self._note_question = note_question
        self._may_be_gone = may_be_gone
        self._stream: EventStream | None = None
        self.is_gone = False

    async def __call__(self, message: Message) -> None:
        """Send a piece of the response."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif not self.is_gone:
            await self._send({**message, "body": self._marked(message, self._stream)} if self._stream else message)

    async def _begin(self, message: Message) -> None:
        self.is_gone = self._may_be_gone and message["status"] == 404
        if self.is_gone:
            return
        headers = MutableHeaders(raw=list(message["headers"]))
        if SESSION_ID in headers:
            headers[SESSION_ID] = self._session_id
        if headers.get("content-type", "").startswith("text/event-stream"):
            self._stream = EventStream()
        await self._send({**message, "headers": headers.raw})

    def _marked(self, message: Message, stream: EventStream) -> bytes:
        events: list[bytes] = []
        for event in stream.events(message.get("body", b""), is_last=not message.get("more_body")):
            if b'"method"' not in event:  # a result, and it may be long
                events.append(event)
                continue
            carried = read_event(event)
            events.append(write_event(event, carried) if self._note_question(carried) else event)
        return b"".join(events)
