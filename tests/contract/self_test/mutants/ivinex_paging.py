"""Wrong fakes of Ivinex: Limit and Offset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.ivinex import search
from mockserver.ivinex.store import Store
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import alter_json, replaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.crm.api import ApiRequest


def _shift_pages(patch: pytest.MonkeyPatch, shift: Callable[[int, int], int]) -> None:
    """Have a search begin elsewhere; `shift` is given offset and limit. Looking one record up is left alone."""

    @replaces(patch, Store, "search_records")
    def search(
        original: Callable[..., Any], store: Store, module: object, where: object, order: str, limit: int, offset: int
    ) -> Any:
        return original(store, module, where, order, limit, shift(offset, limit))


@wrong_fake("ivinex.page-loses-its-first-row", "ivinex.sorting.stable-ties")
def lose_first_row(patch: pytest.MonkeyPatch) -> None:
    """Every page but the first begins one record late, so that a record is lost at each turn of a page."""
    _shift_pages(patch, lambda offset, _limit: offset + 1 if offset else 0)


@wrong_fake("ivinex.page-repeats-a-row", "ivinex.records.id-alias")
def repeat_row(patch: pytest.MonkeyPatch) -> None:
    """Every page but the first begins with the last record of the page before."""
    _shift_pages(patch, lambda offset, _limit: max(0, offset - 1))


@wrong_fake("ivinex.offset-ignored", "ivinex.options.same-records")
def ignore_offset(patch: pytest.MonkeyPatch) -> None:
    """Offset is ignored: the same page for ever."""
    _shift_pages(patch, lambda _offset, _limit: 0)


@wrong_fake("ivinex.offset-counts-pages", "ivinex.paging.offset")
def count_pages(patch: pytest.MonkeyPatch) -> None:
    """Offset skips pages rather than records."""
    _shift_pages(patch, lambda offset, limit: offset * limit)


@wrong_fake("ivinex.offset-rounded-to-pages", "ivinex.paging.offset")
def round_offset(patch: pytest.MonkeyPatch) -> None:
    """Offset is rounded down to whole pages, so that Limit=3 with Offset=4 begins at the fourth record."""
    _shift_pages(patch, lambda offset, limit: offset - offset % limit)


@wrong_fake("ivinex.offset-stops-at-100", "ivinex.paging.limit-above-is-cut")
def stop_at_100(patch: pytest.MonkeyPatch) -> None:
    """Offsets above 100 are cut to 100, so that the second page of a hundred comes again and again."""
    _shift_pages(patch, lambda offset, _limit: min(offset, 100))


@wrong_fake("ivinex.page-beyond-the-end-starts-over", "ivinex.paging.beyond-the-end")
def start_over(patch: pytest.MonkeyPatch) -> None:
    """A page beyond the last record holds the first records again."""

    @replaces(patch, Store, "search_records")
    def search(original: Callable[..., Any], *args: Any) -> Any:
        *rest, offset = args
        return original(*rest, offset) or (original(*rest, 0) if offset else [])


@wrong_fake("ivinex.full-page-loses-its-last-row", "ivinex.records.id-alias")
def lose_last_row(patch: pytest.MonkeyPatch) -> None:
    """A full page lacks its last record."""

    @replaces(patch, Store, "search_records")
    def search(original: Callable[..., Any], *args: Any) -> Any:
        limit = args[-2]
        found = original(*args)
        return found[:-1] if len(found) == limit > 1 else found


def _read_limit_as(patch: pytest.MonkeyPatch, change: Callable[[str | None], int | None]) -> None:
    """Have Limit read otherwise; where `change` gives None it is read as ever."""

    @replaces(patch, search, "_read_limit")
    def read_limit(original: Callable[..., int], text: str | None, *rest: object) -> int:
        chosen = change(text)
        return original(text, *rest) if chosen is None else chosen


@wrong_fake("ivinex.limit-ignored", "ivinex.create.failed-record-alone")
def ignore_limit(patch: pytest.MonkeyPatch) -> None:
    """Limit is ignored: a page always holds ten records."""
    _read_limit_as(patch, lambda _text: 10)


@wrong_fake("ivinex.default-limit-is-100", "ivinex.paging.default-limit")
def default_to_100(patch: pytest.MonkeyPatch) -> None:
    """Without a Limit a page holds a hundred records rather than ten."""
    _read_limit_as(patch, lambda text: 100 if text is None else None)


@wrong_fake("ivinex.limit-1000-honoured", "ivinex.paging.limit-above-is-cut")
def honour_1000(patch: pytest.MonkeyPatch) -> None:
    """A Limit above 100 is honoured."""
    _read_limit_as(patch, lambda text: int(text) if text and text.isdigit() and int(text) > 100 else None)


@wrong_fake("ivinex.limit-cut-to-50", "ivinex.create.failed-record-alone")
def cut_to_50(patch: pytest.MonkeyPatch) -> None:
    """A page holds at most 50 records."""
    _read_limit_as(patch, lambda text: 50 if text and text.isdigit() and int(text) > 50 else None)


@wrong_fake("ivinex.limit-100-gives-99", "ivinex.create.failed-record-alone")
def cut_to_99(patch: pytest.MonkeyPatch) -> None:
    """The largest page holds 99 records."""
    _read_limit_as(patch, lambda text: 99 if text == "100" else None)


@wrong_fake("ivinex.limit-off-by-one", "ivinex.paging.limit")
def add_one(patch: pytest.MonkeyPatch) -> None:
    """A page holds one record more than its Limit."""
    _read_limit_as(patch, lambda text: int(text) + 1 if text and text.isdigit() else None)


@wrong_fake("ivinex.large-limit-falls-back-to-ten", "ivinex.paging.limit-above-is-cut")
def fall_back(patch: pytest.MonkeyPatch) -> None:
    """A Limit above 100 is taken as none, so that ten records come."""
    _read_limit_as(patch, lambda text: 10 if text and text.isdigit() and int(text) > 100 else None)


@wrong_fake("ivinex.filtered-search-does-not-page", "ivinex.paging.with-filter")
def page_before_filtering(patch: pytest.MonkeyPatch) -> None:
    """Where there is a filter Offset is ignored."""

    @replaces(patch, Store, "search_records")
    def search(original: Callable[..., Any], store: Store, module: object, where: list[object], *rest: Any) -> Any:
        order, limit, offset = rest
        return original(store, module, where, order, limit, 0 if where else offset)


@wrong_fake("ivinex.search-repeats-each-record", "ivinex.records.unique-ids")
def repeat_each(patch: pytest.MonkeyPatch) -> None:
    """The first record of a page stands in it twice, as a join without a DISTINCT would have it."""

    def double(request: ApiRequest, answer: Any) -> Any:
        if request.method == "GET" and len(answer["Records"]) > 1:
            answer["Records"] = [answer["Records"][0], *answer["Records"][:-1]]
        return answer

    alter_json(patch, "ivinex", double)
