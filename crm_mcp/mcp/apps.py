"""MCP Apps: pages inside hosts that draw the results of tools, served to clients that declared that they show them.

Source: the MCP Apps extension `io.modelcontextprotocol/ui`, version 2026-01-26.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from mcp.server.apps import APP_MIME_TYPE, Apps, ResourceCsp, client_supports_apps
from mcp.server.mcpserver.resources import Resource
from pydantic import PrivateAttr

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

_Json = dict[str, Any]
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
        return f"{_SCHEME}{self.name}"  # short: each tool that it draws names it


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


def serve_apps(server: MCPServer[Any], apps: Sequence[ToolApp]) -> None:
    """Name each page beside the tools it draws, in the lists of clients that declared the extension.

    Other clients are told nothing of the pages, so that they cost them no byte.
    """
    drawn = {tool: app.uri for app in apps for tool in app.tools}

    async def listed(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        if not isinstance(result, dict):
            return result
        if ctx.method == "tools/list" and client_supports_apps(ctx):
            tools = cast("list[_Json]", result.get("tools", []))
            return {**result, "tools": [_with_page(tool, drawn) for tool in tools]}
        if ctx.method == "resources/list" and not client_supports_apps(ctx):
            pages = cast("list[_Json]", result.get("resources", []))
            return {**result, "resources": [one for one in pages if not str(one["uri"]).startswith(_SCHEME)]}
        return result

    server.middleware.append(listed)


def pages_of(apps: Sequence[ToolApp]) -> list[Apps]:
    """Return the extension that serves the pages of apps whose tools are served; none where there are none."""
    extension = Apps()
    for app in apps:
        extension.add_resource(_Page.of(app))
    return [extension] if apps else []


def apps_for(apps: Sequence[ToolApp], tools: AbstractSet[str]) -> list[ToolApp]:
    """Return the apps that draw any of these tools."""
    return [app for app in apps if tools & set(app.tools)]


def _with_page(tool: _Json, pages: Mapping[str, str]) -> _Json:
    if tool["name"] not in pages:
        return tool
    return {**tool, "_meta": {**tool.get("_meta", {}), _UI: {"resourceUri": pages[tool["name"]]}}}
