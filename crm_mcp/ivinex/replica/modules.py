"""The modules of an account as tables: what was seen of their fields is kept in the replica, sampled once a day."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from crm_mcp.ivinex.account.inferred_schema import InferredSchema
from crm_mcp.ivinex.account.link_fields import link_fields
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.models import PAGE_LIMIT, Record
from crm_mcp.ivinex.replica.columns import ModuleFields, build_table, row_of
from crm_mcp.replica.database import Replica, keep_fact, read_fact
from crm_mcp.replica.naming import make_unique_name
from crm_mcp.replica.rows import RowWriter, ensure_table
from crm_mcp.replica.tables import Table
from crm_mcp.store.transaction import Transaction


@dataclass(frozen=True)
class Module:
    """One module of the settings, and the table of its records."""

    replica: Replica
    portal: Portal
    name: str
    module_id: str
    table_name: str

    @property
    def _fact(self) -> str:
        return f"fields of {self.table_name} {self.module_id}"

    def read_fields(self, transaction: Transaction) -> tuple[ModuleFields, float]:
        """Return what is known of its fields, and when they were sampled; 0 where they never were."""
        kept, sampled_at = read_fact(transaction, self._fact)
        return (ModuleFields(**kept) if kept else ModuleFields()), sampled_at

    def table(self, fields: ModuleFields) -> Table:
        """Return its table."""
        return build_table(self.table_name, self.name, fields, self.portal.labels)

    async def is_sampled_since(self, at_s: float) -> bool:
        """Tell whether its fields were sampled since then."""
        return (await self.replica.run(self.read_fields))[1] >= at_s

    async def sample(self) -> tuple[list[Record], float]:
        """Read up to a hundred records with and without the labels of options, which tells what is an option.

        Returns those with labels, and when they were asked for.
        """
        search, sent_at = self.portal.client.search_records, self.replica.clock()
        plain, labelled = await asyncio.gather(
            search(self.module_id, limit=PAGE_LIMIT), search(self.module_id, limit=PAGE_LIMIT, option_labels=True)
        )
        schema = InferredSchema.infer(plain, labelled)
        links = link_fields(self.portal.settings, InferredSchema.infer(plain, plain), schema.names)
        options = [name for name in schema.options if name not in links]

        def keep(transaction: Transaction) -> None:
            known, _ = self.read_fields(transaction)
            fields = replace(
                known,
                options=list(dict.fromkeys([*known.options, *options])),
                links=list(dict.fromkeys([*known.links, *links])),
            )
            keep_fact(transaction, self._fact, asdict(fields), sent_at)
            self.write(transaction, labelled, sent_at)

        await self.replica.run(keep)
        return labelled, sent_at

    def write(self, transaction: Transaction, records: Sequence[Record], sent_at: float) -> None:
        """Write records that a request sent at a time brought, with columns for what they show anew."""
        known, sampled_at = self.read_fields(transaction)
        fields = known.with_seen(records)
        table = self.table(fields)
        ensure_table(transaction, table)
        if fields != known:
            keep_fact(transaction, self._fact, asdict(fields), sampled_at)
        rows = [row_of(record, table, fields) for record in records]
        self._writer(transaction, table, sent_at).put_rows(rows)

    def remove(self, transaction: Transaction, ids: Sequence[str], sent_at: float) -> None:
        """Delete records that are gone."""
        table = self.table(self.read_fields(transaction)[0])
        self._writer(transaction, table, sent_at).remove(ids)

    def _writer(self, transaction: Transaction, table: Table, sent_at: float) -> RowWriter:
        return RowWriter(transaction, table, sent_at, self.replica.local_time(sent_at))


def build_modules(replica: Replica, portal: Portal) -> Mapping[str, Module]:
    """Return the modules that the settings name, by the names of their tables."""
    tables = table_names(portal.settings.modules)
    return {
        tables[name]: Module(replica, portal, name, module_id, tables[name])
        for name, module_id in portal.settings.modules.items()
    }


def table_names(modules: Mapping[str, str]) -> dict[str, str]:
    """Return the name of each module's table by the module's own; `modules` holds ids by name."""
    tables: dict[str, str] = {}
    for name, module_id in modules.items():
        tables[name] = make_unique_name(f"ivinex_{name}", list(tables.values()), module_id)
    return tables
