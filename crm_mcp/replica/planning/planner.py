"""Which tables and columns a statement reads, and whether it may run at all."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_mcp.replica.planning.account_time import in_account_time
from crm_mcp.replica.planning.checked_text import checked_tokens
from crm_mcp.replica.planning.refusals import Refusals
from crm_mcp.replica.planning.schema import DeniedError, PlanningSchema
from crm_mcp.replica.planning.tokens import Token, joined

_FAILURES = (DeniedError, sqlite3.Error, sqlite3.Warning, MemoryError, ValueError)
"""SQLite's own, and what Python makes of a message that is cut within a character."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that may run.

    Attributes:
        sql: Ready to run: names in double quotes in brackets, comments gone, 'now' in the account's time.
        reads: The tables that it reads with the columns that it needs and names; no column where it needs none.
        stars: The tables of which it asks `*`: what came from that alone is not in `reads`.
    """

    sql: str
    reads: Mapping[str, frozenset[str]]
    stars: frozenset[str]


class Planner:
    """Plans statements over some tables.

    Args:
        tables: The tables and views with their columns, in lower case; names that need no quotes.
    """

    def __init__(self, tables: Mapping[str, Sequence[str]]) -> None:
        self._schema = PlanningSchema(tables)
        self._refusals = Refusals(tables)
        self._tables = tables
        self._hidden = {table: f"h{secrets.token_hex(8)}" for table in tables}
        self._with_hidden: PlanningSchema | None = None

    def plan(self, sql: str) -> Statement:
        """Return what a statement reads.

        Raises:
            QueryError: It cannot run: what is wrong and what to write instead.
        """
        tokens = checked_tokens(sql)
        text = joined(in_account_time([_strictly_named(token) for token in tokens]))
        try:
            reads = self._schema.columns_read(text)
        except _FAILURES as error:
            raise self._refusals.refusal(error, tokens) from None
        stars = self._stars(text, reads) if any(token.is_mark("*") for token in tokens) else frozenset[str]()
        named = {table: _named(columns, table in stars, tokens, reads, table) for table, columns in reads.items()}
        return Statement(text, named, stars)

    def _stars(self, text: str, reads: Mapping[str, set[str]]) -> frozenset[str]:
        """Return the tables of which all columns are asked: those of which a column that nobody can name is read."""
        try:
            found = self._schema_with_hidden().columns_read(text)
        except _FAILURES:  # the number of columns matters to it: all columns of a table are taken for its `*`
            return frozenset(table for table, columns in reads.items() if columns == set(self._tables[table]))
        return frozenset(table for table, columns in found.items() if self._hidden[table] in columns)

    def _schema_with_hidden(self) -> PlanningSchema:
        if self._with_hidden is None:
            tables = {table: (*columns, self._hidden[table]) for table, columns in self._tables.items()}
            self._with_hidden = PlanningSchema(tables)
        return self._with_hidden


def _strictly_named(token: Token) -> Token:
    """Return a name in double quotes in brackets: an unknown one in double quotes would be taken for a text."""
    if token.kind != "quoted" or not token.text.startswith('"') or not token.text.endswith('"') or len(token.text) < 2:
        return token
    inner = token.text[1:-1].replace('""', '"')
    return token._replace(text=f"[{inner}]" if "]" not in inner else f"`{inner.replace('`', '``')}`")


def _named(
    columns: set[str], is_starred: bool, tokens: Sequence[Token], reads: Mapping[str, set[str]], table: str
) -> frozenset[str]:
    """Return the columns of a table that the statement names, or joins by."""
    if not is_starred:
        return frozenset(columns)
    named = {_identifier(token, before) for token, before in zip(tokens, [None, *tokens], strict=False)}
    if any(token.is_word("natural") for token in tokens):
        named |= _common(table, tokens, reads)
    return frozenset(columns & named)


def _identifier(token: Token, before: Token | None) -> str:
    if token.kind == "text" and before is not None and before.is_mark("."):
        return token.text[1:-1].lower()  # SQLite takes t.'name' for t.name
    return token.name


def _common(table: str, tokens: Sequence[Token], reads: Mapping[str, set[str]]) -> set[str]:
    """Return the columns by which a NATURAL JOIN may join a table."""
    if sum(token.name == table for token in tokens) > 1:  # with itself
        return set(reads[table])
    return set[str]().union(*(columns for other, columns in reads.items() if other != table))
