"""What was read is on disk only where it may be: every file is searched for what only the CRM knew."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.fake_process import FakeServer
from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import call
from tests.support.transports import over_stdio
from tests.support.transports import run_warm as crm_mcp

SQL = (
    "select p.id, p.name, p.text1204, t.comment from minicrm_projects_sales p "
    "join minicrm_tasks t on t.project_id = p.id"
)


@pytest.fixture
def fake(fake_server: FakeServer) -> Iterator[CrmFake]:
    with fake_server.new_workspace("demo") as found:
        yield found


async def read_all(settings: dict[str, str], folder: Path) -> tuple[list[bytes], list[Path]]:
    """Read by statements and searches; return names that were read, and the files that hold one, during and after."""
    async with over_stdio(settings, str(folder), "auto") as client:
        rows = (await call(client, "query_crm", sql=SQL))["rows"]
        await call(client, "search_projects", module="Sales", fields=["Text1204"])
        await call(client, "get_project", project_id="6001", detail=True)
        canaries = [str(row[1]).encode() for row in rows]
        assert len(set(canaries)) > 5
        found = await asyncio.to_thread(files_with, folder, canaries)
    return canaries, [*found, *await asyncio.to_thread(files_with, folder, canaries)]


def files_with(folder: Path, words: list[bytes]) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(word in path.read_bytes() for word in words)]


@pytest.mark.skipif(sys.platform == "win32", reason="folders and modes of another kind")
@pytest.mark.parametrize(
    ("setting", "is_kept"),
    [({}, True), ({"CRM_MCP_REPLICA": "off"}, False), ({"CRM_MCP_STORE": "memory"}, False)],
)
def test_what_was_read_is_on_disk_only_where_it_may_be(
    setting: dict[str, str], is_kept: bool, fake: CrmFake, tmp_path: Path
) -> None:
    places = {name: str(tmp_path / name) for name in ("home", "tmp", "store", "exports")}
    for place in places.values():
        Path(place).mkdir(mode=0o700)
    settings = {
        **fake.env,
        "MINICRM_REQUESTS_PER_MINUTE": "0",
        "HOME": places["home"],
        "XDG_DATA_HOME": places["home"],
        "TMPDIR": places["tmp"],
        "SQLITE_TMPDIR": places["tmp"],
        "CRM_MCP_EXPORT_DIR": places["exports"],
        "CRM_MCP_STORE": places["store"],
        **setting,
    }
    _, holding = asyncio.run(read_all(settings, tmp_path))
    assert bool(holding) == is_kept
    assert all(path.name.startswith("replica-") and path.parent.name == "store" for path in holding)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert not [path for path in kept if fake.env["MINICRM_API_KEY"].encode() in path.read_bytes()]
    if "CRM_MCP_STORE" in setting:
        assert not kept


def test_nothing_is_answered_from_the_replica_once_the_login_was_refused(fake: CrmFake, tmp_path: Path) -> None:
    settings = {**fake.env, "MINICRM_REQUESTS_PER_MINUTE": "0", "CRM_MCP_STORE": str(tmp_path / "store")}
    sql = "select name from minicrm_projects_sales"
    assert crm_mcp("query", sql, settings=settings, cwd=tmp_path).returncode == 0
    rule = {"match": {"path": "/Api/R3/*"}, "probability": 1.0, "fault": {"kind": "status", "status": 401}}
    fake.faults(rule)
    refused = crm_mcp("query", sql, "--fresh", settings=settings, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")


def test_what_nobody_used_for_30_days_is_forgotten(fake: CrmFake, tmp_path: Path) -> None:
    settings = {**fake.env, "MINICRM_REQUESTS_PER_MINUTE": "0", "CRM_MCP_STORE": str(tmp_path / "store")}
    assert crm_mcp("query", "select name from minicrm_projects_sales", settings=settings, cwd=tmp_path).returncode == 0
    (file,) = (tmp_path / "store").glob("replica-minicrm*.sqlite")
    with contextlib.closing(sqlite3.connect(file)) as connection:
        (name,) = connection.execute("select name from minicrm_projects limit 1").fetchone()
        connection.execute(
            "insert into changes (kind, id, field, new, seen_at) values ('projects', 1, 'name', ?, '')", (name,)
        )
        connection.execute("update facts set at = at - 31 * 86400 where name = 'used'")
        connection.commit()
    result = crm_mcp("query", "select count(*) from changes", "--format", "json", settings=settings, cwd=tmp_path)
    again = crm_mcp("query", "select count(*) from changes", "--format", "json", settings=settings, cwd=tmp_path)
    assert result.returncode == again.returncode == 0
    assert '"rows": [[0]]' in again.stdout
