"""What is said of what a statement reads: dates that MiniCRM does not send, and projects in the trash."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from crm_mcp.languages import Texts
from crm_mcp.minicrm.replica.account import AccountFacts
from crm_mcp.minicrm.replica.columns import CONTACTS, KINDS, PROJECTS, TASKS
from crm_mcp.replica.database import Replica
from crm_mcp.replica.source import Lack, Need
from crm_mcp.store.transaction import Transaction

_texts = Texts(__file__)


@dataclass(frozen=True)
class Remarks:
    """Says it; asks nothing."""

    replica: Replica
    facts: AccountFacts

    async def dates_not_sent(self, need: Need) -> Sequence[Lack]:
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
                    lacks.append(Lack(f"MiniCRM sends no {name} of {KINDS[table]}, so it is NULL{other}"))
        return lacks

    async def trash_counted(self, need: Need, modules: Sequence[str]) -> Sequence[str]:
        """Return that trashed projects, or their tasks, are among what was read where the statement does not look."""
        tables = [self.facts.tables[name] for name in need.columns if name in self.facts.tables]
        if any("deleted" in columns for columns in need.columns.values()):
            return []
        if not any(table.stored_in in (PROJECTS, TASKS) for table in tables):
            return []

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
                [
                    _texts.later(
                        "{count} projects in the trash count too: add deleted = 0 to leave them out.", count=projects
                    )
                ]
                if projects
                else []
            )
        where = "project_id in (select id from minicrm_projects where deleted = 0)"
        told = _texts.later(
            "{count} tasks of projects in the trash count too: add {where} to leave them out.", count=tasks, where=where
        )
        return [told] if tasks else []
