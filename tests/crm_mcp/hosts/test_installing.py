"""Installing into each host: the server starts, everything else stays, and a second time changes nothing."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crm_mcp.errors import HostError
from crm_mcp.hosts import CLIENTS, HOSTS, Host, Login, advise, install, survey, uninstall
from crm_mcp.hosts.known import host_of
from tests.crm_mcp.hosts.machines import machine, options

PLATFORMS = ["linux", "darwin", "win32"]
JSON_CLIENTS = [host.client for host in HOSTS if host.kind.name == "JSON"]


def at_noon() -> datetime:
    return datetime(2026, 11, 27, 12, 0, 0)  # noqa: DTZ001  # the clock of the person


def servers_of(host: Host, path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    held = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    return held[host.servers_key]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_host_that_is_not_there_gets_a_file_that_starts_the_server(
    client: str, platform: str, tmp_path: Path
) -> None:
    on, chosen = machine(tmp_path, platform), options(tmp_path)
    (change,) = install(client, chosen, on)
    entry = servers_of(host_of(client), change.place.path)["crm"]

    assert (change.written, change.is_made, change.backup) == (True, True, None)
    assert entry["command"] == chosen.command[0]
    assert entry["args"] == []
    assert entry["env"] == {"CRM_MCP_SETTINGS": str(chosen.login.settings_file)}
    assert change.place.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("client", CLIENTS)
def test_a_second_time_changes_nothing_and_makes_no_backup(client: str, tmp_path: Path) -> None:
    on, chosen = machine(tmp_path), options(tmp_path)
    (first,) = install(client, chosen, on)
    before = first.place.path.read_bytes()
    (again,) = install(client, chosen, on)

    assert (again.written, again.is_needed, again.backup) == (False, False, None)
    assert first.place.path.read_bytes() == before
    assert len(list(first.place.path.parent.iterdir())) == len([first.place.path])


@pytest.mark.parametrize("client", CLIENTS)
def test_a_rehearsal_writes_nothing(client: str, tmp_path: Path) -> None:
    on = machine(tmp_path)
    (change,) = install(client, options(tmp_path), on, dry_run=True)

    assert change.is_needed
    assert not change.written
    assert list(on.home.iterdir()) == []


def test_what_the_hosts_want_beside_the_command_is_written(tmp_path: Path) -> None:
    written = {
        client: servers_of(host_of(client), install(client, options(tmp_path), machine(tmp_path))[0].place.path)["crm"]
        for client in CLIENTS
    }

    assert [client for client, entry in written.items() if entry.get("type") == "stdio"] == [
        *("claude-code", "vscode", "cursor")
    ]
    assert written["gemini-cli"]["timeout"] == 600_000
    assert written["codex"]["tool_timeout_sec"] == 600
    assert "DBUS_SESSION_BUS_ADDRESS" in written["codex"]["env_vars"]


def test_servers_stand_under_the_key_that_each_host_reads(tmp_path: Path) -> None:
    keys: dict[str, str] = {}
    for client in CLIENTS:
        path = install(client, options(tmp_path), machine(tmp_path))[0].place.path
        text = path.read_text(encoding="utf-8")
        (keys[client],) = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)

    assert keys == {**dict.fromkeys(CLIENTS, "mcpServers"), "vscode": "servers", "codex": "mcp_servers"}


def test_options_are_arguments_of_the_command(tmp_path: Path) -> None:
    login = Login(env_file=tmp_path / "a b.env")
    chosen = options(tmp_path, login=login, read_only=True, toolsets="default,money", name="acme")
    (change,) = install("cursor", chosen, machine(tmp_path))
    entry = servers_of(change.host, change.place.path)["acme"]

    assert entry["args"] == [
        "--env-file",
        str(tmp_path / "a b.env"),
        "serve",
        "--read-only",
        "--toolsets",
        "default,money",
    ]
    assert entry["env"] == {}


@pytest.mark.parametrize("client", JSON_CLIENTS)
def test_other_servers_unknown_keys_and_comments_stay(client: str, tmp_path: Path) -> None:
    on = machine(tmp_path)
    host = host_of(client)
    path = host.places(on)[0].path
    path.parent.mkdir(parents=True, exist_ok=True)
    before = '{\n    // mine\n    "theme": "Ötödik",\n    "KEY": {\n        "b": {"command": "b"}\n    }\n}\n'
    before = before.replace("KEY", host.servers_key)
    path.write_text(before, encoding="utf-8")
    (change,) = install(client, options(tmp_path), on, now=at_noon)

    assert path.read_text(encoding="utf-8").startswith(before.removesuffix("\n    }\n}\n"))
    backup = path.with_name(f"{path.name}.backup-20261127-120000")
    assert change.backup == backup
    assert backup.read_text(encoding="utf-8") == before
    assert backup.stat().st_mode & 0o777 == 0o600
    uninstall(client, "crm", on)
    assert path.read_text(encoding="utf-8") == before


def test_what_a_person_added_to_the_entry_stays_and_what_moved_is_mended(tmp_path: Path) -> None:
    on = machine(tmp_path)
    path = on.home / ".gemini" / "settings.json"
    path.parent.mkdir()
    old = {
        "trust": True,
        "timeout": 5,
        "command": "/gone/bin/crm-mcp",
        "args": ["serve", "--read-only"],
        "env": {"CRM_MCP_SETTINGS": "/gone", "MINICRM_USER": "Nagy Anna"},
    }
    path.write_text(json.dumps({"mcpServers": {"crm": old}}), encoding="utf-8")
    chosen = options(tmp_path)
    changes = install("gemini-cli", chosen, on)

    assert servers_of(changes[0].host, path)["crm"] == {
        "trust": True,
        "timeout": 5,
        "command": chosen.command[0],
        "args": [],
        "env": {"MINICRM_USER": "Nagy Anna", "CRM_MCP_SETTINGS": str(chosen.login.settings_file)},
    }
    assert any("MINICRM_USER" in text for text in advise(changes, chosen, on))


def test_another_server_of_that_name_is_neither_replaced_nor_removed(tmp_path: Path) -> None:
    on = machine(tmp_path)
    path = on.home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text('{"mcpServers": {"crm": {"command": "npx", "args": ["a-crm", "/home/a/crm-mcp"]}}}')
    before = path.read_bytes()

    with pytest.raises(HostError, match="another server called crm"):
        install("cursor", options(tmp_path), on)
    with pytest.raises(HostError, match="another one"):
        uninstall("cursor", "crm", on)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]

    install("cursor", options(tmp_path, replace=True), on)
    assert "npx" not in path.read_text()


@pytest.mark.parametrize(
    "entry",
    [
        {"command": r"C:\Users\Á B\Scripts\CRM-MCP.EXE"},
        {"command": "/opt/x/crm-mcp-server", "args": ["serve"]},
        {"command": "uvx", "args": ["--from", "git+https://example.org/x", "crm-mcp"]},
        {"command": "/v/bin/python3.12", "args": ["-m", "crm_mcp"]},
        {"command": "docker", "args": ["run", "-i", "ghcr.io/example/crm-mcp-server:1.0"]},
        {"command": "/opt/wrapper.sh", "args": ["-c", "x"], "env": {"CRM_MCP_SETTINGS": "/s"}},
    ],
)
def test_this_server_is_known_however_it_was_written(entry: dict[str, object], tmp_path: Path) -> None:
    on = machine(tmp_path)
    path = on.home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"mcpServers": {"mine": entry}}))

    found = next(one for one in survey(on) if one.host.client == "cursor")
    assert [one.name for one in found.installed] == ["mine"]
    assert uninstall("cursor", "mine", on)[0].written


def test_every_build_that_is_found_is_written_and_only_those(tmp_path: Path) -> None:
    on = machine(tmp_path, "darwin")
    base = on.home / "Library" / "Application Support"
    (base / "Code - Insiders").mkdir(parents=True)
    (base / "VSCodium").mkdir()

    assert [change.place.path for change in install("vscode", options(tmp_path), on)] == [
        *(base / "Code - Insiders/User/mcp.json", base / "VSCodium/User/mcp.json")
    ]


def test_a_project_gets_a_file_of_its_own_where_the_host_has_such(tmp_path: Path) -> None:
    on = machine(tmp_path)
    chosen = options(tmp_path, scope="project")

    assert install("vscode", chosen, on)[0].place.path == on.folder / ".vscode" / "mcp.json"
    assert install("claude-code", chosen, on)[0].place.path == on.folder / ".mcp.json"
    assert uninstall("vscode", "crm", on, scope="project")[0].written
    with pytest.raises(HostError, match="no login is written"):
        install("cursor", options(tmp_path, scope="project", login=Login(variables={"MINICRM_API_KEY": "k"})), on)
    with pytest.raises(HostError, match="no servers of a project"):
        install("claude-desktop", chosen, on)


@pytest.mark.parametrize(
    ("client", "folder"), [("cursor", "${x}"), ("gemini-cli", "a$b"), ("vscode", "${workspaceFolder}")]
)
def test_a_path_that_the_host_would_rewrite_is_refused(client: str, folder: str, tmp_path: Path) -> None:
    chosen = options(tmp_path, command=[f"/opt/{folder}/crm-mcp"])
    with pytest.raises(HostError, match="would replace by a variable"):
        install(client, chosen, machine(tmp_path))


def test_a_host_is_found_by_its_folder_or_its_program(tmp_path: Path) -> None:
    on = machine(tmp_path, programs=("gemini",))
    (on.home / ".codex").mkdir()

    assert [one.host.client for one in survey(on) if one.is_there] == ["gemini-cli", "codex"]


def test_a_host_whose_file_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    on = machine(tmp_path)
    install("codex", options(tmp_path), on)
    (on.home / ".cursor").mkdir()
    (on.home / ".cursor" / "mcp.json").write_text("{")
    found = {one.host.client: one for one in survey(on)}

    assert "line 1" in str(found["cursor"].problem)
    assert [one.works for one in found["codex"].installed] == [True]


def test_what_is_missing_is_said_with_the_way_out(tmp_path: Path) -> None:
    on = machine(tmp_path)

    def told(login: Login) -> str:
        chosen = options(tmp_path, login=login)
        return " ".join(advise(install("cursor", chosen, on), chosen, on))

    assert "crm-mcp setup" in told(Login())
    assert "--with-secrets" in told(Login(unwritten=("MINICRM_API_KEY",)))
    assert "plain text" in told(Login(variables={"MINICRM_API_KEY": "k"}))


def test_a_strict_hosts_file_with_comments_is_edited_and_the_person_told(tmp_path: Path) -> None:
    on, chosen = machine(tmp_path), options(tmp_path)
    path = on.home / ".claude.json"
    path.write_text('{\n  // mine\n  "a": 1\n}\n')

    assert any("comments" in text for text in advise(install("claude-code", chosen, on), chosen, on))
    assert "// mine" in path.read_text()
