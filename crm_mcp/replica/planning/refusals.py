"""What SQLite says of a statement that it cannot plan, as a sentence with the next step."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from crm_mcp.crm.name_matching import did_you_mean, nearest, shown
from crm_mcp.crm.wording import clip_text
from crm_mcp.errors import QueryError
from crm_mcp.languages import Later, Texts, any_of, mark
from crm_mcp.replica.planning.names_in_scope import Scope
from crm_mcp.replica.planning.other_dialects import FUNCTIONS, slip
from crm_mcp.replica.planning.schema import DeniedError
from crm_mcp.replica.planning.tokens import Token
from crm_mcp.replica.sandbox.functions import ALLOWED, OFFERED

_texts = Texts(__file__)
_MOST_TABLES = 60
_MOST_COLUMNS = 60
_SCHEMA = "crm://replica/schema"
_DOUBLED = "'O''Brien'"
_ROW_IDS = frozenset({"rowid", "oid", "_rowid_"})
_WRITES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})


class Refusals:
    """Words the refusals of statements over some tables.

    Args:
        tables: The tables with their columns.
    """

    def __init__(self, tables: Mapping[str, Sequence[str]]) -> None:
        self._tables = tables
        self._forms: tuple[tuple[str, Callable[[str, Sequence[Token]], QueryError]], ...] = (
            (r"no such column: (.+?)(?: - should this be .*)?", self._no_column),
            (r"no such table: (.+)", lambda name, _: self._no_table(name)),
            (r"vtable constructor failed: (.+)|no such module: (.+)", lambda name, _: self._no_table(name)),
            (r"no such function: (.+)|unknown function: (.+)\(\)", lambda name, _: _no_function(name)),
            (r"wrong number of arguments to function (.+)\(\)", lambda name, _: _wrong_arguments(name)),
            (r"ambiguous column name: (.+)", _ambiguous),
            (r"cannot join using column (.+) - column not present in both tables", self._no_column),
        )

    def refusal(self, error: Exception, tokens: Sequence[Token]) -> QueryError:
        """Return the error to raise for what SQLite, or the check of what a statement may do, said of it."""
        if isinstance(error, DeniedError):
            return self._denied(error, tokens)
        message = "" if isinstance(error, MemoryError) else str(error)
        for form, word in self._forms:
            if found := re.fullmatch(form, message, re.DOTALL):
                return word(next(filter(None, found.groups())), tokens)
        return _other(message, tokens)

    def _denied(self, error: DeniedError, tokens: Sequence[Token]) -> QueryError:
        if error.action == sqlite3.SQLITE_FUNCTION:
            return _no_function(error.second)
        if error.action == sqlite3.SQLITE_READ and error.second.lower() in _ROW_IDS:
            return self._no_column("rowid", tokens)
        if error.action == sqlite3.SQLITE_READ or error.first.startswith(("sqlite_", "pragma_")):
            return self._no_table(_written_table(tokens, self._tables) or error.first)
        if error.action in _WRITES:
            return QueryError(
                _texts.later("The statement would write, and a query only reads."),
                hint=_texts.later("Give one SELECT."),
            )
        return QueryError(_texts.later("The statement would do more than read."), hint=_texts.later("Give one SELECT."))

    def _no_table(self, name: str) -> QueryError:
        bare = _bare(name)
        qualifier = (
            ""
            if "." not in name or bare not in self._tables
            else _texts.later("Tables have no schema before them: {name}.", name=bare)
        )
        tables = _listed(sorted(self._tables), _MOST_TABLES)
        meant = "" if qualifier else did_you_mean(bare, self._tables)
        return QueryError(
            _texts.later("There is no table {name}{near}.", name=_clean(name), near=meant),
            hint=_joined(
                qualifier, _texts.later("Tables: {tables}. Their columns: {where}.", tables=tables, where=_SCHEMA)
            ),
        )

    def _no_column(self, name: str, tokens: Sequence[Token]) -> QueryError:
        qualifier, _, column = name.rpartition(".")
        scope = Scope(tokens, self._tables)
        if qualifier and not scope.has(qualifier):
            return QueryError(
                _texts.later("{name} is neither a table nor an alias of this statement.", name=_clean(qualifier)),
                hint=_texts.later(
                    "Name the table in FROM or JOIN, or use what is there: {names}.",
                    names=_listed(scope.names, 20) or _texts.later("nothing"),
                ),
            )
        tables = scope.tables_of(qualifier)
        is_text = any(token.kind == "quoted" and token.text[1:-1] == column for token in tokens if token.text[0] == '"')
        text = _texts.later("A text stands in single quotes: '{text}'.", text=_clean(column)) if is_text else ""
        return QueryError(_joined(self._lacking(column, tables), text), hint=self._columns_hint(column, tables))

    def _lacking(self, column: str, tables: Sequence[str]) -> str:
        columns = {one: table for table in tables for one in self._tables[table]}
        if column.lower() in columns:
            return _texts.later(
                "{column} is a column of {table}, but is not to be seen where it is named: name it in the SELECT of "
                "the subquery or WITH before.",
                column=_clean(column),
                table=columns[column.lower()],
            )
        near = nearest(column, columns) if column.lower() not in _ROW_IDS else [one for one in columns if one == "id"]
        meant = near if len(tables) == 1 else [f"{columns[one]}.{one}" for one in near]
        ending = _texts.later(": did you mean {names}?", names=any_of(meant)) if near else "."
        if len(tables) == 1:
            return _texts.later(
                "{table} has no column {column}{ending}", table=tables[0], column=_clean(column), ending=ending
            )
        return _texts.later(
            "No table of this statement has a column {column}{ending}", column=_clean(column), ending=ending
        )

    def _columns_hint(self, column: str, tables: Sequence[str]) -> str:
        holders = [
            table for table, columns in self._tables.items() if column.lower() in columns and table not in tables
        ]
        elsewhere = (
            _texts.later("{column} is in {tables}.", column=_clean(column), tables=_listed(holders, 5))
            if holders
            else ""
        )
        if len(tables) == 1:
            columns = _listed(self._tables[tables[0]], _MOST_COLUMNS)
            return _joined(elsewhere, _texts.later("Columns: {columns}.", columns=columns))
        most = max(10, _MOST_COLUMNS // max(1, len(tables)))
        listed = Later.joined(
            [Later.joined([table, _listed(self._tables[table], most)], ": ") for table in tables], "; "
        )
        said = (
            _texts.later("Columns: {columns}.", columns=listed)
            if listed
            else _texts.later("The statement reads no table.")
        )
        return _joined(elsewhere, said)


def _other(message: str, tokens: Sequence[Token]) -> QueryError:
    known = slip(tokens)
    if not message:
        return QueryError(
            _texts.later("The statement is too large to be planned."), hint=_texts.later("Ask in several smaller ones.")
        )
    if near := re.fullmatch(r'near "(.*)": syntax error', message, re.DOTALL):
        return QueryError(
            _texts.later("Syntax error near {word}.", word=shown(near[1])), hint=known or _keyword_hint(near[1])
        )
    if message == "incomplete input":
        return QueryError(
            _texts.later("The statement ends too early."),
            hint=known or _texts.later("Close what is open: a parenthesis, a CASE by END."),
        )
    if message.startswith("unrecognized token"):
        return QueryError(
            _texts.later("SQLite cannot read this: {text}.", text=_clean(message.partition(":")[2].strip())),
            hint=known
            or _texts.later(
                "A text stands in single quotes, and a quote within it is doubled: {example}.", example=_DOUBLED
            ),
        )
    for beginning, hint in _HINTS:
        if message.startswith(beginning):
            return QueryError(f"SQLite: {_clean(message)}.", hint=_texts.later(hint))
    return QueryError(f"SQLite: {_clean(message)}.", hint=known)


_HINTS = (
    (
        "misuse of aggregate",
        mark("An aggregate cannot stand in WHERE or in another aggregate: use HAVING, or a subquery."),
    ),
    (
        "misuse of window function",
        mark("A window function stands in the SELECT list: filter by it in an outer SELECT."),
    ),
    (
        "DISTINCT aggregates must",
        mark("Write group_concat(distinct x), which joins by commas, or a subquery with SELECT DISTINCT."),
    ),
    ("Expression tree is too large", mark("Write x in (a, b, c) instead of many ORs.")),
    ("parser stack overflow", mark("Nest less.")),
    ("too many terms in compound SELECT", mark("Use fewer UNIONs, or one VALUES list.")),
    ("SELECTs to the left and right", mark("Name as many columns in each SELECT.")),
    ("RIGHT and FULL OUTER JOINs", mark("Turn it into a LEFT JOIN.")),
)


def _keyword_hint(near: str) -> str:
    if near and near[0].isalpha():
        return _texts.later('Where {name} is a name, put it in double quotes: "{name}".', name=_clean(near))
    return _texts.later("The dialect is SQLite's.")


def _no_function(name: str) -> QueryError:
    if instead := FUNCTIONS.get(name.lower()):
        return QueryError(
            _texts.later(
                "There is no function {name} here: write {instead}.", name=_clean(name), instead=_texts.later(instead)
            )
        )
    ours = ", ".join(function.call for function in OFFERED)
    return QueryError(
        _texts.later(
            "There is no function {name} here{near}.", name=_clean(name), near=did_you_mean(name, sorted(ALLOWED))
        ),
        hint=_texts.later("SQLite's usual ones are there, and {ours}.", ours=ours),
    )


def _wrong_arguments(name: str) -> QueryError:
    call = next((function.call for function in OFFERED if function.name == name.lower()), "")
    instead = FUNCTIONS.get(name.lower(), "")
    hint = (
        _texts.later("It is {call}.", call=call)
        if call
        else _texts.later("Write {instead}.", instead=_texts.later(instead))
        if instead
        else ""
    )
    return QueryError(_texts.later("{name}() does not take that many arguments.", name=_clean(name)), hint=hint)


def _ambiguous(name: str, _tokens: Sequence[Token]) -> QueryError:
    return QueryError(
        _texts.later("{name} is a column of several tables here.", name=_clean(name)),
        hint=_texts.later("Say of which: alias.{column}.", column=_clean(_bare(name))),
    )


def _written_table(tokens: Sequence[Token], tables: Mapping[str, Sequence[str]]) -> str:
    """Return the unknown table as it was written: sqlite_schema is reported as sqlite_master, as are virtual tables."""
    named = [after.name for before, after in pairwise(tokens) if before.is_word("from", "join") or before.is_mark(",")]
    kinds = ("sqlite_", "pragma_", "dbstat", "json_", "fts", "rtree")
    return next((name for name in named if name.startswith(kinds) and name not in tables), "")


def _bare(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _listed(names: Iterable[str], most: int) -> str:
    every = list(names)
    if len(every) <= most:
        return ", ".join(every)
    return _texts.later(
        "{names} and {count} more ({where} has them all)",
        names=", ".join(every[:most]),
        count=len(every) - most,
        where=_SCHEMA,
    )


def _joined(*sentences: str) -> str:
    return Later.joined(filter(None, sentences))


def _clean(text: str) -> str:
    """Return what SQLite repeats of the statement as one short line."""
    return clip_text(" ".join("".join(char if char.isprintable() else " " for char in text).split()), 60)
