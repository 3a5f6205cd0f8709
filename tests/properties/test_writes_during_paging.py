"""Rows come and go while a list is read: none comes twice, and each that stayed comes once, or its loss is told."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from crm_mcp.crm.paging import read_slice
from crm_mcp.errors import UnexpectedAnswerError
from crm_mcp.ivinex.models import RecordFilter
from crm_mcp.ivinex.search.pages import read_next
from crm_mcp.mcp.cursor import Cursor
from crm_mcp.minicrm.models import PAGE_RULES
from tests.properties.clients import Clients
from tests.properties.paged_data import SEARCHES, build_project, build_rows, read_until_told
from tests.properties.seeds import Row, build_seed
from tests.properties.strategies import steps
from tests.support.direct_clients import direct_clients
from tests.support.mcp_play import assistant, call

WHICH = st.integers(0, 10**6)


class Reading(RuleBasedStateMachine):
    """One list read page by page, as the tools do it, while its rows are written.

    Attributes:
        listed: The ids that a search finds now.
        hidden: The ids that exist and are not found now.
        stayed: The ids that were found all the time since the first page.
        seen: The ids that were read, in order.
        place: Where the next page starts; None behind the last one.
        told: The error that ended the reading; empty while there is none.
    """

    def __init__(self) -> None:
        super().__init__()
        self.listed: list[int] = []
        self.hidden: list[int] = []
        self.stayed: set[int] = set()
        self.seen: list[int] = []
        self.place: Cursor | None = Cursor()
        self.told = ""
        self.limit = 1
        self.stack = ExitStack()

    @initialize(rows=st.integers(0, 230), hidden=st.integers(0, 5), limit=st.integers(20, 100))
    def begin(self, rows: int, hidden: int, limit: int) -> None:
        self.limit = limit
        self.listed = list(range(1, rows + 1))
        self.ivinex, self.minicrm = self.stack.enter_context(direct_clients(self.build_seed(rows)))
        for number in range(min(hidden, rows)):
            self.leave(number * 37)
        self.stayed = set(self.listed)

    @precondition(lambda self: self.place is not None)
    @rule()
    def read_a_page(self) -> None:
        assert self.place is not None
        try:
            rows, self.place = asyncio.run(self.read(self.place))
        except UnexpectedAnswerError as error:
            self.told, self.place = str(error), None
            return
        ids = [int(row["id"]) for row in rows]
        assert len(ids) <= self.limit
        assert not set(ids) & set(self.seen), "a row came twice"
        assert set(ids) <= {*self.listed}, "a row came that is not in the list"
        self.seen += ids

    @precondition(lambda self: self.listed)
    @rule(which=WHICH)
    def leave(self, which: int) -> None:
        """A row that is found is found no more: the pages behind it move up."""
        row = self.listed.pop(which % len(self.listed))
        self.hide(row)
        self.hidden.append(row)
        self.stayed.discard(row)

    @precondition(lambda self: self.listed)
    @rule(count=st.integers(2, 60))
    def the_first_rows_leave(self, count: int) -> None:
        """Many rows that were read leave: those that follow may move to a page before the one that is due."""
        for _ in range(min(count, len(self.listed))):
            self.leave(0)

    @precondition(lambda self: self.seen and self.seen[-1] in self.listed)
    @rule()
    def the_row_read_last_leaves(self) -> None:
        self.leave(self.listed.index(self.seen[-1]))

    @precondition(lambda self: self.hidden)
    @rule(which=WHICH)
    def come(self, which: int) -> None:
        """A row that was not found is found again, somewhere in the list: the pages behind it move down."""
        row = self.hidden.pop(which % len(self.hidden))
        self.show(row)
        if row not in self.seen:
            self.listed.append(row)
            self.listed.sort()

    @rule()
    def a_new_row_comes(self) -> None:
        self.listed.append(self.add())

    @precondition(lambda self: self.listed)
    @rule(which=WHICH)
    def change(self, which: int) -> None:
        """A row changes and stays where it is."""
        self.touch(self.listed[which % len(self.listed)])

    def teardown(self) -> None:
        while self.place is not None:
            self.read_a_page()
        self.stack.close()
        assert self.told or self.stayed <= set(self.seen), f"{self.stayed - set(self.seen)} were lost unnoticed"

    def build_seed(self, rows: int) -> Row:
        raise NotImplementedError

    async def read(self, place: Cursor) -> tuple[list[Any], Cursor | None]:
        raise NotImplementedError

    def add(self) -> int:
        raise NotImplementedError

    def hide(self, row: int) -> None: ...
    def show(self, row: int) -> None: ...
    def touch(self, row: int) -> None: ...


class ReadingProjects(Reading):
    """MiniCRM projects: they leave by the trash, and come back by being restored."""

    def build_seed(self, rows: int) -> Row:
        contact = {"Id": 1, "Type": "Business", "Name": "Firm"}
        return build_seed(contacts=[contact], projects=[build_project(number) for number in range(1, rows + 1)])

    async def read(self, place: Cursor) -> tuple[list[Any], Cursor | None]:
        rows, _, more = await read_slice(
            lambda page: self.minicrm.search_projects({"CategoryId": 3}, page),
            PAGE_RULES,
            offset=place.offset,
            last_id=place.last_id,
            limit=self.limit,
        )
        return rows, Cursor(place.offset + len(rows), rows[-1]["id"]) if more else None

    def hide(self, row: int) -> None:
        self.update(row, Deleted=1)

    def show(self, row: int) -> None:
        self.update(row, Deleted=0)

    def touch(self, row: int) -> None:
        self.update(row, Name="changed", StatusId=33)

    def add(self) -> int:
        return int(asyncio.run(self.minicrm.create_project({"CategoryId": 3, "ContactId": 1, "Name": "new"}))["id"])

    def update(self, row: int, **fields: object) -> None:
        asyncio.run(self.minicrm.update_project(row, fields))

    def teardown(self) -> None:
        super().teardown()
        assert not self.told, "ids ascend, so that a list of projects is read to its end whatever happens to it"


class ReadingRecords(Reading):
    """Ivinex records that a filter finds: they leave and come as what it asks for changes."""

    def build_seed(self, rows: int) -> Row:
        return build_seed(records=[{"name": "in"} for _ in range(rows)])

    async def read(self, place: Cursor) -> tuple[list[Any], Cursor | None]:
        conditions: list[RecordFilter] = [{"field": "name", "operand": "Equal", "value": "in"}]
        rows, start, more = await read_next(
            lambda limit, offset: self.ivinex.search_records("1001", filters=conditions, limit=limit, offset=offset),
            place,
            self.limit,
        )
        return rows, Cursor(start + len(rows), rows[-1]["id"]) if more else None

    def hide(self, row: int) -> None:
        self.update(row, name="out")

    def show(self, row: int) -> None:
        self.update(row, name="in")

    def touch(self, row: int) -> None:
        self.update(row, score="7")

    def add(self) -> int:
        (result,) = asyncio.run(self.ivinex.create_records("1001", [{"name": "in"}]))
        return int(result.get("id", ""))

    def update(self, row: int, **fields: object) -> None:
        asyncio.run(self.ivinex.update_records("1001", [{"record_id": str(row), "fields": fields}]))


def test_projects_written_while_they_are_read_come_once_and_none_is_lost() -> None:
    run_state_machine_as_test(ReadingProjects, settings=steps(12, percent=20))


def test_records_written_while_they_are_read_come_once_or_their_loss_is_told() -> None:
    run_state_machine_as_test(ReadingRecords, settings=steps(12, percent=20))


@pytest.mark.parametrize(("rows", "limit", "leaving"), [(150, 60, 30), (230, 70, 60), (201, 67, 1)])
def test_projects_that_moved_to_an_earlier_page_are_found_there(rows: int, limit: int, leaving: int) -> None:
    machine = ReadingProjects()
    machine.begin(rows=rows, hidden=0, limit=limit)
    machine.read_a_page()
    machine.read_a_page()
    machine.the_first_rows_leave(count=leaving)
    machine.teardown()
    assert machine.seen == list(range(1, rows + 1))


def test_through_the_tool_no_project_is_lost_or_doubled_when_read_ones_leave_and_come(connected: Clients) -> None:
    connected.fake.seed(build_rows(150))
    trash = connected.minicrm.update_project

    async def run() -> list[str]:
        query = {**SEARCHES["search_projects"], "limit": 40}
        async with assistant() as client:
            first = await call(client, "search_projects", **query)
            for project_id in (3, 17, 40):
                await trash(project_id, {"Deleted": 1})
            second = await call(client, "search_projects", **query, cursor=first["next_cursor"])
            await trash(17, {"Deleted": 0})
            rest, error = await read_until_told(client, "search_projects", second["next_cursor"], **query)
            assert not error
            return [item["id"] for page in (first, second) for item in page["items"]] + rest

    assert connected.run(run) == [str(number) for number in range(1, 151)]


def test_through_the_tool_a_list_of_records_that_moved_is_read_on_or_said_to_have_moved(connected: Clients) -> None:
    connected.fake.seed(build_rows(90))
    query = {"module": "contact", "limit": 20, "filters": [{"field": "score", "operand": "LessThan", "value": 1000}]}

    async def read_on_after(*leaving: int) -> tuple[list[str], str]:
        async with assistant() as client:
            first = await call(client, "search_records", **query)
            changes = [{"record_id": str(number), "fields": {"score": "5000"}} for number in leaving]
            await connected.ivinex.update_records("1001", changes)
            return await read_until_told(client, "search_records", first["next_cursor"], **query)

    assert connected.run(lambda: read_on_after(2, 3)) == ([str(number) for number in range(21, 91)], "")
    ids, error = connected.run(lambda: read_on_after(22))  # the last one of the first page
    assert (ids, "changed" in error) == ([], True)
