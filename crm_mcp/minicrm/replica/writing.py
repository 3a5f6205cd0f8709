"""Writes what MiniCRM's responses show into the replica."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_mcp.minicrm.models import Address, AddressRow, Contact, Project, Task
from crm_mcp.minicrm.replica import values
from crm_mcp.minicrm.replica.account import AccountFacts
from crm_mcp.minicrm.replica.columns import ADDRESSES, CONTACTS, PROJECTS, TASKS
from crm_mcp.replica.database import Replica
from crm_mcp.replica.rows import RowWriter
from crm_mcp.store.transaction import Transaction


@dataclass(frozen=True)
class ReplicaWriter:
    """Writes rows, cards and lists of one account; times are when the request was sent."""

    replica: Replica
    facts: AccountFacts

    def rows_of(self, transaction: Transaction, table: str, sent_at: float) -> RowWriter:
        """Return what writes rows of a table."""
        return RowWriter(transaction, self.facts.tables[table], sent_at, self.replica.local_time(sent_at))

    def project_rows(
        self,
        transaction: Transaction,
        rows: Sequence[Any],
        sent_at: float,
        is_changed: bool,
        part: str,
        *,
        deleted: bool = False,
    ) -> None:
        """Write projects that a search found; `deleted` where it was one of the trash."""
        account = self.facts.schema
        by_part: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            module = part or account.statuses.get(row.get("status_id", ""), ("", ""))[0] or row.get("module_id", "")
            by_part.setdefault(module, []).append(values.values_of_row(row, account, module, deleted=deleted))
        writer = self.rows_of(transaction, PROJECTS, sent_at)
        for module, some in by_part.items():
            writer.put_rows(some, part=module, is_changed=is_changed)
        self.rows_of(transaction, TASKS, sent_at).hold_lists([int(row["id"]) for row in rows])

    trashed_rows = functools.partialmethod(project_rows, deleted=True)

    def contact_rows(
        self,
        transaction: Transaction,
        rows: Sequence[Any],
        sent_at: float,
        is_changed: bool,
        part: str,
    ) -> None:
        """Write contacts that a search found."""
        del part
        written = [values.values_of_contact_row(row) for row in rows]
        self.rows_of(transaction, CONTACTS, sent_at).put_rows(written, is_changed=is_changed)
        self.rows_of(transaction, ADDRESSES, sent_at).hold_lists([row["id"] for row in written])

    def remove_projects(self, transaction: Transaction, ids: Sequence[int], sent_at: float) -> None:
        """Delete projects that are gone for good, with their tasks."""
        self.rows_of(transaction, PROJECTS, sent_at).remove(ids)
        for one in ids:
            transaction.execute(f"delete from {TASKS} where project_id = ?", (one,))

    def remove_contacts(self, transaction: Transaction, ids: Sequence[int], sent_at: float) -> None:
        """Delete contacts that are gone for good, with their addresses."""
        self.rows_of(transaction, CONTACTS, sent_at).remove(ids)
        for one in ids:
            transaction.execute(f"delete from {ADDRESSES} where contact_id = ?", (one,))

    async def project(self, project: Project, sent_at: float) -> None:
        """Write the card of a project."""
        await self._learn_columns(PROJECTS, project["fields"])
        module = project.get("module_id", "")

        def write(transaction: Transaction) -> None:
            card = values.values_of_card(project, self.facts.tables[PROJECTS], self.facts.schema, module)
            if module:
                card["module"] = self.facts.schema.modules.get(module, module)
            self.rows_of(transaction, PROJECTS, sent_at).put_card(card, part=module)
            self.rows_of(transaction, TASKS, sent_at).hold_lists([card["id"]])

        await self._fitting(PROJECTS, project["fields"], write)

    async def contact(self, contact: Contact, sent_at: float) -> None:
        """Write the card of a contact."""
        await self._learn_columns(CONTACTS, contact["fields"])
        await self._learn_name_order(contact)

        def write(transaction: Transaction) -> None:
            order = self.facts.schema.family_name_first
            card = values.values_of_contact(contact, self.facts.tables[CONTACTS], family_name_first=order)
            _outdate_projects(transaction, card, sent_at)
            self.rows_of(transaction, CONTACTS, sent_at).put_card(card)
            self.rows_of(transaction, ADDRESSES, sent_at).hold_lists([card["id"]])

        await self._fitting(CONTACTS, contact["fields"], write)

    async def tasks(self, project_id: int, tasks: Sequence[Task], sent_at: float) -> None:
        """Write all tasks of a project."""
        users = self.facts.schema.users
        rows = [values.values_of_task(task, users) for task in tasks]
        await self.replica.run(lambda transaction: self.rows_of(transaction, TASKS, sent_at).put_list(project_id, rows))

    async def addresses(self, contact_id: int, rows: Sequence[AddressRow], sent_at: float) -> None:
        """Write which addresses a contact has."""
        ids = [{"id": int(row["id"])} for row in rows]
        await self.replica.run(
            lambda transaction: self.rows_of(transaction, ADDRESSES, sent_at).put_list(contact_id, ids)
        )

    async def address(self, address: Address, sent_at: float) -> None:
        """Write one address."""
        card = values.values_of_address(address, self.facts.tables[ADDRESSES])
        await self.replica.run(lambda transaction: self.rows_of(transaction, ADDRESSES, sent_at).put_card(card))

    async def _learn_columns(self, table: str, fields: Mapping[str, object]) -> None:
        """Make columns for what cards hold beside their schema."""
        new = values.unknown_fields(fields, self.facts.tables[table])
        if new:
            seen = self.facts.schema.seen
            await self.facts.change(seen={**seen, table: [*seen.get(table, ()), *new]})

    async def _learn_name_order(self, contact: Contact) -> None:
        """See by a row how the account shows names of people, of which a card tells the parts alone."""
        if self.facts.schema.family_name_first or not all(values.name_parts(contact)):
            return
        sql = f"select name from {CONTACTS} where id = ? and seen_ > 0 and name is not null"
        rows = await self.replica.run(lambda transaction: transaction.execute(sql, (int(contact["id"]),)))
        if rows and values.shows_family_name_first(rows[0][0], contact):
            await self.facts.change(family_name_first=True)

    async def _fitting(self, table: str, fields: Mapping[str, object], write: Callable[[Transaction], None]) -> None:
        """Write a card; a column that cannot hold its value as a number becomes one of texts before."""
        columns = self.facts.tables[table].by_field
        wrong = [
            columns[name].name
            for name, value in fields.items()
            if name in columns and not values.fits(columns[name], values.value_of(columns[name], value))
        ]
        if wrong:
            texts = self.facts.schema.texts
            await self.facts.change(texts={**texts, table: [*texts.get(table, ()), *wrong]})
            await self.replica.run(lambda transaction: _as_texts(transaction, table, wrong))
        await self.replica.run(write)


def _outdate_projects(transaction: Transaction, contact: Mapping[str, Any], sent_at: float) -> None:
    """Have the cards of a contact read again whose business is another one now: that does not move their dates."""
    transaction.execute(
        f"update {PROJECTS} set changed_ = max(changed_, ?) where contact_id = ? and exists (select 1 from {CONTACTS} "
        "as c where c.id = ? and c.read_ between 1 and ? and c.business_id is not ?)",
        (sent_at, contact["id"], contact["id"], sent_at, contact["business_id"]),
    )


def _as_texts(transaction: Transaction, table: str, names: Sequence[str]) -> None:
    for name in names:
        transaction.execute(f"update {table} set {name} = cast({name} as text)")
