"""What a read-only server leaves out, and who "me" is to the doctor."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_mcp.cli import main
from crm_mcp.doctor import examine
from tests.support.crm_stub import CrmStub
from tests.support.mcp_play import both_crms
from tests.support.transports import over_stdio

pytestmark = pytest.mark.slow

NOBODY = both_crms("http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("options", "setting", "writes"),
    [
        (("serve", "--read-only"), {}, False),
        ((), {"CRM_MCP_READ_ONLY": "1"}, False),
        ((), {"CRM_MCP_READ_ONLY": "0"}, True),
    ],
)
def test_the_flag_and_the_setting_each_leave_out_every_writing_tool(
    options: tuple[str, ...], setting: dict[str, str], writes: bool, tmp_path: Path
) -> None:
    async def names() -> set[str]:
        async with over_stdio(NOBODY | setting, str(tmp_path), "auto", *options) as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    offered = asyncio.run(names())
    assert {"search_records", "search_projects"} <= offered
    assert any(name.startswith(("create_", "update_")) for name in offered) is writes


@pytest.mark.usefixtures("crms")
@pytest.mark.parametrize(("read_only", "writing"), [("1", 0), ("", 12)])
def test_the_tool_table_shows_what_would_be_served(
    monkeypatch: pytest.MonkeyPatch, read_only: str, writing: int
) -> None:
    monkeypatch.setenv("CRM_MCP_READ_ONLY", read_only)
    result = CliRunner().invoke(main, ["tools"])
    assert result.exit_code == 0
    assert len([line for line in result.output.splitlines() if line.split()[1] == "w"]) == writing


@pytest.mark.parametrize(("user", "found"), [("jane roe", "2"), ("1", "1"), ("Max Five", "4")])
def test_the_doctor_says_who_me_is(crms: CrmStub, monkeypatch: pytest.MonkeyPatch, user: str, found: str) -> None:
    monkeypatch.setenv("MINICRM_USER", user)
    report = asyncio.run(examine())
    assert [finding.ok for finding in report] == [True] * 6
    assert str(report[-1]) == f'MiniCRM: login works, 2 modules, "me" is user {found}'
    assert crms.written == []


def test_the_doctor_says_nothing_of_me_where_nobody_is(crms: CrmStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_USER", "")
    assert str(asyncio.run(examine())[-1]) == "MiniCRM: login works, 2 modules"
    each_module = ["GET /API/Records.php", "GET /API/Records.php"]
    assert sorted(crms.calls) == [*each_module, "GET /Api/R3/Category"]  # both CRMs are asked at the same time
