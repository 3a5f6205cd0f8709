"""The shapes of Ivinex data: what the tools take is what the codec takes, what the codec parses is what the tools give.

Pure data. A record is flat on the wire; here its id stands apart and everything else is under `fields`.
"""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, WithJsonSchema
from typing_extensions import TypedDict

OPERANDS = (
    "Equal",
    "In",
    "Contains",
    "NotContains",
    "NotEqual",
    "GreaterThan",
    "GreaterThanEqual",
    "LessThan",
    "LessThanEqual",
    "StartsWith",
    "LinkedTo",
)
"""Every operand, spelled as the API demands. `LinkedTo` is used by the document but missing from its list.

Source: ivinex.txt, "Understanding Filters" and "4. Linked Records".
"""

PAGE_LIMIT = 100
"""Most rows of one response. Source: ivinex.txt, "2. Get More Records Using Limit"."""

Operand = Annotated[str, WithJsonSchema({"type": "string", "enum": list(OPERANDS)})]
"""Checked by the codec, not by the tool's schema: the codec's error names the right spelling."""
FilterValue = Annotated[
    object,
    WithJsonSchema(
        {
            "type": "string",
            "description": "In: a JSON list; LinkedTo, on collection_id: ModuleID:RecordID",
        }
    ),
]
"""A scalar, or for `In` a list. The schema says text alone, since some hosts refuse a list of types."""


class RecordFilter(TypedDict):
    """One condition of a search."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]

    field: str
    operand: Operand
    value: FilterValue


class Record(TypedDict):
    """One record of a module; values are text or null as the API sends them.

    `labels` holds the labels of option ids by field, as far as they are cached. `rich_text` names the fields that are
    HTML in the CRM and plain text here.
    """

    id: str
    fields: dict[str, Any]
    labels: NotRequired[dict[str, dict[str, str]]]
    rich_text: NotRequired[str]


class RecordPage(TypedDict):
    """Records in the order asked for; Ivinex tells no total. `labels` are those of all records.

    `note` says why there may be no records.
    """

    items: list[Record]
    labels: NotRequired[dict[str, dict[str, str]]]
    next_cursor: NotRequired[str]
    note: NotRequired[str]


class WriteResult(TypedDict):
    """What became of one record of a batch; `index` counts from 0 in the order sent."""

    index: int
    ok: bool
    id: NotRequired[str]
    message: NotRequired[str]
