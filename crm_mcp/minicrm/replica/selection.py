"""Which cards, lists and choices of a MiniCRM account are to be read, of those that a statement met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from crm_mcp.languages import Texts
from crm_mcp.minicrm.replica.account import AccountFacts
from crm_mcp.minicrm.replica.choices import ChoiceSearches
from crm_mcp.minicrm.replica.columns import ADDRESSES, CONTACTS, KINDS, PROJECTS, TASKS
from crm_mcp.minicrm.replica.documents.details import all_unread_details, unread_details
from crm_mcp.minicrm.replica.documents.tables import DOCUMENTS, ITEMS
from crm_mcp.replica.source import Lack, Need, Todo
from crm_mcp.store.transaction import Transaction

_texts = Texts(__file__)

OPEN_LISTS_AGE_S = 600.0
"""Tasks of unfinished projects that are older are read again."""
LISTS_AGE_S = 86_400.0
"""So are tasks of finished ones, and addresses."""


@dataclass(frozen=True)
class Selection:
    """Selects by what is held; asks nothing."""

    facts: AccountFacts
    choices: ChoiceSearches

    async def select(self, unread: Mapping[str, Sequence[Any]], need: Need) -> Todo:
        """Return the cards, lists and choices that are to be read; a choice by searches where these are fewer."""
        cards: dict[str, list[Any]] = {
            table: list(unread[table]) for table in (PROJECTS, CONTACTS, ADDRESSES) if unread.get(table)
        }
        lists: dict[str, list[Any]] = {}
        lacks: list[Lack] = []
        for table in (TASKS, ADDRESSES):
            if asked := unread.get(f"{table}[]"):
                due, never = await self.choices.writer.replica.run(
                    lambda transaction, table=table, asked=asked: self._due(transaction, table, asked, need)
                )
                if due:
                    lists[table] = due
                if never:
                    lacks.append(Lack(_lists(KINDS[table], never, KINDS[self.facts.tables[table].parent]), never))
        choices = self._by_choice(unread, cards)
        if unread.get(DOCUMENTS) or unread.get(f"{ITEMS}[]"):
            run = self.choices.writer.replica.run
            if details := await run(lambda transaction: unread_details(transaction, unread)):
                cards[DOCUMENTS] = details
        tables = self.facts.tables
        lacks += [
            Lack(_texts.later("cards of {count} {kind}", count=len(ids), kind=tables[table].kind), len(ids))
            for table, ids in cards.items()
        ]
        requests = sum(map(len, cards.values())) + sum(map(len, lists.values()))
        requests += sum(self.choices.cost(column) for columns in choices.values() for column in columns)
        lacks += [
            Lack(_texts.later("{column} of projects", column=column), self.choices.cost(column))
            for columns in choices.values()
            for column in columns
        ]
        return Todo(cards, lists, choices, requests, lacks, self.choices.writer.replica.clock())

    def _by_choice(self, unread: Mapping[str, Sequence[Any]], cards: dict[str, list[Any]]) -> dict[str, list[str]]:
        """Return the columns to search for by choice, and add to `cards` those that are fewer to read one by one."""
        prefix = f"{PROJECTS}."
        asked = {kind.removeprefix(prefix): ids for kind, ids in unread.items() if kind.startswith(prefix)}
        known = set(cards.get(PROJECTS, ()))
        left = {column: rest for column, ids in asked.items() if (rest := set(ids) - known)}
        searched: list[str] = []
        for column in left:
            if self.choices.can_search(column) and self.choices.cost(column) < len(left[column]):
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

    def everything_unread(self, transaction: Transaction, tables: AbstractSet[str]) -> dict[str, list[Any]]:
        """Return the cards that are not known and all lists of these tables, by kind."""
        unread: dict[str, list[Any]] = {}
        for table in tables & {PROJECTS, CONTACTS, ADDRESSES}:
            sql = f"select id from {table} where holder_ = 0 and read_ < changed_ order by id desc"
            unread[table] = [one for (one,) in transaction.execute(sql)]
        for table in tables & {TASKS, ADDRESSES}:
            parent = self.facts.tables[table].parent_column
            rows = transaction.execute(f"select {parent} from {table} where holder_ = 1")
            unread[f"{table}[]"] = [one for (one,) in rows]
        if tables & {DOCUMENTS, ITEMS}:
            unread[DOCUMENTS] = all_unread_details(transaction)
        return unread


def _lists(kind: str, count: int, parent: str) -> str:
    return _texts.later("{kind} of {count} {parent}", kind=kind, count=count, parent=parent)
