"""`crm-mcp install` and `uninstall` as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crm_mcp.cli import main
from crm_mcp.hosts import CLIENTS
from crm_mcp.languages import use

KEY = "s3cr3t-key-of-the-account"
MOVING = (
    *("CODEX_HOME", "CLAUDE_CONFIG_DIR", "VSCODE_PORTABLE", "VSCODE_APPDATA", "GEMINI_CLI_HOME"),
    "CRM_MCP_SETTINGS",
)
THEIRS = "s3cr3t-token-of-another-server"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    for variable in (
        "CODEX_HOME",
        "CLAUDE_CONFIG_DIR",
        "VSCODE_PORTABLE",
        "VSCODE_APPDATA",
        "GEMINI_CLI_HOME",
        "CRM_MCP_SETTINGS",
    ):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    for variable in ("XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path / ".config"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    use("en")


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env=environment)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("client", CLIENTS)
def test_a_rehearsal_shows_path_and_difference_but_no_secret(client: str) -> None:
    done = run("install", client, "--dry-run", "--with-secrets", MINICRM_API_KEY=KEY)

    assert done.exit_code == 0
    assert "+++ " in done.output
    assert "(hidden)" in done.output
    assert "start it again" not in done.output
    assert KEY not in done.output


def test_a_rehearsal_tells_nothing_of_other_servers(home: Path) -> None:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"mcpServers": {"git": {"command": "x", "env": {"TOKEN": THEIRS}}}}))
    done = run("install", "cursor", "--dry-run")

    assert '+    "crm": {' in done.output
    assert THEIRS not in done.output


def test_a_secret_of_the_entry_that_changes_is_hidden_and_told_apart(home: Path) -> None:
    run("install", "cursor", "--with-secrets", MINICRM_API_KEY=THEIRS)
    done = run("install", "cursor", "--with-secrets", "--dry-run", MINICRM_API_KEY=KEY)

    assert '-        "MINICRM_API_KEY": "(hidden)"' in done.output
    assert '+        "MINICRM_API_KEY": "(hidden, new)"' in done.output
    assert THEIRS in (home / ".cursor" / "mcp.json").read_text()


def test_installing_and_taking_out_again(home: Path) -> None:
    first = run("install", "codex")
    again = run("install", "codex")
    listed = run("install")
    out = run("uninstall", "codex")
    gone = run("uninstall", "codex")
    path = str(home / ".codex" / "config.toml")

    assert f"{path} was written." in first.output
    assert f"{path} is as it should be." in again.output
    assert f"installed as crm in {path}" in listed.output
    assert f"{path} is removed again: nothing else was in it." in out.output
    assert "No server called crm" in gone.output
    assert [done.exit_code for done in (first, again, listed, out, gone)] == [0, 0, 0, 0, 0]


def test_what_cannot_be_read_is_refused_with_its_line(home: Path) -> None:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text('{\n  "a": 1\n  "b": 2\n}')
    done = run("install", "cursor")

    assert done.exit_code == 1
    assert f"{path}, line 3" in done.output
    assert "Traceback" not in done.output


def test_the_list_fails_where_an_installed_command_is_gone(home: Path) -> None:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text('{"mcpServers": {"crm": {"command": "/gone/crm-mcp"}}}')
    done = run("install")

    assert done.exit_code == 1
    assert "/gone/crm-mcp is not there" in done.output


@pytest.mark.usefixtures("home")
def test_an_entry_can_be_printed_for_a_host_that_is_not_known() -> None:
    done = run("install", "claude-desktop", "--print", "--read-only")

    assert json.loads(done.output)["mcpServers"]["crm"]["args"] == ["serve", "--read-only"]


def test_an_env_file_before_the_command_is_the_one_that_is_installed(home: Path) -> None:
    (home / "x.env").write_text(f"MINICRM_API_KEY={KEY}")
    run("--env-file", "x.env", "install", "cursor")
    entry = json.loads((home / ".cursor" / "mcp.json").read_text())["mcpServers"]["crm"]

    assert entry["args"] == ["--env-file", str(home / "x.env")]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", ["", "a b", "ügyfelek", "a.b", "x" * 65])
def test_a_name_that_some_host_does_not_take_is_refused(name: str) -> None:
    assert run("install", "cursor", "--name", name).exit_code == 2


def test_hungarian_is_spoken_where_it_is_asked_for(home: Path) -> None:
    done = run("install", "cursor", CRM_MCP_LANGUAGE="hu")

    assert f"Kész: {home / '.cursor' / 'mcp.json'}." in done.output
