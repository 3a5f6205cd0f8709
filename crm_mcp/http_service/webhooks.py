"""What CRMs tell of changes: `POST /webhooks/NAME`, with a Basic login of its own.

All that is JSON is answered with 200, of use or not: a CRM sends again whatever is answered otherwise.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crm_mcp.http_service.incoming.whole_requests import whole_requests
from crm_mcp.http_service.refusals import refuse
from crm_mcp.mcp.connector import ReceivesWebhooks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import SecretStr
    from starlette.types import ASGIApp, Receive, Scope, Send

    from crm_mcp.mcp.connector import Connector

_NO_LOGIN = "Send one header Authorization: Basic, with the login of CRM_MCP_WEBHOOK_LOGIN."


def webhook_routes(connectors: Sequence[Connector], login: SecretStr | None) -> list[Route]:
    """Return the routes of the CRMs that tell of changes; without a login they refuse everybody."""
    secret = "" if login is None else login.get_secret_value()
    told: dict[str, list[ReceivesWebhooks]] = {}
    for connector in connectors:
        if isinstance(connector, ReceivesWebhooks):
            told.setdefault(connector.name, []).append(connector)
    return [
        Route(
            f"/webhooks/{name}",
            endpoint=_LoginDemanded(whole_requests(_Receiver(those)), secret),
            methods=["POST"],
        )
        for name, those in told.items()
    ]


class _LoginDemanded:
    """Lets only requests through that bring the login, before their body is read; without a login there are none."""

    def __init__(self, app: ASGIApp, login: str) -> None:
        self._app = app
        self._login = login.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._login:
            response: ASGIApp = refuse(403, "Webhooks are not taken here: CRM_MCP_WEBHOOK_LOGIN is not set.")
        elif hmac.compare_digest(_read_login(scope), self._login):
            response = self._app
        else:
            response = refuse(401, _NO_LOGIN, "invalid_login", {"WWW-Authenticate": 'Basic realm="webhooks"'})
        await response(scope, receive, send)


class _Receiver:
    """Reads the JSON of a request, whatever its Content-Type, and hands it to each account: its own one takes it."""

    def __init__(self, connectors: Sequence[ReceivesWebhooks]) -> None:
        self._connectors = connectors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(await Request(scope, receive).body())
        await response(scope, receive, send)

    async def _respond(self, body: bytes) -> Response:
        try:
            told: object = json.loads(body)
        except (ValueError, RecursionError):
            return refuse(400, "The body is no JSON.")
        for connector in self._connectors:
            await connector.receive_webhook(told)
        return Response("{}", media_type="application/json")


def _read_login(scope: Scope) -> bytes:
    """Return `user:password` of a request; nothing where no such header can be read."""
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, token = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
    if scheme.lower() != b"basic":
        return b""
    try:
        return base64.b64decode(token.strip(), validate=True)
    except binascii.Error:
        return b""
