"""A search that found nothing, tried once more in other spellings: Ivinex may tell accents and apostrophes apart."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from crm_mcp.crm.name_matching import shown
from crm_mcp.errors import BadRequestError
from crm_mcp.ivinex.account.field_kinds import UNKNOWN
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.models import PAGE_LIMIT, Record, RecordFilter
from crm_mcp.ivinex.search.criteria import RecordSearch
from crm_mcp.ivinex.search.spelling import CONSONANTS, NEVER_ACCENTED, is_alike, parts_in_any_spelling

_OPERANDS = frozenset({"Equal", "Contains", "StartsWith", "In"})
_MOST_PAGES = 3
_MOST_FOUND = 200
_MOST_FILTERS = 12
_MOST_CASES = 10
"""Most ways that the texts of `In` are combined in, each a search of its own."""


async def settle(portal: Portal, search: RecordSearch) -> RecordSearch:
    """Return a search that finds something: itself, or the one in other spellings where it finds nothing."""
    if not _texts(portal, search) or await search.read(1, 0):
        return search
    return await respell(portal, search)


async def respell(portal: Portal, search: RecordSearch) -> RecordSearch:
    """Return the search for the records that match in another spelling, for one that finds nothing.

    Its `doubt` says so. Where nothing is found so either, the search itself with what was tried; where no text is
    sought, as it is.
    """
    texts = _texts(portal, search)
    if not texts:
        return search
    others = [one for one in search.filters if one not in texts]
    for letters in (CONSONANTS, NEVER_ACCENTED):
        found, is_whole = await _read_cases(search, _cases(texts), others, letters)
        if found:
            return _search_for(search, found, others, _quoted(texts), is_whole=is_whole)
    return replace(search, doubt=f"{search.doubt} {_tried(_quoted(texts))}".strip())


def _texts(portal: Portal, search: RecordSearch) -> list[RecordFilter]:
    """Return the filters that seek a text."""
    schema = portal.schemas.peek(search.module_id)
    return [
        one
        for one in search.filters
        if one["operand"] in _OPERANDS and any(_sought(one)) and schema.kind_of(one["field"]) in ("text", UNKNOWN)
    ]


def _sought(one: RecordFilter) -> list[str]:
    """Return the texts that a filter seeks, any of which is enough."""
    value = one["value"]
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return [value for value in values if isinstance(value, str) and value.strip()]


def _cases(texts: Sequence[RecordFilter]) -> list[list[RecordFilter]]:
    """Return filters of one text each, in every combination of what `In` takes."""
    single: list[list[RecordFilter]] = [
        [
            {"field": one["field"], "operand": "Equal" if one["operand"] == "In" else one["operand"], "value": text}
            for text in _sought(one)
        ]
        for one in texts
    ]
    return [list(case) for case in itertools.product(*single)]


async def _read_cases(
    search: RecordSearch, cases: Sequence[Sequence[RecordFilter]], others: Sequence[RecordFilter], letters: str
) -> tuple[list[Record], bool]:
    """Return the records of each case, once, and whether all that could match were read."""
    found: dict[str, Record] = {}
    is_whole = len(cases) <= _MOST_CASES
    for texts in cases[:_MOST_CASES]:
        rows, read_all = await _read_alike(search, texts, others, letters)
        found |= {row["id"]: row for row in rows}
        is_whole = is_whole and read_all
    return list(found.values()), is_whole


async def _read_alike(
    search: RecordSearch, texts: Sequence[RecordFilter], others: Sequence[RecordFilter], letters: str
) -> tuple[list[Record], bool]:
    """Return the records that match in another spelling, and whether all that could were read."""
    parts: list[RecordFilter] = [
        {"field": one["field"], "operand": "Contains", "value": part}
        for one in texts
        for part in parts_in_any_spelling(one["field"], str(one["value"]), letters)
    ]
    if not parts:
        return [], False
    wide = replace(search, filters=[*others, *parts[:_MOST_FILTERS]], option_labels=False)
    rows: list[Record] = []
    for page in range(_MOST_PAGES):
        try:
            read = await wide.read(PAGE_LIMIT, page * PAGE_LIMIT)
        except BadRequestError:  # no text after all: what a field holds is a guess
            return [], False
        rows += read
        if len(read) < PAGE_LIMIT:
            break
    else:
        return _alike(rows, texts), False
    return _alike(rows, texts), True


def _alike(rows: Sequence[Record], texts: Sequence[RecordFilter]) -> list[Record]:
    return [
        row
        for row in rows
        if all(
            is_alike(one["field"], one["operand"], str(one["value"]), row["fields"].get(one["field"])) for one in texts
        )
    ]


def _search_for(
    search: RecordSearch, found: Sequence[Record], others: Sequence[RecordFilter], sought: str, *, is_whole: bool
) -> RecordSearch:
    ids = [record["id"] for record in found[:_MOST_FOUND]]
    by_id: RecordFilter = {"field": "collection_id", "operand": "In", "value": ids}
    doubt = f"Nothing matches {sought} exactly: these match when accents, punctuation and case are ignored."
    if not is_whole or len(found) > _MOST_FOUND:
        doubt += " There may be more; narrow the search."
    return replace(search, filters=[*others, by_id], doubt=f"{search.doubt} {doubt}".strip(), is_respelled=True)


def _quoted(texts: Sequence[RecordFilter]) -> str:
    return " and ".join(" or ".join(map(shown, _sought(one))) for one in texts)


def _tried(sought: str) -> str:
    return (
        f"Nothing matches {sought}, with other accents or punctuation either. Try Contains with one word of it, or "
        "look the field up with describe_module."
    )
