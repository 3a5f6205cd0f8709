"""A function becomes a tool with slim strict schemas, compact results and errors that name the next step."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp.types import CallToolResult, TextContent
from pydantic import Field
from typing_extensions import TypedDict

from crm_mcp.errors import InputError, NotFoundError
from crm_mcp.mcp.arguments import Fields, Id, Limit, Text
from crm_mcp.mcp.calls.schemas import slim_schema
from crm_mcp.mcp.tool import READ, build_tool, refuse_same_names


class Echo(TypedDict):
    """What came in."""

    got: dict[str, Any]


async def echo(
    record_id: Id,
    text: Text = "",
    limit: Limit = 20,
    fields: Annotated[Fields, Field(description="any")] = {},  # noqa: B006
) -> Echo:
    """Say what came in.

    Twice.
    """
    if text == "missing":
        raise NotFoundError("There is none.", status=404, hint="Search first.")
    if text == "crash":
        raise KeyError("secret detail")
    return {"got": {"record_id": record_id, "text": text, "limit": limit, "fields": fields}}


TOOL = build_tool(echo, title="Echo", annotations=READ)


def call(**arguments: Any) -> CallToolResult:
    async def run() -> CallToolResult:
        async with Client(MCPServer("t", tools=[TOOL], log_level="CRITICAL")) as client:
            result = await client.call_tool("echo", arguments)
            assert isinstance(result, CallToolResult)
            return result

    return asyncio.run(run())


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


def test_the_text_is_the_same_data_as_the_structure_and_compact() -> None:
    result = call(record_id="8", text="\u0150ze")
    assert json.loads(text_of(result)) == result.structured_content
    assert ": " not in text_of(result)
    assert "\u0150ze" in text_of(result)


def test_the_docstring_is_the_description_on_one_line() -> None:
    assert TOOL.description == "Say what came in. Twice."


def test_the_schemas_hold_no_noise() -> None:
    printed = json.dumps([TOOL.parameters, TOOL.output_schema])
    assert "title" not in printed
    assert '"default": ""' not in printed
    assert "additionalProperties" not in printed
    assert TOOL.parameters["properties"]["limit"]["default"] == 20


@pytest.mark.parametrize(("given", "taken"), [(8, "8"), ("8", "8"), ("a/b", "a/b")])
def test_an_id_is_text_and_a_number_is_taken_too(given: object, taken: str) -> None:
    result = call(record_id=given)
    assert result.structured_content is not None
    assert result.structured_content["got"]["record_id"] == taken


@pytest.mark.parametrize("given", [True, 1.5, None, ["8"]])
def test_what_is_no_id_is_refused(given: object) -> None:
    assert call(record_id=given).is_error


def test_text_takes_numbers_and_booleans() -> None:
    for given, taken in ((5, "5"), (1.5, "1.5"), (True, "true")):
        result = call(record_id="8", text=given)
        assert result.structured_content is not None
        assert result.structured_content["got"]["text"] == taken


def test_an_unknown_argument_is_refused_by_name_with_the_near_one_and_all_valid_ones() -> None:
    result = call(record_id="8", limits=5)
    assert result.is_error
    assert text_of(result) == (
        "echo: unknown argument 'limits' (did you mean 'limit'?). Arguments: record_id, text, limit, fields."
    )


def test_a_missing_argument_is_named() -> None:
    assert "record_id is required" in text_of(call())


@pytest.mark.parametrize("limit", [0, 101, 1000, -1, "many"])
def test_a_value_out_of_bounds_is_explained_without_pydantics_words(limit: object) -> None:
    text = text_of(call(record_id="8", limit=limit))
    assert text.startswith("echo: limit: should be ")
    assert "pydantic" not in text
    assert "http" not in text


def test_an_error_is_the_message_and_the_next_step_and_nothing_else() -> None:
    result = call(record_id="8", text="missing")
    assert result.is_error
    assert text_of(result) == "There is none. Search first."


def test_a_crash_tells_the_model_nothing_of_the_inside() -> None:
    result = call(record_id="8", text="crash")
    assert result.is_error
    assert "secret" not in text_of(result)


def test_a_property_may_be_called_title_or_description() -> None:
    schema = {"properties": {"title": {"title": "T", "type": "string"}, "description": {"type": "string"}}}
    slim = slim_schema(schema)
    assert slim == {"properties": {"title": {"type": "string"}, "description": {"type": "string"}}}


def test_references_are_written_out() -> None:
    schema = {"$defs": {"A": {"title": "A", "type": "object"}}, "items": {"$ref": "#/$defs/A"}}
    assert slim_schema(schema) == {"items": {"type": "object"}}


def test_errors_of_input_are_shown_whole() -> None:
    assert str(InputError("No.", hint="Do this.")) == "No. Do this."
    assert str(InputError("No.")) == "No."


def test_two_tools_of_one_name_are_refused_naming_both() -> None:
    other = build_tool(echo, name="other", title="Another", annotations=READ)
    refuse_same_names([TOOL, other])
    same = build_tool(echo, name=TOOL.name, title="The same", annotations=READ)
    with pytest.raises(ValueError, match=f"Two tools are called echo: '{TOOL.title}' and 'The same'"):
        refuse_same_names([TOOL, other, same])
