"""MCP Apps: pages inside hosts that draw the results of tools, served to clients that declared that they show them.

Source: the MCP Apps extension `io.modelcontextprotocol/ui`, version 2026-01-26.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp.server.apps import APP_MIME_TYPE, Apps, ResourceCsp, client_supports_apps
from mcp.server.mcpserver.resources import Resource
from mcp.types import ListResourcesResult, ListToolsResult
from pydantic import PrivateAttr

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

_UI = "ui"
_SCHEME = "ui://"
_CLOSED = ResourceCsp(connect_domains=[], resource_domains=[], frame_domains=[], base_uri_domains=[])


@dataclass(frozen=True, slots=True)
class ToolApp:
    """One page, and the tools whose results it draws.

    Attributes:
        tools: Their names; those that are not served are passed over.
        name: The page's name, a part of its address.
        title: Its name for people.
        build: Returns its HTML.
    """

    tools: Sequence[str]
    name: str
    title: str
    build: Callable[[], str]

    @property
    def uri(self) -> str:
        """Where hosts read the page."""
        return f"{_SCHEME}crm/{self.name}.html"


class _Page(Resource):
    """A page that is built when it is first read."""

    _build: Callable[[], str] = PrivateAttr()

    @classmethod
    def of(cls, app: ToolApp) -> _Page:
        """Return the page of an app, for which the host is to allow no address at all."""
        meta = {_UI: {"csp": _CLOSED.model_dump(by_alias=True, exclude_none=True), "prefersBorder": True}}
        page = cls(uri=app.uri, name=app.name, title=app.title, mime_type=APP_MIME_TYPE, meta=meta)
        page._build = app.build  # its own class's
        return page

    async def read(self) -> str:
        """Return its HTML."""
        return self._build()


def bind_apps(apps: Sequence[ToolApp], tools: Sequence[Any]) -> list[Apps]:
    """Bind each app to its tools, and return the extension that serves them; none where no such tool is served.

    `tools` are those of the server, of which it needs `name` and `meta`.
    """
    extension = Apps()
    for app in apps:
        drawn = [tool for tool in tools if tool.name in app.tools]
        for tool in drawn:
            tool.meta = {_UI: {"resourceUri": app.uri}}
        if drawn:
            extension.add_resource(_Page.of(app))
    return [extension] if extension.resources() else []


def hide_apps(server: MCPServer[Any]) -> None:
    """Let clients that did not declare the extension see nothing of the apps in its lists, which costs them bytes."""

    async def hidden(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        if isinstance(result, ListToolsResult | ListResourcesResult) and not client_supports_apps(ctx):
            return _without_apps(result)
        return result

    server.middleware.append(hidden)


def _without_apps(result: ListToolsResult | ListResourcesResult) -> HandlerResult:
    if isinstance(result, ListResourcesResult):
        others = [one for one in result.resources if not str(one.uri).startswith(_SCHEME)]
        return result.model_copy(update={"resources": others})
    bare = [tool.model_copy(update={"meta": _bare(tool.meta)}) for tool in result.tools]
    return result.model_copy(update={"tools": bare})


def _bare(meta: Any) -> dict[str, Any] | None:  # noqa: ANN401  # what a tool says beside its schema
    return {name: value for name, value in meta.items() if name != _UI} or None if meta else meta
