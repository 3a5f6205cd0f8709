"""Wrong fakes of MiniCRM: pages of a search, their order, and Count."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.minicrm import search
from mockserver.minicrm.call import Call
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import alter_json, alter_requests, is_search, replaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.crm.api import ApiRequest


def _read_rows_otherwise(patch: pytest.MonkeyPatch, read: Callable[[Callable[..., list[Any]], int, int], Any]) -> None:
    """Have a search read its page otherwise; `read` is given a function of limit and offset, and both."""

    @replaces(patch, search, "list_rows")
    def list_rows(original: Callable[..., Any], *args: Any, limit: int, offset: int) -> Any:
        def get(limit: int, offset: int) -> list[Any]:
            return original(*args, limit=limit, offset=offset)

        return read(get, limit, offset)


def _count_otherwise(patch: pytest.MonkeyPatch, change: Callable[[int, int, int], int]) -> None:
    """Have Count be another number; `change` is given the total, how many rows came, and the page's number."""

    def alter(request: ApiRequest, answer: Any) -> Any:
        if is_search(request) and "Count" in answer:
            page = next((int(value) for name, value in request.query if name == "Page"), 0)
            answer["Count"] = change(answer["Count"], len(answer["Results"]), page)
        return answer

    alter_json(patch, "minicrm", alter)


@wrong_fake("minicrm.count-of-the-page", "minicrm.paging.count-on-every-page")
def count_the_page(patch: pytest.MonkeyPatch) -> None:
    """Count is the number of hits on this page rather than the total."""
    _count_otherwise(patch, lambda _total, rows, _page: rows)


@wrong_fake("minicrm.count-off-by-one-on-later-pages", "minicrm.paging.count-on-every-page")
def count_one_less(patch: pytest.MonkeyPatch) -> None:
    """From the second page on Count is one too small."""
    _count_otherwise(patch, lambda total, _rows, page: total - (page > 0))


@wrong_fake("minicrm.count-of-what-is-left", "minicrm.paging.count-on-every-page")
def count_the_rest(patch: pytest.MonkeyPatch) -> None:
    """Count is what is left from this page on."""
    _count_otherwise(patch, lambda total, _rows, page: max(0, total - 100 * page))


@wrong_fake("minicrm.count-at-most-100", "minicrm.contact-search.count")
def count_to_100(patch: pytest.MonkeyPatch) -> None:
    """Count stops at a hundred."""
    _count_otherwise(patch, lambda total, _rows, _page: min(total, 100))


@wrong_fake("minicrm.count-off-by-one", "minicrm.contact-search.count")
def count_one_more(patch: pytest.MonkeyPatch) -> None:
    """Count is one too large."""
    _count_otherwise(patch, lambda total, _rows, _page: total + 1)


@wrong_fake("minicrm.count-of-everything", "minicrm.contact-search.count")
def count_everything(patch: pytest.MonkeyPatch) -> None:
    """Count is that of all projects or contacts, whatever was asked for."""

    @replaces(patch, search, "count_rows")
    def count_rows(original: Callable[..., int], connection: Any, kind: str, *_where: Any) -> int:
        return original(connection, kind)


@wrong_fake("minicrm.count-is-text", "minicrm.search.count-is-a-number")
def print_count_as_text(patch: pytest.MonkeyPatch) -> None:
    """Count is text, which the document does not print."""

    @replaces(patch, Call, "print_count")
    def print_count(_original: object, _call: Call, count: int) -> str:
        return str(count)


@wrong_fake("minicrm.page-counts-from-one", "minicrm.paging.count-on-every-page")
def count_pages_from_one(patch: pytest.MonkeyPatch) -> None:
    """Page=1 is the first page."""
    _read_rows_otherwise(patch, lambda get, limit, offset: get(limit, max(0, offset - 100)))


@wrong_fake("minicrm.page-ignored", "minicrm.paging.second-page")
def ignore_page(patch: pytest.MonkeyPatch) -> None:
    """Page is ignored: the first page for ever."""
    _read_rows_otherwise(patch, lambda get, limit, _offset: get(limit, 0))


@wrong_fake("minicrm.page-beyond-the-end-is-the-last", "minicrm.paging.beyond-the-end")
def repeat_last_page(patch: pytest.MonkeyPatch) -> None:
    """A page beyond the end is the last one again, so that whoever pages until nothing comes never ends."""

    def read(get: Callable[..., list[Any]], limit: int, offset: int) -> list[Any]:
        while offset and not get(limit, offset):
            offset -= limit
        return get(limit, offset)

    _read_rows_otherwise(patch, read)


@wrong_fake("minicrm.page-loses-its-first-row", "minicrm.paging.count-on-every-page")
def lose_first_row(patch: pytest.MonkeyPatch) -> None:
    """Every page but the first begins one hit late."""
    _read_rows_otherwise(patch, lambda get, limit, offset: get(limit, offset + bool(offset)))


@wrong_fake("minicrm.page-repeats-a-row", "minicrm.paging.second-page")
def repeat_row(patch: pytest.MonkeyPatch) -> None:
    """Every page but the first begins with the last hit of the page before."""
    _read_rows_otherwise(patch, lambda get, limit, offset: get(limit, offset - bool(offset)))


@wrong_fake("minicrm.full-page-loses-its-last-row", "minicrm.contact-search.page-size")
def lose_last_row(patch: pytest.MonkeyPatch) -> None:
    """A full page lacks its last hit."""
    _read_rows_otherwise(patch, lambda get, limit, offset: get(limit, offset)[: limit - 1])


@wrong_fake("minicrm.page-of-50", "minicrm.contact-search.page-size")
def halve_pages(patch: pytest.MonkeyPatch) -> None:
    """A page holds 50 hits."""
    _read_rows_otherwise(patch, lambda get, _limit, offset: get(50, offset // 2))


@wrong_fake("minicrm.everything-on-one-page", "minicrm.paging.second-page")
def put_all_on_one_page(patch: pytest.MonkeyPatch) -> None:
    """The first page holds every hit."""
    _read_rows_otherwise(patch, lambda get, _limit, offset: [] if offset else get(-1, 0))


@wrong_fake("minicrm.hits-in-changing-order", "minicrm.paging.partition")
def shuffle_hits(patch: pytest.MonkeyPatch) -> None:
    """The hits come in another order with each request, so that pages overlap and lose hits."""
    turns = itertools.count(1)

    def read(get: Callable[..., list[Any]], limit: int, offset: int) -> list[Any]:
        turn = next(turns)
        found = sorted(get(-1, 0), key=lambda row: (row.id * (7919 + 37 * turn)) % 1009)
        return found[offset : offset + limit]

    _read_rows_otherwise(patch, read)


@wrong_fake("minicrm.newest-first", "minicrm.paging.ascending-ids")
def put_newest_first(patch: pytest.MonkeyPatch) -> None:
    """The hits come with the highest id first, so that what is created while somebody pages doubles a hit."""

    def read(get: Callable[..., list[Any]], limit: int, offset: int) -> list[Any]:
        return get(-1, 0)[::-1][offset : offset + limit]

    _read_rows_otherwise(patch, read)


@wrong_fake("minicrm.later-pages-lose-the-filter", "minicrm.paging.keeps-criteria")
def lose_filter(patch: pytest.MonkeyPatch) -> None:
    """From the second page on the criteria are forgotten."""

    def change(request: ApiRequest) -> ApiRequest:
        later = is_search(request) and any(name == "Page" and value not in {"", "0"} for name, value in request.query)
        kept = [pair for pair in request.query if pair[0] == "Page"]
        return replace(request, query=kept) if later else request

    alter_requests(patch, "minicrm", change)


@wrong_fake("minicrm.bad-page-is-the-first", "minicrm.paging.nonsense")
def forgive_page(patch: pytest.MonkeyPatch) -> None:
    """A Page that is no number is taken for the first one."""

    @replaces(patch, search, "_read_page")
    def read_page(original: Callable[[str], int], text: str) -> int:
        return original(text) if text.isdigit() else 0
