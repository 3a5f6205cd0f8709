"""The commands about the replica as a person runs them: what they print, how they end, and what stays on disk."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.fake_process import FakeServer
from mockserver.testing.crm_fake import CrmFake
from tests.support.transports import quiet_environment
from tests.support.transports import run_warm as crm_mcp

STATUSES = "select status, count(*) as number from minicrm_projects_sales where deleted = 0 group by status"


@pytest.fixture
def fake(fake_server: FakeServer) -> Iterator[CrmFake]:
    with fake_server.new_workspace("demo") as found:
        yield found


def settings_of(fake: CrmFake, folder: Path, **more: str) -> dict[str, str]:
    return {**fake.env, "MINICRM_REQUESTS_PER_MINUTE": "0", "CRM_MCP_STORE": str(folder / "store"), **more}


def test_a_query_prints_the_rows_as_a_table_and_on_stderr_how_old_they_are(fake: CrmFake, tmp_path: Path) -> None:
    result = crm_mcp("query", STATUSES, settings=settings_of(fake, tmp_path), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    header, line, *rows = result.stdout.splitlines()
    assert header.split() == ["status", "number"]
    assert set(line) == {"-", " "}
    assert all(re.fullmatch(r"\S.*  +\d+", row) for row in rows)
    assert len({len(row) for row in rows}) == 1
    assert "as of 20" in result.stderr
    assert "exact" in result.stderr


def test_all_forms_of_a_query_hold_the_same_rows(fake: CrmFake, tmp_path: Path) -> None:
    settings = settings_of(fake, tmp_path)
    whole = json.loads(crm_mcp("query", STATUSES, "--format", "json", settings=settings, cwd=tmp_path).stdout)
    assert list(whole) == ["columns", "rows", "as_of", "exact", "note"]
    assert whole["exact"] is True
    file = crm_mcp("query", "-", "--format", "csv", settings=settings, cwd=tmp_path, stdin=STATUSES).stdout
    assert file.startswith("status,number")  # a byte order mark would be part of the first name to other programs
    cells = list(csv.reader(io.StringIO(file)))
    assert cells == [whole["columns"], *([status, str(number)] for status, number in whole["rows"])]


def test_a_statement_that_cannot_run_ends_with_2_and_a_crm_that_refuses_with_1(fake: CrmFake, tmp_path: Path) -> None:
    settings = settings_of(fake, tmp_path)
    wrong = crm_mcp("query", "select statsu from minicrm_projects", settings=settings, cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "status" in wrong.stderr
    assert crm_mcp("query", "delete from minicrm_projects", settings=settings, cwd=tmp_path).returncode == 2
    refused = crm_mcp("query", STATUSES, settings={**settings, "MINICRM_API_KEY": "another-key-1"}, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "another-key-1" not in refused.stderr


def test_the_description_of_the_tables_is_short_and_its_questions_run(fake: CrmFake, tmp_path: Path) -> None:
    settings = settings_of(fake, tmp_path)
    text = crm_mcp("replica", "schema", settings=settings, cwd=tmp_path).stdout
    assert len(text.encode()) <= 6_000
    for word in (
        "minicrm_projects_sales",
        "enum1205 (Recommendation|Website",
        "int1201 integer",
        "fold(text)",
        "exact",
    ):
        assert word in text
    statements = [line.strip() for line in text.splitlines() if line.startswith("  select ")]
    assert len(statements) == 10
    for statement in statements:
        result = crm_mcp("query", statement, "--format", "json", settings=settings, cwd=tmp_path)
        assert result.returncode == 0, (statement, result.stderr)
        assert json.loads(result.stdout)["exact"] or "created_at" in statement or "updated_at" in statement
    one = crm_mcp("replica", "schema", "minicrm_tasks", settings=settings, cwd=tmp_path).stdout
    assert "- deadline date" in one
    wrong = crm_mcp("replica", "schema", "minicrm_task", settings=settings, cwd=tmp_path)
    assert wrong.returncode == 1
    assert "minicrm_tasks" in wrong.stderr


def test_a_sync_reads_everything_and_the_next_one_hardly_anything(fake: CrmFake, tmp_path: Path) -> None:
    settings = settings_of(fake, tmp_path)
    first = crm_mcp("sync", "--crm", "minicrm", settings=settings, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "70 projects, 30 contacts" in first.stdout
    assert "cards and lists" in first.stderr
    fake.forget_requests()
    again = crm_mcp("sync", "--crm", "minicrm", settings=settings, cwd=tmp_path)
    assert again.returncode == 0
    assert len(fake.requests()) < 36  # 10 of them for modules and schemas
    fake.forget_requests()
    sql = "select sum(int1201), count(*) from minicrm_projects_sales where deleted = 0"
    answer = json.loads(crm_mcp("query", sql, "--format", "json", settings=settings, cwd=tmp_path).stdout)
    assert answer["exact"] is True
    assert len(fake.requests()) <= 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_a_sync_that_was_killed_is_gone_on_with(fake: CrmFake, tmp_path: Path) -> None:
    settings = settings_of(fake, tmp_path)
    command = [sys.executable, "-m", "crm_mcp", "sync", "--crm", "minicrm"]
    with subprocess.Popen(command, env=quiet_environment(settings), cwd=tmp_path, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        while b"cards and lists" not in process.stderr.readline():
            pass
        while len(fake.requests()) < 60:
            time.sleep(0.05)
        process.kill()
    before = len(fake.requests())
    result = crm_mcp("sync", "--crm", "minicrm", settings=settings, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    cards = [one["path"] for one in fake.requests() if re.fullmatch(r"/Api/R3/Project/\d+", one["path"])]
    assert len(fake.requests()) < before + 260
    assert len(set(cards)) == 70
    assert len(cards) <= 70 + 6  # those that were under way are read again


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_watching_ends_in_good_order_when_it_is_stopped(number: int, fake: CrmFake, tmp_path: Path) -> None:
    settings = settings_of(fake, tmp_path)
    command = [sys.executable, "-m", "crm_mcp", "sync", "--watch", "--crm", "minicrm"]
    with subprocess.Popen(command, env=quiet_environment(settings), cwd=tmp_path, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        while b"cards and lists" not in process.stderr.readline():
            pass
        process.send_signal(number)
        assert process.wait(60) == 0
        assert b"Stopped" in process.stderr.read()


def test_the_status_says_what_is_held_where_and_how_to_be_rid_of_it(fake: CrmFake, tmp_path: Path) -> None:
    settings = settings_of(fake, tmp_path)
    crm_mcp("query", STATUSES, settings=settings, cwd=tmp_path)
    result = crm_mcp("replica", "status", settings=settings, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for word in ("minicrm_projects ", "25 rows, not all", str(tmp_path / "store"), "30 days", "replica rm", "90 days"):
        assert word in result.stdout
    status = json.loads(crm_mcp("replica", "status", "--json", settings=settings, cwd=tmp_path).stdout)
    (account,) = [one for one in status["accounts"] if one["crm"] == "minicrm"]
    assert account["bytes"] > 10_000
    assert Path(account["path"]).is_file()
    assert "replica: what is read is kept in" in crm_mcp("doctor", settings=settings, cwd=tmp_path).stdout


def test_what_was_read_is_deleted_after_a_question_and_of_other_logins_only_where_that_is_asked(
    fake: CrmFake, tmp_path: Path
) -> None:
    settings = settings_of(fake, tmp_path)
    crm_mcp("query", STATUSES, settings=settings, cwd=tmp_path)
    (own,) = (tmp_path / "store").glob("replica-*.sqlite")
    other = own.with_name("replica-0123.sqlite")
    other.write_bytes(b"")
    assert crm_mcp("replica", "rm", settings=settings, cwd=tmp_path, stdin="n\n").returncode == 1
    assert own.exists()
    assert crm_mcp("replica", "rm", settings=settings, cwd=tmp_path, stdin="y\n").returncode == 0
    assert [path.name for path in (tmp_path / "store").glob("replica-*")] == [other.name]
    assert crm_mcp("replica", "rm", "--all", "--yes", settings=settings, cwd=tmp_path).returncode == 0
    assert not list((tmp_path / "store").glob("replica-*"))
    again = json.loads(crm_mcp("query", STATUSES, "--format", "json", settings=settings, cwd=tmp_path).stdout)
    assert again["exact"] is True
