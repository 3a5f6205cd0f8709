"""Editing TOML keeps every line that is not the server's own."""

from __future__ import annotations

import tomllib

import pytest

from crm_mcp.hosts.documents.json_tree import UnreadableError
from crm_mcp.hosts.documents.kinds import TOML, change

PATH = ("mcp_servers", "crm")
ENTRY: dict[str, object] = {
    "command": r"C:\Users\Kovács Ágnes\crm-mcp.exe",
    "args": ["--env-file", "/a 'b' \"c\""],
    "env": {"CRM_MCP_SETTINGS": "/s"},
    "tool_timeout_sec": 600,
}
OTHER: dict[str, object] = {"command": "/y", "args": [], "env": {"A": "1"}, "tool_timeout_sec": 60}
TEXTS = [
    "",
    'model = "x" # which\n',
    '[mcp_servers.a]\ncommand = "x"\n[other]\ny=1\n[mcp_servers.b] # b\ncommand="z"\n',
    'mcp_servers = { a = { command = "x" } } # in braces\n[q]\nz=1\n',
    '[mcp_servers]\na = { command = "x" }\n# end\n',
    'mcp_servers.a.command = "x"\n[q]\n',
    '# first\r\n[mcp_servers.a]\r\ncommand = "x"\r\n',
    '[mcp_servers.a.env]\nX="1"\n[profiles.crm]\nx=1\n[[many]]\nx=1\n',
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_server_that_was_added_can_be_taken_out_again_and_nothing_else_has_moved(text: str) -> None:
    added = change(TOML, text, PATH, ENTRY)

    assert tomllib.loads(added)["mcp_servers"]["crm"] == ENTRY
    assert change(TOML, added, PATH, ENTRY) == added
    assert change(TOML, added, PATH, None) == text


@pytest.mark.parametrize("text", TEXTS)
def test_another_entry_takes_its_place_and_all_other_lines_stay(text: str) -> None:
    other = change(TOML, change(TOML, text, PATH, ENTRY), PATH, OTHER)

    assert tomllib.loads(other)["mcp_servers"]["crm"] == OTHER
    assert [line for line in text.splitlines() if "mcp_servers =" not in line and line not in other] == []


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = \n", 1), ('a = 1\n[b\nc = "d"\n', 2), ("a = 1\na = 2\n", 2), ('mcp_servers = "none"\n', 0)],
)
def test_what_is_not_understood_is_refused(text: str, line: int) -> None:
    with pytest.raises(UnreadableError) as refusal:
        change(TOML, text, PATH, ENTRY)

    assert refusal.value.line == line
