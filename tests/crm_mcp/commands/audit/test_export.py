"""The file of `crm-mcp audit --export`: what it holds, what it leaves out, and that it is whole or not there."""

from __future__ import annotations

import asyncio
import csv
import json
import math
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crm_mcp.commands.audit.export import COLUMNS, VALUE_COLUMNS, Export, export_written
from crm_mcp.errors import CrmError, StoreError
from crm_mcp.mcp.connector import Connector
from crm_mcp.store import writes
from crm_mcp.store.account import Account
from crm_mcp.store.audit.pages import CALLS_A_PAGE
from crm_mcp.store.engine import Store
from crm_mcp.store.transaction import Transaction
from crm_mcp.store.writes import Batch, Write

MINE = Account("minicrm", "https://crm.example", "1", "login-of-mine", name="Sales")
OTHERS = Account("minicrm", "https://crm.example", "1", "login-of-another")
CONNECTED = [cast("Connector", SimpleNamespace(account=MINE))]
CHANGE = {"shown": {"Name": "new-value"}, "before": {"Name": "old-value"}, "name": "record-name"}


def add_call(transaction: Transaction, write_id: str, account: Account = MINE, *, records: int = 1) -> None:
    who = "=cmd|' /C calc'!A0"
    batch = Batch(write_id, account.account_id, "update_project", "project", who, is_batch=records > 1)
    writes.add_batch(transaction, batch)
    for place in range(records):
        result = json.dumps({"message": "crm-words"})
        row = Write(batch.id_of(place), write_id, place, 1.5, f"{place}", "written", json.dumps(CHANGE), result)
        writes.put_write(transaction, batch, row)


def exported(where: str, export: Export) -> int:
    return asyncio.run(export_written(Store(where), CONNECTED, export))


def kept(where: str, *calls: str, account: Account = MINE, records: int = 1) -> None:
    async def keep() -> None:
        store = Store(where)
        await store.run(lambda transaction: [add_call(transaction, one, account, records=records) for one in calls])
        await store.close()

    asyncio.run(keep())


def to(file: Path, form: str = "jsonl", *, with_values: bool = False, all_logins: bool = False) -> Export:
    return Export(str(file), form, 0.0, math.inf, with_values, all_logins)


def test_an_entry_says_who_wrote_what_when_without_the_data(store_location: str, tmp_path: Path) -> None:
    kept(store_location, "w1", records=2)
    assert exported(store_location, to(tmp_path / "file")) == 2
    entries = [json.loads(line) for line in (tmp_path / "file").read_text().splitlines()]
    assert all(tuple(entry) == COLUMNS for entry in entries)
    assert entries[1] == {
        "at": "1970-01-01T00:00:01.500+00:00",
        "write_id": "w1.1",
        "call": "w1",
        "tool": "update_project",
        "kind": "project",
        "crm": "minicrm",
        "account": "Sales",
        "account_id": MINE.account_id,
        "who": "=cmd|' /C calc'!A0",
        "record_id": "1",
        "outcome": "written",
        "asked": False,
        "undoes": "",
        "undone_by": "",
    }


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_values_are_there_only_where_they_are_asked_for_and_a_login_never(form: str, tmp_path: Path) -> None:
    where = str(tmp_path / "store")
    kept(where, "w1")
    for with_values in (False, True):
        exported(where, to(tmp_path / "file", form, with_values=with_values))
        text = (tmp_path / "file").read_text()
        for value in ("new-value", "old-value", "record-name", "crm-words"):
            assert (value in text) == with_values
        assert "login-of-mine" not in text


def test_a_spreadsheet_runs_nothing_in_it(tmp_path: Path) -> None:
    where = str(tmp_path / "store")
    kept(where, "w1")
    exported(where, to(tmp_path / "file", "csv", with_values=True))
    with (tmp_path / "file").open(newline="", encoding="utf-8-sig") as file:
        head, row = csv.reader(file)
    assert tuple(head) == (*COLUMNS, *VALUE_COLUMNS)
    assert row[head.index("who")] == "'=cmd|' /C calc'!A0"


def test_others_logins_are_left_out_unless_all_are_wanted(tmp_path: Path) -> None:
    where = str(tmp_path / "store")
    kept(where, "w1")
    kept(where, "w2", account=OTHERS)
    assert exported(where, to(tmp_path / "file")) == 1
    assert exported(where, to(tmp_path / "file", all_logins=True)) == 2


def test_a_range_of_time_is_that_of_the_calls(tmp_path: Path) -> None:
    where = str(tmp_path / "store")
    kept(where, "w1")
    whole = to(tmp_path / "file")
    assert exported(where, replace(whole, until=1.0)) == 0
    assert exported(where, replace(whole, since=4e9)) == 0
    assert exported(where, whole) == 1


def test_all_pages_are_there_once_and_in_order_while_the_server_writes(store_location: str, tmp_path: Path) -> None:
    calls = [f"w{number:05}" for number in range(2 * CALLS_A_PAGE + 1)]
    kept(store_location, *calls)

    class Busy(Store):
        async def run(self, work: Any) -> Any:
            result = await super().run(work)
            await super().run(lambda transaction: add_call(transaction, f"later{id(result)}"))
            return result

    asyncio.run(export_written(Busy(store_location), CONNECTED, to(tmp_path / "file")))
    found = [json.loads(line)["call"] for line in (tmp_path / "file").read_text().splitlines()]
    assert found == calls


def test_it_is_for_its_owner_alone_and_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    where = str(tmp_path / "store")
    kept(where, "w1")
    (tmp_path / "file").write_text("older")
    exported(where, to(tmp_path / "file"))
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
    assert "older" not in (tmp_path / "file").read_text()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_gets_it_and_stays_a_pipe(tmp_path: Path) -> None:
    kept(str(tmp_path), "w1")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as beside:
        read = beside.submit(pipe.read_text, encoding="utf-8")
        assert exported(str(tmp_path), to(pipe)) == 1
    assert json.loads(read.result())["write_id"] == "w1"
    assert pipe.is_fifo()


def test_where_it_cannot_be_whole_the_older_one_stays(tmp_path: Path) -> None:
    where = str(tmp_path / "store")
    kept(where, *(f"w{number}" for number in range(CALLS_A_PAGE)))
    (tmp_path / "file").write_text("older")

    class Failing(Store):
        pages = 0

        async def run(self, work: Any) -> Any:
            self.pages += 1
            if self.pages == 3:
                raise StoreError("The store failed.")
            return await super().run(work)

    with pytest.raises(StoreError):
        asyncio.run(export_written(Failing(where), CONNECTED, to(tmp_path / "file")))
    assert (tmp_path / "file").read_text() == "older"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "store"]


def test_a_folder_that_is_not_there_and_a_store_that_keeps_nothing_are_told(tmp_path: Path) -> None:
    where = str(tmp_path / "store")
    kept(where, "w1")
    with pytest.raises(CrmError, match="cannot be written: No such file or directory"):
        exported(where, to(tmp_path / "none" / "file"))
    with pytest.raises(StoreError, match="CRM_MCP_STORE is memory"):
        exported("memory", to(tmp_path / "file"))
