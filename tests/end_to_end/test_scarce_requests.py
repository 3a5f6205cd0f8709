"""Where requests are scarce, a plan and its undo still come about: each call returns in time, the next goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from mockserver.fake_process import running_fake
from tests.crm_mcp.safe_writes.playing import Fake, User, connected
from tests.support.mcp_play import both_crms

pytestmark = pytest.mark.slow

IDS = list(range(6001, 6013))


async def until_items(client: Client, tool: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Call until there is a result; return it, and what the calls before it said."""
    said: list[str] = []
    while True:
        result = await client.call_tool(tool, arguments)
        answered: dict[str, Any] = result.structured_content or {}
        if "items" in answered or "changes" in answered:
            return answered, said
        said.append(str(result.content))
        await asyncio.sleep(0.2)


def test_a_plan_and_its_undo_are_made_by_calls_that_have_too_little_time_each(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    user = User()
    with running_fake("--seed", "demo") as server:
        for name, value in (both_crms(server.url) | {"MINICRM_REQUESTS_PER_MINUTE": "0"}).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("CRM_MCP_CALL_BUDGET_S", "0.6")
        fake = Fake(server.url)
        names = [fake.read(f"Project/{one}")["Name"] for one in IDS]
        fake.answer_late(*(f"/Api/R3/Project/{one}" for one in IDS), delay_s=0.15)

        async def scene() -> list[str]:
            async with connected(user, "auto", read_only=False, timeout_s=10) as client:
                rename = {"project_ids": IDS, "fields": {"Name": "Same"}}
                plan, waited = await until_items(client, "update_project", rename)
                written, _ = await until_items(client, "update_project", {"plan_id": plan["plan_id"]})
                assert [item["ok"] for item in written["items"]] == [True] * len(IDS)
                undone, waited_too = await until_items(client, "undo_write", {"write_id": written["write_id"]})
                assert [item["ok"] for item in undone["items"]] == [True] * len(IDS)
                return [waited[0], waited_too[0]]

        planning, undoing = asyncio.run(scene())
        assert "Nothing was written yet" in planning
        assert "again with the same arguments" in planning
        assert "the writing goes on by itself" in undoing
        assert "again in a while" in undoing
        assert [fake.read(f"Project/{one}")["Name"] for one in IDS] == names
    assert len(user.asked) == 2
