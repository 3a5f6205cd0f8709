"""The Tasks extension: a call that does not end quickly is answered by a task, for clients that declare it.

Source: `io.modelcontextprotocol/tasks`, protocol 2026-07-28 (SEP-2663). What carries it out is imported when it is
first used.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any

from mcp import MCPError
from mcp.server.extension import Extension, MethodBinding
from mcp.types import INTERNAL_ERROR, CallToolRequestParams, InputResponses, RequestParams

from crm_mcp.errors import StoreError
from crm_mcp.mcp.calls.caller import current_caller

if TYPE_CHECKING:
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

    from crm_mcp.call_tasks.running import CallTasks
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.store.engine import Store

_VERSIONS = frozenset({"2026-07-28"})
_MISSING_CAPABILITY = -32021

RequestContext = Any
"""The SDK's `ServerRequestContext`."""


class TaskParams(RequestParams):
    """The parameters of `tasks/get` and `tasks/cancel`."""

    task_id: str


class UpdateTaskParams(TaskParams):
    """The parameters of `tasks/update`."""

    input_responses: InputResponses


class TasksExtension(Extension):
    """Answers calls by tasks.

    Args:
        store: Where tasks are kept.
        connectors: The accounts, of which a task belongs to all, and over HTTP to the user who called.
        budget_s: How long a call may take, in seconds.
    """

    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self, store: Store, connectors: Sequence[Connector], budget_s: float) -> None:
        self._store = store
        self._connectors = connectors
        self._budget_s = budget_s

    @functools.cached_property
    def _tasks(self) -> CallTasks:
        from crm_mcp.call_tasks.running import CallTasks

        logins = " ".join(sorted(one.account.account_id for one in self._connectors))
        return CallTasks(self._store, functools.partial(_owner_of, logins), self._budget_s)

    def methods(self) -> Sequence[MethodBinding]:
        """Return `tasks/get`, `tasks/update` and `tasks/cancel`."""
        return (
            MethodBinding("tasks/get", TaskParams, self._get, _VERSIONS),
            MethodBinding("tasks/update", UpdateTaskParams, self._update, _VERSIONS),
            MethodBinding("tasks/cancel", TaskParams, self._cancel, _VERSIONS),
        )

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Answer a call by its result where that is there quickly, else by a task."""
        if not self._is_declared(ctx):
            return await call_next(ctx)
        return await self._tasks.call(params, functools.partial(call_next, ctx))

    async def finish(self) -> None:
        """End the tasks of this process; what they were writing was ended before."""
        if "_tasks" in vars(self):
            await self._tasks.finish()

    async def _get(self, ctx: RequestContext, params: TaskParams) -> HandlerResult:
        self._require(ctx)
        return await _told(self._tasks.get(params.task_id))

    async def _update(self, ctx: RequestContext, params: UpdateTaskParams) -> HandlerResult:
        self._require(ctx)
        return await _told(self._tasks.reply(params.task_id, params.input_responses))

    async def _cancel(self, ctx: RequestContext, params: TaskParams) -> HandlerResult:
        self._require(ctx)
        return await _told(self._tasks.cancel(params.task_id))

    def _is_declared(self, ctx: RequestContext) -> bool:
        capabilities = ctx.session.client_capabilities
        declared = capabilities.extensions if capabilities is not None else None
        return ctx.protocol_version in _VERSIONS and self.identifier in (declared or {})

    def _require(self, ctx: RequestContext) -> None:
        if not self._is_declared(ctx):
            needed: dict[str, Any] = {"requiredCapabilities": {"extensions": {self.identifier: {}}}}
            raise MCPError(code=_MISSING_CAPABILITY, message="Missing required client capability", data=needed)


async def _told(work: Awaitable[HandlerResult]) -> HandlerResult:
    """Return what work returns; a store that fails is told as an error of the protocol.

    Raises:
        MCPError: The store fails.
    """
    try:
        return await work
    except StoreError as error:
        raise MCPError(INTERNAL_ERROR, str(error)) from None


def _owner_of(logins: str) -> str:
    user = current_caller().user
    return f"{logins} {user}" if user else logins
