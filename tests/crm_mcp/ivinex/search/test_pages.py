"""Pages of records: each begins where the one before ended, and the last one is known as such."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from crm_mcp.rendering.shortening import MAX_ANSWER_BYTES, size_of
from tests.support.crm_stub import RECORDS, CrmStub, in_session, numbered_rows
from tests.support.mcp_play import ids_of, read_pages

SEARCH = f"GET {RECORDS}"


@pytest.mark.parametrize(
    ("tool", "query"),
    [
        ("search_records", {"module": "contact"}),
        ("get_linked_records", {"module": "note", "linked_module": "contact", "linked_id": "8"}),
    ],
)
def test_every_page_begins_where_the_one_before_ended(crms: CrmStub, tool: str, query: dict[str, Any]) -> None:
    crms.answer(SEARCH, numbered_rows("collection_id", 7))
    pages = in_session(lambda client: read_pages(client, tool, limit=2, **query))
    assert [ids_of([page]) for page in pages] == [["1", "2"], ["3", "4"], ["5", "6"], ["7"]]


@pytest.mark.parametrize(("rows", "limit"), [(40, 20), (20, 20), (100, 100), (200, 100), (7, 3)])
def test_the_last_page_is_known_for_the_last(crms: CrmStub, rows: int, limit: int) -> None:
    crms.answer(SEARCH, numbered_rows("collection_id", rows))
    pages = in_session(lambda client: read_pages(client, "search_records", module="contact", limit=limit))
    assert all(page["items"] for page in pages), "no page is empty"
    assert ids_of(pages) == [str(number) for number in range(1, rows + 1)]


def test_pages_that_would_be_too_long_end_early_and_lose_no_record(crms: CrmStub) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        start, limit = int(request.url.params.get("Offset", "0")), int(request.url.params["Limit"])
        rows = [{"collection_id": str(n), "text": "日" * (n % 5 * 6000)} for n in range(1, 31)]
        return httpx.Response(200, json={"Records": rows[start : start + limit]})

    crms.answer(SEARCH, answer)
    pages = in_session(lambda client: read_pages(client, "search_records", module="contact", limit=30, detail=True))
    assert all(size_of(page) <= MAX_ANSWER_BYTES for page in pages)
    assert ids_of(pages) == [str(number) for number in range(1, 31)]
