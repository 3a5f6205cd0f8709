"""What holds the rows of a MiniCRM answer: from the raw body to one object or to rows with their keys. Pure.

`Results` is an object keyed by id, a list, a list that holds one object keyed by id, or, when empty, `[]`; some
servers leave it out. All of them become the same here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_mcp.crm import http_refusals as refusals
from crm_mcp.minicrm.wire.refusals import ACCOUNT, raise_for_refusal
from crm_mcp.minicrm.wire.values import as_list, as_object, read_count, read_id

if TYPE_CHECKING:
    from crm_mcp.crm.messages import Response
    from crm_mcp.errors import UnexpectedAnswerError


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list.

    Attributes:
        key: The key it stood under, which is its id by the document; empty in a list.
        value: An object, or text in lists of addresses.
    """

    key: str
    value: object


def unexpected(response: Response, what: str) -> UnexpectedAnswerError:
    """Make the error for an answer of another shape: `what` follows "MiniCRM", such as `sent no object`."""
    return refusals.unexpected(response, ACCOUNT, what)


def read_json(response: Response) -> object:
    """Return the JSON of a success.

    Raises:
        RefusedError: The status is a refusal.
        UnexpectedAnswerError: The body is not JSON.
    """
    raise_for_refusal(response)
    return refusals.json_of(response, ACCOUNT)


def read_object(response: Response) -> dict[str, object]:
    """Return the one JSON object of a success; PHP's `[]` is an empty one.

    Raises:
        RefusedError: The status is a refusal.
        UnexpectedAnswerError: The answer is anything else.
    """
    body = as_object(read_json(response))
    if body is None:
        raise unexpected(response, "sent no object")
    return body


def read_rows(response: Response) -> tuple[list[Row], int | None]:
    """Return the rows of a list and the CRM's `Count`.

    Raises:
        RefusedError: The status is a refusal.
        UnexpectedAnswerError: The answer is not a list in any of the shapes known.
    """
    return rows_of(response, read_json(response))


def rows_of(response: Response, body: object) -> tuple[list[Row], int | None]:
    """Return the rows and `Count` of a body already read; see `read_rows`."""
    page = as_object(body)
    if page is not None and ("Results" in page or "Count" in page):
        return _rows(response, page.get("Results")), read_count(page.get("Count"))
    if body is not None and (page is None or all(read_id(key) for key in page) or "Id" in page):
        return _rows(response, body), None
    raise unexpected(response, "sent no Results")


def _rows(response: Response, results: object) -> list[Row]:
    if results is None:
        return []
    items = as_list(results)
    if items is not None:
        return [row for item in items for row in _keyed(response, item)]
    return _keyed(response, results)


def _keyed(response: Response, value: object) -> list[Row]:
    """Take one object apart: a row by itself if it has an `Id`, else rows keyed by id."""
    entries = as_object(value)
    if entries is None:
        raise unexpected(response, "sent Results that hold no objects")
    if "Id" in entries:
        return [Row("", entries)]
    return [Row(key, entry) for key, entry in entries.items()]
