"""The README tells the truth: its tool table is the tools', its settings and commands exist."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
from pathlib import Path
from unittest import mock

import click
import pytest

from crm_mcp.cli import main as crm_mcp_command
from crm_mcp.mcp.tool_table import render_markdown
from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.transport.session import ConnectionPool
from mockserver.cli import main as crm_mock_command
from tests.support.mcp_play import both_crms

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
TABLE = re.compile(r"(<!-- tools: [^\n]*-->\n)(.*?)(<!-- /tools -->)", re.DOTALL)


def tool_table() -> str:
    """Return the table of all tools, as with both CRMs connected."""
    with mock.patch.dict(os.environ, both_crms("http://127.0.0.1:9")):
        pool = ConnectionPool()
        return render_markdown(asyncio.run(build_server(connect(pool), pool).list_tools()))


def test_the_tool_table_is_the_tools() -> None:
    found = TABLE.search(README.read_text(encoding="utf-8"))
    assert found
    assert found[2] == tool_table(), "run `make readme`"


def test_every_setting_is_told() -> None:
    text = README.read_text(encoding="utf-8")
    settings = set(both_crms("")) | {"MINICRM_TIMEZONE", "MINICRM_USER", "CRM_MCP_READ_ONLY", "CRM_MCP_HTTP_TOKEN"}
    settings |= {"CRM_MCP_ALLOWED_HOSTS", "CRM_MCP_TIMEOUT_S", "CRM_MCP_CA_FILE", "CRM_MCP_UNCONFIRMED_WRITES"}
    settings |= {"MINICRM_NOW"}
    assert not [name for name in settings if f"`{name}`" not in text]


def test_every_json_block_is_json() -> None:
    blocks = re.findall(r"```json\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        json.loads(block)


def options_in(text: str, command: str) -> set[str]:
    """Return each option the README gives to a command, wherever that command stands in a line."""
    lines = [line.split("#")[0] for line in text.splitlines() if re.search(rf"\b{command} ", line)]
    words = [word for line in lines for word in shlex.split(line.split(command, 1)[1].replace("`", " "))]
    return {word for word in words if word.startswith("--") and len(word) > 2}


@pytest.mark.parametrize(("name", "command"), [("crm-mcp", crm_mcp_command), ("crm-mock", crm_mock_command)])
def test_every_option_and_command_that_is_told_exists(name: str, command: click.Group) -> None:
    text = README.read_text(encoding="utf-8")
    known = {option for part in [command, *command.commands.values()] for one in part.params for option in one.opts}
    assert options_in(text, name) <= known
    told = set(re.findall(rf"{name} ([a-z]+)\b", text))
    assert {word for word in told if word in {"serve", "demo", "doctor", "tools"}} <= set(command.commands)


def test_every_file_that_is_linked_exists() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert not [link for link in links if "://" not in link and not (ROOT / link).exists()]


if __name__ == "__main__":
    README.write_text(TABLE.sub(rf"\1{tool_table()}\3", README.read_text(encoding="utf-8")), encoding="utf-8")
