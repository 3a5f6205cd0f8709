"""Reads cards and lists of a MiniCRM account one by one into its replica."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import NotFoundError
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.replica.columns import ADDRESSES, CONTACTS, PROJECTS, TASKS
from crm_mcp.minicrm.replica.documents.details import DocumentDetails
from crm_mcp.minicrm.replica.documents.tables import DOCUMENTS
from crm_mcp.minicrm.replica.writing import ReplicaWriter
from crm_mcp.replica.source import Todo

_T = TypeVar("_T")


@dataclass(frozen=True)
class CardReader:
    """Reads what was selected, unless it was read meanwhile; what is gone for good is deleted."""

    client: MinicrmClient
    directory: Directory
    writer: ReplicaWriter
    documents: DocumentDetails

    async def read_card(self, table: str, record_id: int, not_before: float) -> None:
        """Read the card of a project or a contact, unless it was read since a time."""
        read = self._read_project if table == PROJECTS else self._read_contact
        await self._read_once(f"{table}.read_", read, not_before, record_id)

    async def read(self, todo: Todo, progress: Callable[[int, int], None] | None = None) -> None:
        """Read cards, then lists."""
        cards: dict[str, Callable[[int], Awaitable[None]]] = {
            PROJECTS: self._read_project,
            CONTACTS: self._read_contact,
            ADDRESSES: self._read_address,
            DOCUMENTS: self.documents.read,
        }
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
        key = self.writer.facts.tables[table].parent_column if name == "listed_" else "id"
        sql = f"select 1 from {table} where {key} = ? and {name} >= ?"
        known = await self.writer.replica.run(lambda transaction: transaction.execute(sql, (record_id, selected_at)))
        if not known:
            await read(record_id)

    async def _read_project(self, project_id: int) -> None:
        sent_at = self.writer.replica.clock()
        project = await or_gone(self.client.get_project(project_id))
        if project is None:
            await self.writer.replica.run(
                lambda transaction: self.writer.remove_projects(transaction, [project_id], sent_at)
            )
        else:
            await self.writer.project(project, sent_at)

    async def _read_contact(self, contact_id: int) -> None:
        sent_at = self.writer.replica.clock()
        contact = await or_gone(self.client.get_contact(contact_id))
        if contact is None:
            await self.writer.replica.run(
                lambda transaction: self.writer.remove_contacts(transaction, [contact_id], sent_at)
            )
        else:
            await self.writer.contact(contact, sent_at)

    async def _read_address(self, address_id: int) -> None:
        sent_at = self.writer.replica.clock()
        address = await or_gone(self.client.get_address(address_id))
        if address is None:
            await self.writer.replica.run(lambda t: self.writer.rows_of(t, ADDRESSES, sent_at).remove([address_id]))
        else:
            await self.writer.address(address, sent_at)

    async def _read_tasks(self, project_id: int) -> None:
        sent_at = self.writer.replica.clock()
        found = await or_gone(self.client.list_tasks(project_id, "All"))
        tasks = [] if found is None else found.items
        await self.directory.add_type_labels(tasks)
        await self.writer.tasks(project_id, tasks, sent_at)

    async def _read_addresses(self, contact_id: int) -> None:
        sent_at = self.writer.replica.clock()
        found = await or_gone(self.client.list_addresses(contact_id))
        await self.writer.addresses(contact_id, [] if found is None else found.items, sent_at)


async def or_gone(reading: Awaitable[_T]) -> _T | None:
    """Return what is read, or None where it is gone for good."""
    try:
        return await reading
    except NotFoundError:
        return None
