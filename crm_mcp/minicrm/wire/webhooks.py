"""What a webhook tells: which record has changed. Its values are not read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from crm_mcp.minicrm.wire.bodies import as_object, read_id

Kind = Literal["Project", "Contact"]
_KINDS = ("Project", "Contact")


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A card or contact that was made or changed.

    Attributes:
        kind: Which of the two.
        record_id: Its id.
        module_id: The module of a card; empty where that is not told.
        has_document: Whether a card is that of an offer or an order.
    """

    kind: Kind
    record_id: int
    module_id: str = ""
    has_document: bool = False


def parse_webhook(body: object, system_id: str) -> ToldChange | None:
    """Return what a webhook tells; None where it is of another account or kind of record, or tells no id.

    `{"Id": "6101", "Type": "Project", "Data": {"SystemId": "900001", "CategoryId": "11", ...}, "Changed": [...]}`

    Source: minicrm-beyond.md, 4.
    """
    told = as_object(body)
    if told is None or told.get("Type") not in _KINDS:
        return None
    data = as_object(told.get("Data")) or {}
    record_id = read_id(told.get("Id")) or read_id(data.get("Id"))
    if not record_id or not record_id.isdecimal() or len(record_id) > 18:
        return None
    if data.get("SystemId") not in (None, "") and str(data["SystemId"]) != system_id:
        return None
    module_id = read_id(data.get("CategoryId")) or ""
    return ToldChange(cast("Kind", told["Type"]), int(record_id), module_id, bool(as_object(told.get("Head"))))
