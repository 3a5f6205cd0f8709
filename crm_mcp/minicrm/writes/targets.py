"""Creates and updates of MiniCRM objects as `safe_writes` carries them out: one object a request."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from crm_mcp.minicrm.account.field_values import Resolved, check_flag
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import Entity
from crm_mcp.minicrm.models import Written
from crm_mcp.minicrm.writes.held_values import FindChoices, HeldValues, no_choices
from crm_mcp.minicrm.writes.linked_records import Linked, LinkedRecords
from crm_mcp.minicrm.writes.moved_records import MovedLinks, MovedRecords
from crm_mcp.safe_writes.changes import Change, Values
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.taking_back import put_back

Record = Mapping[str, object]
"""A project, contact, task or address as the client gives it."""


@dataclass
class Updates(Target):
    """Changes of existing objects, read by `get` and written by `put`.

    `check` resolves and checks fields by what the object is, such as its module; what it resolved it leaves as it is.
    `find` tells which of several choices with one label an object has, `moved` which objects changed since a time.
    """

    noun: str
    entity: Entity
    client: MinicrmClient
    get: Callable[[str], Awaitable[Record]]
    put: Callable[[str, Values], Awaitable[Written]]
    check: Callable[[Record, Values], Awaitable[Resolved]]
    find: FindChoices = no_choices
    moved: MovedRecords | None = None
    links: LinkedRecords | None = None

    def draft(
        self, ids: Sequence[str], fields: Values, *, is_batch: bool = False, notes: tuple[str, ...] = ()
    ) -> Draft:
        """Return the draft of the same changes of each of these objects; see `Draft` and `Change` for the rest."""
        sent = {name: check_flag(name, value) if name == "Deleted" else value for name, value in fields.items()}
        trashes = sent.get("Deleted") == 1
        changes = [Change(sent, sent, record_id=one, notes=notes, trashes=trashes) for one in ids]
        return Draft(self, changes, is_batch=is_batch, needs_refresh=True)

    def check_batch(self, changes: Sequence[Change]) -> list[Change]:
        """Refuse to change one object twice."""
        first: dict[str, int] = {}
        return [
            replace(change, problem=f"records[{at}] changes {change.record_id} too: put all its changes there.")
            if not change.problem and (at := first.setdefault(change.record_id, change.index)) != change.index
            else change
            for change in changes
        ]

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Put back what the objects held."""
        return Draft(self, [self._put_back(change) for change in changes], is_batch=True, is_mixed=True)

    def _put_back(self, change: Change) -> Change:
        turned = put_back(change)
        return replace(turned, trashes=turned.sent.get("Deleted") == 1)

    def crm_time(self, local_s: float) -> float | None:
        """Return what MiniCRM's clock showed, where it is needed."""
        return None if self.moved is None else self.moved.clock.at(local_s)

    async def find_moved(self, changes: Sequence[Change], since_s: float) -> Collection[int] | None:
        """Search what changed since then, where that takes fewer requests than to read the objects."""
        ids = await self.moved.find(since_s) if self.moved is not None and len(changes) > 1 else None
        return None if ids is None else {change.index for change in changes if change.record_id in ids}

    async def prepared(self, changes: Sequence[Change], within_s: float = math.inf) -> Target:
        """Return the same with room to remember what the objects are linked to."""
        del changes, within_s
        return replace(self, links=LinkedRecords(self.client))

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read the object, and resolve and check the fields by it."""
        (change,) = changes
        return [await self.refreshed(change, await self.get(change.record_id))]

    async def refreshed(self, change: Change, record: Record) -> Change:
        """Return a change with what a record holds that was just read."""
        resolved = await self.check(record, change.sent)
        names = list(change.sent)
        before = resolved.show({name: value_in(record, name, self.entity) for name in names})
        held = await HeldValues(self.entity, self.find).read(record, names, resolved.schema["fields"])
        new_links = {name: value for name, value in resolved.sent.items() if str(before.get(name)) != str(value)}
        linked = await _read_links(self, new_links)
        name = str(record.get("name") or record.get("comment") or "")
        shown = {**resolved.shown, **linked.names}
        notes = tuple(dict.fromkeys((*linked.notes, *change.notes)))
        return replace(change, name=name, before=before, held=held, sent=resolved.sent, shown=shown, notes=notes)

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Update one object."""
        (change,) = changes
        return [{"ok": True, "id": (await self.put(change.record_id, change.sent))["id"]}]


@dataclass
class Creation(Target):
    """New objects, written by `put`.

    `find` returns the ids of all objects that could be a new one, each with whether it is the same. `cannot_undo` says
    why a new one cannot be taken back, and what can be done; `moved` tells what changed of that which it is linked to.
    """

    noun: str
    client: MinicrmClient
    put: Callable[[Values], Awaitable[Written]]
    find: Callable[[MinicrmClient, Values], Awaitable[Mapping[str, bool] | None]]
    cannot_undo: str = ""
    one_at_a_time: str = ""
    moved: MovedLinks | None = None
    links: LinkedRecords | None = None

    def crm_time(self, local_s: float) -> float | None:
        """Return what MiniCRM's clock showed, where it is needed."""
        return None if self.moved is None else self.moved.at(local_s)

    async def find_moved(self, changes: Sequence[Change], since_s: float) -> Collection[int] | None:
        """Search which of the objects that the new ones are linked to changed since then."""
        if self.moved is None or len(changes) < 2:  # one is read as soon as searched
            return None
        return await self.moved.find(changes, since_s)

    async def prepared(self, changes: Sequence[Change], within_s: float = math.inf) -> Target:
        """Return the same with room to remember what the objects are linked to."""
        del changes, within_s
        return replace(self, links=LinkedRecords(self.client))

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read what the new object is linked to."""
        (change,) = changes
        linked = await _read_links(self, change.sent)
        notes = tuple(dict.fromkeys((*linked.notes, *change.notes)))
        return [replace(change, shown={**change.shown, **linked.names}, notes=notes)]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Create one object."""
        (change,) = changes
        return [{"ok": True, "id": (await self.put(change.sent))["id"]}]

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Search by what distinguishes the new object."""
        return await self.find(self.client, change.sent)

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Say what can be done instead: the API takes no new object back but a project."""
        return Draft(self, [replace(change, problem=self.cannot_undo) for change in changes], is_batch=True)


async def _read_links(target: Updates | Creation, sent: Values) -> Linked:
    return await (target.links or LinkedRecords(target.client)).read(sent)


def value_in(record: Record, name: str, entity: Entity) -> object:
    """Return a record's value of an API field: a choice as its label where that is known, a flag as 1 or 0."""
    fields = cast("Mapping[str, object]", record.get("fields") or {})
    keys = [key for key in reversed(entity.keys_of(name)) if key in record]
    value = record[keys[0]] if keys else fields.get(name)
    return int(value) if isinstance(value, bool) else value
