"""One connection between two cards: its row, and how a seed writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mockserver.minicrm.account import READER
from mockserver.minicrm.seeding.rows import SeedReader, take_row_id
from mockserver.minicrm.store import Row, Table


@dataclass(slots=True, kw_only=True)
class Connection(Row):
    """A connection that was made from one card to another."""

    TABLE: ClassVar[Table] = Table(
        "connection", "connections", {"by_start": "(from_project_id)", "by_end": "(to_project_id)"}
    )
    from_project_id: int
    to_project_id: int
    description: str = ""


def read_connection(_reader: SeedReader, part: dict[str, object], path: str) -> Connection:
    """Read one connection out of a seed; its keys are those that the API takes."""
    connection = Connection(
        id=take_row_id(part, path),
        from_project_id=READER.take_id(part.pop("FromProjectId", None), f"{path}.FromProjectId"),
        to_project_id=READER.take_id(part.pop("ToProjectId", None), f"{path}.ToProjectId"),
        description=READER.take_text(part.pop("Description", ""), f"{path}.Description"),
    )
    READER.take_object(part, path, ())
    return connection
