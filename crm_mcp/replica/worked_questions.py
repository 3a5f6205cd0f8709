"""Questions with the SQL that answers them, made of the tables that an account has. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from crm_mcp.replica.tables import Column, Table

MOST = 10


class Worked(NamedTuple):
    """A question, and a statement that answers it."""

    question: str
    sql: str


def work_questions(tables: Sequence[Table]) -> list[Worked]:
    """Return up to ten; each kind of question once, and of as many tables as there are."""
    main = [table for table in tables if table.part_of] + [t for t in tables if t.is_searched and not t.parent]
    by_name = {table.name: table for table in tables}
    found: list[Worked] = []
    for kind in _KINDS:
        found += [one for table in main if (one := kind(table)) is not None][:1]
    for child in tables:
        if child.parent in by_name and (one := _of_child(child, by_name[child.parent])) is not None:
            found.append(one)
    others = [one for table in reversed(main) for kind in _KINDS if (one := kind(table)) is not None]
    found += [one for one in others if one not in found][: max(0, MOST - 1 - len(found))]
    changes = "select seen_at, kind, id, field, old, new from changes order by seen_at desc limit 20"
    return [*found[: MOST - 1], Worked("What was seen to change?", changes)]


def _by_status(table: Table) -> Worked | None:
    if "status" not in table.by_name:
        return None
    sql = f"select status, count(*) as n from {table.name}{_where(table)} group by status"
    return Worked(f"{_title(table)} by status?", sql)


def _sum(table: Table) -> Worked | None:
    groups = [name for name in ("status", "user") if name in table.by_name]
    for column in table.columns:
        if column.kind in ("integer", "number") and not _is_id(column) and column.field and groups:
            shown = f"{groups[0]}, sum({column.name}) as total, median({column.name}) as middle"
            sql = f"select {shown} from {table.name}{_where(table)} group by {groups[0]}"
            return Worked(f"{_label(column)} of {_title(table)} by {groups[0]}?", sql)
    return None


def _overdue(table: Table) -> Worked | None:
    if not {"unpaid", "due", "currency", "amount"} <= table.by_name.keys():
        return None
    shown = "coalesce(business, contact) as customer, currency, sum(amount) as total"
    where = "where unpaid and due < today()"
    return Worked("Who owes what that is overdue?", f"select {shown} from {table.name} {where} group by 1, 2")


def _by_choice(table: Table) -> Worked | None:
    for column in table.columns:
        if column.choices and column.known_by != "row" and len(column.choices) > 1:
            shown = f"{column.name}, count(*) as n"
            sql = f"select {shown} from {table.name}{_where(table)} group by {column.name}"
            return Worked(f"{_title(table)} by {_label(column)}?", sql)
    return None


def _by_user(table: Table) -> Worked | None:
    if not {"user", "status_group"} <= table.by_name.keys():
        return None
    more = "coalesce(status_group, '') not in ('Success', 'Failed')"
    sql = f"select user, count(*) as n from {table.name}{_where(table, more)} group by user"
    return Worked(f"Unfinished {_title(table)} by user?", sql)


def _untouched(table: Table) -> Worked | None:
    dates = [name for name in ("updated_at", "modified_date") if name in table.by_name]
    if not dates:
        return None
    more = f"{dates[0]} < date(today(), '-30 days')"
    names = ", ".join(name for name in ("id", "name", dates[0]) if name in table.by_name)
    sql = f"select {names} from {table.name}{_where(table, more)} order by {dates[0]} limit 20"
    return Worked(f"{_title(table)} that nobody touched for 30 days?", sql)


def _by_month(table: Table) -> Worked | None:
    dates = [name for name in ("created_at", "created_date") if name in table.by_name]
    if not dates:
        return None
    month = f"substr({dates[0]}, 1, 7)"
    sql = f"select {month} as month, count(*) as n from {table.name}{_where(table)} group by month order by month"
    return Worked(f"{_title(table)} by month?", sql)


def _missing(table: Table) -> Worked | None:
    for name in ("phone", "email"):
        if name in table.by_name:
            names = ", ".join(one for one in ("id", "name", "email", "phone") if one in table.by_name)
            sql = f"select {names} from {table.name}{_where(table, f'{name} is null')} limit 20"
            return Worked(f"{_title(table)} without {name}?", sql)
    return None


def _by_name(table: Table) -> Worked | None:
    named = next((name for name in ("name", "last_name", "company") if name in table.by_name), "")
    if not named:
        return None
    more = f"fold({named}) like fold('%árvíz%')"
    return Worked(
        f"{_title(table)} by part of the name?",
        f"select id, {named} from {table.name}{_where(table, more)} order by {named} limit 20",
    )


def _most_of(table: Table) -> Worked | None:
    if "business" not in table.by_name or "business_id" not in table.by_name:
        return None
    shown = "business_id, business, count(*) as n"
    where = _where(table, "business_id is not null")
    sql = f"select {shown} from {table.name}{where} group by business_id order by n desc limit 10"
    return Worked(f"Which companies have the most {_title(table)}?", sql)


_KINDS: Sequence[Callable[[Table], Worked | None]] = (
    _by_status, _overdue, _sum, _by_choice, _by_user, _untouched, _by_month, _missing, _by_name, _most_of,
)  # fmt: skip


def _of_child(child: Table, parent: Table) -> Worked | None:
    columns = child.by_name
    if {"deadline", "status"} <= columns.keys() and "name" in parent.by_name:
        sql = (
            f"select c.id, c.deadline, p.name from {child.name} as c join {parent.name} as p "
            f"on p.id = c.{child.parent_column} where c.status = 'Open' and c.deadline < now()"
            f"{' and p.deleted = 0' if 'deleted' in parent.by_name else ''} order by c.deadline limit 20"
        )
        return Worked(f"Which open {_title(child)} are overdue?", sql)
    if "city" in columns:
        shown = f"city, count(distinct {child.parent_column}) as number"
        sql = f"select {shown} from {child.name} group by city order by n desc limit 20"
        return Worked(f"How many {parent.kind} are in each city?", sql)
    return None


def _conditions(table: Table, more: str) -> Iterator[str]:
    if "deleted" in table.by_name:
        yield "deleted = 0"
    if more:
        yield more


def _where(table: Table, more: str = "") -> str:
    found = " and ".join(_conditions(table, more))
    return f" where {found}" if found else ""


def _title(table: Table) -> str:
    return f"{table.kind} of {table.title}" if table.part_of else table.kind


def _label(column: Column) -> str:
    return column.label or column.field or column.name


def _is_id(column: Column) -> bool:
    return column.name == "id" or column.name.endswith("_id")
