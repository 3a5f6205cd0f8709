"""How far one connection reaches: its token, `?read_only=1` and `?toolsets=` may leave less than the server has.

The address of a connection only ever narrows: nothing in it gives what settings or token do not.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from mcp import MCPError
from mcp.types import INVALID_REQUEST, CallToolResult, TextContent
from starlette.requests import HTTPConnection

from crm_mcp.errors import SettingsError
from crm_mcp.http_service.incoming.bodies import give_again, read_body
from crm_mcp.http_service.incoming.messages import is_answer, parse
from crm_mcp.http_service.oauth.access_tokens import WRITE
from crm_mcp.http_service.refusals import INSUFFICIENT_SCOPE, refuse
from crm_mcp.mcp.tool import READ
from crm_mcp.telemetry.middleware import add_outermost
from crm_mcp.toolsets import DEFAULT, Toolsets

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
    from starlette.types import ASGIApp, Receive, Scope, Send

_KEY = "crm_mcp.reach"
_YES = ("", "1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")

ParseToolsets = Callable[[str], Toolsets]
"""Reads the names of toolsets; raises `SettingsError` for one that does not exist."""

_NO_ANSWER = "Only a connection that may write answers questions, and this one only reads: {}."
_MEANT = {"readonly": "read_only", "toolset": "toolsets", "toolsets": "toolsets"}
"""What the letters of a name in an address mean: a slip that is passed over would leave the connection wide."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a connection may use; `why_no_writes` is empty where it may write."""

    why_no_writes: str = ""
    toolsets: Toolsets | None = None


class Narrowed:
    """An application behind a reader of what each connection reaches; what cannot be read is refused by 400."""

    def __init__(self, app: ASGIApp, parse_toolsets: ParseToolsets) -> None:
        self._app = app
        self._parse_toolsets = parse_toolsets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        app = self._app
        try:
            scope[_KEY] = _reach_of(HTTPConnection(scope), self._parse_toolsets)
        except SettingsError as error:
            app = refuse(400, str(error))
        await app(scope, receive, send)


class WritersAnswer:
    """An application, behind `Narrowed`, that hears answers to questions only from who may write: only writes ask."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whose body is whole."""
        why = scope[_KEY].why_no_writes
        if not why or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body = await read_body(receive)
        is_refused = is_answer(parse(body))
        app = refuse(403, _NO_ANSWER.format(why), INSUFFICIENT_SCOPE) if is_refused else self._app
        await app(scope, give_again(body, receive), send)


def _reach_of(connection: HTTPConnection, parse_toolsets: ParseToolsets) -> Reach:
    """Return what a connection reaches.

    Raises:
        SettingsError: Its address says something else of it than it can.
    """
    asked = connection.query_params
    for name in asked:
        meant = _MEANT.get(re.sub("[^a-z]", "", name.lower()), name)
        if name != meant:
            raise SettingsError(f"The address seems to mean {meant}: write it so.")
    why = ""
    if "auth" in connection.scope and WRITE not in connection.auth.scopes:
        why = f"the token lacks the scope {WRITE}"
    for value in asked.getlist("read_only"):
        if value.casefold() not in (*_YES, *_NO):
            raise SettingsError("read_only in the address takes 1 or 0.")
        if value.casefold() in _YES:
            why = why or "its address says read_only"
    chosen = [parse_toolsets(text) for text in asked.getlist("toolsets")]
    return Reach(why, functools.reduce(frozenset[str].intersection, chosen) if chosen else None)


class ReachedTools:
    """Lists and calls only the tools that the connection of a request reaches; on stdio those are all.

    Args:
        server: The server.
        toolset_of: Returns the toolset of each tool that is not of the default one, by its name.
    """

    def __init__(self, server: MCPServer[Any], toolset_of: Callable[[], Mapping[str, str]]) -> None:
        self._server = server
        self._toolset_of = functools.cache(toolset_of)
        self._writers: frozenset[str] | None = None
        add_outermost(server, self._keep_within)

    async def _keep_within(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        request = cast("object", ctx.request)
        reach = request.scope.get(_KEY) if isinstance(request, HTTPConnection) else None
        if isinstance(reach, Reach) and reach.why_no_writes and ctx.method == "tasks/update":
            raise MCPError(code=INVALID_REQUEST, message=_NO_ANSWER.format(reach.why_no_writes))
        if not isinstance(reach, Reach) or ctx.method not in ("tools/list", "tools/call"):
            return await call_next(ctx)
        writers = await self._find_writers()
        if ctx.method == "tools/call":
            refusal = self._refusal(str((ctx.params or {}).get("name")), reach, writers)
            return _refused(refusal) if refusal else await call_next(ctx)
        result = cast("dict[str, Any]", await call_next(ctx))  # what goes over the wire
        return {**result, "tools": [one for one in result["tools"] if not self._refusal(one["name"], reach, writers)]}

    async def _find_writers(self) -> frozenset[str]:
        if self._writers is None:
            tools = await self._server.list_tools()
            self._writers = frozenset(one.name for one in tools if not (one.annotations or READ).read_only_hint)
        return self._writers

    def _refusal(self, name: str, reach: Reach, writers: Collection[str]) -> str:
        """Return why a tool is out of reach; empty where it is not."""
        if name in writers and reach.why_no_writes:
            return f"{name} writes, and this connection only reads: {reach.why_no_writes}."
        if reach.toolsets is not None and self._toolset_of().get(name, DEFAULT) not in reach.toolsets:
            named = ", ".join(sorted(reach.toolsets)) or "none"
            return f"{name} is in no toolset of this connection, whose address names {named}."
        return ""


def _refused(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
