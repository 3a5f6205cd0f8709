"""What a process works on, and what it waits for: answers to its questions, and that a client cancels a request.

Either may be sent to another process, which leaves it in the store; it is looked for there as long as it may come.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import TYPE_CHECKING

from crm_mcp.http_service.incoming.messages import Json, find_cancellation, is_request

if TYPE_CHECKING:
    from starlette.types import Scope

Collect = Callable[[Sequence[str]], Awaitable[Sequence[str]]]
"""Returns, once, what was left in the store for these recipients."""
Deliver = Callable[["Scope", str, Json], Awaitable[None]]
"""Gives a message to the session of a request, as if its client had sent it here."""

_ANSWERS_LOOKED_FOR_EVERY_S = 0.2
_CANCELLATIONS_LOOKED_FOR_EVERY_S = 0.5


class OpenRequests:
    """The requests that one process, of this name, works on."""

    def __init__(self, process: str, collect: Collect, deliver: Deliver) -> None:
        self._process = process
        self._collect = collect
        self._deliver = deliver
        # Each session counts its requests for itself; those in whose responses questions are open, by the marked id.
        self._worked_on: dict[str, Scope] = {}
        self._questions: dict[tuple[str, str], Scope] = {}
        self._looking: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def working_on(self, scope: Scope, client: str, session_id: str, message: object) -> Generator[None]:
        """Work on what a request brings inside the block; what was asked for it waits no longer after that."""
        recipient = _name(client, session_id, message["id"]) if is_request(message) else ""
        if recipient:
            self._worked_on[recipient] = scope
            self._look()
        try:
            yield
        finally:
            self._worked_on.pop(recipient, None)
            self._questions = {key: one for key, one in self._questions.items() if one is not scope}

    def is_worked_on(self, recipient: str) -> bool:
        """Tell whether this process works on a request."""
        return recipient in self._worked_on

    def ask(self, scope: Scope, session_id: str, question_id: str) -> None:
        """Wait for the answer to a question in the response to a request."""
        self._questions[session_id, question_id] = scope
        self._look()

    def take_answer(self, session_id: str, answer: Json) -> Scope | None:
        """Return the request for which a question was asked that is still open; the answer closes it."""
        return self._questions.pop((session_id, str(answer.get("id"))), None)

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_for_messages())

    async def _look_for_messages(self) -> None:
        while self._questions or self._worked_on:
            await asyncio.sleep(_ANSWERS_LOOKED_FOR_EVERY_S if self._questions else _CANCELLATIONS_LOOKED_FOR_EVERY_S)
            recipients = [*([self._process] if self._questions else []), *self._worked_on]
            for text in await self._collect(recipients) if recipients else ():
                session_id, recipient, message = json.loads(text)
                is_answer = recipient == self._process
                about = self.take_answer(session_id, message) if is_answer else self._worked_on.get(recipient)
                if about is not None:  # else that is over
                    await self._deliver(about, session_id, message)


def cancelled_by(client: str, session_id: str, message: object) -> str:
    """Return what the request that a message cancels is called in all processes; nothing where it cancels none."""
    params = find_cancellation(message)
    return "" if params is None else _name(client, session_id, params["requestId"])


def _name(client: str, session_id: str, request_id: object) -> str:
    """Return what a request is called: no client has part in the session of another, whatever its id."""
    return hashlib.sha256(json.dumps([client, session_id, request_id]).encode()).hexdigest()
