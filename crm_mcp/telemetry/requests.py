"""Tells whoever observes this process of each request of the protocol, and what it came to.

It stands where the SDK's own spans would: those hold the text of errors, and whatever a caller calls its tool.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, cast

from mcp import MCPError
from mcp.types import CallToolResult

from crm_mcp.telemetry import events
from crm_mcp.telemetry.current import Request, answering, followers
from crm_mcp.telemetry.gauges import GAUGES

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
    from starlette.requests import HTTPConnection

METHODS = frozenset(
    {
        *("initialize", "ping", "server/discover", "subscriptions/listen", "completion/complete", "logging/setLevel"),
        *("tools/list", "tools/call", "prompts/list", "prompts/get", "resources/list", "resources/templates/list"),
        *("resources/read", "resources/subscribe", "resources/unsubscribe", "tasks/get", "tasks/update"),
        *("tasks/cancel", "notifications/initialized", "notifications/cancelled", "notifications/progress"),
        *("notifications/roots/list_changed",),
    }
)
OTHER = "_OTHER"
"""Whatever a caller names that this server does not have."""
_NAMED_BY = {"tools/call": "tools", "prompts/get": "prompts"}
_ID = re.compile(r"[0-9]{1,19}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class RequestsObserved:
    """The outermost middleware of one server."""

    def __init__(self, server: MCPServer[Any]) -> None:
        self._server = server
        self._names: dict[str, frozenset[str]] = {}
        server.middleware.insert(0, self._observe)

    async def _observe(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        GAUGES.loop = asyncio.get_running_loop()
        request = await self._request_of(ctx)
        with contextlib.ExitStack() as following:
            for follower in followers:
                following.enter_context(follower.follow(request))
            following.enter_context(_telling(request))
            result = await call_next(ctx)
            _note_outcome(request, result)
        return result

    async def _request_of(self, ctx: ServerRequestContext[Any, Any]) -> Request:
        http = getattr(ctx, "request", None)
        method = ctx.method if ctx.method in METHODS else OTHER
        name = (ctx.params or {}).get("name") if method in _NAMED_BY else ""
        if method in _NAMED_BY and name not in await self._names_of(method):
            name = OTHER
        request_id, protocol = str(ctx.request_id), str(ctx.protocol_version)
        return Request(
            method,
            str(name),
            request_id if _ID.fullmatch(request_id) else "",
            protocol if _VERSION.fullmatch(protocol) else "",
            _user_of(http) if http is not None else "",
            (ctx.meta or {}, http.headers if http is not None else {}),
            is_http=http is not None,
        )

    async def _names_of(self, method: str) -> frozenset[str]:
        if method not in self._names:
            listed = await (self._server.list_tools() if method == "tools/call" else self._server.list_prompts())
            self._names[method] = frozenset(one.name for one in listed)
        return self._names[method]


def _user_of(http: HTTPConnection) -> str:
    from crm_mcp.http_service.users import user_of  # only where there is HTTP

    return user_of(http.scope)


@contextlib.contextmanager
def _telling(request: Request) -> Generator[None]:
    try:
        with answering(request):
            yield
    except asyncio.CancelledError:
        request.outcome = "cancelled"
        raise
    except MCPError as failure:
        request.outcome, request.error = "error", f"{failure.error.code}"
        raise
    except Exception as failure:
        request.outcome, request.error = "error", type(failure).__name__
        raise
    finally:
        events.request_served(
            method=request.method,
            tool=request.name,
            request_id=request.request_id,
            protocol=request.protocol,
            user=request.user,
            outcome=request.outcome,
            error=request.error,
            duration_s=events.seconds_since(request.began_at),
        )


def _note_outcome(request: Request, result: object) -> None:
    """Note what a result says of itself: it is a model, or what goes over the wire."""
    wire: Mapping[str, Any] = cast("Mapping[str, Any]", result) if isinstance(result, Mapping) else {}
    is_error = result.is_error if isinstance(result, CallToolResult) else wire.get("isError") is True
    if is_error and request.method == "tools/call":
        request.error = request.error or "tool_error"
        request.outcome = "unfinished" if request.error == "UnfinishedCallError" else "error"
        return
    request.error = ""
    request.outcome = {"input_required": "question", "task": "task"}.get(str(wire.get("resultType", "")), "ok")
