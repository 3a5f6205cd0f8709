"""Bodies that are read in front of the MCP SDK, and given to it all the same."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Message, Receive


async def read_body(receive: Receive) -> bytes:
    """Return the body of a request that comes as one piece, see `whole_requests`."""
    return (await receive()).get("body", b"")


def give_again(body: bytes, receive: Receive | None = None) -> Receive:
    """Return what gives a body that was read, and then what else comes of the client: that it is gone.

    Without `receive` the client never leaves.
    """
    given: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return given.pop() if given else await (receive or _wait)()

    return again


async def send_nothing(_: Message) -> None:
    """Drop the response to a request that nobody waits for."""


async def _wait() -> Message:
    await asyncio.Event().wait()
    raise AssertionError
