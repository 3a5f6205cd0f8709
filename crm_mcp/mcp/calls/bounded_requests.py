"""Requests of the protocol beside tool calls that may ask the CRM: they return in the time of a call too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mcp import MCPError
from mcp.types import INTERNAL_ERROR, CompleteResult, Completion

from crm_mcp.crm.call import answering
from crm_mcp.mcp.calls.unfinished_calls import UnfinishedCallError, UnfinishedCalls

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

_AGAIN = {
    "resources/read": "Read it again",
    "prompts/get": "Ask for the prompt again",
    "completion/complete": "Ask again",
}
_COMPLETION = "completion/complete"


def bound_requests(server: MCPServer[Any], calls: UnfinishedCalls) -> None:
    """Let what these requests read go on behind them; the same request again returns it."""

    async def bounded(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method not in _AGAIN:
            return await call_next(ctx)
        given = {name: value for name, value in (ctx.params or {}).items() if name != "_meta"}
        key = json.dumps([ctx.method, ctx.protocol_version, given], sort_keys=True, default=str)

        async def work() -> HandlerResult:
            return await call_next(ctx)

        try:
            with answering(None) as call:
                name, again = str(given.get("uri", ctx.method)), _AGAIN[ctx.method]
                return await calls.answer(name, key, call, work, is_read=True, again=again)
        except UnfinishedCallError as error:
            if ctx.method == _COMPLETION:  # an error would be shown for each letter that is typed
                return CompleteResult(completion=Completion(values=[]))
            raise MCPError(code=INTERNAL_ERROR, message=str(error)) from None

    server.middleware.insert(0, bounded)
