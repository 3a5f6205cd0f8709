"""The rules that hosts and model APIs apply to a list of tools, as a table: often one bad tool costs them all.

Each rule is somebody's: the third column names the public project or issue that it was read in, November 2026.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.types import Prompt

from tests.snapshots import as_json, list_tools
from tests.support.crm_stub import in_session
from tests.support.mcp_play import both_crms

Json = dict[str, Any]

SERVER_NAME = "crm-mcp-server"
"""What people call the server in their host's settings where they follow the documents."""


def nodes(schema: Json) -> Iterator[Json]:
    """Yield a schema and each schema inside it."""
    yield schema
    inside = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    for one in inside:
        yield from nodes(one)


def each_node(holds: Callable[[Json], bool]) -> Callable[[Json], bool]:
    """Return the check that a condition holds for each schema inside a tool's input schema."""
    return lambda tool: all(map(holds, nodes(tool["inputSchema"])))


def each_output_node(holds: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda tool: all(map(holds, nodes(tool["outputSchema"])))


def keys_of(node: Json) -> set[str]:
    return set(node.get("properties", {}))


@dataclass(frozen=True)
class Rule:
    """A rule: who applies it, what it demands, where it was read, and whether a tool keeps it."""

    host: str
    demands: str
    source: str
    is_kept: Callable[[Json], bool]


GENAI_KEYS = {"type", "description", "default", "enum", "items", "properties", "required", "maximum", "minimum"}
"""Keys of a schema that google-genai's `Schema` has, as far as they are of use here."""

RULES: list[Rule] = [
    Rule(
        "google-genai",
        "only keys that its Schema has, additionalProperties not among them",
        "googleapis/python-genai#1815, marimo-team/marimo#6201",
        each_node(lambda node: node.keys() <= GENAI_KEYS),
    ),
    Rule(
        "Gemini API",
        "a name of letters, digits, _ . : -, that begins with a letter or _, at most 64 long",
        "cline/cline#7339",
        lambda tool: bool(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}", tool["name"])),
    ),
    Rule(
        "Gemini API",
        "one type for each value",
        "anomalyco/opencode#43495, zereight/gitlab-mcp#166",
        each_node(lambda node: isinstance(node.get("type"), str)),
    ),
    Rule(
        "Gemini API",
        "items for each array",
        "cline/cline#7339",
        each_node(lambda node: node["type"] != "array" or "items" in node),
    ),
    Rule(
        "Gemini API",
        "properties and required on objects alone",
        "anomalyco/opencode#11889",
        each_node(lambda node: node["type"] == "object" or not {"properties", "required"} & node.keys()),
    ),
    Rule(
        "Gemini API",
        "required names that are properties of the same object",
        "Kilo-Org/kilocode#11955",
        each_node(lambda node: set(node.get("required", [])) <= keys_of(node)),
    ),
    Rule(
        "Gemini API",
        "choices on texts alone, none of them empty",
        "sbroenne/mcp-server-excel#607",
        each_node(lambda node: "enum" not in node or (node["type"] == "string" and all(node["enum"]))),
    ),
    Rule(
        "OpenAI API",
        "a name of letters, digits, _ and -, at most 64 long",
        "nanbingxyz/5ire#403, SAP/ai-sdk-js FunctionObject",
        lambda tool: bool(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", tool["name"])),
    ),
    Rule(
        "OpenAI API",
        "a description of at most 1,024 characters",
        "modelcontextprotocol/servers#799, getsentry/sentry-mcp#106",
        lambda tool: len(tool["description"]) <= 1024,
    ),
    Rule(
        "OpenAI API",
        "an object at the root, without anyOf, oneOf, allOf, not or enum beside it",
        "langchain-ai/langchainjs#9804",
        lambda tool: (
            tool["inputSchema"]["type"] == "object"
            and not {"anyOf", "oneOf", "allOf", "not", "enum"} & tool["inputSchema"].keys()
        ),
    ),
    Rule(
        "OpenAI API",
        "items for each array",
        "streamnative/streamnative-mcp-server#26",
        each_node(lambda node: node["type"] != "array" or "items" in node),
    ),
    Rule(
        "OpenAI API",
        "properties at the root, if only none",
        "openai/openai-agents-python#454",
        lambda tool: isinstance(tool["inputSchema"].get("properties"), dict),
    ),
    Rule(
        "Anthropic API",
        "a name of letters, digits, _ and -, at most 64 long with what Claude Code sets before it",
        "anthropics/claude-code#3102",
        lambda tool: len(f"mcp__{SERVER_NAME}__{tool['name']}") <= 64,
    ),
    Rule(
        "Anthropic API",
        "keys of properties of letters, digits, _ . -, at most 64 long",
        "anthropics/claude-code#79418, n8n-io/n8n#30590",
        each_node(lambda node: all(re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", key) for key in keys_of(node))),
    ),
    Rule(
        "Anthropic API",
        "no anyOf, oneOf or allOf at the root",
        "anomalyco/opencode#46628",
        lambda tool: not {"anyOf", "oneOf", "allOf"} & tool["inputSchema"].keys(),
    ),
    Rule(
        "VS Code",
        "items for each array, else the tool fails validation",
        "RyanCardin15/AzureDevOps-MCP#7",
        each_node(lambda node: node["type"] != "array" or "items" in node),
    ),
    Rule(
        "VS Code",
        "a name of at most 64 characters with the prefix of the server",
        "microsoft/vscode#243602",
        lambda tool: len(f"mcp_{SERVER_NAME}_{tool['name']}") <= 64,
    ),
    Rule(
        "Cursor",
        "at most 60 characters of server and tool name together",
        "sparfenyuk/mcp-proxy#45, ComposioHQ/composio#2788",
        lambda tool: len(f"{SERVER_NAME}:{tool['name']}") <= 60,
    ),
    Rule(
        "Gemini CLI",
        "a type for each property, else the tool is skipped",
        "arben-adm/mcp-sequential-thinking#12",
        each_node(lambda node: all("type" in one for one in node.get("properties", {}).values())),
    ),
    Rule(
        "MCP clients in TypeScript",
        "an output schema of type object",
        "opentokenz/mcpx#28",
        lambda tool: tool["outputSchema"]["type"] == "object",
    ),
    Rule(
        "MCP clients in TypeScript",
        "an output schema that forbids no key",
        "yamadashy/repomix#833, cyanheads/mcp-ts-core#241",
        each_output_node(lambda node: "additionalProperties" not in node and isinstance(node["type"], str)),
    ),
    Rule(
        "MCP clients with little JSON Schema",
        "no reference and no union in either schema",
        "simonx1/ruby-mcp-client#176",
        lambda tool: (
            not re.search(
                r'"(\$ref|\$defs|anyOf|oneOf|allOf|not|null)"', json.dumps([tool["inputSchema"], tool["outputSchema"]])
            )
        ),
    ),
]

CONNECTED = {"both": (), "Ivinex": ("MINICRM_SYSTEM_ID", "MINICRM_API_KEY"), "MiniCRM": tuple(both_crms(""))[:4]}
"""Which variables are not set where these CRMs are connected."""


@pytest.fixture(params=CONNECTED)
def connected(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in both_crms("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    for name in CONNECTED[request.param]:
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.host}: {rule.demands}")
def test_no_host_refuses_a_tool(rule: Rule) -> None:
    tools = [as_json(tool) for tool in list_tools()]
    assert tools
    broken = [tool["name"] for tool in tools if not rule.is_kept(tool)]
    assert not broken, f"{rule.host} wants {rule.demands} ({rule.source})"


@pytest.mark.usefixtures("connected")
def test_no_host_refuses_a_prompt() -> None:
    for prompt in in_session(read_prompts):
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", prompt.name)
        for argument in prompt.arguments or []:
            assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", argument.name), (prompt.name, argument.name)
            assert argument.description, (prompt.name, argument.name)


async def read_prompts(client: Client) -> list[Prompt]:
    return (await client.list_prompts()).prompts
