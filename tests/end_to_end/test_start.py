"""What the server leaves for later when a host starts it: people wait until its tools are listed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.mcp_play import both_crms
from tests.support.transports import quiet_environment

NEEDED_LATER = {
    "certifi",
    "crm_mcp.call_tasks.running",
    "crm_mcp.settings_file.document",
    "crm_mcp.telemetry.gauges",
    "crm_mcp.telemetry.log_file",
    "crm_mcp.telemetry.observing",
    "crm_mcp.telemetry.requests",
    "httpx",
    "jinja2",
    "keyring",
    "matplotlib",
    "opentelemetry.sdk",
    "platformdirs",
    "psycopg",
    "sqlite3",
    "tenacity",
    "tomllib",
    "truststore",
    "yaml",
}
NEEDED_BY_COMMANDS = {"crm_mcp.demo", "crm_mcp.doctor", "crm_mcp.http_service", "crm_mcp.unconfigured", "mockserver"}
PEER = {"name": "a host", "version": "1"}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": PEER,
    "io.modelcontextprotocol/clientCapabilities": {},
}
BEFORE_2026: Sequence[Mapping[str, Any]] = (
    {
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": PEER},
    },
    {"method": "notifications/initialized"},
    {"id": 2, "method": "tools/list"},
)
SINCE_2026: Sequence[Mapping[str, Any]] = (
    {"id": 1, "method": "server/discover", "params": {"_meta": META}},
    {"id": 2, "method": "tools/list", "params": {"_meta": META}},
)


def list_tools(messages: Sequence[Mapping[str, Any]], home: Path, log: Path) -> None:
    """Start the server as a host does, in an empty home, and end it once its tools are listed."""
    environment = quiet_environment(both_crms("https://crm.example")) | {"HOME": str(home), "XDG_DATA_HOME": str(home)}
    del environment["CRM_MCP_STORE"], environment["CRM_MCP_SETTINGS"]
    command = [sys.executable, "-X", "importtime", "-m", "crm_mcp"]
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            command, env=environment, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as server,
    ):
        assert server.stdin is not None
        assert server.stdout is not None
        for message in messages:
            print(json.dumps({"jsonrpc": "2.0", **message}), file=server.stdin, flush=True)
        hello, tools = json.loads(server.stdout.readline()), json.loads(server.stdout.readline())
        server.stdin.close()
    assert "result" in hello
    assert len(tools["result"]["tools"]) > 20


@pytest.mark.parametrize("messages", [BEFORE_2026, SINCE_2026], ids=["before 2026", "since 2026"])
def test_until_the_tools_are_listed_nothing_is_loaded_or_opened_that_calls_alone_need(
    messages: Sequence[Mapping[str, Any]], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    list_tools(messages, home, tmp_path / "log")
    loaded = set(re.findall(r"^import time:.*\| *(\S+)$", (tmp_path / "log").read_text(), re.MULTILINE))
    assert "crm_mcp.server" in loaded
    assert loaded & (NEEDED_LATER | NEEDED_BY_COMMANDS) == set()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_neither_the_sdk_nor_the_models(option: str, tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "crm_mcp", option]
    log = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stderr
    loaded = set(re.findall(r"^import time:.*\| *(\S+)$", log, re.MULTILINE))
    assert loaded & {"mcp", "pydantic", "crm_mcp.registry", "crm_mcp.settings"} == set()
