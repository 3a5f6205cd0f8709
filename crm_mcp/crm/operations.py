"""A client's method is made of the two halves of a codec: build the request, send it, parse the response."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from crm_mcp.crm.messages import Request, Response

_P = ParamSpec("_P")
_T = TypeVar("_T")

PARSED_APART_BYTES = 256 * 1024
"""A longer body is parsed in a thread: other calls do not wait for it."""


class Sender(Protocol):
    """Whatever carries a request to the CRM: the transport's session, or a stand-in in tests."""

    async def send(self, request: Request) -> Response:
        """Send one request and return the CRM's response, refusals included."""
        ...


class Client:
    """Works in one account through a `Sender`; each CRM's client adds its operations."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender


def operation(
    build: Callable[_P, Request], parse: Callable[[Response], _T]
) -> Callable[Concatenate[Client, _P], Coroutine[Any, Any, _T]]:
    """Return a method that takes what `build` takes and returns what `parse` makes of the response."""

    async def perform(client: Client, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        response = await client.sender.send(build(*args, **kwargs))
        if len(response.body) < PARSED_APART_BYTES:
            return parse(response)
        return await asyncio.to_thread(parse, response)

    perform.__doc__ = build.__doc__
    return perform
