"""Reads a MiniCRM account into its replica: what a statement reads, or everything."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import NotFoundError
from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.local_time import local_before
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import PAGE_RULES, Project
from crm_mcp.minicrm.replica.account import AccountFacts
from crm_mcp.minicrm.replica.choices import ChoiceSearches
from crm_mcp.minicrm.replica.columns import ADDRESSES, CONTACTS, PROJECTS, STATUSES, TASKS, USERS
from crm_mcp.minicrm.replica.searches import Searches
from crm_mcp.minicrm.replica.writing import ReplicaWriter
from crm_mcp.minicrm.search.projects import EVERY_PROJECT
from crm_mcp.replica.catalogue import CHANGES
from crm_mcp.replica.database import Replica
from crm_mcp.replica.freshness import ROWS_AGE_S, SWEEP_AGE_S, Pass, read_passes
from crm_mcp.replica.source import Lack, Need, Progress, Todo, ignore_progress
from crm_mcp.replica.tables import Table
from crm_mcp.store.transaction import Transaction

OPEN_LISTS_AGE_S = 600.0
"""Tasks of unfinished projects that are older are read again."""
LISTS_AGE_S = 86_400.0
"""So are tasks of finished ones, and addresses."""
_NAMES: Mapping[str, str] = {PROJECTS: "projects", CONTACTS: "contacts", TASKS: "tasks", ADDRESSES: "addresses"}
_T = TypeVar("_T")


class MinicrmSource:
    """The replica of one MiniCRM account; see `Source`."""

    title = "MiniCRM"

    def __init__(
        self,
        replica: Replica,
        client: MinicrmClient,
        directory: Directory,
        crm_clock: CrmClock,
        zone: ZoneInfo,
        requests_per_minute: int,
    ) -> None:
        self.replica = replica
        self._zone = zone
        self.requests_per_minute = requests_per_minute
        self._client = client
        self._directory = directory
        self._crm_clock = crm_clock
        self._refreshing = asyncio.Lock()
        self._unlisted_statuses: set[str] = set()
        self.facts = AccountFacts(replica, client, directory)
        self.writer = ReplicaWriter(replica, self.facts)
        self._choices = ChoiceSearches(self.writer, client)
        write, clocks = self.writer, (self._since, self._crm_time)
        self._projects = Searches(
            replica, PROJECTS, self._search_projects, lambda part: {"CategoryId": part},
            write.project_rows, write.trashed_rows, write.remove_projects, *clocks,
        )  # fmt: skip
        self._contacts = Searches(
            replica, CONTACTS, client.search_contacts, lambda _: EVERY_PROJECT,
            write.contact_rows, None, write.remove_contacts, *clocks,
        )  # fmt: skip

    async def tables(self) -> Sequence[Table]:
        """Return the tables of the account; see `build_tables`."""
        await self.facts.read()
        return list(self.facts.tables.values())

    async def refresh(self, need: Need) -> None:
        """Bring the rows up to date that a statement reads, of the modules that it reads, and their parents'."""
        async with self._refreshing:
            for searches, parts in await self._read_by(need):
                await self._refresh_rows(searches, parts, need)
            if any("status_group" in columns for columns in need.columns.values()):
                await self.facts.learn_groups(await self._statuses_in_use())

    async def _read_by(self, need: Need) -> list[tuple[Searches, Sequence[str]]]:
        """Return the searches for what a statement reads, with the parts; of changes those that were ever made."""
        stored = self._stored(need)
        found = [(self._projects, self._modules(need)), (self._contacts, [""])]
        if CHANGES in need.columns:
            return [
                (searches, [part for part, one in passes.items() if one.is_complete or part in parts])
                for searches, parts in found
                if (passes := await self._passes(searches.table)) or searches.table in stored
            ]
        return [(searches, parts) for searches, parts in found if searches.table in stored]

    def _stored(self, need: Need) -> set[str]:
        """Return the tables whose rows have to be up to date."""
        tables = [self.facts.tables[name] for name in need.columns if name in self.facts.tables]
        found = {table.stored_in for table in tables}
        for table in tables:
            found |= {other for name in need.columns[table.name] for other in table.by_name[name].needs}
        found |= {self.facts.tables[one].parent for one in found if self.facts.tables[one].parent}
        if STATUSES in found and "status_group" in need.columns[STATUSES]:
            found.add(PROJECTS)
        return found

    def _modules(self, need: Need) -> list[str]:
        """Return the modules whose projects a statement reads."""
        views = [self.facts.tables[name] for name in need.columns if name in self.facts.tables]
        parts = [view.part for view in views if view.part_of == PROJECTS]
        others = [view for view in views if not view.part_of and view.name not in (USERS, CONTACTS, ADDRESSES)]
        return list(dict.fromkeys(parts)) if parts and not others else list(self.facts.schema.projects)

    async def _refresh_rows(self, searches: Searches, parts: Sequence[str], need: Need) -> None:
        passes = await self._passes(searches.table)
        now = self.replica.clock()
        not_before = need.begun_at if need.is_fresh else need.begun_at - ROWS_AGE_S
        old = {part for part in parts if part not in passes or (passes[part].rows_as_of or 0) < not_before}
        done = [passes[part] for part in parts if part in passes and passes[part].is_complete]
        if any(one.part in old for one in done):
            await searches.read_changes()
        for one in done:
            if one.swept_at < now - SWEEP_AGE_S:
                await searches.sweep(one.part)
        for part in parts:
            if part not in passes or not (passes[part].is_complete or (passes[part].note and part not in old)):
                await searches.read_whole(part)

    async def lacks(self, need: Need) -> Sequence[Lack]:
        """Return which rows are not held, and which dates that every record has MiniCRM does not send."""
        found: list[Lack] = []
        for searches, parts in await self._read_by(need):
            passes = await self._passes(searches.table)
            found += [
                self._lack_of(searches.table, part, passes.get(part, Pass(part)))
                for part in parts
                if part not in passes or not passes[part].is_complete
            ]
        return [*found, *await self._dates_not_sent(need)]

    def _lack_of(self, table: str, part: str, known: Pass) -> Lack:
        what = f"{_NAMES[table]} of {self.facts.schema.modules.get(part, part)}" if part else _NAMES[table]
        if known.note:
            return Lack(f"Of {what} some may be missing: {known.note}")
        if not known.total:
            return Lack(what, 2)
        pages = PAGE_RULES.count_pages(known.total)
        return Lack(f"{what} ({known.next_page} of {pages} pages read)", pages - known.next_page + 1)

    async def _passes(self, table: str) -> dict[str, Pass]:
        return await self.replica.run(lambda transaction: read_passes(transaction, table))

    async def _statuses_in_use(self) -> list[str]:
        def read(transaction: Transaction) -> list[str]:
            rows = transaction.execute(f"select distinct status_id from {PROJECTS} where status_id is not null")
            return [str(one) for (one,) in rows]

        return await self.replica.run(read)

    async def _search_projects(self, criteria: Mapping[str, object], number: int) -> Any:  # noqa: ANN401
        page = await self._client.search_projects(criteria, number)
        if not self.facts.schema.rows_hold_contacts and any("contact_id" in row for row in page.items):
            await self.facts.change(rows_hold_contacts=True)
        if "CategoryId" not in criteria:
            await self._learn_modules(page.items)
        return page

    async def _learn_modules(self, rows: Sequence[Project]) -> None:
        """Add the module to rows whose status no schema lists: the status may be new, else the card tells it."""
        strange = [row for row in rows if row.get("status_id", "") not in self.facts.schema.statuses]
        if strange and {row.get("status_id", "") for row in strange} - self._unlisted_statuses:
            self._directory.forget_schemas()
            await self.facts.read(again=True)
        for row in strange:
            if (status := row.get("status_id", "")) not in self.facts.schema.statuses:
                self._unlisted_statuses.add(status)
                card = await _or_gone(self._client.get_project(row["id"]))
                row["module_id"] = "" if card is None else card.get("module_id", "")

    def _since(self, mark: float) -> str:
        return local_before(mark, self._zone)

    def _crm_time(self, local_s: float) -> float:
        found = self._crm_clock.at(local_s)
        return local_s if found is None else found

    async def select(self, unread: Mapping[str, Sequence[Any]], need: Need) -> Todo:
        """Return the cards, lists and choices that are to be read; a choice by searches where these are fewer."""
        cards: dict[str, list[Any]] = {
            table: list(unread[table]) for table in (PROJECTS, CONTACTS, ADDRESSES) if unread.get(table)
        }
        lists: dict[str, list[Any]] = {}
        lacks: list[Lack] = []
        for table in (TASKS, ADDRESSES):
            if asked := unread.get(f"{table}[]"):
                due, never = await self.replica.run(
                    lambda transaction, table=table, asked=asked: self._due(transaction, table, asked, need)
                )
                if due:
                    lists[table] = due
                if never:
                    lacks.append(Lack(f"{_NAMES[table]} of {never} {_NAMES[self.facts.tables[table].parent]}", never))
        choices = self._by_choice(unread, cards)
        lacks += [Lack(f"cards of {len(ids)} {_NAMES[table]}", len(ids)) for table, ids in cards.items()]
        requests = sum(map(len, cards.values())) + sum(map(len, lists.values()))
        requests += sum(self._choices.cost(column) for columns in choices.values() for column in columns)
        lacks += [
            Lack(f"{column} of projects", self._choices.cost(column))
            for columns in choices.values()
            for column in columns
        ]
        return Todo(cards, lists, choices, requests, lacks, self.replica.clock())

    def _by_choice(self, unread: Mapping[str, Sequence[Any]], cards: dict[str, list[Any]]) -> dict[str, list[str]]:
        """Return the columns to search for by choice, and add to `cards` those that are fewer to read one by one."""
        prefix = f"{PROJECTS}."
        asked = {kind.removeprefix(prefix): ids for kind, ids in unread.items() if kind.startswith(prefix)}
        known = set(cards.get(PROJECTS, ()))
        left = {column: rest for column, ids in asked.items() if (rest := set(ids) - known)}
        searched: list[str] = []
        for column in left:
            if self._choices.can_search(column) and self._choices.cost(column) < len(left[column]):
                searched.append(column)
            else:
                known |= left[column]
        if known:
            cards[PROJECTS] = sorted(known, reverse=True)
        return {PROJECTS: searched} if searched else {}

    def _due(self, transaction: Transaction, table: str, asked: Sequence[Any], need: Need) -> tuple[list[Any], int]:
        """Return the parents whose lists are due, the newest unfinished projects first, and how many never were."""
        parent = self.facts.tables[table].parent_column
        rows = transaction.execute(f"select {parent}, listed_ from {table} where holder_ = 1")
        listed = {key: at or 0.0 for key, at in rows}
        unfinished = self._unfinished(transaction) if table == TASKS else set[int]()
        due: list[Any] = []
        for one in asked:
            age = 0.0 if need.is_fresh else OPEN_LISTS_AGE_S if one in unfinished else LISTS_AGE_S
            if listed.get(one, 0.0) < need.begun_at - age:
                due.append(one)
        due.sort(key=lambda one: (one in unfinished, one), reverse=True)
        return due, sum(1 for one in asked if not listed.get(one))

    def _unfinished(self, transaction: Transaction) -> set[int]:
        """Return the projects whose status is in no group of finished ones, and that are not in the trash."""
        finished = [int(one) for one, group in self.facts.schema.groups.items() if group in ("Success", "Failed")]
        marks = ", ".join("?" * len(finished))
        rows = transaction.execute(
            f"select id from {PROJECTS} where deleted = 0 and status_id not in ({marks})",
            finished,
        )
        return {one for (one,) in rows}

    async def read(self, todo: Todo, progress: Callable[[int, int], None] | None = None) -> None:
        """Read what was selected and was not read meanwhile: choices, then cards, then lists."""
        for columns in todo.choices.values():
            for column in columns:
                await self._choices.read(column)
        cards = {PROJECTS: self._read_project, CONTACTS: self._read_contact, ADDRESSES: self._read_address}
        lists = {TASKS: self._read_tasks, ADDRESSES: self._read_addresses}
        asked = [(f"{table}.read_", cards[table], ids) for table, ids in todo.cards.items()]
        asked += [(f"{table}.listed_", lists[table], ids) for table, ids in todo.lists.items()]
        done = itertools.count(1)
        total = sum(len(ids) for _, _, ids in asked)

        async def read_one(column: str, read: Callable[[int], Awaitable[None]], record_id: int) -> None:
            await self._read_once(column, read, todo.selected_at, record_id)
            if progress is not None:
                progress(next(done), total)

        if progress is not None and total:
            progress(0, total)
        for column, read, ids in asked:
            await map_bounded(ids, functools.partial(read_one, column, read))

    async def _read_once(
        self, column: str, read: Callable[[int], Awaitable[None]], selected_at: float, record_id: int
    ) -> None:
        """Read a card or a list, unless it was read for another statement since it was selected."""
        table, _, name = column.partition(".")
        key = self.facts.tables[table].parent_column if name == "listed_" else "id"
        sql = f"select 1 from {table} where {key} = ? and {name} >= ?"
        known = await self.replica.run(lambda transaction: transaction.execute(sql, (record_id, selected_at)))
        if not known:
            await read(record_id)

    async def _read_project(self, project_id: int) -> None:
        sent_at = self.replica.clock()
        project = await _or_gone(self._client.get_project(project_id))
        if project is None:
            await self.replica.run(lambda transaction: self.writer.remove_projects(transaction, [project_id], sent_at))
        else:
            await self.writer.project(project, sent_at)

    async def _read_contact(self, contact_id: int) -> None:
        sent_at = self.replica.clock()
        contact = await _or_gone(self._client.get_contact(contact_id))
        if contact is None:
            await self.replica.run(lambda transaction: self.writer.remove_contacts(transaction, [contact_id], sent_at))
        else:
            await self.writer.contact(contact, sent_at)

    async def _read_address(self, address_id: int) -> None:
        sent_at = self.replica.clock()
        address = await _or_gone(self._client.get_address(address_id))
        if address is None:
            await self.replica.run(lambda t: self.writer.rows_of(t, ADDRESSES, sent_at).remove([address_id]))
        else:
            await self.writer.address(address, sent_at)

    async def _read_tasks(self, project_id: int) -> None:
        sent_at = self.replica.clock()
        found = await _or_gone(self._client.list_tasks(project_id, "All"))
        tasks = [] if found is None else found.items
        await self._directory.add_type_labels(tasks)
        await self.writer.tasks(project_id, tasks, sent_at)

    async def _read_addresses(self, contact_id: int) -> None:
        sent_at = self.replica.clock()
        found = await _or_gone(self._client.list_addresses(contact_id))
        await self.writer.addresses(contact_id, [] if found is None else found.items, sent_at)

    async def as_of(self, need: Need) -> float | None:
        """Return when the oldest was read of the rows and lists that a statement reads."""
        stored = self._stored(need)
        modules = set(self._modules(need))

        def read(transaction: Transaction) -> float | None:
            times: list[float] = []
            for table in stored & {PROJECTS, CONTACTS}:
                passes = read_passes(transaction, table).values()
                times += [
                    one.rows_as_of for one in passes if one.rows_as_of and (table == CONTACTS or one.part in modules)
                ]
            for table in stored & {TASKS, ADDRESSES}:
                rows = transaction.execute(f"select min(listed_) from {table} where holder_ = 1")
                times += [at for (at,) in rows if at]
            if stored & {USERS, STATUSES}:
                times.append(self.facts.read_at)
            return min(times, default=None)

        return await self.replica.run(read)

    async def fill(self, *, again: bool = False, progress: Progress = ignore_progress) -> None:
        """Read every row, card and list that is not held, or is old; `again` reads all of them."""
        self._directory.forget_schemas()
        await self.facts.read(again=True)
        need = Need(dict.fromkeys(_NAMES, ()), self.replica.clock(), is_fresh=True)
        async with self._refreshing:
            for searches, parts in await self._read_by(need):
                progress(f"rows of {_NAMES[searches.table]}", 0, len(parts))
                if again:
                    await map_bounded(parts, functools.partial(searches.read_whole, again=True), at_once=1)
                else:
                    await self._refresh_rows(searches, parts, need)
                    await map_bounded(parts, searches.sweep, at_once=1)
                progress(f"rows of {_NAMES[searches.table]}", len(parts), len(parts))
            await self.facts.learn_groups(await self._statuses_in_use())
        need = replace(need, is_fresh=again)
        for what in ("cards and lists", "cards of addresses"):  # addresses are known by the lists alone
            todo = await self.select(await self.everything_unread(need), need)
            await self.read(todo, functools.partial(progress, what))

    async def everything_unread(self, need: Need) -> Mapping[str, Sequence[Any]]:
        """Return the cards that are not known and all lists of the tables that a statement reads."""
        return await self.replica.run(lambda transaction: self._everything_unread(transaction, self._stored(need)))

    def _everything_unread(self, transaction: Transaction, tables: AbstractSet[str]) -> dict[str, list[Any]]:
        unread: dict[str, list[Any]] = {}
        for table in tables & {PROJECTS, CONTACTS, ADDRESSES}:
            sql = f"select id from {table} where holder_ = 0 and read_ < changed_ order by id desc"
            unread[table] = [one for (one,) in transaction.execute(sql)]
        for table in tables & {TASKS, ADDRESSES}:
            parent = self.facts.tables[table].parent_column
            rows = transaction.execute(f"select {parent} from {table} where holder_ = 1")
            unread[f"{table}[]"] = [one for (one,) in rows]
        return unread

    async def _dates_not_sent(self, need: Need) -> Sequence[Lack]:
        """Return the dates that MiniCRM does not send though every record has them (documented; newer servers do)."""
        asked = {name for columns in need.columns.values() for name in columns} & {"created_at", "updated_at"}
        tables = {self.facts.tables[name].stored_in for name in need.columns if name in self.facts.tables}

        def is_sent(transaction: Transaction, table: str, name: str) -> bool:
            sql = f"select count(*), count({name}) from {table} where read_ > 0 and holder_ = 0"
            ((cards, known),) = transaction.execute(sql)
            return not cards or bool(known)

        lacks: list[Lack] = []
        for table in tables & {PROJECTS, CONTACTS}:
            for name in sorted(asked):
                if not await self.replica.run(functools.partial(is_sent, table=table, name=name)):
                    other = (
                        "; find_stale_projects asks by searches" if (table, name) == (PROJECTS, "updated_at") else ""
                    )
                    lacks.append(Lack(f"MiniCRM sends no {name} of {_NAMES[table]}, so it is NULL{other}"))
        return lacks

    async def notes(self, need: Need) -> Sequence[str]:
        """Say that trashed projects, or their tasks, are among what was read where the statement does not look."""
        tables = [self.facts.tables[name] for name in need.columns if name in self.facts.tables]
        if any("deleted" in columns for columns in need.columns.values()):
            return []
        if not any(table.stored_in in (PROJECTS, TASKS) for table in tables):
            return []
        modules = self._modules(need)

        def count(transaction: Transaction) -> tuple[int, int]:
            marks = ", ".join("?" * len(modules))
            ((projects,),) = transaction.execute(
                f"select count(*) from {PROJECTS} where deleted = 1 and part_ in ({marks})",
                modules,
            )
            ((tasks,),) = transaction.execute(
                f"select count(*) from {TASKS} as t join {PROJECTS} as p on p.id = t.project_id "
                "where p.deleted = 1 and t.holder_ = 0"
            )
            return projects, tasks

        projects, tasks = await self.replica.run(count)
        if any(table.stored_in == PROJECTS for table in tables):
            return (
                [f"{projects} projects in the trash count too: add deleted = 0 to leave them out."] if projects else []
            )
        where = "project_id in (select id from minicrm_projects where deleted = 0)"
        return [f"{tasks} tasks of projects in the trash count too: add {where} to leave them out."] if tasks else []


async def _or_gone(reading: Awaitable[_T]) -> _T | None:
    """Return what is read, or None where it is gone for good."""
    try:
        return await reading
    except NotFoundError:
        return None
