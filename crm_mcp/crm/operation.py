"""A client's method made of the two halves of a wire codec: build the request, send it, parse the response."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from crm_mcp.crm.messages import Request, Response, Sender

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Client:
    """Works in one account through a `Sender`; each CRM's client adds its operations."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender


def operation(
    build: Callable[_P, Request], parse: Callable[[Response], _T]
) -> Callable[Concatenate[Client, _P], Coroutine[Any, Any, _T]]:
    """Return a method that takes what `build` takes and returns what `parse` makes of the response."""

    async def perform(client: Client, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return parse(await client.sender.send(build(*args, **kwargs)))

    perform.__doc__ = build.__doc__
    return perform
