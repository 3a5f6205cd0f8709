"""Records of a module as targets of safe writes: refreshed before, written in batches, found after a lost response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crm_mcp.errors import BadRequestError, CrmError, RefusedError
from crm_mcp.ivinex.account.naming import name_of
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import PAGE_LIMIT, Record, RecordFilter
from crm_mcp.ivinex.search.duplicates import ContactLookup, Matches
from crm_mcp.ivinex.search.links import ShownValues
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.consent.words import QuestionWords
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.on_existing import REFUSE, UPDATE, Existing, apply_on_existing
from crm_mcp.safe_writes.taking_back import put_back

BATCH_SIZE = 25
"""Records of one request: few enough that one lost response leaves little unknown."""
CANNOT_DELETE = "Ivinex's API deletes no record: delete it in Ivinex, or change it with update_records."
_MOST_FILTERS = 3
_MOST_CHARACTERS = 100


@dataclass
class RecordChanges(Target):
    """Changes of existing records; `shown` knows how values are shown."""

    client: IvinexClient
    module_id: str
    noun: str
    shown: ShownValues
    batch_size: int = BATCH_SIZE

    def saved(self) -> Mapping[str, object]:
        """Return the module, and how values are shown."""
        return _saved(self)

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read the records."""
        records = await self._read([change.record_id for change in changes])
        return [self._refreshed(change, records.get(change.record_id)) for change in changes]

    def _refreshed(self, change: Change, record: Record | None) -> Change:
        if record is None:
            return replace(change, problem=f"Ivinex has no record {change.record_id} in this module.")
        present = {name: record["fields"].get(name) for name in change.sent}
        return replace(change, name=name_of(record["fields"]), before=self.shown.of(present), held=present)

    def counted(self, count: int, words: QuestionWords) -> str:
        """Return how a question names so many records of the module."""
        return _counted(self.noun, count, words)

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Put back what the records held."""
        return Draft(self, [put_back(change) for change in changes], is_batch=True, is_mixed=True)

    async def _read(self, ids: Sequence[str]) -> dict[str, Record]:
        """Return records by id: in one request where the CRM takes `In` as it is meant, the others one by one."""
        try:
            found = await self._search("In", list(ids), PAGE_LIMIT)
        except RefusedError:
            found = {}
        records = {record_id: record for record_id, record in found.items() if record_id in ids}
        for record_id in ids:
            if record_id not in records:
                found = await self._search("Equal", record_id)
                records |= {record_id: found[record_id]} if record_id in found else {}
        return records

    async def _search(self, operand: str, value: object, limit: int | None = None) -> dict[str, Record]:
        by_id: RecordFilter = {"field": "collection_id", "operand": operand, "value": value}
        rows = await self.client.search_records(self.module_id, filters=[by_id], limit=limit)
        return {record["id"]: record for record in rows}

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Update all in one POST."""
        updates = [{"record_id": change.record_id, "fields": change.sent} for change in changes]
        return [*await self.client.update_records(self.module_id, updates)]


@dataclass
class RecordCreations(Target):
    """New records; with a `lookup` none is made whose email or phone is there already, see `on_existing`."""

    client: IvinexClient
    module_id: str
    noun: str
    shown: ShownValues
    lookup: ContactLookup | None = None
    on_existing: str = REFUSE
    batch_size: int = BATCH_SIZE
    _last_index: int = -1

    def __post_init__(self) -> None:
        self.one_at_a_time = "contacts" if self.lookup is not None else ""

    def saved(self) -> Mapping[str, object]:
        """Return the module, how values are shown, and what is done about those that are there already."""
        compares = self.lookup is not None
        return {**_saved(self), "on_existing": self.on_existing, "compares": compares}

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Look for the contacts that are there already."""
        if self.lookup is None or not changes:
            return list(changes)
        if changes[0].index <= self._last_index:  # the plan is being written now
            self.lookup.forget()
        self._last_index = changes[-1].index
        matches = await self.lookup.find([change.sent for change in changes])
        return [self._compared(change, found) for change, found in zip(changes, matches, strict=True)]

    def _compared(self, change: Change, matches: Matches) -> Change:
        shown = self.shown.of(change.sent)
        new = replace(change, shown=shown, record_id="", name="", before=None, is_existing=False)
        existing = [Existing(name_of(record["fields"]), record["id"]) for record in matches.records]
        compared = apply_on_existing(new, existing, self.on_existing, update_tool="update_records")
        if not compared.is_existing:
            notes = (matches.not_compared,) if matches.not_compared else ()
            return replace(compared, notes=notes)
        if self.on_existing == UPDATE:
            present = {name: matches.records[0]["fields"].get(name) for name in change.sent}
            return replace(compared, shown=shown, before=self.shown.of(present), held=present)
        return compared

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Create all in one POST; those that are there already are updated in another, before."""
        outcomes = {change.index: outcome for change, outcome in await self._update_existing(changes)}
        new = [change for change in changes if not change.is_existing]
        results = await self.client.create_records(self.module_id, [change.sent for change in new]) if new else []
        outcomes |= {change.index: outcome for change, outcome in zip(new, results, strict=True)}
        return [outcomes[change.index] for change in changes]

    async def _update_existing(self, changes: Sequence[Change]) -> list[tuple[Change, Outcome]]:
        existing = [change for change in changes if change.is_existing]
        if not existing:
            return []
        updates = [{"record_id": change.record_id, "fields": change.sent} for change in existing]
        try:
            results = await self.client.update_records(self.module_id, updates)
        except CrmError as error:
            if len(existing) == len(changes):
                raise
            return [(change, {"ok": False, "message": str(error)}) for change in existing]
        return list(zip(existing, results, strict=True))

    def counted(self, count: int, words: QuestionWords) -> str:
        """Return how a question names so many records of the module."""
        return _counted(self.noun, count, words)

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Put back what contacts held that were there already; Ivinex's API deletes no record."""
        updates = RecordChanges(self.client, self.module_id, self.noun, self.shown)
        undone = [
            put_back(change) if change.is_existing else replace(change, problem=CANNOT_DELETE) for change in changes
        ]
        return Draft(updates, undone, is_batch=True, is_mixed=True)

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Search by the texts that were sent, which come back as they went; numbers and options may not."""
        texts = {name: value for name, value in change.sent.items() if _is_distinctive(value)}
        if not texts:
            return None
        filters = [RecordFilter(field=name, operand="Equal", value=value) for name, value in texts.items()]
        try:
            rows = await self.client.search_records(self.module_id, filters=filters[:_MOST_FILTERS], limit=PAGE_LIMIT)
        except BadRequestError:  # one of the names is no field, for which the creation itself is going to be refused
            return None
        if len(rows) >= PAGE_LIMIT:
            return None
        return {
            record["id"]: all(record["fields"].get(name) == value for name, value in texts.items()) for record in rows
        }


def _saved(target: RecordChanges | RecordCreations) -> Mapping[str, object]:
    return {"module_id": target.module_id, "shown": target.shown.saved()}


def _is_distinctive(value: object) -> bool:
    return isinstance(value, str) and any(char.isalpha() for char in value) and len(value) <= _MOST_CHARACTERS


def _counted(noun: str, count: int, words: QuestionWords) -> str:
    return words.own_texts.ntext(
        "{number} Ivinex {module} record",
        "{number} Ivinex {module} records",
        count,
        number=words.number(count),
        module=noun.removeprefix("Ivinex ").removesuffix(" record"),
    )
