"""Creates and updates of MiniCRM objects as `safe_writes` carries them out: one object a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import cast

from crm_mcp.minicrm.account.field_values import Resolved, check_flag
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import Entity
from crm_mcp.minicrm.models import Written
from crm_mcp.safe_writes.draft import Change, Draft, Outcome, Target

Record = Mapping[str, object]
"""A project, contact, task or address as the client gives it."""


@dataclass
class Updates(Target):
    """Changes of existing objects, read by `get` and written by `put`.

    `check` resolves and checks the fields of the call by what the object is, such as its module.
    """

    noun: str
    entity: Entity
    get: Callable[[str], Awaitable[Record]]
    put: Callable[[str, Mapping[str, object]], Awaitable[Written]]
    check: Callable[[Record], Awaitable[Resolved]]

    def draft(
        self,
        ids: Sequence[str],
        fields: Mapping[str, object],
        *,
        is_batch: bool = False,
        needs_refresh: bool = False,
    ) -> Draft:
        """Return the draft of the same changes of each of these objects; see `Draft` for the rest."""
        sent = {name: check_flag(name, value) if name == "Deleted" else value for name, value in fields.items()}
        changes = [Change(sent, sent, record_id=one) for one in ids]
        trashes = sent.get("Deleted") == 1
        return Draft(self, changes, is_batch=is_batch, needs_refresh=needs_refresh, trashes=trashes)

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read the object, and resolve and check the fields by it."""
        (change,) = changes
        record = await self.get(change.record_id)
        resolved = await self.check(record)
        before = resolved.show({name: _value_in(record, name, self.entity) for name in change.sent})
        name = str(record.get("name") or record.get("comment") or "")
        return [replace(change, name=name, before=before, sent=resolved.sent, shown=resolved.shown)]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Update one object."""
        (change,) = changes
        return [{"ok": True, "id": (await self.put(change.record_id, change.sent))["id"]}]


@dataclass
class Creation(Target):
    """A new object.

    `look` adds the name of its owner, or the problem that it is a duplicate; None adds nothing. `find` returns the ids
    of all objects that could be this one, each with whether it is the same. `lock` is held from refresh to create.
    """

    noun: str
    client: MinicrmClient
    put: Callable[[Mapping[str, object]], Awaitable[Written]]
    look: Callable[[MinicrmClient, Change], Awaitable[Change]] | None
    find: Callable[[MinicrmClient, Mapping[str, object]], Awaitable[Mapping[str, bool] | None]]
    lock: AbstractAsyncContextManager[object] = field(default_factory=nullcontext[None])

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read what the new object refers to or duplicates."""
        return [await self.look(self.client, change) if self.look else change for change in changes]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Create one object."""
        (change,) = changes
        return [{"ok": True, "id": (await self.put(change.sent))["id"]}]

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Search by what distinguishes the new object."""
        return await self.find(self.client, change.sent)


async def with_contact_name(client: MinicrmClient, change: Change) -> Change:
    """Return a change that shows its contact by name."""
    contact = await client.get_contact(str(change.sent["ContactId"]))
    return replace(change, shown={**change.shown, "ContactId": contact["name"]})


def _value_in(record: Record, name: str, entity: Entity) -> object:
    """Return a record's value of an API field: a choice as its label where that is known, a flag as 1 or 0."""
    fields = cast("Mapping[str, object]", record.get("fields") or {})
    keys = [key for key in reversed(entity.keys_of(name)) if key in record]
    value = record[keys[0]] if keys else fields.get(name)
    return int(value) if isinstance(value, bool) else value
