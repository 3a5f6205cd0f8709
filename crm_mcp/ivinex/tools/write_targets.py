"""What Ivinex's records are to a `SafeWriter`: read before, written many in one request, found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace

from crm_mcp.errors import BadRequestError, RefusedError, UnexpectedAnswerError
from crm_mcp.ivinex.account.inferred_schema import InferredSchema
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import PAGE_LIMIT, Record, RecordFilter, WriteResult
from crm_mcp.ivinex.tools.duplicates import describe_doubles, name_of
from crm_mcp.safe_writes.draft import Change, Outcome, Target

BATCH_SIZE = 25
"""Records of one request: few enough that one lost answer leaves little unknown."""
_MOST_CRITERIA = 3
_MOST_CHARACTERS = 100


@dataclass
class RecordUpdates(Target):
    """Changes of existing records of one module.

    Attributes:
        client: Where they are.
        module_id: The module.
        noun: What one is called.
        schema: What is known of the module's options.
        batch_size: See `Target`.
    """

    client: IvinexClient
    module_id: str
    noun: str
    schema: InferredSchema
    batch_size: int = BATCH_SIZE

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read the records."""
        records = await self._read([change.record_id for change in changes])
        return [self._refreshed(change, records.get(change.record_id)) for change in changes]

    def _refreshed(self, change: Change, record: Record | None) -> Change:
        if record is None:
            return replace(change, problem=f"Ivinex has no record {change.record_id} in this module.")
        present = {name: record["fields"].get(name) for name in change.sent}
        return replace(change, name=name_of(record["fields"]), before=self.schema.with_labels(present))

    async def _read(self, ids: Sequence[str]) -> dict[str, Record]:
        """Return records by id: in one request where the CRM takes `In` as it is meant, the others one by one."""
        asked: RecordFilter = {"field": "collection_id", "operand": "In", "value": list(ids)}
        try:
            found = await self.client.search_records(self.module_id, filters=[asked], limit=PAGE_LIMIT)
        except RefusedError:
            found = []
        records = {record["id"]: record for record in found if record["id"] in ids}
        for one in ids:
            if one not in records:
                equal: RecordFilter = {"field": "collection_id", "operand": "Equal", "value": one}
                rows = await self.client.search_records(self.module_id, filters=[equal])
                records |= {record["id"]: record for record in rows if record["id"] == one}
        return records

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Write all in one POST."""
        updates = [{"record_id": change.record_id, "fields": change.sent} for change in changes]
        return [_outcome(result) for result in await self.client.update_records(self.module_id, updates)]


@dataclass
class RecordCreations(Target):
    """New records of one module.

    Attributes:
        client: Where they go.
        module_id: The module.
        noun: What one is called.
        doubles_matter: Whether one whose email or phone is there already must not be made.
        lock: Held from the look for doubles to the writing.
        batch_size: See `Target`.
    """

    client: IvinexClient
    module_id: str
    noun: str
    doubles_matter: bool = False
    lock: AbstractAsyncContextManager[object] = field(default_factory=nullcontext[None])
    batch_size: int = BATCH_SIZE

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Look for doubles where they matter."""
        if not self.doubles_matter:
            return list(changes)
        return [
            change
            if change.problem
            else replace(change, problem=await describe_doubles(self.client, self.module_id, change.sent))
            for change in changes
        ]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Create all in one POST."""
        results = await self.client.create_records(self.module_id, [change.sent for change in changes])
        return [_outcome(result) for result in results]

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Search by the texts that were sent, which come back as they went; numbers and options may not."""
        texts = {name: value for name, value in change.sent.items() if _is_telling(value)}
        if not texts:
            return None
        filters = [RecordFilter(field=name, operand="Equal", value=value) for name, value in texts.items()]
        try:
            rows = await self.client.search_records(self.module_id, filters=filters[:_MOST_CRITERIA], limit=PAGE_LIMIT)
        except BadRequestError:  # a name that is no field, for which the writing itself will be refused
            return None
        if len(rows) >= PAGE_LIMIT:
            return None
        return {
            record["id"]: all(record["fields"].get(name) == value for name, value in texts.items()) for record in rows
        }


@dataclass
class NoteCreation(Target):
    """A new note of a contact.

    Attributes:
        client: Where it goes.
        module_id: The module of notes.
        contact_module_id: The module of contacts; empty where it is not configured.
        noun: What one is called.
    """

    client: IvinexClient
    module_id: str
    contact_module_id: str
    noun: str = "Ivinex note"

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Write the note.

        Raises:
            BadRequestError: Ivinex did not create it.
            UnexpectedAnswerError: It did, but its id is not told.
        """
        (change,) = changes
        (result,) = await self.client.create_records(self.module_id, [change.sent])
        if not result["ok"]:
            raise BadRequestError(
                f'Ivinex did not create the note. It said: "{result.get("message", "")}".',
                status=200,
                hint="Check the contact's id with search_records.",
            )
        if "id" not in result:
            raise UnexpectedAnswerError(
                "Ivinex made the note but did not tell its id.",
                hint="Do not write it again; get_linked_records lists the contact's notes.",
            )
        return [_outcome(result)]

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Return the newest notes of the contact."""
        if not self.contact_module_id:
            return None
        linked = f"{self.contact_module_id}:{change.sent['contact']}"
        rows = await self.client.search_records(
            self.module_id,
            filters=[{"field": "collection_id", "operand": "LinkedTo", "value": linked}],
            order_by="created_date",
            descending=True,
            limit=PAGE_LIMIT,
        )
        return {record["id"]: record["fields"].get("description") == change.sent["description"] for record in rows}


def _outcome(result: WriteResult) -> Outcome:
    outcome: Outcome = {"ok": result["ok"]}
    if "id" in result:
        outcome["id"] = result["id"]
    if "message" in result:
        outcome["message"] = result["message"]
    return outcome


def _is_telling(value: object) -> bool:
    return isinstance(value, str) and any(char.isalpha() for char in value) and len(value) <= _MOST_CHARACTERS
