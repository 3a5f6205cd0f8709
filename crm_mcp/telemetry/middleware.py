"""What stands outermost in a server: not the SDK's own spans, which hold the text of errors and what callers name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.server._otel import OpenTelemetryMiddleware  # it has no public name

from crm_mcp.telemetry import events

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.context import ServerMiddleware

    from crm_mcp.mcp.calls.unfinished_calls import UnfinishedCalls
    from crm_mcp.store.engine import Store


def observe_server(server: MCPServer[Any], calls: UnfinishedCalls | None, store: Store | None) -> None:
    """Let the SDK make no spans of requests; where somebody observes this process, tell of each request instead."""
    server.middleware[:] = [one for one in server.middleware if not isinstance(one, OpenTelemetryMiddleware)]
    if events.observers:
        from crm_mcp.telemetry.gauges import GAUGES  # these cost start-up time
        from crm_mcp.telemetry.requests import RequestsObserved

        RequestsObserved(server)
        GAUGES.watch(calls, store)


def add_outermost(server: MCPServer[Any], middleware: ServerMiddleware[Any]) -> None:
    """Put a middleware before all others, but behind what tells of each request: its refusals are told too."""
    server.middleware.insert(1 if events.observers else 0, middleware)
