"""Lists of a given length in both CRMs, and a reader that follows a tool's cursor to the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp import Client

from tests.properties.seeds import Row, build_seed
from tests.support.mcp_play import MOST_CALLS

BORDERS = (0, 1, 9, 10, 11, 99, 100, 101, 199, 200, 201)
"""Numbers of rows around the sizes of a page: 10 by default in Ivinex, 100 at most in both."""
SEARCHES: Mapping[str, Mapping[str, Any]] = {
    "search_records": {"module": "contact"},
    "search_projects": {"module": "Sales"},
    "search_contacts": {"type": "Business"},
}
"""Each tool that lists page by page, with arguments that find every row of `build_rows`."""


def build_rows(rows: int) -> Row:
    """Return a seed with so many Ivinex contacts, MiniCRM contacts and projects; three values of `name` and status."""
    numbers = range(1, rows + 1)
    return build_seed(
        records=[{"name": f"n{number % 3}", "score": str(number)} for number in numbers],
        contacts=[{"Id": number, "Type": "Business", "Name": f"Firm {number}"} for number in numbers],
        projects=[build_project(number) for number in numbers],
    )


def build_project(number: int) -> Row:
    return {
        "Id": number,
        "CategoryId": 3,
        "ContactId": number,
        "StatusId": 31 + number % 3,
        "UserId": 1,
        "Name": "Card",
    }


async def read_until_told(client: Client, tool: str, cursor: str = "", **arguments: Any) -> tuple[list[str], str]:
    """Follow next_cursor to the end, or to the error that ends it; return the ids and what the error says."""
    ids: list[str] = []
    for _ in range(MOST_CALLS):
        result: Any = await client.call_tool(tool, {**arguments, "cursor": cursor})
        if result.is_error:
            return ids, result.content[0].text
        ids += [item["id"] for item in result.structured_content["items"]]
        cursor = result.structured_content.get("next_cursor", "")
        if not cursor:
            return ids, ""
    raise AssertionError("the list never ends")
