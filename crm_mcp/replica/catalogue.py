"""All tables of all connected accounts, as a statement sees them: what it reads of each, and the views it runs over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm_mcp.errors import CrmError
from crm_mcp.replica.freshness import ROWS_AGE_S, read_fills, read_passes
from crm_mcp.replica.source import Need, Source
from crm_mcp.replica.tables import Column, Table
from crm_mcp.replica.views import Shown, quote, union_views

if TYPE_CHECKING:
    from crm_mcp.replica.database import Replica
    from crm_mcp.replica.planning.planner import Statement
    from crm_mcp.replica.sandbox.sandbox import Setup
    from crm_mcp.store.transaction import Transaction

CHANGES = "changes"
FRESHNESS = "freshness"
CHANGES_COLUMNS = ("crm", "kind", "id", "field", "old", "new", "seen_at")
FRESHNESS_COLUMNS = ("crm", "kind", "rows", "complete", "rows_as_of", "oldest")
_OF_ALL: Mapping[str, Sequence[str]] = {CHANGES: CHANGES_COLUMNS, FRESHNESS: FRESHNESS_COLUMNS}


@dataclass(frozen=True)
class Catalogue:
    """The tables of each account.

    Attributes:
        tables: By the account's source and their names.
        in_zone: The replica whose time is told: one that knows its zone, where there is any.
    """

    tables: Mapping[Source, Mapping[str, Table]]
    in_zone: Replica | None = None

    @classmethod
    async def read(cls, sources: Sequence[Source], sql: str = "") -> Catalogue:
        """Return the tables of the accounts that a statement mentions, or of all where it mentions none.

        What a CRM says of itself is asked for where it is not known; of one that is not mentioned it may fail.

        Raises:
            CrmError: Of no account the tables are known.
        """
        mentioned = [source for source in sources if f"{source.replica.crm}_" in sql.casefold()]
        tables: dict[Source, Mapping[str, Table]] = {}
        problems: list[CrmError] = []
        for source in mentioned or sources:
            try:
                tables[source] = {table.name: table for table in await source.tables()}
            except CrmError as error:
                problems.append(error)
        if problems and (mentioned or not tables):
            raise problems[0]
        in_zone = sorted(sources, key=lambda source: source.replica.zone is None)
        return cls(tables, in_zone[0].replica if in_zone else None)

    def plan(self, sql: str) -> Statement:
        """Return what a statement reads.

        Raises:
            QueryError: It may not run, or names what there is not.
        """
        from crm_mcp.replica.planning.planner import Planner

        public = {table.name: list(table.by_name) for tables in self.tables.values() for table in tables.values()}
        return Planner({**public, **_OF_ALL}).plan(sql)

    def needs(self, statement: Statement, *, is_fresh: bool) -> dict[Source, Need]:
        """Return what a statement reads of each account, of those of which it reads anything."""
        needs: dict[Source, Need] = {}
        for source, tables in self.tables.items():
            columns = {name: named for name, named in statement.reads.items() if name in tables}
            columns |= {name: frozenset[str]() for name in statement.stars & tables.keys() if name not in columns}
            columns |= {
                name: frozenset[str]() for name in _OF_ALL if name in statement.reads or name in statement.stars
            }
            if columns:
                needs[source] = Need(columns, source.replica.clock(), is_fresh)
        return needs

    def local_time(self, at_s: float | None = None) -> str:
        """Return a time, or now, in the zone of the account that knows its zone."""
        return self.in_zone.local_time(at_s) if self.in_zone is not None else ""

    def leaves_out(self, name: str, shown: Sequence[str]) -> bool:
        """Tell whether a table has columns that a result does not show."""
        return any(tables[name].by_name.keys() - set(shown) for tables in self.tables.values() if name in tables)

    async def setup(self, statement: Statement, needs: Mapping[Source, Need], *, as_held: bool = False) -> Setup:
        """Return what a statement runs over: the files, and its views; `as_held` those that note nothing as unread."""
        from crm_mcp.replica.sandbox.sandbox import Setup

        views: list[str] = []
        changes: list[str] = []
        freshness: list[str] = []
        for source, need in needs.items():
            crm, tables = source.replica.crm, self.tables[source]

            def make(transaction: Transaction, source: Source = source, need: Need = need) -> Sequence[str]:
                return [
                    self._shown(transaction, source, self.tables[source][name], statement, need, as_held=as_held).view()
                    for name in need.columns
                    if name in self.tables[source]
                ]

            views += await source.replica.run(make)
            changes.append(f"select {quote(crm)} as crm, {', '.join(CHANGES_COLUMNS[1:])} from {crm}.changes")
            if FRESHNESS in need.columns:
                rows = await source.replica.run(
                    lambda transaction, source=source, tables=tables: freshness_of(transaction, source, tables)
                )
                freshness += [_select(FRESHNESS_COLUMNS, row) for row in rows]
        views.append(union_views(CHANGES, changes, CHANGES_COLUMNS))
        views.append(union_views(FRESHNESS, freshness, FRESHNESS_COLUMNS))
        files = {source.replica.crm: await source.replica.source() for source in needs}
        return Setup(files, views, self.local_time())

    def _shown(
        self,
        transaction: Transaction,
        source: Source,
        table: Table,
        statement: Statement,
        need: Need,
        *,
        as_held: bool,
    ) -> Shown:
        fills = read_fills(transaction, table.stored_in)
        has_unread = not as_held and _has_unread(transaction, table)
        held = _held(table, fills, has_unread=has_unread) if table.name in statement.stars else frozenset[str]()
        stored = self.tables[source][table.stored_in]
        now_s = 0.0 if as_held else need.begun_at + ROWS_AGE_S if need.is_fresh else need.begun_at
        return Shown(table, stored, source.replica.crm, need.columns[table.name], held, fills, now_s, has_unread)


def _has_unread(transaction: Transaction, table: Table) -> bool:
    part = "and part_ = ?" if table.part_of else ""
    sql = f"select 1 from {table.stored_in} where holder_ = 0 and read_ < changed_ {part} limit 1"
    return bool(transaction.execute(sql, [table.part] if table.part_of else []))


def _held(table: Table, fills: Mapping[str, Mapping[str, float]], *, has_unread: bool) -> frozenset[str]:
    """Return the columns of which something is known without reading any card."""
    known = {column.name for column in table.columns if _is_in_rows(table, column)} | fills.keys()
    return frozenset(column.name for column in table.columns if not has_unread or column.name in known)


def _is_in_rows(table: Table, column: Column) -> bool:
    """Tell whether rows of a search hold a column, or all that it is worked out from."""
    source = table.by_name.get(column.of, column) if column.sql else column
    return source.known_by == "row" and not column.needs


def freshness_of(transaction: Transaction, source: Source, tables: Mapping[str, Table]) -> list[tuple[Any, ...]]:
    """Return a row of `freshness` for each table: its rows, whether all are held, and how old they are at most."""
    local = source.replica.local_time
    rows: list[tuple[Any, ...]] = []
    for table in tables.values():
        if table.part_of:
            continue
        ((count, read, listed, unlisted),) = transaction.execute(
            "select sum(holder_ = 0), min(case when holder_ = 0 and read_ > 0 then read_ end), min(listed_), "
            f"sum(holder_ = 1 and listed_ is null) from {table.name}"
        )
        passes = read_passes(transaction, table.name)
        parts = [view.part for view in tables.values() if view.part_of == table.name] or table.parts or [""]
        if table.parent:
            is_complete, as_of = bool(count is not None and not unlisted), listed
        else:
            is_complete = all(part in passes and passes[part].is_complete for part in parts) or not table.is_searched
            as_of = min((one.rows_as_of for one in passes.values() if one.rows_as_of), default=None)
        oldest = min((at for at in (as_of, read) if at), default=None)
        rows.append(
            (
                source.replica.crm,
                table.kind,
                count or 0,
                int(is_complete),
                as_of and local(as_of),
                oldest and local(oldest),
            )
        )
    return rows


def _select(columns: Sequence[str], values: Sequence[Any]) -> str:
    shown = ", ".join(f"{_literal(value)} as {column}" for column, value in zip(columns, values, strict=True))
    return f"select {shown}"


def _literal(value: object) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, int) else quote(str(value))
