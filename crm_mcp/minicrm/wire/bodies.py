"""The bodies of MiniCRM responses: single values, and one object or rows with their keys. Pure.

Ids, numbers and flags come as numbers from some servers and as text from others; reading a value never raises.

`Results` is an object keyed by id, a list, a list that holds one object keyed by id, or, when empty, `[]`; some
servers leave it out. All of them become the same here. Every function that takes a response raises a `RefusedError`
where its status is a refusal, and `UnexpectedAnswerError` where its body has another shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from crm_mcp.crm import http_refusals
from crm_mcp.minicrm.wire.refusals import ACCOUNT, raise_for_refusal

if TYPE_CHECKING:
    from crm_mcp.crm.messages import Response
    from crm_mcp.errors import UnexpectedAnswerError

_DIGITS = re.compile(r"[0-9]{1,18}")
_EMPTY_DATES = frozenset({"0000-00-00", "0000-00-00 00:00:00", "1970-01-01 01:00:00"})
"""How the CRM writes a date that is not set, beside empty text (observed)."""


def as_object(value: object) -> dict[str, object] | None:
    """Return a JSON object as such; an empty list is an empty one, since PHP writes both as `[]`."""
    if isinstance(value, dict):
        return cast("dict[str, object]", value)
    return {} if value == [] else None


def as_list(value: object) -> list[object] | None:
    """Return a JSON list as such, None for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else None


def read_id(value: object) -> str | None:
    """Return an id as text; None for what is not one, and for 0, which stands for "none" (observed)."""
    text = _digits(value)
    return text if text.strip("0") else None


def read_text(value: object) -> str | None:
    """Return text, a number's too (`Phone`, `PostalCode`); None for an empty value or another type."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and abs(value) >= 2**64:  # no field holds more, and very long numbers have no text
        return None
    text = str(value)
    return text if text.strip() else None


def read_date(value: object) -> str | None:
    """Return a date as sent; None for any of the ways to write an empty one."""
    text = read_text(value)
    return None if text in _EMPTY_DATES else text


def read_flag(value: object) -> bool | None:
    """Return a yes or no that comes as a boolean, as 0 or 1, or as text of these; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"0": False, "1": True}.get(_digits(value))


def read_count(value: object) -> int | None:
    """Return a count, which may be text; None for anything else."""
    text = _digits(value)
    return int(text) if text else None


def _digits(value: object) -> str:
    text = "" if isinstance(value, float) else (read_text(value) or "").strip()
    return text if _DIGITS.fullmatch(text) else ""


def read_label(value: object) -> str | None:
    """Return a label where a value is one and not an id; digits alone are an id (assumed)."""
    text = read_text(value)
    return None if text is None or _digits(text) else text


def read_labels(value: object) -> dict[str, str] | None:
    """Return a map from ids to labels; None where there is none.

    PHP writes a map whose keys count from 0 as a list, and an empty one as `[]`.
    """
    rows = as_list(value)
    if rows is not None:
        return {str(key): read_text(label) or "" for key, label in enumerate(rows)}
    choices = as_object(value)
    return None if choices is None else {key: read_text(label) or "" for key, label in choices.items()}


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
    if response.is_refusal:
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
        raise unexpected(response, "sent a row that is not an object")
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
