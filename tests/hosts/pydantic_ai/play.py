"""Pydantic AI: the server as a toolset of an agent whose model is a function."""

from __future__ import annotations

import asyncio

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from tests.hosts.server import CALLS, COMMAND, SETTINGS, check_calls, report


class Model:
    """Answers by the next call, or a text after the last."""

    def __init__(self) -> None:
        self.tools = 0
        self.results: list[str] = []

    def __call__(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.tools = len(info.function_tools)
        parts = [part for message in messages for part in message.parts]
        self.results = [str(part.content) for part in parts if isinstance(part, ToolReturnPart)]
        if len(self.results) == len(CALLS):
            return ModelResponse(parts=[TextPart("Done.")])
        call = CALLS[len(self.results)]
        return ModelResponse(parts=[ToolCallPart(call["tool"], call["arguments"])])


async def main() -> None:
    """Let the function call both tools."""
    model = Model()
    server = MCPToolset(StdioTransport(COMMAND[0], COMMAND[1:], env=SETTINGS, keep_alive=False))
    agent = Agent(FunctionModel(model), toolsets=[server])
    async with agent:
        await agent.run("Look and try.")
    check_calls(model.results)
    report("pydantic-ai-slim", model.tools, "arguments checked by the server")


asyncio.run(main())
