"""`crm-mcp doctor` says where the memory is and how much is in it, or why there is none and what to do."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from crm_mcp.store.location import FILE
from mockserver.fake_process import FakeServer, running_fake
from tests.support.mcp_play import both_crms
from tests.support.postgres import PASSWORD
from tests.support.transports import quiet_environment, run_warm

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with running_fake("--seed", "documented") as server:
        yield server


def examine(fake: FakeServer, folder: Path, settings: Mapping[str, str]) -> tuple[int, str]:
    """Run the doctor; return how it ended and its line on the store."""
    result = run_warm("doctor", settings={**both_crms(fake.url), **settings}, cwd=folder)
    return result.returncode, line_of(result)


def line_of(result: subprocess.CompletedProcess[str]) -> str:
    """Return the line on the store, having checked that nothing says too much."""
    assert PASSWORD not in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    (line,) = [line for line in result.stdout.splitlines() if re.match(r"\w+ +(store:|server: CRM_MCP_STORE:) ", line)]
    return line


def test_a_store_of_either_kind_is_named_with_what_it_holds(
    fake: FakeServer, tmp_path: Path, store_location: str
) -> None:
    code, line = examine(fake, tmp_path, {"CRM_MCP_STORE": store_location, "CRM_MCP_AUDIT_DAYS": "30"})
    place = f"SQLite file {store_location}/{FILE}" if store_location.startswith("/") else "PostgreSQL at 127.0.0.1:"
    assert (code, line[:8]) == (0, "ok      ")
    assert place in line
    assert "; 0 writes of the last 30 days are kept" in line


def test_a_tilde_is_the_users_home(fake: FakeServer, tmp_path: Path) -> None:
    code, line = examine(fake, tmp_path, {"CRM_MCP_STORE": "~/crm", "HOME": str(tmp_path)})
    assert code == 0
    assert f"{tmp_path}/crm/{FILE}" in line
    assert (tmp_path / "crm" / FILE).exists()


def test_without_a_setting_it_is_in_the_users_data_folder(fake: FakeServer, tmp_path: Path) -> None:
    code, line = examine(fake, tmp_path, {"CRM_MCP_STORE": "", "XDG_DATA_HOME": str(tmp_path / "data")})
    assert code == 0
    assert f"{tmp_path}/data/crm-mcp-server/{FILE}" in line


def test_none_is_no_problem_where_none_is_wanted(fake: FakeServer, tmp_path: Path) -> None:
    code, line = examine(fake, tmp_path, {"CRM_MCP_STORE": "memory"})
    assert code == 0
    assert "store: memory; nothing outlives this process" in line


@pytest.mark.parametrize(
    ("store", "says"),
    [
        ("{folder}/file", "is no folder"),
        ("{folder}/damaged", "the file is damaged"),
        ("{folder}/mixed", "chmod 700"),
        ("postgres:/x", "CRM_MCP_STORE: write it as postgresql://"),
        ("mysql://root:{password}@127.0.0.1/crm", "CRM_MCP_STORE: write a folder, memory"),
        ("postgresql://owner:{password}@127.0.0.1:9/crm", "PostgreSQL at 127.0.0.1:9/crm) cannot be used: nothing lis"),
        ("postgresql://owner:{password}@nowhere.invalid/crm", "no such host"),
    ],
)
def test_what_cannot_be_used_is_a_problem(fake: FakeServer, tmp_path: Path, store: str, says: str) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for name in ("damaged", "mixed"):
        (tmp_path / name).mkdir(mode=0o755)
    (tmp_path / "damaged" / FILE).write_bytes(b"no database" * 1000)
    (tmp_path / "mixed" / "letter").write_text("mine", encoding="utf-8")
    code, line = examine(fake, tmp_path, {"CRM_MCP_STORE": store.format(folder=tmp_path, password=PASSWORD)})
    assert (code, line[:7]) == (1, "PROBLEM")
    assert says in line


def test_a_missing_psycopg_is_a_problem_with_the_command_that_installs_it(fake: FakeServer, tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('no pq wrapper available')\n", encoding="utf-8")
    url = f"postgresql://owner:{PASSWORD}@127.0.0.1:9/crm"
    settings = both_crms(fake.url) | {"CRM_MCP_STORE": url, "PYTHONPATH": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-m", "crm_mcp", "doctor"],
        env=quiet_environment(settings),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 1
    assert 'pip install "crm-mcp-server[postgres]"' in line_of(result)
