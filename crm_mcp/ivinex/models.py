"""The shapes of Ivinex data, outward and within: what the codec parses is what the tools give.

Pure data. A record is flat on the wire; outward its id stands apart and everything else is under `fields`.
"""

from __future__ import annotations

from typing import Any, NotRequired

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
"""Most rows of one answer. Source: ivinex.txt, "2. Get More Records Using Limit"."""


class Record(TypedDict):
    """One record of a module; values are text or null as the API sends them.

    `labels` tells for option fields what the ids mean, where that is known without asking. `rich_text` names the fields
    that are HTML in the CRM and plain text here.
    """

    id: str
    fields: dict[str, Any]
    labels: NotRequired[dict[str, dict[str, str]]]
    rich_text: NotRequired[str]


class RecordPage(TypedDict):
    """Records in the order asked for. Ivinex tells no total. `labels` as of a record, for all of them.

    `note` says why there may be none.
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


class WriteResults(TypedDict):
    """What became of each record of a batch."""

    items: list[WriteResult]


class NewNote(TypedDict):
    """The note that was created."""

    id: str
