"""What MiniCRM's projects, contacts, tasks and addresses are to a `SafeWriter`: read before, written, found again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace

from crm_mcp.minicrm.account.written_fields import Resolved
from crm_mcp.minicrm.models import Written
from crm_mcp.safe_writes.draft import Change, Outcome, Target

Record = Mapping[str, object]
"""A project, contact, task or address as the client gives it."""

API_NAMES: Mapping[str, str] = {
    "name": "Name",
    "module_id": "CategoryId",
    "contact_id": "ContactId",
    "business_id": "BusinessId",
    "project_id": "ProjectId",
    "status_id": "StatusId",
    "status": "StatusId",
    "user_id": "UserId",
    "user": "UserId",
    "deleted": "Deleted",
    "email": "Email",
    "phone": "Phone",
    "comment": "Comment",
    "deadline": "Deadline",
    "type_id": "Type",
    "type": "Type",
}
"""Keys of a record to the fields that a write takes; a label comes after its id and wins."""


def api_fields(record: Record, api_names: Mapping[str, str] = API_NAMES) -> dict[str, object]:
    """Return what a record holds by the API's field names, flags as 1 and 0."""
    own = record.get("fields")
    fields: dict[str, object] = dict(own) if isinstance(own, dict) else {}  # pyright: ignore[reportUnknownArgumentType]  # its keys are text
    fields |= {api_name: record[key] for key, api_name in api_names.items() if key in record}
    return {name: int(value) if isinstance(value, bool) else value for name, value in fields.items()}


@dataclass
class Updates(Target):
    """Changes of existing records, one request each.

    Attributes:
        noun: What one is called.
        get: Reads one by its id.
        put: Writes fields of one.
        resolve: Makes of a record and the fields asked for what is written.
        api_names: Keys of such a record to fields.
    """

    noun: str
    get: Callable[[str], Awaitable[Record]]
    put: Callable[[str, Mapping[str, object]], Awaitable[Written]]
    resolve: Callable[[Record, Mapping[str, object]], Awaitable[Resolved]]
    api_names: Mapping[str, str] = field(default_factory=lambda: API_NAMES)

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read the record; resolve and check the fields by what it is."""
        (change,) = changes
        record = await self.get(change.record_id)
        resolved = await self.resolve(record, change.sent)
        present = api_fields(record, self.api_names)
        before = resolved.show({name: present.get(name) for name in change.sent})
        name = str(record.get("name") or record.get("comment") or "")
        return [replace(change, name=name, before=before, sent=resolved.sent, shown=resolved.shown)]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Write one record."""
        (change,) = changes
        return [{"ok": True, "id": (await self.put(change.record_id, change.sent))["id"]}]


@dataclass
class Creation(Target):
    """Making of new records, one request each.

    Attributes:
        noun: What one is called.
        put: Creates one of fields.
        look: Says what is to be known before one is made: whom it belongs to, or what speaks against it.
        find: Returns the ids of all records that could be this one, each with whether it is the same.
        lock: Held from the look to the writing.
    """

    noun: str
    put: Callable[[Mapping[str, object]], Awaitable[Written]]
    look: Callable[[Change], Awaitable[Change]]
    find: Callable[[Mapping[str, object]], Awaitable[Mapping[str, bool] | None]]
    lock: AbstractAsyncContextManager[object] = field(default_factory=nullcontext[None])

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Look at what the new record refers to."""
        (change,) = changes
        return [await self.look(change)]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Create one record."""
        (change,) = changes
        return [{"ok": True, "id": (await self.put(change.sent))["id"]}]

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Search by what distinguishes the new record."""
        return await self.find(change.sent)
