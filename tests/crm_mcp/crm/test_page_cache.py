"""The page cache answers a cursor without a request, only from what it holds whole, and not for long."""

from __future__ import annotations

import asyncio

from crm_mcp.crm.paging import TTL_S, Page, PageCache, PageRules, Slice

ROWS = [{"id": str(number)} for number in range(150)]
RULES = PageRules("The CRM", 100)


class Account:
    """A list of 150 rows; counts the pages that were asked for, and tells a cache of a write meanwhile."""

    def __init__(self, *, writes_to: PageCache | None = None) -> None:
        self.requests = 0
        self._cache = writes_to

    async def read_page(self, number: int) -> Page[dict[str, str]]:
        self.requests += 1
        if self._cache is not None:
            self._cache.clear()
        return Page(ROWS[number * 100 : (number + 1) * 100], len(ROWS))


def read(cache: PageCache, account: Account, search: str, offset: int) -> Slice[dict[str, str]]:
    """Read twenty rows behind so many."""
    last_id = str(offset - 1) if offset else ""
    return asyncio.run(cache.read_slice(search, account.read_page, offset=offset, limit=20, last_id=last_id))


def test_a_page_answers_the_next_slice_only_where_it_holds_all_of_it_and_not_for_long() -> None:
    now_s = 0.0
    cache, account = PageCache(RULES, lambda: now_s), Account()
    read(cache, account, "a", 0)
    assert read(cache, account, "a", 20) == (ROWS[20:40], 150, True)
    assert account.requests == 1
    read(cache, account, "b", 20)
    assert account.requests == 2, "another search asks"
    read(cache, account, "a", 0)
    assert account.requests == 3, "a new search asks"
    now_s = TTL_S + 1
    assert read(cache, account, "a", 20) == (ROWS[20:40], 150, True)
    assert account.requests == 4, "an old page is not used"
    assert read(cache, account, "a", 80) == (ROWS[80:100], 150, True)
    assert account.requests == 5, "whether more follow is not known from a full page"


def test_a_page_that_is_not_full_answers_to_its_end() -> None:
    cache, account = PageCache(RULES), Account()
    read(cache, account, "a", 110)
    requests = account.requests
    assert read(cache, account, "a", 130) == (ROWS[130:], 150, False)
    assert account.requests == requests


def test_a_page_that_was_asked_for_before_a_write_is_not_used() -> None:
    cache = PageCache(RULES)
    account = Account(writes_to=cache)
    read(cache, account, "a", 0)
    read(cache, account, "a", 20)
    assert account.requests == 2
