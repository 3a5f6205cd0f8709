"""The bodies of MiniCRM responses: from the raw body to one object or to rows with their keys. Pure.

`Results` is an object keyed by id, a list, a list that holds one object keyed by id, or, when empty, `[]`; some
servers leave it out. All of them become the same here. Every function raises a `RefusedError` where the status is a
refusal, and `UnexpectedAnswerError` where the body has another shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_mcp.crm import http_refusals
from crm_mcp.minicrm.wire.refusals import ACCOUNT, raise_for_refusal
from crm_mcp.minicrm.wire.values import as_list, as_object, read_count, read_id

if TYPE_CHECKING:
    from crm_mcp.crm.messages import Response
    from crm_mcp.errors import UnexpectedAnswerError


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: an object, or text in lists of addresses; the key is empty where it stood under none."""

    key: str
    value: object


@dataclass(frozen=True, slots=True)
class RowList:
    """The rows of a list, and the CRM's `Count`; `is_detail` where it is one bare object, as for a ReferenceId."""

    rows: list[Row]
    total: int | None
    is_detail: bool = False


def read_json(response: Response) -> object:
    """Return the JSON of a success."""
    raise_for_refusal(response)
    return http_refusals.json_of(response, ACCOUNT)


def read_object(response: Response) -> dict[str, object]:
    """Return the one JSON object of a success; PHP's `[]` is an empty one."""
    body = as_object(read_json(response))
    if body is None:
        raise unexpected(response, "sent no object")
    return body


def read_list(response: Response) -> RowList:
    """Return the rows of a success that is a list in any of the shapes known."""
    body = read_json(response)
    page = as_object(body)
    if page is not None and ("Results" in page or "Count" in page):
        return RowList(_rows(response, page.get("Results")), read_count(page.get("Count")))
    is_detail = page is not None and "Id" in page
    if body is not None and (page is None or is_detail or all(read_id(key) for key in page)):
        return RowList(_rows(response, body), None, is_detail)
    raise unexpected(response, "sent no Results")


def _rows(response: Response, results: object) -> list[Row]:
    if results is None:
        return []
    items = as_list(results)
    return [row for item in ([results] if items is None else items) for row in _keyed(response, item)]


def _keyed(response: Response, value: object) -> list[Row]:
    """Take one object apart: a row by itself if it has an `Id`, else rows keyed by id."""
    entries = as_object(value)
    if entries is None:
        raise unexpected(response, "sent Results that hold no objects")
    if "Id" in entries:
        return [Row("", entries)]
    return [Row(key, entry) for key, entry in entries.items()]


def read_own(response: Response) -> tuple[str, dict[str, object]]:
    """Return the id and the object of a body that is one object."""
    return identify(response, Row("", read_object(response)))


def identify(response: Response, row: Row) -> tuple[str, dict[str, object]]:
    """Return a row's id and its object."""
    entries = as_object(row.value)
    if entries is None:
        raise unexpected(response, "sent a row that is no object")
    return row_id(response, row, entries), entries


def row_id(response: Response, row: Row, entries: dict[str, object]) -> str:
    """Return a row's own `Id`, which wins over the key it stands under where they disagree."""
    own_id = read_id(entries.get("Id")) or read_id(row.key)
    if own_id is None:
        raise unexpected(response, "sent a row without an id")
    return own_id


def unexpected(response: Response, what: str) -> UnexpectedAnswerError:
    """Return the error for a body of another shape: `what` follows "MiniCRM", such as `sent no object`."""
    return http_refusals.unexpected(response, ACCOUNT, what)
