"""One task of a project: its row, and the fields that a write takes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from mockserver.documents.strict_json import as_list, as_object
from mockserver.minicrm import rules
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Account, Field
from mockserver.minicrm.store import Table, WrittenRow

COLUMNS = {
    "UserId": "user_id",
    "Type": "type",
    "Status": "status",
    "Deadline": "deadline",
    "Comment": "comment",
    "Duration": "duration",
    "Reminder": "reminder",
    "AddressId": "address_id",
    "ContactId": "contact_id",
}
LIVE_NUMBERS = ("ContactId", "AddressId", "Duration", "Reminder")
"""Written in minutes or by id: observed, grade B."""
_NEXT_URL = re.compile(r",(?=https?://)")
TASK_STATUSES = ("Open", "Closed")


@dataclass(slots=True, kw_only=True)
class Task(WrittenRow):
    """One task of a project; an open one has no `closed_at`."""

    TABLE: ClassVar[Table] = Table("task", "tasks", {"by_project": "(project_id, status)"})
    project_id: int
    user_id: int | None = None
    type: int | None = None
    status: str = "Open"
    deadline: str | None = None
    comment: str | None = None
    duration: int | None = None
    reminder: int | None = None
    address_id: int | None = None
    contact_id: int | None = None
    mode: str = "Task"
    closed_at: str = ""
    closed_by: int | None = None
    attachments: dict[str, object] = field(default_factory=dict[str, object])
    members: list[object] = field(default_factory=list[object])
    notes: list[object] = field(default_factory=list[object])


def build_task_fields(account: Account) -> dict[str, Field]:
    """Return the fields that a task can be given."""
    fields = (
        Field("ProjectId", "Int"),
        Field("UserId", "Enum", choices=account.users),
        Field("Type", "Enum", choices=account.task_types),
        Field("Status", "Text"),
        Field("Deadline", "DateTime"),
        Field("Comment", "Text"),
        *(Field(name, "Int") for name in LIVE_NUMBERS),
    )
    return {each.name: each for each in fields}


def parse_files(value: object) -> dict[str, object]:
    """Return what a detail shows of the files at URLs that commas join: the latest one (observed, grade B).

    Raises:
        RefusalError: It is something else.
    """
    urls = _NEXT_URL.split(value) if isinstance(value, str) else []
    if not urls or not all(url.startswith(("http://", "https://")) for url in urls):
        raise RefusalError(rules.ILLEGAL_VALUE, "Attachments", ["it takes URLs of files, joined by a comma"])
    latest = urls[-1]
    return {"FileName": PurePosixPath(unquote(urlsplit(latest).path)).name or "file", "Url": latest}


def parse_members(value: object) -> list[object]:
    """Return the members of a task: objects of Entity and EntityId, as a detail prints them (assumed for writing).

    Raises:
        RefusalError: It is something else.
    """
    items = as_list(value)
    members = [as_object(item) or {} for item in items or []]
    if items is None or not all(map(_is_member, members)):
        raise RefusalError(rules.ILLEGAL_VALUE, "Members", ["it takes a list of objects with Entity and EntityId"])
    return [{name: str(value) for name, value in member.items()} for member in members]


def _is_member(member: dict[str, object]) -> bool:
    if member.keys() != {"Entity", "EntityId"} or not isinstance(member["Entity"], str):
        return False
    entity_id = member["EntityId"]
    return isinstance(entity_id, str | int) and not isinstance(entity_id, bool)
