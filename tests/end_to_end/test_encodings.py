"""What commands print in a terminal or into a file whose encoding has not every letter: never a traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_mcp.cli import main as crm_mcp
from mockserver.cli import main as crm_mock
from mockserver.fake_process import running_fake
from tests.support.mcp_play import both_crms
from tests.support.transports import quiet_environment

pytestmark = pytest.mark.slow
COMMANDS = (
    ("doctor",),
    ("tools",),
    ("query", "select name, status from minicrm_projects_sales order by id limit 3"),
    ("query", "select name from minicrm_contacts order by id limit 3", "--format", "csv"),
    ("query", "select name from minicrm_contacts order by id limit 3", "--format", "json"),
    ("replica", "schema"),
    ("audit",),
    ("skill",),
)


@pytest.fixture(scope="module")
def fake() -> Iterator[str]:
    with running_fake("--seed", "demo") as server:
        yield server.url


def environment(fake: str, language: str) -> dict[str, str]:
    return quiet_environment(both_crms(fake) | {"CRM_MCP_LANGUAGE": language})


@pytest.mark.parametrize("language", ["en", "hu"])
@pytest.mark.parametrize("encoding", ["cp1250", "cp437"])
def test_a_narrow_encoding_ends_no_command(
    encoding: str, language: str, fake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner(charset=encoding, env=environment(fake, language))
    for command in COMMANDS:
        result = runner.invoke(crm_mcp, command)
        assert result.exit_code == 0, (command, result.exception, result.output)
        assert result.stdout_bytes.decode(encoding)
    for command in (("--help",), ("contract", "--help"), ("contract", "--rule", "minicrm.paging.limit")):
        assert not isinstance(runner.invoke(crm_mock, command).exception, UnicodeError)


def query(fake: str, folder: Path, *options: str, **variables: str) -> bytes:
    command = [sys.executable, "-m", "crm_mcp", "query", "select 'Ő → 7' as a", *options]
    settings = environment(fake, "hu") | variables
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, check=True).stdout


def test_what_the_encoding_lacks_is_printed_as_an_escape_and_not_dropped(fake: str, tmp_path: Path) -> None:
    assert "Ő \\u2192 7" in query(fake, tmp_path, PYTHONIOENCODING="cp1250").decode("cp1250")


def test_a_csv_file_is_whole_whatever_the_encoding_of_the_terminal(fake: str, tmp_path: Path) -> None:
    written = query(fake, tmp_path, "--format", "csv", PYTHONIOENCODING="cp1250", LC_ALL="C")
    assert written.decode().split() == ["a", "Ő", "→", "7"]
