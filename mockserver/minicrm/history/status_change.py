"""One change of status of a card: its row, and how a seed writes it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import ClassVar

from mockserver.minicrm.account import READER
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.seeding.rows import SeedReader, take_moment, take_row_id
from mockserver.minicrm.store import Row, Table, list_rows, read_row, take_next_id

STATUS_HISTORY = "StatusHistory"
_FIRST_UNTOLD = 10**9
"""Above the ids of rows: a first status that no row tells has this and the id of its card."""


@dataclass(slots=True, kw_only=True)
class StatusChange(Row):
    """One change of status; the first one of a card has no `old_id`, and what the API did has no `user_id`."""

    TABLE: ClassVar[Table] = Table("status_change", "status_changes", {"by_project": "(project_id)"})
    project_id: int
    user_id: int | None = None
    closed_at: str = ""
    old_id: int | None = None
    new_id: int | None = None


def list_status_changes(connection: sqlite3.Connection, project: Project) -> list[StatusChange]:
    """Return the history of a card, the newest change first.

    It ends in the card's first status; where nothing tells that, the card had the one that was changed first, or that
    it has, from its first day (assumed).
    """
    changes = list_rows(connection, StatusChange, "project_id = ?", (project.id,))
    changes.sort(key=lambda each: (each.closed_at, each.id), reverse=True)
    first_id = changes[-1].old_id if changes else project.status_id
    return changes if first_id is None else [*changes, _begin_history(project, first_id)]


def find_status_change(connection: sqlite3.Connection, row_id: int) -> StatusChange | None:
    """Return one change of a history by its id, also one that no row tells."""
    project = read_row(connection, Project, row_id - _FIRST_UNTOLD) if row_id > _FIRST_UNTOLD else None
    if project is None:
        return read_row(connection, StatusChange, row_id)
    return next((each for each in list_status_changes(connection, project) if each.id == row_id), None)


def _begin_history(project: Project, status_id: int) -> StatusChange:
    return StatusChange(
        id=_FIRST_UNTOLD + project.id,
        project_id=project.id,
        user_id=project.created_by,
        closed_at=project.created_at,
        new_id=status_id,
    )


def read_status_change(reader: SeedReader, part: dict[str, object], path: str) -> StatusChange:
    """Read one change of status out of a seed; its keys are the API's."""
    change = StatusChange(
        id=take_row_id(part, path),
        project_id=READER.take_id(part.pop("ProjectId", None), f"{path}.ProjectId"),
        user_id=reader.take_writer(part, "UserId", path),
        closed_at=take_moment(part.pop("ClosedAt", reader.now), f"{path}.ClosedAt"),
        new_id=READER.take_id(part.pop("Status_New_Id", None), f"{path}.Status_New_Id"),
    )
    if part.get("Status_Old_Id") not in (None, ""):
        change.old_id = READER.take_id(part["Status_Old_Id"], f"{path}.Status_Old_Id")
    READER.take_object(part, path, ("Status_Old_Id",))
    return change


def record_status_changes(context: RequestContext) -> None:
    """Note in the histories each status that a card was given; the user is who changed the card."""
    for change in list(context.changes):
        before, after = change.before, change.after
        if not isinstance(after, Project) or after.status_id is None:
            continue
        old_id = before.status_id if isinstance(before, Project) else None
        if old_id != after.status_id:
            row = StatusChange(
                id=take_next_id(context.connection, StatusChange),
                project_id=after.id,
                user_id=after.updated_by,
                closed_at=context.now,
                old_id=old_id,
                new_id=after.status_id,
            )
            context.save(row)
