"""What a host sees in tools/list: complete, strict, small, and the same as the committed snapshot."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

from crm_mcp.registry import all_tools, connect
from crm_mcp.transport.connections import ConnectionPool
from tests.snapshots import HOW, TOOLS, as_json, list_tools, render_tool
from tests.support.mcp_play import both_crms

SHARED = ["list_modules", "describe_module"]
IVINEX = [
    *("search_records", "get_record", "get_linked_records", "summarize_records"),
    *("create_records", "update_records", "create_note"),
]
MINICRM = [
    *("search_projects", "get_project", "search_contacts", "get_contact"),
    *("get_project_tasks", "get_task", "list_addresses", "get_address"),
    *("summarize_projects", "list_open_tasks", "get_contact_overview", "find_stale_projects"),
    *("create_project", "update_project", "create_contact", "update_contact"),
    *("create_task", "update_task", "create_address", "update_address"),
]
QUERY = ["query_crm"]
OVER_ALL = ["undo_write", "export_search"]
ALL = [*SHARED, *QUERY, *IVINEX, *MINICRM, *OVER_ALL]
HISTORY = ["get_project_history", "list_emails", "read_attachment"]
MONEY = ["list_documents", "get_document", "create_invoice", "change_document"]
MORE = ["purge_person"]
FURTHER = {"history": HISTORY, "money": MONEY, "more": MORE}
EVERY_TOOLSET = [*ALL, *HISTORY, *MONEY, *MORE]
_WRITES = ("create_", "update_", "undo_", "change_", "purge_")
IRREVOCABLE = {"create_invoice", "change_document", "purge_person"}
"""Writing tools with rules and tests of their own, in `tests/crm_mcp/minicrm/tools/money` and `more`."""
WRITING = {name for name in EVERY_TOOLSET if name.startswith(_WRITES)}


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in both_crms("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def only_ivinex(both: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    for name in ("MINICRM_SYSTEM_ID", "MINICRM_API_KEY"):
        monkeypatch.setenv(name, "")


@pytest.fixture
def only_minicrm(both: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    for name in ("IVINEX_URL", "IVINEX_USERNAME", "IVINEX_PASSWORD"):
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("both")
def test_every_tool_of_the_contract_is_there_and_no_other() -> None:
    assert [tool.name for tool in list_tools()] == ALL


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("toolset", FURTHER)
def test_a_further_toolset_alone_is_served_alone(toolset: str) -> None:
    assert [tool.name for tool in list_tools(toolsets=toolset)] == FURTHER[toolset]
    both = {tool.name for tool in list_tools(toolsets=f"default,{toolset}")}
    assert both == {*ALL, *FURTHER[toolset]}


@pytest.mark.usefixtures("only_ivinex")
def test_an_unconfigured_minicrm_brings_no_tools() -> None:
    assert [tool.name for tool in list_tools()] == [*SHARED, *QUERY, *IVINEX, *OVER_ALL]


@pytest.mark.usefixtures("only_minicrm")
def test_an_unconfigured_ivinex_brings_no_tools() -> None:
    assert [tool.name for tool in list_tools()] == [*SHARED, *QUERY, *MINICRM, *OVER_ALL]


@pytest.mark.usefixtures("both")
def test_read_only_leaves_out_every_writing_tool() -> None:
    assert {tool.name for tool in list_tools(read_only=True)} == set(ALL) - WRITING


@pytest.mark.usefixtures("only_minicrm")
def test_one_crm_needs_no_argument_to_choose_it() -> None:
    by_name = {tool.name: tool for tool in list_tools()}
    assert set(by_name["list_modules"].input_schema["properties"]) == set()
    assert set(by_name["describe_module"].input_schema["properties"]) == {"module", "fields"}


@pytest.mark.usefixtures("both")
def test_two_crms_are_told_apart_by_an_argument_with_their_names() -> None:
    by_name = {tool.name: tool for tool in list_tools()}
    assert by_name["describe_module"].input_schema["properties"]["crm"]["enum"] == ["ivinex", "minicrm"]
    assert by_name["describe_module"].input_schema["required"] == ["crm", "module"]
    assert "required" not in by_name["list_modules"].input_schema


@pytest.mark.usefixtures("both")
def test_every_tool_has_title_description_annotations_and_both_schemas() -> None:
    for tool in list_tools(toolsets="all"):
        plain = as_json(tool)
        assert tool.title, tool.name
        assert tool.description, tool.name
        assert set(plain["annotations"]) == {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
        assert plain["annotations"]["readOnlyHint"] is (tool.name not in WRITING)
        assert plain["annotations"]["idempotentHint"] is not tool.name.startswith("create_")
        assert plain["outputSchema"]["type"] == "object"


@pytest.mark.usefixtures("both")
def test_no_schema_holds_what_some_hosts_refuse_or_what_tells_nothing() -> None:
    for tool in list_tools(toolsets="all"):
        inputs, outputs = json.dumps(tool.input_schema), json.dumps(tool.output_schema)
        for schema in (inputs, outputs):
            for noise in ("anyOf", "null", "$ref", "$defs", '"title"', "additionalProperties", '"type": ['):
                assert noise not in schema, f"{tool.name}: {noise}"


@pytest.mark.parametrize(
    ("connected", "toolsets", "most_tools", "most_bytes"),
    [
        ("both", "", 32, 27_000),
        ("only_ivinex", "", 32, 20_000),
        ("only_minicrm", "", 32, 20_500),
        ("both", "all", 42, 36_000),
    ],
)
@pytest.mark.parametrize("read_only", [False, True])
def test_the_whole_list_stays_within_its_budget(
    request: pytest.FixtureRequest,
    connected: str,
    toolsets: str,
    most_tools: int,
    most_bytes: int,
    read_only: bool,
) -> None:
    request.getfixturevalue(connected)
    tools = [as_json(tool) for tool in list_tools(read_only=read_only, toolsets=toolsets)]
    assert len(tools) <= most_tools
    size = len(json.dumps({"tools": tools}, separators=(",", ":"), ensure_ascii=False).encode())
    print(f"{connected} {toolsets}: {len(tools)} tools, {size:,} of {most_bytes:,} bytes")
    assert size <= most_bytes


@pytest.mark.parametrize(("connected", "other"), [("only_ivinex", "minicrm"), ("only_minicrm", "ivinex")])
def test_where_one_crm_is_connected_nothing_speaks_of_the_other(
    request: pytest.FixtureRequest, connected: str, other: str
) -> None:
    request.getfixturevalue(connected)
    tools = list_tools()
    assert other not in json.dumps([as_json(tool) for tool in tools]).casefold()
    elsewhere = {"only_ivinex": MINICRM, "only_minicrm": IVINEX}[connected]
    for tool in tools:
        assert not [name for name in elsewhere if name in (tool.description or "")], tool.name


@pytest.mark.usefixtures("both")
def test_an_output_schema_names_what_an_answer_always_holds_and_what_leads_on() -> None:
    by_name = {tool.name: tool.output_schema or {} for tool in list_tools()}
    assert by_name["search_projects"] == {
        "type": "object",
        "properties": {"items": {"type": "array"}, "next_cursor": {"type": "string"}, "total": {"type": "integer"}},
        "required": ["items"],
    }
    assert set(by_name["get_project"]["properties"]) == {"id", "name", "fields"}


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("name", EVERY_TOOLSET)
def test_a_tool_is_what_its_snapshot_says(name: str) -> None:
    (tool,) = (tool for tool in list_tools(toolsets="all") if tool.name == name)
    assert render_tool(tool) == (TOOLS / f"{name}.json").read_text(encoding="utf-8"), HOW


@pytest.mark.usefixtures("both")
def test_two_connectors_with_a_tool_of_one_name_do_not_start() -> None:
    ivinex, minicrm = connect(ConnectionPool())
    with pytest.raises(ValueError, match="search_projects"):
        all_tools([ivinex, minicrm, minicrm])


def test_no_snapshot_is_left_of_a_tool_that_is_gone() -> None:
    assert {file.stem for file in TOOLS.glob("*.json")} == set(EVERY_TOOLSET)


def test_both_packages_say_that_they_are_typed() -> None:
    assert (resources.files("crm_mcp") / "py.typed").is_file()
    assert (resources.files("mockserver") / "py.typed").is_file()
