"""Turns search parameters into SQL conditions, the full text and fields of every type, and finds a page by them.

Nothing here knows which parameters an endpoint has beside `Query` and `Page`, or what its rows look like.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mockserver.crm.profiles import Language
from mockserver.minicrm import rules
from mockserver.minicrm.endpoints.request_context import API_WRITER, AnyRow, RequestContext
from mockserver.minicrm.routing.suggestions import suggest_name
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Field
from mockserver.minicrm.store import count_rows, list_rows
from mockserver.minicrm.values import EMPTY_DATES, parse_value, read_since, read_whole

PAGE_SIZE = 100  # documented
HISTORY_COLUMNS = {
    "CreatedBy": "created_by",
    "CreatedAt": "created_at",
    "UpdatedBy": "updated_by",
    "UpdatedAt": "updated_at",
}
_MOST_CHOICES = 8  # of a Set, beside those asked for, whose combinations are looked up one by one


@dataclass(slots=True)
class Conditions:
    """SQL conditions that are all to be true, and their parameters."""

    parts: list[str] = field(default_factory=list[str])
    parameters: list[object] = field(default_factory=list[object])

    def add(self, sql: str, *parameters: object) -> None:
        """Demand one more condition; several are joined by AND (observed)."""
        self.parts.append(f"({sql})")
        self.parameters.extend(parameters)

    @property
    def sql(self) -> str:
        """All conditions as one."""
        return " AND ".join(self.parts) or "1"


def read_criteria(
    context: RequestContext, parameters: Mapping[str, str], known: Iterable[str]
) -> tuple[dict[str, str], int]:
    """Return what is searched by, without `Page` and without an empty `Query`, and the page, from 0.

    Raises:
        RefusalError: A parameter is not `known`, or Page is no page.
    """
    known = list(known)
    for name in parameters:
        if name not in known:
            raise RefusalError(rules.UNKNOWN_PARAMETER, name, suggest_name(name, known))
    criteria = dict(parameters)
    page = read_page(criteria.pop("Page", "0"))
    if not criteria.get("Query", "x").split():
        context.hints.append("an empty Query is no criterion (assumed)")
        del criteria["Query"]
    return criteria, page


def find_page(
    context: RequestContext, kind: type[AnyRow], conditions: Conditions, page: int
) -> tuple[int, list[AnyRow]]:
    """Return how many rows meet the conditions, and those of a page, by ascending id."""
    where, values = conditions.sql, conditions.parameters
    count = count_rows(context.connection, kind, where, values)
    return count, list_rows(context.connection, kind, where, values, limit=PAGE_SIZE, offset=page * PAGE_SIZE)


def match_words(kind: Literal["project", "contact"], query: str) -> tuple[str, list[object]]:
    """Return the condition that a row holds every word of `query`: whole, blind to case and accents (observed).

    Each word is quoted, so that nothing in it is taken as the search engine's own syntax.
    """
    words = " ".join('"' + word.replace('"', '""') + '"' for word in query.replace("\0", " ").split())
    if not words:
        return "0", []
    return f"id IN (SELECT rowid FROM minicrm_{kind}_words WHERE words MATCH ?)", [words]  # noqa: S608 - two fixed names


def match_field(each: Field, expression: str, text: str, language: Language) -> tuple[str, list[object]]:
    """Return the condition that a stored field has the value which a search parameter names.

    Enums go by id or text, a Set must hold all values named, and a date means that whole day; text is compared exactly,
    and an empty value finds empty fields (all assumed, but that any field can be searched: observed).

    Raises:
        RefusalError: The value does not fit the field.
    """
    if each.kind == "DateTime" and text in {"", *EMPTY_DATES}:
        empty = ["", *sorted(EMPTY_DATES)]
        return f"{expression} IS NULL OR {expression} IN ({', '.join('?' for _ in empty)})", list(empty)
    if text == "":
        return f"{expression} IS NULL OR {expression} = ''", []
    if each.kind == "Any":
        return f"CAST({expression} AS TEXT) = ?", [text]
    if each.kind in {"Text", "File"}:
        return f"{expression} = ?", [text]
    if each.kind == "DateTime" and (since := read_since(text)) is not None and since != text:
        return f"{expression} BETWEEN ? AND ?", [since, f"{text} 23:59:59"]
    if each.kind in {"Enum", "Set"} and read_whole(text) is not None:
        # A number which is no choice's finds nothing, rather than failing as it does in a PUT: assumed.
        value: object = read_whole(text)
    else:
        value = parse_value(each, text, language)
    if each.kind == "Set" and isinstance(value, int):
        masks = _list_masks(value, sum(each.choices))
        if masks:
            return f"{expression} IN ({', '.join('?' for _ in masks)})", list(masks)
        return f"{expression} & ? = ?", [value, value]
    return f"{expression} = ?", [value]


def match_history(context: RequestContext, name: str, text: str) -> tuple[str, list[object]]:
    """Return the condition on who wrote an entity, or when (observed, grade B): a user or MiniCRM, a moment or a day.

    Raises:
        RefusalError: There is no such user, or it is no date.
    """
    column = HISTORY_COLUMNS[name]
    if name.endswith("At"):
        return match_field(Field(name, "DateTime"), column, text, context.language)
    if text in {"", API_WRITER}:
        return f"{column} IS NULL", []
    return match_field(Field(name, "Enum", choices=context.account.users), column, text, context.language)


def _list_masks(wanted: int, known: int) -> list[int]:
    """Return every bitmask that holds the wanted choices, for an index to look up; none where there are too many."""
    others = known & ~wanted
    if not wanted or wanted & ~known or others.bit_count() > _MOST_CHOICES:
        return []
    masks = [wanted]
    subset = others
    while subset:
        masks.append(wanted | subset)
        subset = (subset - 1) & others
    return masks


def locate_field(
    connection: sqlite3.Connection,
    table: Literal["project", "contact"],
    name: str,
    collation: Literal["BINARY", "NOCASE"] = "BINARY",
) -> str:
    """Return the SQL expression for a field inside the JSON column, with an index on it from its first search on.

    Args:
        connection: The database.
        table: Whose field it is.
        name: A name that the schema knows: never one that only a caller wrote.
        collation: How its texts are compared; always the same one for one field.
    """
    expression = f"""json_extract(fields, '$."{name}"') COLLATE {collation}"""
    # Index names are blind to case, field names are not.
    index = f"minicrm_{table}_on_{name.encode().hex()}"
    connection.execute(f"CREATE INDEX IF NOT EXISTS {index} ON minicrm_{table} ({expression})")
    return expression


def read_page(text: str) -> int:
    """Return the number of the page, from 0.

    Raises:
        RefusalError: It is no number.
    """
    page = read_whole(text)
    if page is None or not 0 <= page < 10**15:
        raise RefusalError(rules.BAD_PAGE, "Page", ["the first page is Page=0"])
    return page


def read_updated_since(text: str) -> str:
    """Return the moment from which on changes are asked for.

    Raises:
        RefusalError: It is neither a date nor a date and time.
    """
    since = read_since(text)
    if since is None:
        raise RefusalError(rules.BAD_SINCE, "UpdatedSince", ["write 2013-03-01 or 2013-03-01 12:00:00, encoded once"])
    return since
