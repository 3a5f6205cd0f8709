"""`crm-mcp call` calls a tool as a host would, and what needs a confirmation is asked on the terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.fake_process import FakeServer
from mockserver.seeds.load import read_seed
from tests.support.mcp_play import both_crms
from tests.support.transports import quiet_environment
from tests.support.warm_commands import WARM

pytestmark = pytest.mark.slow
TRASH = json.dumps({"project_id": "6001", "fields": {"Deleted": 1}})


@pytest.fixture(autouse=True)
def demo(fake_server: FakeServer) -> None:
    """Put the demo data in: which tests came before is not known."""
    httpx.put(f"{fake_server.url}/_control/seed", json=read_seed("demo"), trust_env=False).raise_for_status()


def run_call(
    fake: FakeServer, cwd: Path, *arguments: str, stdin: Any = subprocess.DEVNULL
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WARM.path(), "call", *arguments],
        env=quiet_environment(both_crms(fake.url)),
        cwd=cwd,
        stdin=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def trash_on_a_terminal(fake: FakeServer, cwd: Path, reply: bytes) -> subprocess.CompletedProcess[str]:
    person, terminal = pty.openpty()
    os.write(person, reply)
    try:
        return run_call(fake, cwd, "update_project", TRASH, stdin=terminal)
    finally:
        os.close(person)
        os.close(terminal)


def count_writes(fake: FakeServer) -> int:
    journal = httpx.get(f"{fake.url}/_control/requests", params={"method": "PUT"}, trust_env=False).json()
    return len([request for request in journal if "/Project/" in request["path"]])


def test_a_tool_can_be_tried_without_a_host(fake_server: FakeServer, tmp_path: Path) -> None:
    found = run_call(fake_server, tmp_path, "search_contacts", '{"query": "Katalin"}')
    assert json.loads(found.stdout)["items"][0]["name"] == "Katalin Vörös"
    wrong = run_call(fake_server, tmp_path, "search_contacts", '{"querry": "Katalin"}')
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "did you mean 'query'?" in wrong.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("search_contact",),
            "There is no tool 'search_contact', did you mean search_contacts",
        ),
        (("search_contacts", "Anna"), "The arguments are no JSON"),
        (("search_contacts", "[]"), "The arguments are no JSON object"),
    ],
)
def test_what_cannot_be_called_is_told(
    fake_server: FakeServer, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    result = run_call(fake_server, tmp_path, *arguments)
    assert result.returncode == 1
    assert result.stderr.startswith(f"crm-mcp call: {told}")


def test_only_a_yes_on_the_terminal_lets_a_project_go_to_the_trash(fake_server: FakeServer, tmp_path: Path) -> None:
    before = count_writes(fake_server)
    assert "cannot ask" in run_call(fake_server, tmp_path, "update_project", TRASH).stderr
    declined = trash_on_a_terminal(fake_server, tmp_path, b"n\n")
    assert declined.returncode == 1
    assert "Third floor, twelve rooms" in declined.stderr
    assert count_writes(fake_server) == before
    accepted = trash_on_a_terminal(fake_server, tmp_path, b"y\n")
    assert json.loads(accepted.stdout)["id"] == "6001"
    assert count_writes(fake_server) == before + 1
