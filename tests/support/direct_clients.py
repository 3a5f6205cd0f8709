"""Hands a client's requests straight to the fake, with no HTTP between: for properties of thousands of requests."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, TypeVar

from crm_mcp.crm.messages import Request, Response
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.minicrm.client import MinicrmClient
from mockserver.http.asgi import HttpRequest
from mockserver.server.app import MockApp, create_app

if TYPE_CHECKING:
    from collections.abc import Generator

_T = TypeVar("_T")


class DirectSender:
    """Carries requests to an application in this process.

    Args:
        app: The fake.
        login: User name and password, with a colon between.
    """

    def __init__(self, app: MockApp, login: str) -> None:
        self._app = app
        self._headers = {b"authorization": b"Basic " + base64.b64encode(login.encode()), b"host": b"127.0.0.1"}

    async def perform(self, request: Request, parse: Callable[[Response], _T]) -> _T:
        """Send one request and return the parsed answer, refusals included."""
        body = b"" if request.body is None else json.dumps(request.body).encode()
        sent = HttpRequest(request.method, request.path, list(request.query), self._headers, body, "", "http")
        response = self._app.respond(sent)
        return parse(Response(response.status, response.body, response.content_type, request))


@contextmanager
def direct_clients(seed: Mapping[str, object]) -> Generator[tuple[IvinexClient, MinicrmClient]]:
    """Yield clients of a fake of their own that holds a seed."""
    with closing(create_app(seed)) as app:
        yield (
            IvinexClient(DirectSender(app, "demo:demo-password")),
            MinicrmClient(DirectSender(app, "10001:demo-api-key")),
        )
