"""Reads a MiniCRM account into its replica: what a statement reads, or everything."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.wording import listing
from crm_mcp.languages import Texts, mark
from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.local_time import OVERLAP, local_before
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.clients.documents import DocumentsClient
from crm_mcp.minicrm.models import PAGE_RULES, Project
from crm_mcp.minicrm.replica.account import AccountFacts
from crm_mcp.minicrm.replica.cards import CardReader, or_gone
from crm_mcp.minicrm.replica.choices import ChoiceSearches
from crm_mcp.minicrm.replica.columns import ADDRESSES, CONTACTS, KINDS, PROJECTS, STATUSES, TASKS, USERS
from crm_mcp.minicrm.replica.documents.source import DocumentSource
from crm_mcp.minicrm.replica.documents.tables import DOCUMENTS, ITEMS
from crm_mcp.minicrm.replica.remarks import Remarks
from crm_mcp.minicrm.replica.searches import Searches
from crm_mcp.minicrm.replica.selection import Selection
from crm_mcp.minicrm.replica.writing import ReplicaWriter
from crm_mcp.minicrm.search.projects import EVERY_PROJECT
from crm_mcp.minicrm.wire.documents.responses import NO_INVOICING
from crm_mcp.replica.catalogue import CHANGES
from crm_mcp.replica.database import Replica
from crm_mcp.replica.freshness import Pass, read_passes
from crm_mcp.replica.source import Lack, Need, Progress, Todo, ignore_progress
from crm_mcp.replica.tables import Table
from crm_mcp.store.transaction import Transaction

_texts = Texts(__file__)
_TITLES = (mark("projects"), mark("contacts"), mark("invoices"), mark("offers"), mark("orders"))
"""What searches and lists call their rows."""


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
        self._selection = Selection(self.facts, self._choices)
        self._remarks = Remarks(replica, self.facts)
        write, clocks = self.writer, (self._since, self._crm_time)
        self.documents = DocumentSource(replica, DocumentsClient(client.sender), *clocks)
        self._projects = Searches(
            replica, PROJECTS, self._search_projects, lambda part: {"CategoryId": part},
            write.project_rows, write.trashed_rows, write.remove_projects, *clocks,
        )  # fmt: skip
        self._contacts = Searches(
            replica, CONTACTS, client.search_contacts, lambda _: EVERY_PROJECT,
            write.contact_rows, None, write.remove_contacts, *clocks,
        )  # fmt: skip
        self.cards = CardReader(client, directory, self.writer, self.documents.details)

    async def tables(self) -> Sequence[Table]:
        """Return the tables of the account; see `build_tables`."""
        await self.facts.read()
        return list(self.facts.tables.values())

    async def refresh(self, need: Need) -> None:
        """Bring the rows up to date that a statement reads, of the modules that it reads, and their parents'."""
        async with self._refreshing:
            for searches, parts in await self._read_by(need):
                await searches.refresh(parts, need)
            if any("status_group" in columns for name, columns in need.columns.items() if name != DOCUMENTS):
                await self.facts.learn_groups(await self._statuses_in_use())

    async def _read_by(self, need: Need) -> list[tuple[Searches, Sequence[str]]]:
        """Return the searches for what a statement reads, with the parts; of changes those that were ever made."""
        stored = self._stored(need)
        found: list[tuple[Searches, Sequence[str]]] = [
            *((self._projects, self._modules(need)), (self._contacts, [""])),
            *((lists, [kind]) for kind, lists in self.documents.lists.items()),
        ]
        if CHANGES in need.columns:
            return [
                (searches, [part for part, one in passes.items() if one.is_complete or part in parts])
                for searches, parts in found
                if (passes := await searches.passes()) or searches.table in stored
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

    async def lacks(self, need: Need) -> Sequence[Lack]:
        """Return which rows are not held, and which dates that every record has MiniCRM does not send."""
        found: list[Lack] = []
        refused: list[str] = []
        for searches, parts in await self._read_by(need):
            if await searches.is_refused():
                refused.append(searches.title())
                continue
            passes = await searches.passes()
            found += [
                self._lack_of(searches, part, passes.get(part, Pass(part)))
                for part in parts
                if part not in passes or not passes[part].is_complete
            ]
        if refused:
            found.append(Lack(f"MiniCRM refuses {listing(refused, len(refused))}: {NO_INVOICING}", is_refused=True))
        return [*found, *self._modules_left_out(need), *await self._remarks.dates_not_sent(need)]

    def _modules_left_out(self, need: Need) -> list[Lack]:
        schema = self.facts.schema
        if PROJECTS not in self._stored(need) or len(self._modules(need)) < len(schema.projects):
            return []
        unreadable = [name for one, name in schema.modules.items() if one not in schema.projects]
        return [Lack(f"Projects of {name} are left out: MiniCRM refuses its schema") for name in unreadable]

    def _lack_of(self, searches: Searches, part: str, known: Pass) -> Lack:
        what = searches.title(self.facts.schema.modules.get(part, part))
        if known.note:
            return Lack(f"Of {what} some may be missing: {known.note}")
        if not known.total:
            return Lack(what, 2)
        pages = PAGE_RULES.count_pages(known.total)
        return Lack(f"{what} ({known.next_page} of {pages} pages read)", pages - known.next_page + 1)

    async def learn_groups(self) -> None:
        """Find out the group of each status in use, where statements have asked for groups."""
        if self.facts.schema.groups:
            await self.facts.learn_groups(await self._statuses_in_use())

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
                card = await or_gone(self._client.get_project(row["id"]))
                row["module_id"] = "" if card is None else card.get("module_id", "")

    def _since(self, mark: float, overlap: timedelta = OVERLAP) -> str:
        return local_before(mark, self._zone, overlap)

    def _crm_time(self, local_s: float) -> float:
        found = self._crm_clock.at(local_s)
        return local_s if found is None else found

    async def select(self, unread: Mapping[str, Sequence[Any]], need: Need) -> Todo:
        """Return the cards, lists and choices that are to be read; a choice by searches where these are fewer."""
        return await self._selection.select(unread, need)

    async def read(self, todo: Todo, progress: Callable[[int, int], None] | None = None) -> None:
        """Read what was selected and was not read meanwhile: choices, then cards, then lists."""
        for columns in todo.choices.values():
            for column in columns:
                await self._choices.read(column)
        await self.cards.read(todo, progress)

    async def as_of(self, need: Need) -> float | None:
        """Return when the oldest was read of the rows and lists that a statement reads."""
        stored = self._stored(need)
        modules = set(self._modules(need))

        def read(transaction: Transaction) -> float | None:
            times: list[float] = []
            for table in stored & {PROJECTS, CONTACTS, DOCUMENTS}:
                passes = read_passes(transaction, table).values()
                times += [
                    one.rows_as_of for one in passes if one.rows_as_of and (table != PROJECTS or one.part in modules)
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
        need = Need(dict.fromkeys((*KINDS, DOCUMENTS, ITEMS), ()), self.replica.clock(), is_fresh=True)
        async with self._refreshing:
            for searches, parts in await self._read_by(need):
                progress(_texts.later("rows of {what}", what=_texts.later(searches.title())), 0, len(parts))
                if again:
                    await map_bounded(parts, functools.partial(searches.read_whole, again=True), at_once=1)
                else:
                    await searches.refresh(parts, need)
                    await map_bounded(parts, searches.sweep, at_once=1)
                progress(_texts.later("rows of {what}", what=_texts.later(searches.title())), len(parts), len(parts))
            await self.facts.learn_groups(await self._statuses_in_use())
        need = replace(need, is_fresh=again)
        for what in (
            _texts.later("cards and lists"),
            _texts.later("cards of addresses"),
        ):  # addresses are known by the lists alone
            todo = await self.select(await self.everything_unread(need), need)
            await self.read(todo, functools.partial(progress, what))

    async def everything_unread(self, need: Need) -> Mapping[str, Sequence[Any]]:
        """Return the cards that are not known and all lists of the tables that a statement reads."""
        return await self.replica.run(
            lambda transaction: self._selection.everything_unread(transaction, self._stored(need))
        )

    async def notes(self, need: Need) -> Sequence[str]:
        """Return that the trash counts too, where a statement may not mean it."""
        return await self._remarks.trash_counted(need, self._modules(need))
