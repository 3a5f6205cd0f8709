"""Where each host keeps its servers, on three systems: a wrong path is a server that never appears."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_mcp.hosts import HOSTS
from crm_mcp.hosts.known import host_of
from tests.crm_mcp.hosts.machines import machine

LINUX = {
    "claude-desktop": ".config/Claude/claude_desktop_config.json",
    "claude-code": ".claude.json",
    "vscode": ".config/Code/User/mcp.json",
    "cursor": ".cursor/mcp.json",
    "windsurf": ".codeium/windsurf/mcp_config.json",
    "gemini-cli": ".gemini/settings.json",
    "codex": ".codex/config.toml",
}
MACOS = LINUX | {
    "claude-desktop": "Library/Application Support/Claude/claude_desktop_config.json",
    "vscode": "Library/Application Support/Code/User/mcp.json",
}
WINDOWS = LINUX | {
    "claude-desktop": "AppData/Roaming/Claude/claude_desktop_config.json",
    "vscode": "AppData/Roaming/Code/User/mcp.json",
}


@pytest.mark.parametrize(("platform", "wanted"), [("linux", LINUX), ("darwin", MACOS), ("win32", WINDOWS)])
def test_each_host_is_looked_for_where_it_keeps_its_servers(
    platform: str, wanted: dict[str, str], tmp_path: Path
) -> None:
    on = machine(tmp_path, platform)

    assert {host.client: str(host.places(on)[0].path.relative_to(on.home)) for host in HOSTS} == wanted


@pytest.mark.parametrize(
    ("client", "platform", "variable", "below"),
    [
        ("claude-desktop", "linux", "XDG_CONFIG_HOME", "Claude/claude_desktop_config.json"),
        ("claude-desktop", "win32", "APPDATA", "Claude/claude_desktop_config.json"),
        ("claude-code", "linux", "CLAUDE_CONFIG_DIR", ".claude.json"),
        ("vscode", "linux", "XDG_CONFIG_HOME", "Code/User/mcp.json"),
        ("vscode", "win32", "APPDATA", "Code/User/mcp.json"),
        ("vscode", "darwin", "VSCODE_APPDATA", "Code/User/mcp.json"),
        ("vscode", "win32", "VSCODE_PORTABLE", "user-data/User/mcp.json"),
        ("gemini-cli", "linux", "GEMINI_CLI_HOME", ".gemini/settings.json"),
        ("codex", "win32", "CODEX_HOME", "config.toml"),
    ],
)
def test_a_variable_moves_the_place(client: str, platform: str, variable: str, below: str, tmp_path: Path) -> None:
    moved = tmp_path / "más hely"
    on = machine(tmp_path, platform, {variable: str(moved)})

    assert host_of(client).places(on)[0].path == moved / below


@pytest.mark.parametrize("value", ["", "  ", "relative/folder"])
def test_a_variable_that_names_no_folder_moves_nothing(value: str, tmp_path: Path) -> None:
    on = machine(tmp_path, "linux", {"CODEX_HOME": value, "XDG_CONFIG_HOME": value})

    assert host_of("codex").places(on)[0].path == on.home / ".codex" / "config.toml"
    assert host_of("vscode").places(on)[0].path == on.home / ".config" / "Code" / "User" / "mcp.json"


def test_the_packaged_claude_desktop_of_windows_reads_a_file_of_its_own(tmp_path: Path) -> None:
    on = machine(tmp_path, "win32")
    own = on.home / "AppData/Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude"
    own.mkdir(parents=True)

    assert [place.path for place in host_of("claude-desktop").places(on) if place.is_there] == [
        own / "claude_desktop_config.json"
    ]


def test_claude_codes_old_file_is_the_one_it_reads_where_it_is_there(tmp_path: Path) -> None:
    on = machine(tmp_path)
    old = on.home / ".claude" / ".config.json"
    old.parent.mkdir()
    old.write_text("{}")

    assert [place.path for place in host_of("claude-code").places(on)] == [old]
