"""Stands between an agent and `crm-mcp` on stdio: hands everything on, counts it, and answers for the person.

Run by the agent as its MCP server; the environment says the rest, see `EVALUATION_COUNT` and `EVALUATION_PERSON`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, cast

from mcp import Client, StdioServerParameters
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
)

from evaluation.counting import Count, Person, person_of

COUNT_VARIABLE = "EVALUATION_COUNT"
"""Names the file that the count is written to after each call."""
PERSON_VARIABLE = "EVALUATION_PERSON"
"""Says what the person answers: `accepts`, `declines` or `cannot be asked`."""

_Context = ServerRequestContext[Any]
_Page = PaginatedRequestParams | None


class Proxy:
    """The handlers of the server that the agent sees, each a call of the real one."""

    def __init__(self, client: Client, count: Count, file: Path) -> None:
        self._client = client
        self._count = count
        self._file = file

    def server(self) -> Server[Any]:
        """Return the server, with the real one's instructions."""
        return Server(
            "crm-mcp-server",
            instructions=self._client.instructions,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_resource_templates,
            on_read_resource=self._read_resource,
            on_list_prompts=self._list_prompts,
            on_get_prompt=self._get_prompt,
        )

    async def _list_tools(self, _: _Context, params: _Page) -> ListToolsResult:  # noqa: ARG002  # one page
        listed = await self._client.list_tools()
        self._count.add_tools(listed.tools)
        self._write()
        return listed

    async def _call_tool(self, _: _Context, params: CallToolRequestParams) -> CallToolResult:
        result = await self._client.call_tool(params.name, params.arguments)
        self._count.add_result(result)
        self._write()
        return result

    async def _list_resources(self, _: _Context, params: _Page) -> ListResourcesResult:  # noqa: ARG002
        return await self._client.list_resources()

    async def _list_resource_templates(self, _: _Context, params: _Page) -> ListResourceTemplatesResult:  # noqa: ARG002
        return await self._client.list_resource_templates()

    async def _read_resource(self, _: _Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        return await self._client.read_resource(params.uri)

    async def _list_prompts(self, _: _Context, params: _Page) -> ListPromptsResult:  # noqa: ARG002
        return await self._client.list_prompts()

    async def _get_prompt(self, _: _Context, params: GetPromptRequestParams) -> GetPromptResult:
        return await self._client.get_prompt(params.name, params.arguments)

    def _write(self) -> None:
        self._file.write_text(json.dumps(self._count.as_json()), encoding="utf-8")


async def serve() -> None:
    """Start `crm-mcp` with this process's environment and hand on what the agent asks, until it leaves."""
    count = Count()
    person = person_of(cast("Person", os.environ.get(PERSON_VARIABLE, "accepts")), count)
    command = StdioServerParameters(command=sys.executable, args=["-m", "crm_mcp"], env=dict(os.environ))
    async with Client(command, elicitation_callback=person) as client, stdio_server() as streams:
        server = Proxy(client, count, Path(os.environ[COUNT_VARIABLE])).server()
        await server.run(*streams, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(serve())
