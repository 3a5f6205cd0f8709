"""The README tells the truth: its tool table is the tools', its settings and commands exist."""

from __future__ import annotations

import json
import re
import shlex

import click
import pytest

from crm_mcp.cli import main as crm_mcp_command
from mockserver.cli import main as crm_mock_command
from tests.snapshots import HOW, README, ROOT, read_table, render_tool_table
from tests.support.mcp_play import both_crms


def test_the_tool_table_is_the_tools() -> None:
    assert read_table(README, "tools") == render_tool_table(), HOW


def test_every_setting_is_told() -> None:
    text = README.read_text(encoding="utf-8")
    settings = set(both_crms("")) | {"MINICRM_TIMEZONE", "MINICRM_USER", "CRM_MCP_READ_ONLY", "CRM_MCP_HTTP_TOKEN"}
    settings |= {
        "CRM_MCP_ALLOWED_HOSTS",
        "CRM_MCP_TIMEOUT_S",
        "CRM_MCP_CA_FILE",
        "CRM_MCP_EXPORT_DIR",
        "CRM_MCP_UNCONFIRMED_WRITES",
        "CRM_MCP_STORE",
        "CRM_MCP_AUDIT_DAYS",
    }
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


def commands_of(group: click.Group) -> dict[str, click.Command]:
    """Return the commands of a group by name, those of groups in it under both names."""
    found: dict[str, click.Command] = {}
    context = click.Context(group, **group.context_settings)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": one for inner, one in commands_of(command).items()}
    return found


@pytest.mark.parametrize(("name", "command"), [("crm-mcp", crm_mcp_command), ("crm-mock", crm_mock_command)])
def test_every_option_and_command_that_is_told_exists(name: str, command: click.Group) -> None:
    text = README.read_text(encoding="utf-8")
    parts = [command, *commands_of(command).values()]
    known = {option for part in parts for one in part.params for option in one.opts}
    assert options_in(text, name) <= known
    told = set(re.findall(rf"{name} ([a-z]+)\b", text))
    assert {word for word in told if word in {"serve", "demo", "doctor", "tools", "query", "sync", "replica"}} <= set(
        commands_of(command)
    )


def test_every_file_that_is_linked_exists() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert not [link for link in links if "://" not in link and not (ROOT / link).exists()]
