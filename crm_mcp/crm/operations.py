"""A client's method is made of the two halves of a codec: build the request, send it, parse the response."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from crm_mcp.crm.messages import Request, Response

_P = ParamSpec("_P")
_T = TypeVar("_T")

PARSED_APART_BYTES = 256 * 1024
"""A longer body is parsed in a thread: other calls do not wait for it."""


class Sender(Protocol):
    """Whatever carries requests to the CRM: the transport's session, or a stand-in in tests."""

    async def perform(self, request: Request, parse: Callable[[Response], _T]) -> _T:
        """Send a request and return what `parse` makes of the response, refusals included.

        Both belong together: whether a response is of any use shows when it is parsed, and a read that brought none
        may be sent again.
        """
        ...


class FollowedSender:
    """A sender that tells `follow` of each request once it is over: the request, when it was sent, and what came of it.

    The time is in seconds since 1970; the result is None where the request failed.
    """

    def __init__(self, sender: Sender, follow: Callable[[Request, float, object], Awaitable[None]]) -> None:
        self._sender = sender
        self._follow = follow

    async def perform(self, request: Request, parse: Callable[[Response], _T]) -> _T:
        """Send a request as the sender does."""
        sent_at = time.time()
        try:
            result = await self._sender.perform(request, parse)
        except BaseException:
            await self._follow(request, sent_at, None)
            raise
        await self._follow(request, sent_at, result)
        return result


class Client:
    """Works in one account through a `Sender`; each CRM's client adds its operations."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender


async def parse_response(response: Response, parse: Callable[[Response], _T]) -> _T:
    """Return what `parse` makes of a response; a long one is parsed in a thread."""
    if len(response.body) < PARSED_APART_BYTES:
        return parse(response)
    try:
        return await asyncio.to_thread(parse, response)
    except Exception as error:
        _forget_values(error)
        raise
    finally:
        del response


def _forget_values(error: BaseException | None) -> None:
    """Let an error hold nothing of the body it is about: some are kept for a while, and a body may have 32 MB."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def operation(
    build: Callable[_P, Request], parse: Callable[[Response], _T]
) -> Callable[Concatenate[Client, _P], Coroutine[Any, Any, _T]]:
    """Return a method that takes what `build` takes and returns what `parse` makes of the response."""

    async def perform(client: Client, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return await client.sender.perform(build(*args, **kwargs), parse)

    perform.__doc__ = build.__doc__
    return perform
