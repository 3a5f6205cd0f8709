"""The other connected accounts, asked where an id is none of this account's: it may be one of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast, runtime_checkable

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.wording import quoted
from crm_mcp.errors import CrmError
from crm_mcp.mcp.connector import Connector


class Neighbours:
    """The connectors beside one of them; none until they are introduced."""

    def __init__(self) -> None:
        self._others: Sequence[Connector] = ()

    def introduce(self, others: Sequence[Connector]) -> None:
        """Take the other connectors."""
        self._others = others

    async def describe_record(self, record_id: str) -> Sequence[str]:
        """Say what has this id in other CRMs, such as `in Ivinex it is a contact, "Ida"`."""

        async def look(place: tuple[Connector, str]) -> str:
            other, kind = place
            try:
                record = await other.read_record(kind, record_id)
            except CrmError:
                return ""
            fields = cast("Mapping[str, object]", record.get("fields") or {})
            name = record.get("name") or fields.get("full_name") or fields.get("name") or ""
            return f"in {other.title} it is a {kind.lower()}{f', {quoted(name)}' if name else ''}"

        places = [(other, kind) for other in self._others for kind in other.record_kinds()]
        return [text for text in await map_bounded(places, look) if text]


@runtime_checkable
class AsksNeighbours(Protocol):
    """A connector that asks the others."""

    neighbours: Neighbours


def introduce_all(connectors: Sequence[Connector]) -> None:
    """Let each connector that asks others know them."""
    for connector in connectors:
        if isinstance(connector, AsksNeighbours):
            connector.neighbours.introduce([other for other in connectors if other is not connector])
