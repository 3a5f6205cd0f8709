"""Mutants of Ivinex: Limit and Offset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.faults import alter_request, at, with_query
from tests.contract.self_test.mutants.ivinex.search import cut, page, read_filters
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.self_test.mutants.faults import Fault

mutant = mutants_of("ivinex")


def _read_limit_as(change: Callable[[int | None], int | None]) -> Fault:
    """Have Limit read otherwise; `change` is given the number that was sent, None where there is none."""

    def set_limit(text: str | None) -> str | None:
        changed = change(int(text) if text and text.isdigit() else None)
        return text if changed is None else str(changed)

    return at("GET", alter_request(lambda sent: with_query(sent, Limit=set_limit(dict(sent.query).get("Limit")))))


# fmt: off
MUTANTS = (
    mutant("page-loses-its-first-row", "sorting.stable-ties",
           "Every page but the first begins one record late, so that a record is lost at each turn of a page.",
           cut(lambda rows, offset, limit: rows[offset + bool(offset) :][:limit])),
    mutant("page-repeats-a-row", "records.id-alias",
           "Every page but the first begins with the last record of the page before.",
           cut(lambda rows, offset, limit: rows[offset - bool(offset) :][:limit])),
    mutant("offset-ignored", "options.same-records", "Offset is ignored: the same page for ever.",
           cut(lambda rows, _offset, limit: rows[:limit])),
    mutant("offset-counts-pages", "paging.offset", "Offset skips pages rather than records.",
           cut(lambda rows, offset, limit: rows[offset * limit :][:limit])),
    mutant("offset-rounded-to-pages", "paging.offset",
           "Offset is rounded down to whole pages, so that Limit=3 with Offset=4 begins at the fourth record.",
           cut(lambda rows, offset, limit: rows[offset - offset % limit :][:limit])),
    mutant("offset-stops-at-100", "paging.limit-above-is-cut",
           "Offsets above 100 are cut to 100, so that the second page of a hundred comes again and again.",
           cut(lambda rows, offset, limit: rows[min(offset, 100) :][:limit])),
    mutant("page-beyond-the-end-starts-over", "paging.beyond-the-end",
           "A page beyond the last record holds the first records again.",
           cut(lambda rows, offset, limit: (rows[offset:] or rows)[:limit])),
    mutant("full-page-loses-its-last-row", "records.id-alias", "A full page lacks its last record.",
           cut(lambda rows, offset, limit: rows[offset:][: limit - (limit > 1 and len(rows) >= offset + limit)])),
    mutant("limit-ignored", "create.failed-record-alone", "Limit is ignored: a page always holds ten records.",
           _read_limit_as(lambda _limit: 10)),
    mutant("default-limit-is-100", "paging.default-limit",
           "Without a Limit a page holds a hundred records rather than ten.",
           _read_limit_as(lambda limit: 100 if limit is None else None)),
    mutant("limit-1000-honoured", "paging.limit-above-is-cut", "A Limit above 100 is honoured.",
           page(lambda search: search.list_records()[search.offset :][: int(search.parameters.get("Limit") or 10)])),
    mutant("limit-cut-to-50", "create.failed-record-alone", "A page holds at most 50 records.",
           _read_limit_as(lambda limit: min(limit, 50) if limit else None)),
    mutant("limit-100-gives-99", "create.failed-record-alone", "The largest page holds 99 records.",
           _read_limit_as(lambda limit: 99 if limit == 100 else None)),
    mutant("limit-off-by-one", "paging.limit", "A page holds one record more than its Limit.",
           _read_limit_as(lambda limit: limit + 1 if limit else None)),
    mutant("large-limit-falls-back-to-ten", "paging.limit-above-is-cut",
           "A Limit above 100 is taken as none, so that ten records come.",
           _read_limit_as(lambda limit: 10 if limit and limit > 100 else None)),
    mutant("filtered-search-does-not-page", "paging.with-filter", "Where there is a filter Offset is ignored.",
           alter_request(lambda sent: with_query(sent, Offset="0") if read_filters(sent) else sent)),
    mutant("search-repeats-each-record", "records.unique-ids",
           "The first record of a page stands in it twice, as a join without a DISTINCT would have it.",
           cut(lambda rows, offset, limit: [*rows[offset:][:1], *rows[offset:]][: min(limit, len(rows[offset:]))])),
)
# fmt: on
