"""google-genai: an MCP session given as a tool, against an endpoint that holds declarations to the API's rules."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from google import genai
from google.genai import types
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.hosts.model_endpoint import answering
from tests.hosts.server import CALLS, COMMAND, SETTINGS, check_calls, report

NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}")
TYPES = {"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"}
KEYS = {
    *("type", "format", "title", "description", "nullable", "enum", "items", "maxItems", "minItems", "properties"),
    *("required", "minProperties", "maxProperties", "minLength", "maxLength", "pattern", "example", "anyOf"),
    *("propertyOrdering", "default", "minimum", "maximum"),
}
"""What a Schema of the Gemini API may hold; anything else is refused with 400."""


def check_schema(schema: dict[str, Any], where: str) -> None:
    """Hold a schema to the rules of the API."""
    assert not schema.keys() - KEYS, f"{where}: unknown keys {sorted(schema.keys() - KEYS)}"
    kind = schema.get("type")
    assert kind in TYPES, f"{where}: type {kind!r}"
    assert kind != "ARRAY" or "items" in schema, f"{where}: an array without items"
    assert "enum" not in schema or kind == "STRING", f"{where}: an enum that is no string"
    properties = schema.get("properties") or {}
    assert set(schema.get("required") or ()) <= properties.keys(), f"{where}: requires what it does not have"
    for name, inner in properties.items():
        check_schema(inner, f"{where}.{name}")
    if "items" in schema:
        check_schema(schema["items"], f"{where}[]")


class Model:
    """Checks the declarations of each request, and answers by the next call, or a text after the last."""

    def __init__(self) -> None:
        self.tools = 0
        self.results: list[str] = []

    def __call__(self, asked: dict[str, Any]) -> dict[str, Any]:
        declared = [one for tool in asked["tools"] for one in tool["functionDeclarations"]]
        for one in declared:
            assert NAME.fullmatch(one["name"]), one["name"]
            if "parameters" in one:
                check_schema(one["parameters"], one["name"])
        self.tools = len(declared)
        parts = [part for content in asked["contents"] for part in content["parts"]]
        self.results = [str(part["functionResponse"]) for part in parts if "functionResponse" in part]
        if len(self.results) == len(CALLS):
            return _candidate({"text": "Done."})
        call = CALLS[len(self.results)]
        return _candidate({"functionCall": {"name": call["tool"], "args": call["arguments"]}})


def _candidate(part: dict[str, Any]) -> dict[str, Any]:
    content = {"role": "model", "parts": [part]}
    return {"candidates": [{"content": content, "finishReason": "STOP", "index": 0}], "modelVersion": "fake"}


async def main() -> None:
    """Let the fake model call both tools."""
    model = Model()
    server = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=SETTINGS)
    with answering(model) as url:
        client = genai.Client(api_key="fake", http_options=types.HttpOptions(base_url=url))
        async with stdio_client(server) as streams, ClientSession(*streams) as session:
            version = (await session.initialize()).protocol_version
            config: Any = {"tools": [session]}  # as an object it is copied deep, which a session is not made for
            await client.aio.models.generate_content(model="gemini-fake", contents="Look and try.", config=config)
    check_calls(model.results)
    report("google-genai", model.tools, f"protocol {version}")


asyncio.run(main())
