"""A store that fails after the write hides nothing of it from the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from mcp import Client

from crm_mcp.registry import connect
from crm_mcp.safe_writes.call import Call
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.writing.results import WriteResult
from crm_mcp.server import build_server
from crm_mcp.transport.connections import ConnectionPool
from tests.crm_mcp.safe_writes.failing_store import FailingStore
from tests.crm_mcp.safe_writes.playing import Fake, Yes
from tests.support.mcp_play import call

pytestmark = pytest.mark.slow


class Slow(Target):
    """Takes longer over each record than a call may."""

    noun = "record"

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Write after a moment."""
        await asyncio.sleep(0.01)
        return [{"ok": True} for _ in changes]


async def writing_three(writer: SafeWriter) -> WriteResult:
    """Write three records with no time for any."""
    target = Slow()

    async def build_draft() -> Draft:
        return Draft(target, [Change({"a": 1}, {"a": 1}, record_id=one) for one in "123"], is_batch=True)

    return await writer.perform(Call("tool", {}, build_draft, restore_as(target), Yes()))


def test_a_write_that_cannot_be_kept_as_a_plan_to_ask_by_is_waited_for() -> None:
    writer = SafeWriter(FailingStore("insert into plans"), call_budget_s=0)
    result = asyncio.run(writing_three(writer))
    assert [item["ok"] for item in result.get("items", [])] == [True] * 3


def test_the_plan_of_what_is_being_written_is_named_though_nobody_can_tell_how_far_it_is() -> None:
    async def run() -> WriteResult:
        writer = SafeWriter(FailingStore("from writes w"), call_budget_s=0)
        result = await writing_three(writer)
        await writer.finish()
        return result

    result = asyncio.run(run())
    assert result.get("plan_id", "").startswith("plan-")
    assert "cannot be read now; the writing goes on by itself" in result.get("next_step", "")


def test_an_undo_is_told_though_later_writes_of_the_record_cannot_be_read(fake: Fake) -> None:
    async def run() -> Any:
        pool, store = ConnectionPool(timeout_s=30), FailingStore("undone_by is null and outcome")
        async with Client(build_server(connect(pool, store), pool, store=store)) as client:
            fields = {"Name": "Renamed"}
            written = await call(client, "update_project", project_ids=[6001, 6002], fields=fields)
            fake.change("Project/6002", Name="Theirs")
            return await call(client, "undo_write", write_id=written["write_id"])

    undone = asyncio.run(run())
    assert [item["ok"] for item in undone["items"]] == [True, False]
    assert undone["message"] == "1 of 2 taken back; 1 left as it is, see items."
