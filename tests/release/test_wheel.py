"""What is installed is all there: every command works from a plain `pip install .`, in any folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from release.project import REPOSITORY, VERSION
from tests.release.conftest import ROOT

pytestmark = pytest.mark.slow


def list_files(folder: Path) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_every_file_of_the_packages_their_data_and_the_contract_suite(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    suite = list_files(ROOT / "tests/contract") - list_files(ROOT / "tests/contract/self_test")
    suite -= {"tests/contract/conftest.py", "tests/contract/test_rules.py"}  # those are for pytest
    packages = set[str]().union(*(list_files(ROOT / name) for name in ("crm_mcp", "mockserver", "fixtures")))
    moved = {f"mockserver/contract_suite/{name}" for name in suite | {"tests/support/asgi_transport.py"}}
    assert held == packages | moved


def read_metadata(installed: Path) -> Message:
    (metadata,) = installed.glob("crm_mcp_server-*.dist-info/METADATA")
    return Parser().parsestr(metadata.read_text(encoding="utf-8"))


def test_its_metadata_says_what_it_is_and_where_it_lives(installed: Path) -> None:
    fields = read_metadata(installed)
    assert {"charts", "files", "postgres", "test"} <= set(fields.get_all("Provides-Extra", []))
    assert "Programming Language :: Python :: 3.14" in fields.get_all("Classifier", [])
    assert any(url.startswith("Repository, https://") for url in fields.get_all("Project-URL", []))


def test_every_link_and_picture_of_the_readme_leads_somewhere_on_the_package_index_too(installed: Path) -> None:
    text = str(read_metadata(installed).get_payload())
    targets = re.findall(r"\]\(([^)]+)\)", text)
    own = [target for target in targets if target.startswith(REPOSITORY)]
    assert len(own) > 20
    for target in own:
        path = re.sub(rf"^{re.escape(REPOSITORY)}/(blob|raw)/v{re.escape(VERSION)}/", "", target).partition("#")[0]
        assert (ROOT / path).exists(), target
    assert [target for target in targets if not target.startswith(("https:", "#"))] == []
    assert "mcp-name: " in text


def run_installed(installed: Path, folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=True
    ).stdout


def test_the_contract_works_in_a_folder_with_tests_and_fixtures_of_its_own(installed: Path, tmp_path: Path) -> None:
    for name in ("tests", "fixtures"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    told = run_installed(
        installed, tmp_path, "mockserver", "contract", "--rule", "minicrm.paging", "--contract-report", "report"
    )
    assert "10 rules of the bundled fake" in told
    assert "10 passed" in told
    assert {path.name for path in (tmp_path / "report").iterdir()} == {
        "report.txt",
        "report.json",
        "report.html",
        "junit.xml",
    }


def test_every_subcommand_is_imported_from_what_is_installed(installed: Path, tmp_path: Path) -> None:
    code = (
        "import click, crm_mcp, crm_mcp.cli, mockserver.cli\n"
        "for group in (crm_mcp.cli.main, mockserver.cli.main):\n"
        "    context = click.Context(group)\n"
        "    print(*(group.get_command(context, name).get_help(context) for name in group.list_commands(context)))\n"
        "print(crm_mcp.__file__)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=True)
    assert str(installed) in told.stdout
