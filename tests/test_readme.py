"""The README tells the truth: each tool and setting is named, its commands exist."""

from __future__ import annotations

import re

import click
import pytest

from crm_mcp.cli import main as crm_mcp_command
from mockserver.cli import main as crm_mock_command
from tests.snapshots import README, SETTINGS, list_all_tools


def test_every_tool_is_told_and_every_setting() -> None:
    text = README.read_text(encoding="utf-8")
    settings = re.findall(r"^\| (`.*?) \|", SETTINGS.read_text(encoding="utf-8"), re.MULTILINE)
    names = {name for cell in settings for name in re.findall(r"`([A-Z_]+)`", cell)}
    names |= {tool.name for tool in list_all_tools()}
    assert len(names) > 70
    assert sorted(name for name in names if f"`{name}`" not in text) == []


def test_it_is_short_enough_to_be_read() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 200


def options_in(text: str, command: str) -> set[str]:
    """Return each option the README gives to a command, wherever that command stands in a line."""
    lines = [line.split("#")[0] for line in text.splitlines() if re.search(rf"\b{command} ", line)]
    return {option for line in lines for option in re.findall(r"(?<!\S)--[a-z][a-z-]+", line.split(command, 1)[1])}


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
