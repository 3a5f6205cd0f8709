"""openai-agents: the server as `MCPServerStdio`, against an endpoint of chat completions on loopback."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from agents.mcp import MCPServerStdio
from openai import AsyncOpenAI

from tests.hosts.model_endpoint import answering
from tests.hosts.server import CALLS, COMMAND, SETTINGS, check_calls, report

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Model:
    """Checks the functions of each request, and answers by the next call, or a text after the last."""

    def __init__(self) -> None:
        self.tools = 0
        self.strict = 0
        self.results: list[str] = []

    def __call__(self, asked: dict[str, Any]) -> dict[str, Any]:
        functions = [tool["function"] for tool in asked["tools"]]
        for one in functions:
            assert NAME.fullmatch(one["name"]), one["name"]
            assert len(one.get("description", "")) <= 1024, f"{one['name']}: a description of over 1024 characters"
            assert one["parameters"]["type"] == "object", one["name"]
        self.tools = len(functions)
        self.strict = sum(bool(one.get("strict")) for one in functions)
        self.results = [str(message["content"]) for message in asked["messages"] if message["role"] == "tool"]
        if len(self.results) == len(CALLS):
            return _choice({"content": "Done."}, "stop")
        call = CALLS[len(self.results)]
        function = {"name": call["tool"], "arguments": json.dumps(call["arguments"])}
        calls = [{"id": f"call_{len(self.results)}", "type": "function", "function": function}]
        return _choice({"content": None, "tool_calls": calls}, "tool_calls")


def _choice(message: dict[str, Any], reason: str) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": reason, "message": {"role": "assistant", **message}}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "fake", "choices": [choice], "usage": usage}


async def main() -> None:
    """Let the fake model call both tools."""
    set_tracing_disabled(True)
    model = Model()
    params: Any = {"command": COMMAND[0], "args": COMMAND[1:], "env": SETTINGS}
    with answering(model) as url:
        client = AsyncOpenAI(api_key="fake", base_url=url)
        async with MCPServerStdio(params=params, client_session_timeout_seconds=30) as server:
            chat = OpenAIChatCompletionsModel(model="fake", openai_client=client)
            agent = Agent(name="Host", model=chat, mcp_servers=[server], mcp_config={"convert_schemas_to_strict": True})
            await Runner.run(agent, "Look and try.")
    check_calls(model.results)
    report("openai-agents", model.tools, f"{model.strict} schemas strict")


asyncio.run(main())
