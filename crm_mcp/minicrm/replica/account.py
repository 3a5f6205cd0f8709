"""What a MiniCRM account says of itself, read once a day and kept in the replica: modules, schemas, status groups."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, cast

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import STATUS_GROUPS
from crm_mcp.minicrm.models import Schema
from crm_mcp.minicrm.replica.columns import CONTACTS, PROJECTS, STATUSES, USERS, AccountSchema, build_tables
from crm_mcp.minicrm.replica.documents.tables import document_tables
from crm_mcp.replica.database import Replica, keep_fact, read_fact
from crm_mcp.replica.rows import ensure_table
from crm_mcp.replica.tables import Table
from crm_mcp.store.transaction import Transaction

MAX_AGE_S = 86_400.0
_FACT = "account"


class AccountFacts:
    """The schema of one account and the tables made of it; `read` them before anything else."""

    def __init__(self, replica: Replica, client: MinicrmClient, directory: Directory) -> None:
        self._replica = replica
        self._client = client
        self._directory = directory
        self._lock = asyncio.Lock()
        self._version = -1.0
        self.read_at = 0.0
        self.schema = AccountSchema({}, {}, {"fields": [], "statuses": {}, "users": {}, "modules": {}})
        self.tables: dict[str, Table] = {}

    async def read(self, *, again: bool = False) -> None:
        """Read what is older than a day, or everything `again`."""
        async with self._lock:
            kept, version = await self._replica.run(lambda transaction: read_fact(transaction, _FACT))
            now = self._replica.clock()
            if kept is not None and not again and 0 <= now - kept["read_at"] < MAX_AGE_S:
                if version != self._version:
                    await self._use_kept(kept, version)
                return
            before = None if kept is None else _load(kept["schema"])
            await self._keep(await self._ask(before), before, now)

    async def load(self) -> bool:
        """Take over what was kept, however old; return whether there was anything."""
        if self._version < 0:
            kept, version = await self._replica.run(lambda transaction: read_fact(transaction, _FACT))
            if kept is not None:
                await self._use_kept(kept, version)
        return self._version >= 0

    async def _ask(self, before: AccountSchema | None) -> AccountSchema:
        modules = await self._directory.modules()
        read = await map_bounded(modules, self._directory.readable_schema)
        schemas = {one: schema for one, schema in zip(modules, read, strict=True) if schema is not None}
        contacts = await self._directory.merged_contact_schema()
        known = before or AccountSchema({}, {}, contacts)
        now = replace(known, modules=modules, projects=schemas, contacts=contacts)
        return replace(now, seen={table: _vanished(table, known, now) for table in (PROJECTS, CONTACTS)})

    async def change(self, **changes: Any) -> None:  # noqa: ANN401  # attributes of `AccountSchema`
        """Keep something else that was learned of the account."""
        async with self._lock:
            await self._keep(replace(self.schema, **changes), self.schema, self.read_at)

    async def _keep(self, schema: AccountSchema, before: AccountSchema | None, read_at: float) -> None:
        tables = self._build_tables(schema)
        version = self._replica.clock()

        def keep(transaction: Transaction) -> None:
            _ensure(transaction, tables)
            if before is not None:
                _rename_choices(transaction, before, schema)
            _keep_names(transaction, schema)
            keep_fact(transaction, _FACT, {"schema": asdict(schema), "read_at": read_at}, version)

        await self._replica.run(keep)
        self._use(schema, read_at, version)

    async def _use_kept(self, kept: Mapping[str, Any], version: float) -> None:
        """Use what another process kept, or an older version of this server, which knew fewer tables."""
        schema = _load(kept["schema"])
        tables = self._build_tables(schema)
        await self._replica.run(lambda transaction: _ensure(transaction, tables))
        self._use(schema, kept["read_at"], version)

    def _use(self, schema: AccountSchema, read_at: float, version: float) -> None:
        self.schema, self.read_at, self._version = schema, read_at, version
        self.tables = {table.name: table for table in self._build_tables(schema)}

    def _build_tables(self, schema: AccountSchema) -> Sequence[Table]:
        return [*build_tables(schema, self._directory.labels), *document_tables(schema)]

    async def learn_groups(self, statuses: Collection[str]) -> None:
        """Find out to which group these statuses belong, by searches.

        A status that no project has stays without one.
        """
        missing = set(statuses) - self.schema.groups.keys()
        groups = dict(self.schema.groups)
        for group in STATUS_GROUPS if missing else ():
            page = await self._client.search_projects({"StatusGroup": group})
            groups |= {row["status_id"]: group for row in page.items if "status_id" in row}
        for status in missing - groups.keys():
            group = await self._find_group(status)
            groups |= {status: group} if group else {}
        if groups != self.schema.groups:
            await self.change(groups=groups)

    async def _find_group(self, status: str) -> str:
        """Return the group by which a project of this status is found, in the trash too; empty where none is."""
        module = self.schema.statuses.get(status, ("", ""))[0]
        for trash in ({}, {"Deleted": 1, "CategoryId": module}):
            for group in STATUS_GROUPS:
                criteria = {"StatusGroup": group, "StatusId": status, **trash}
                if (await self._client.search_projects(criteria)).items:
                    return group
        return ""


def _ensure(transaction: Transaction, tables: Sequence[Table]) -> None:
    for table in tables:
        if not table.part_of:
            ensure_table(transaction, table)


def _load(kept: Mapping[str, Any]) -> AccountSchema:
    return AccountSchema(**cast("dict[str, Any]", kept))


def _vanished(table: str, before: AccountSchema, after: AccountSchema) -> list[str]:
    """Return the fields of a table's columns that no schema lists any more, or ever did."""
    had, has = (_field_names(table, one) for one in (before, after))
    return [name for name in dict.fromkeys([*before.seen.get(table, ()), *had]) if name not in has]


def _field_names(table: str, account: AccountSchema) -> dict[str, None]:
    schemas = account.projects.values() if table == PROJECTS else [account.contacts]
    return {one["name"]: None for schema in schemas for one in schema["fields"]}


def _keep_names(transaction: Transaction, schema: AccountSchema) -> None:
    """Write the tables of users and statuses anew, and the group of each project's status."""
    transaction.execute(f"delete from {USERS}")
    for key, name in schema.users.items():
        transaction.execute(f"insert into {USERS} (id, name) values (?, ?)", (int(key), name))
    transaction.execute(f"delete from {STATUSES}")
    for place, (key, (module, label)) in enumerate(schema.statuses.items(), start=1):
        transaction.execute(
            f"insert into {STATUSES} (id, module, name, status_group, place) values (?, ?, ?, ?, ?)",
            (int(key), schema.modules.get(module, module), label, schema.groups.get(key), place),
        )
    transaction.execute(
        f"update {PROJECTS} set status_group = s.status_group from {STATUSES} as s "
        f"where s.id = {PROJECTS}.status_id and {PROJECTS}.status_group is not s.status_group"
    )


def _rename_choices(transaction: Transaction, before: AccountSchema, after: AccountSchema) -> None:
    """Bring labels up to date that were changed in the CRM: of statuses, users, modules and other choices."""
    for key, (_, label) in after.statuses.items():
        if before.statuses.get(key, ("", label))[1] != label:
            transaction.execute(f"update {PROJECTS} set status = ? where status_id = ?", (label, int(key)))
    for key, name in after.users.items():
        if before.users.get(key, name) != name:
            transaction.execute(f"update {PROJECTS} set user = ? where user_id = ?", (name, int(key)))
            transaction.execute("update minicrm_tasks set user = ? where user_id = ?", (name, int(key)))
    for key, name in after.modules.items():
        if before.modules.get(key, name) != name:
            transaction.execute(f"update {PROJECTS} set module = ? where part_ = ?", (name, key))
    if _choices(before) != _choices(after):  # cards hold labels, and which of them is meant is known by reading them
        transaction.execute(f"update {PROJECTS} set read_ = 0")
        transaction.execute("delete from fills")
    if before.contacts["fields"] != after.contacts["fields"]:
        transaction.execute("update minicrm_contacts set read_ = 0")


def _choices(account: AccountSchema) -> dict[tuple[str, str], Mapping[str, str]]:
    """Return the labels of the fields that cards hold, by module and field."""
    return {
        (module, one["name"]): one.get("choices", {})
        for module, schema in account.projects.items()
        for one in _fields(schema)
        if one["name"] not in ("StatusId", "UserId", "CategoryId")
    }


def _fields(schema: Schema) -> Any:  # noqa: ANN401
    return schema["fields"]
