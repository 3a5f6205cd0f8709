"""The tables, described for whoever writes SQL: as much as fits, and any one of them whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_mcp.crm.name_matching import did_you_mean
from crm_mcp.errors import InputError
from crm_mcp.languages import Texts
from crm_mcp.rendering.hidden_characters import remove_hidden
from crm_mcp.replica.catalogue import CHANGES, CHANGES_COLUMNS, FRESHNESS, FRESHNESS_COLUMNS, Catalogue, freshness_of
from crm_mcp.replica.sandbox.functions import OFFERED
from crm_mcp.replica.source import Source
from crm_mcp.replica.tables import Column, Table
from crm_mcp.replica.worked_questions import work_questions
from crm_mcp.store.transaction import Transaction

_texts = Texts(__file__)

MOST_BYTES = 12_000
SMALL_BYTES = 6_000
"""What an account of a few modules takes; there choices are cut to fit."""
_MOST_CHOICES = (12, 8, 5, 3, 2, 0)
_LONGEST = 60
_WORTH_A_REFERENCE = 4
_KINDS = {"id": "integer"}
_RULES = """\
One SELECT or WITH in SQLite's SQL. What it reads is brought up to date first. `exact` false: `note` says what was not
read yet, and when to call again. `as_of`: the oldest reading. `*` shows the columns held: name others.
Dates are text 'YYYY-MM-DD HH:MM:SS', local; NULL is empty. Choices, statuses and users are labels. `deleted` is 1 in
the trash: add deleted = 0. A column without a type is text, but id and ..._id are whole numbers."""


@dataclass(frozen=True)
class _Held:
    """What is held of each table: a line for people."""

    tables: Sequence[Table]
    lines: Mapping[str, str] = field(default_factory=dict[str, str])


async def read_schema(sources: Sequence[Source], table: str = "") -> str:
    """Return the description of all tables, or of one whole; modules and schemas are asked for once a day at most.

    Raises:
        InputError: There is no such table.
        CrmError: A CRM cannot be asked for its modules, and they are not known.
    """
    catalogue = await Catalogue.read(sources)
    held = [await _look(source, tables) for source, tables in catalogue.tables.items()]
    if not table:
        return _describe_all(held)
    known = {one.name: (one, each) for each in held for one in each.tables}
    if table.lower() not in known:
        near = did_you_mean(table, list(known))
        raise InputError(_texts.later("There is no table {name}{near}.", name=repr(table[:60]), near=near))
    one, each = known[table.lower()]
    return "\n".join(_describe_table(one, each, _Detail(10_000, whole=True)))


async def _look(source: Source, tables: Mapping[str, Table]) -> _Held:
    if not await source.replica.exists():
        return _Held(list(tables.values()))
    return await source.replica.run(lambda transaction: _read_held(transaction, source, tables))


def _read_held(transaction: Transaction, source: Source, tables: Mapping[str, Table]) -> _Held:
    stored = [table for table in tables.values() if not table.part_of]
    lines = {
        table.name: _line(row) for table, row in zip(stored, freshness_of(transaction, source, tables), strict=True)
    }
    for view in tables.values():
        if view.part_of:
            sql = f"select count(*) from {view.part_of} where holder_ = 0 and part_ = ?"
            ((count,),) = transaction.execute(sql, (view.part,))
            lines[view.name] = f"{count} rows"
    return _Held(list(tables.values()), lines)


def _line(row: Sequence[Any]) -> str:
    _, _, rows, is_complete, _, _ = row
    return f"{rows} rows{'' if is_complete else ' so far'}"


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much is told: most choices of a field, whether columns of views, and whether all of a table's own."""

    choices: int
    columns: bool = True
    whole: bool = False


def _describe_all(held: Sequence[_Held]) -> str:
    text = ""
    for limit, details in (
        (SMALL_BYTES, [_Detail(most) for most in _MOST_CHOICES]),
        (MOST_BYTES, [*(_Detail(most) for most in _MOST_CHOICES), _Detail(0, columns=False)]),
    ):
        for detail in details:
            text = _describe(held, detail)
            if len(text.encode()) <= limit:
                return text
    return _cut(text)


def _cut(text: str) -> str:
    """Return as many whole lines as fit, and say that there are more."""
    note = "\n... cut: crm://replica/schema/{table} (crm-mcp replica schema TABLE) describes one table."
    cut = text.encode()[: MOST_BYTES - len(note)].decode(errors="ignore")
    return cut.rpartition("\n")[0] + note


def _describe(held: Sequence[_Held], detail: _Detail) -> str:
    lines = ["# SQL over the CRMs", _RULES]
    lines.append("Functions beside SQLite's: " + "; ".join(f"{one.call}: {one.gives}" for one in OFFERED) + ".")
    if not detail.columns or not detail.choices:
        lines.append("More on one table: crm://replica/schema/{table}, or crm-mcp replica schema TABLE.")
    questions = [_worked(one) for one in work_questions([table for each in held for table in each.tables])]
    lines += ["", "## Questions", *questions, ""]
    for each in held:
        for table in each.tables:
            lines += _describe_table(table, each, detail)
    for name, columns in ((CHANGES, CHANGES_COLUMNS), (FRESHNESS, FRESHNESS_COLUMNS)):
        lines.append(f"## {name}: {', '.join(columns)}")
    return "\n".join(lines)


def _worked(one: Any) -> str:  # noqa: ANN401
    return f"- {_clean(one.question)}\n  {one.sql}"


def _describe_table(table: Table, held: _Held, detail: _Detail) -> Iterator[str]:
    line = held.lines.get(table.name, "not read yet")
    about = f"{_clean(table.title)}, {line}" if table.title else line
    columns = _own_columns(table, held.tables)
    if detail.whole:
        yield f"## {table.name}: {about}"
        yield from (f"- {_describe_column(column, detail)}" for column in table.columns)
    elif table.part_of and not detail.columns:
        yield f"- {table.name}: {about}"
    else:
        has_views = any(one.part_of == table.name for one in held.tables)
        also = "; the next tables, its parts, have these too" if has_views else ""
        yield f"## {table.name}: {about}"
        told = {
            one.name for part in held.tables if part.name == table.part_of for one in _own_columns(part, held.tables)
        }
        described = [_describe_column(column, detail, is_told=column.name in told) for column in columns]
        shown = ", ".join(_shorter(described, table, held, detail))
        yield shown + also if shown else f"the columns of {table.part_of}"


def _shorter(described: Sequence[str], table: Table, held: _Held, detail: _Detail) -> Sequence[str]:
    """Return columns, those first ones in short that are the first of the table before too."""
    at = held.tables.index(table)
    before = held.tables[at - 1] if at else None
    if before is None or table.part_of or before.part_of:
        return described
    others = [_describe_column(column, detail) for column in before.columns]
    same = next((n for n, (a, b) in enumerate(zip(described, others, strict=False)) if a != b), len(described))
    if same < _WORTH_A_REFERENCE:
        return described
    return [f"{table.columns[0].name} to {table.columns[same - 1].name} as above", *described[same:]]


def _own_columns(table: Table, tables: Sequence[Table]) -> Sequence[Column]:
    """Return the columns that are told of a table: of a view those that not all views have, of its table the others."""
    views = [one for one in tables if one.part_of and one.part_of == table.stored_in]
    if not views:
        return table.columns
    common = frozenset(views[0].by_name).intersection(*(view.by_name for view in views))
    of_views = set[str]().union(*(view.by_name for view in views))
    is_own: Callable[[str], bool] = (
        (lambda name: name not in common or bool(table.by_name[name].choices))
        if table.part_of
        else (lambda name: name in common or name not in of_views)
    )
    return [column for column in table.columns if is_own(column.name)]


def _describe_column(column: Column, detail: _Detail, *, is_told: bool = False) -> str:
    notes: list[str] = []
    if (
        not is_told
        and column.field
        and column.name.replace("_", "") != column.field.lower().replace("_", "").removeprefix("collection")
    ):
        notes.append(_clean(column.field))
    if column.label:
        notes.append(f'"{_clean(column.label)}"')
    if column.choices:
        labels = list(dict.fromkeys(map(_clean, column.choices.values())))
        shown = labels[: detail.choices]
        rest = ["..."] if len(shown) < len(labels) else []
        notes.append("|".join([*shown, *rest]))
    kind = _told_kind(column, whole=detail.whole)
    told = "; ".join(notes)
    return f"{column.name}{kind} ({told})" if told else f"{column.name}{kind}"


def _told_kind(column: Column, *, whole: bool) -> str:
    """Return the type of a column after a space; empty for what a column of its name is taken for, dates for texts."""
    is_text = column.sql_type == "text" and (column.kind != "date" or not whole)
    kind = "text" if is_text else _KINDS.get(column.kind, column.kind)
    expected = "integer" if column.name == "id" or column.name.endswith("_id") else "text"
    return "" if kind == expected else f" {kind}"


def _clean(text: str) -> str:
    one_line = " ".join(remove_hidden(text).split())
    return one_line if len(one_line) <= _LONGEST else f"{one_line[:_LONGEST]}..."
