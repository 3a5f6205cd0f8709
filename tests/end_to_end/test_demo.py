"""`crm-mcp demo` as a person runs it: a session over real processes, printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.end_to_end.test_commands import crm_mcp, start_crm_mcp
from tests.images import demo_svg
from tests.support.transports import quiet_environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> CompletedProcess[str]:
    """Play the demo where accounts, switches and packages are set up that it must not use."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / ".env").write_text("CRM_MCP_READ_ONLY=1\nMINICRM_TIMEZONE=Mars\n", encoding="utf-8")
    (folder / "mockserver").mkdir()
    (folder / "mockserver" / "__init__.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    settings = {
        "CRM_MCP_READ_ONLY": "1",
        "crm_mcp_timeout_s": "x",
        "CRM_MCP_STORE": str(folder / "store"),
        "MINICRM_URL": "https://crm.example",
        "IVINEX_MODULES": "contact=1",
        "CRM_MOCK_CONTROL_TOKEN": "other",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "https_proxy": "no address",
    }
    result = crm_mcp("demo", settings=settings, cwd=folder)
    assert not (folder / "store").exists()
    return result


def test_the_demo_ignores_the_accounts_and_switches_of_this_machine(played: CompletedProcess[str]) -> None:
    assert played.returncode == 0, played.stderr


def test_the_demo_shows_data_that_went_all_the_way(played: CompletedProcess[str]) -> None:
    for step in ("search_contacts(", "get_project_tasks(", "search_records(", "create_note(", "get_record("):
        assert step in played.stdout
    written, read_back = played.stdout.split("create_note(")[1].split("get_record(")
    assert "both grinders & wants them" in written
    assert "both grinders & wants them" in read_back
    assert "Done." in played.stdout


def test_the_demo_asks_over_both_crms_in_sql(played: CompletedProcess[str]) -> None:
    answer = played.stdout.split("query_crm(")[1].split("\n\n")[0]
    assert "FROM minicrm_contacts m JOIN ivinex_contact i" in answer
    assert re.search(r"Katalin Vörös +voros.katalin@dunaparti.example +Katalin Vörös +e-mail", answer)
    assert re.search(r"exact, as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", answer)


def test_the_demo_plans_confirms_and_takes_back_more_than_ten_changes(played: CompletedProcess[str]) -> None:
    planned, written, undone = re.split(r"> (?:update_task\(plan_id|undo_write)", played.stdout)
    assert "3 of 11 shown, nothing is written yet" in planned
    for asked in (written, undone):
        assert "crm-mcp asks the person" in asked
        assert "Change 11 MiniCRM tasks" in asked
        assert "the person's answer: yes" in asked
    assert re.search(r"Undo of write-[0-9a-f]{12}: Change", undone)
    assert "11 of 11 written" in written
    assert "11 of 11 taken back" in undone


def test_the_demo_draws_the_pipeline_in_the_order_of_its_statuses(played: CompletedProcess[str]) -> None:
    bars = re.findall(r"^ +(\S[^\n]*?) +(█+) +(\d+)  +([\d,]+) HUF$", played.stdout, flags=re.MULTILINE)
    assert [label for label, *_ in bars] == ["New inquiry", "Site survey", "Offer sent", "Contracted", "Lost"]
    amounts = [int(amount.replace(",", "")) for *_, amount in bars]
    assert max(bars, key=lambda bar: len(bar[1])) == bars[amounts.index(max(amounts))]


def test_the_picture_of_the_demo_shows_what_it_prints(played: CompletedProcess[str]) -> None:
    """The sizes of results may differ: they change with every word that a model reads."""
    drawn = demo_svg.read_text(demo_svg.FILE.read_text(encoding="utf-8"))
    words = [
        re.findall(r"\w+", re.sub(r"\(\d+\sbytes[^)]+\)", "", each))
        for each in (drawn, demo_svg.choose_steps(played.stdout))
    ]
    assert words[0] == words[1], "run `make images`"


def test_the_picture_of_the_demo_loads_nothing() -> None:
    drawn = demo_svg.FILE.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|url\(|@import|@font-face|<script|href", drawn)


def test_the_demo_speaks_hungarian_where_the_terminal_knows_no_more_than_cp1250(tmp_path: Path) -> None:
    terminal = {"PYTHONIOENCODING": "cp1250", "MINICRM_LANGUAGE": "hu"}
    result = start_crm_mcp("demo", settings=terminal, cwd=tmp_path, encoding="cp1250")
    assert result.returncode == 0, result.stderr
    assert "1. Ki az a Katalin?" in result.stdout
    assert "+- a crm-mcp kérdése" in result.stdout
    assert "Módosítsak 11 MiniCRM-teendőt?" in result.stdout
    assert re.search(r"New inquiry #+ +6  65\s600\s000 Ft", result.stdout)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_the_demo_ends_with_1_and_a_sentence_where_it_cannot_print(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crm_mcp", "demo"]
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            command,
            cwd=tmp_path,
            env=quiet_environment({}),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr.startswith("crm-mcp demo: [Errno 28]")
    assert "Traceback" not in result.stderr
