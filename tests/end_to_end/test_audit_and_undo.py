"""What was written is listed and taken back from a terminal, by processes that did not write it."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.fake_process import FakeServer, running_fake
from tests.crm_mcp.safe_writes.playing import User
from tests.support.mcp_play import both_crms, call
from tests.support.transports import over_stdio, quiet_environment
from tests.support.warm_commands import WARM

pytestmark = pytest.mark.slow
MANY = [str(6001 + at) for at in range(20)]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with running_fake("--seed", "demo") as server:
        yield server


@pytest.fixture
def settings(fake: FakeServer, tmp_path: Path) -> Mapping[str, str]:
    """The settings of every process of a test: they share one store, and one account as it was seeded."""
    httpx.post(f"{fake.url}/_control/reset", trust_env=False).raise_for_status()
    return {**both_crms(fake.url), "CRM_MCP_STORE": str(tmp_path / "store")}


def crm_mcp(*arguments: str, settings: Mapping[str, str], stdin: Any = subprocess.DEVNULL) -> tuple[int, str, str]:
    ended = subprocess.run(
        [WARM.path(), *arguments],
        env=quiet_environment(settings),
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def write(settings: Mapping[str, str], tool: str, **arguments: Any) -> Any:
    """Write by a server of its own, with nobody who could be asked."""

    async def play() -> Any:
        async with over_stdio(settings, ".", "auto") as client:
            return await call(client, tool, **arguments)

    return asyncio.run(play())


def read(fake: FakeServer, path: str) -> Any:
    url = f"{fake.url}/Api/R3/{path}"
    return httpx.get(url, auth=("10001", "demo-api-key"), trust_env=False).raise_for_status().json()


def test_a_write_is_listed_with_both_values_and_undone_by_its_id(fake: FakeServer, settings: Mapping[str, str]) -> None:
    name = read(fake, "Project/6001")["Name"]
    written = write(settings, "update_project", project_id=6001, fields={"Name": "Új\x1b[31m név"})
    code, table, _ = crm_mcp("audit", "--since", "1d", settings=settings)
    assert code == 0
    for said in (written["write_id"], "update_project", "6001", "written", f'Name: "{name}" -> "Új'):
        assert said in table
    assert "\x1b" not in table
    code, text, _ = crm_mcp("audit", "--json", settings=settings)
    (entry,) = json.loads(text)["writes"]
    assert entry["changes"] == [{"field": "Name", "before": name, "after": "Új\x1b[31m név"}]
    assert (code, entry["write_id"], entry["crm"], entry["outcome"]) == (0, written["write_id"], "minicrm", "written")
    assert "demo-api-key" not in table + text

    code, shown, _ = crm_mcp("undo", written["write_id"], "--dry-run", settings=settings)
    assert code == 0
    assert f"-> {name}" in shown
    assert read(fake, "Project/6001")["Name"] != name
    code, said, _ = crm_mcp("undo", written["write_id"], settings=settings)
    assert (code, read(fake, "Project/6001")["Name"]) == (0, name)
    assert "1 of 1 taken back." in said
    assert "undone by write-" in crm_mcp("audit", settings=settings)[1]


def test_an_audit_asks_no_crm_and_leaves_out_what_is_older(settings: Mapping[str, str]) -> None:
    write(settings, "update_project", project_id=6001, fields={"Name": "Renamed"})
    away = {**settings, "CRM_MCP_TIMEOUT_S": "1"}
    assert "Renamed" in crm_mcp("audit", settings=away)[1]
    assert crm_mcp("audit", "--since", "2999-01-01", settings=away)[:2] == (0, "Nothing was written.\n")
    assert crm_mcp("audit", "--since", "2999-01-01", "--json", settings=away)[1] == '{\n  "writes": []\n}\n'


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("undo", "write-unknown"), 1, "There is no write 'write-unknown'"),
        (("undo", "write-\udcc5"), 1, r"There is no write 'write-\udcc5'"),  # of a terminal that is not UTF-8
        (("audit", "--since", "yesterday"), 1, "is not a date"),
    ],
)
def test_what_is_not_there_is_said_in_a_line(
    settings: Mapping[str, str], arguments: tuple[str, ...], code: int, says: str
) -> None:
    ended, out, err = crm_mcp(*arguments, settings=settings)
    assert (ended, out) == (code, "")
    assert says in err


def test_without_settings_both_end_with_2(tmp_path: Path) -> None:
    nowhere = {"CRM_MCP_STORE": str(tmp_path / "store")}
    assert crm_mcp("audit", settings=nowhere)[0] == 2
    assert crm_mcp("undo", "write-1", settings=nowhere)[0] == 2


@pytest.mark.parametrize(("reply", "code"), [("n\n", 1), ("y\n", 0)])
def test_a_batch_that_a_person_confirmed_is_undone_only_after_a_yes(
    fake: FakeServer, settings: Mapping[str, str], reply: str, code: int
) -> None:
    before = [user_of(fake, one) for one in MANY]
    write_id = reassign(settings)
    after = [user_of(fake, one) for one in MANY]
    assert after != before
    refused, _, err = crm_mcp("undo", write_id, settings=settings)
    assert refused == 1
    assert "--yes" in err
    ours, theirs = pty.openpty()
    os.write(ours, reply.encode())
    try:
        assert crm_mcp("undo", write_id, settings=settings, stdin=theirs)[0] == code
    finally:
        os.close(ours)
        os.close(theirs)
    assert [user_of(fake, one) for one in MANY] == (before if code == 0 else after)


def test_yes_asks_nobody(fake: FakeServer, settings: Mapping[str, str]) -> None:
    before = [user_of(fake, one) for one in MANY]
    assert crm_mcp("undo", reassign(settings), "--yes", settings=settings)[0] == 0
    assert [user_of(fake, one) for one in MANY] == before


def user_of(fake: FakeServer, project_id: str) -> str:
    return read(fake, f"Project/{project_id}")["UserId"]


def reassign(settings: Mapping[str, str]) -> str:
    """Give many projects to another user, with a person who is asked and says yes; return the id of that write."""

    async def play() -> Any:
        async with over_stdio(settings, ".", "auto", user=User()) as client:
            planned = await call(client, "update_project", project_ids=MANY, fields={"UserId": "103"})
            return await call(client, "update_project", plan_id=planned["plan_id"])

    return str(asyncio.run(play())["write_id"])
