"""Mutants of MiniCRM: pages of a search, their order, and Count."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.faults import Ask, alter_parameter, alter_request, at
from tests.contract.self_test.mutants.minicrm.account import SEARCH, Search, alter_found, cut, list_results
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest
    from tests.contract.self_test.mutants.faults import Fault, Row

mutant = mutants_of("minicrm")

_chance = random.Random(1)  # noqa: S311 - another order with each request, the same in each run


def _count(change: Callable[[int, int, int], int]) -> Fault:
    """Have Count be another number; `change` is given the total, how many rows came, and the page's number."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        search = Search(ask, request)
        return alter_found(
            lambda found: {**found, "Count": change(found["Count"], len(list_results(found)), search.page)}
        )(ask, request)

    return fault


def _count_everything(ask: Ask, request: HttpRequest) -> ApiResponse:
    return alter_found(lambda found: {**found, "Count": len(Search(ask, request).list_only())})(ask, request)


def _repeat_last_page(rows: list[Row], page: int) -> list[Row]:
    last = max(0, len(rows) - 1) // 100
    return rows[min(page, last) * 100 :][:100]


def _lose_filter(request: HttpRequest) -> HttpRequest:
    pages = [pair for pair in request.query if pair[0] == "Page" and pair[1] not in {"", "0"}]
    return replace(request, query=pages) if pages else request


# fmt: off
MUTANTS = (
    mutant("count-of-the-page", "paging.count-on-every-page",
           "Count is the number of hits on this page rather than the total.",
           _count(lambda _total, rows, _page: rows)),
    mutant("count-off-by-one-on-later-pages", "paging.count-on-every-page",
           "From the second page on Count is one too small.",
           _count(lambda total, _rows, page: total - (page > 0))),
    mutant("count-of-what-is-left", "paging.count-on-every-page", "Count is what is left from this page on.",
           _count(lambda total, _rows, page: max(0, total - 100 * page))),
    mutant("count-at-most-100", "contact-search.count", "Count stops at a hundred.",
           _count(lambda total, _rows, _page: min(total, 100))),
    mutant("count-off-by-one", "contact-search.count", "Count is one too large.",
           _count(lambda total, _rows, _page: total + 1)),
    mutant("count-of-everything", "contact-search.count",
           "Count is that of all projects or contacts, whatever was asked for.",
           _count_everything),
    mutant("count-is-text", "search.count-is-a-number", "Count is text, which the document does not print.",
           alter_found(lambda found: {**found, "Count": str(found["Count"])})),
    mutant("page-counts-from-one", "paging.count-on-every-page", "Page=1 is the first page.",
           alter_parameter("Page", lambda text: str(max(0, int(text) - 1)) if text.isdigit() else text)),
    mutant("page-ignored", "paging.second-page", "Page is ignored: the first page for ever.",
           cut(lambda rows, _page: rows[:100])),
    mutant("page-beyond-the-end-is-the-last", "paging.beyond-the-end",
           "A page beyond the end is the last one again, so that whoever pages until nothing comes never ends.",
           cut(_repeat_last_page)),
    mutant("page-loses-its-first-row", "paging.count-on-every-page", "Every page but the first begins one hit late.",
           cut(lambda rows, page: rows[page * 100 + bool(page) :][:100])),
    mutant("page-repeats-a-row", "paging.second-page",
           "Every page but the first begins with the last hit of the page before.",
           cut(lambda rows, page: rows[page * 100 - bool(page) :][:100])),
    mutant("full-page-loses-its-last-row", "contact-search.page-size", "A full page lacks its last hit.",
           cut(lambda rows, page: rows[page * 100 :][:99])),
    mutant("page-of-50", "contact-search.page-size", "A page holds 50 hits.",
           cut(lambda rows, page: rows[page * 50 :][:50])),
    mutant("everything-on-one-page", "paging.second-page", "The first page holds every hit.",
           cut(lambda rows, page: [] if page else rows)),
    mutant("hits-in-changing-order", "paging.partition",
           "The hits come in another order with each request, so that pages overlap and lose hits.",
           cut(lambda rows, page: _chance.sample(rows, len(rows))[page * 100 :][:100])),
    mutant("newest-first", "paging.ascending-ids",
           "The hits come with the highest id first, so that what is created while somebody pages doubles a hit.",
           cut(lambda rows, page: rows[::-1][page * 100 :][:100])),
    mutant("later-pages-lose-the-filter", "paging.keeps-criteria",
           "From the second page on the criteria are forgotten.",
           at(SEARCH, alter_request(_lose_filter))),
    mutant("bad-page-is-the-first", "paging.nonsense", "A Page that is no number is taken for the first one.",
           alter_parameter("Page", lambda text: text if text.isdigit() else "0")),
)
# fmt: on
