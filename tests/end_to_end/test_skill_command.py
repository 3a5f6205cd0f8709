"""`crm-mcp skill` as a person runs it: printed, or written as a folder that agents read."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
import yaml

from mockserver.fake_process import FakeServer
from mockserver.seeds.load import read_seed
from tests.support.mcp_play import both_crms
from tests.support.transports import quiet_environment
from tests.support.warm_commands import WARM

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def demo(fake_server: FakeServer) -> None:
    """Put the demo data in: which tests came before is not known."""
    httpx.put(f"{fake_server.url}/_control/seed", json=read_seed("demo"), trust_env=False).raise_for_status()


FILES = ["SKILL.md", "references/ivinex.md", "references/minicrm.md", "references/playbooks.md"]


def run_skill(
    fake: FakeServer, cwd: Path, *arguments: str, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WARM.path(), "skill", *arguments],
        env=quiet_environment(both_crms(fake.url) | dict(settings or {})),
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def head_of(text: str) -> Mapping[str, object]:
    return yaml.safe_load(text.split("---\n", 2)[1])


def test_without_a_folder_it_prints_the_skill_and_writes_nothing(fake_server: FakeServer, tmp_path: Path) -> None:
    result = run_skill(fake_server, tmp_path)
    assert result.returncode == 0, result.stderr
    assert head_of(result.stdout)["name"] == "crm-en"
    assert "`New inquiry` → `Site survey`" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_hungarian_account_gets_a_hungarian_skill_unless_another_is_asked_for(
    fake_server: FakeServer, tmp_path: Path
) -> None:
    settings = {"MINICRM_LANGUAGE": "hu"}
    assert "# Munka a CRM-ben" in run_skill(fake_server, tmp_path, settings=settings).stdout
    assert "# Working in the CRM" in run_skill(fake_server, tmp_path, "--language", "en", settings=settings).stdout


def test_the_folder_is_a_skill_called_like_it(fake_server: FakeServer, tmp_path: Path) -> None:
    result = run_skill(fake_server, tmp_path, "--output", "skills/our-crm", "--language", "hu")
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "skills" / "our-crm"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.md")) == FILES
    assert [Path(line).name for line in result.stdout.splitlines()].count("SKILL.md") == 1
    assert head_of((folder / "SKILL.md").read_text(encoding="utf-8"))["name"] == "our-crm"
    for path in folder.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert "demo-api-key" not in text
        assert "demo-password" not in text


def test_its_own_skill_is_written_anew_and_somebody_elses_only_by_force(
    fake_server: FakeServer, tmp_path: Path
) -> None:
    arguments = ("--output", "crm")
    assert run_skill(fake_server, tmp_path, *arguments).returncode == 0
    beside = tmp_path / "crm" / "notes.md"
    beside.write_text("mine")
    assert run_skill(fake_server, tmp_path, *arguments).returncode == 0
    assert beside.read_text() == "mine"
    main = tmp_path / "crm" / "SKILL.md"
    main.write_text("---\nname: crm\ndescription: mine\n---\n")
    refused = run_skill(fake_server, tmp_path, *arguments)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert "description: mine" in main.read_text()
    assert run_skill(fake_server, tmp_path, *arguments, "--force").returncode == 0
    assert "description: mine" not in main.read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_is_told_in_one_line(fake_server: FakeServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run_skill(fake_server, tmp_path, "--output", "file/crm")
    assert result.returncode == 1
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr
