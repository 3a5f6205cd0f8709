"""One Ivinex portal as the tools see it, with the schema inferred of each module.

A module is sampled when a name has to be checked, and its schema is cached for a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from crm_mcp.crm.expiring import RecentReads, TtlCache
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.field_labels import FieldLabels
from crm_mcp.crm.operations import Sender
from crm_mcp.crm.paging import WatchedSender
from crm_mcp.crm.wording import quoted
from crm_mcp.errors import InputError, RefusedError, UnexpectedAnswerError
from crm_mcp.ivinex.account.field_kinds import DOCUMENTED_KINDS, UNSET
from crm_mcp.ivinex.account.filter_values import ResolvedFilter, resolve_filter
from crm_mcp.ivinex.account.inferred_schema import (
    InferredSchema,
    are_documented,
    field_names,
    is_documented,
)
from crm_mcp.ivinex.account.link_fields import link_fields
from crm_mcp.ivinex.account.naming import name_of
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import PAGE_LIMIT, Record, RecordFilter
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.mcp.connector import FieldDescription
from crm_mcp.mcp.neighbours import Neighbours

MAX_AGE_OF_REFUSAL_S = 5.0
"""A name is refused by a schema no older than this only: a field or option may be new."""

_T = TypeVar("_T")


class SchemaCache:
    """The inferred schemas of one account."""

    def __init__(self, client: IvinexClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._schemas = TtlCache(self._sample, clock)

    async def get(self, module_id: str) -> InferredSchema:
        """Return the schema of a module; two requests, which may be refused, where it is not cached."""
        return await self._schemas.get(module_id)

    def peek(self, module_id: str) -> InferredSchema:
        """Return the cached schema of a module, or an empty one."""
        return self._schemas.peek(module_id) or InferredSchema()

    async def read(self, module_id: str) -> InferredSchema:
        """Return the schema of a module, an empty one where it cannot be read."""
        return await self._judge(module_id, lambda schema: schema)

    async def check_names(self, module_id: str, names: Iterable[str], *, strict: bool = False) -> None:
        """Refuse a wrong field name; see `InferredSchema.check_names`."""
        unknown = [name for name in names if name not in DOCUMENTED_KINDS]
        if unknown:
            await self._judge(module_id, lambda schema: schema.check_names(unknown, strict=strict))

    async def check_shown(self, module_id: str, names: Iterable[str], records: Sequence[Record]) -> None:
        """Refuse to show a field that neither these records nor others of the module have."""
        seen = field_names(records)
        await self.check_names(module_id, [name for name in names if name not in seen], strict=True)

    async def resolve_fields(self, module_id: str, fields: Mapping[str, object]) -> dict[str, object]:
        """Return fields as they are written; see `InferredSchema.resolve_fields`."""
        if are_documented(fields):
            return dict(fields)
        return await self._judge(module_id, lambda schema: schema.resolve_fields(fields))

    async def resolve_filters(self, module_id: str, filters: Sequence[RecordFilter]) -> list[ResolvedFilter]:
        """Return filters as they are sent; see `resolve_filter`."""

        def judge(schema: InferredSchema) -> list[ResolvedFilter]:
            return [resolve_filter(schema, one) for one in filters]

        if all(is_documented(one) for one in filters):
            return judge(InferredSchema())
        return await self._judge(module_id, judge)

    async def explain_no_match(self, module_id: str, filters: Sequence[RecordFilter]) -> str:
        """Say why a search may have found nothing; see `InferredSchema.explain_no_match`."""
        if any(one["field"] == "contact" for one in filters):  # documented, so the search itself needed no schema
            return await self._judge(module_id, lambda schema: schema.explain_no_match(filters))
        return self.peek(module_id).explain_no_match(filters)

    async def _judge(self, module_id: str, judge: Callable[[InferredSchema], _T]) -> _T:
        """Judge by a cached schema, but refuse by a fresh one only; where none can be read the CRM is left to judge."""
        try:
            try:
                return judge(await self._schemas.get(module_id))
            except InputError:
                return judge(await self._schemas.get(module_id, max_age_s=MAX_AGE_OF_REFUSAL_S))
        except (RefusedError, UnexpectedAnswerError):
            return judge(InferredSchema())

    async def _sample(self, module_id: str) -> InferredSchema:
        plain, labelled = await asyncio.gather(
            self._client.search_records(module_id, limit=PAGE_LIMIT),
            self._client.search_records(module_id, limit=PAGE_LIMIT, option_labels=True),
        )
        return InferredSchema.infer(plain, labelled)


class Portal:
    """A portal: its settings, which name its modules, its client, and the schemas inferred from its records.

    Attributes:
        recent_client: Answers searches by what was read in the last minute, for questions that are asked again.
    """

    def __init__(self, settings: IvinexSettings, sender: Sender, neighbours: Neighbours) -> None:
        self.settings = settings
        self.labels = FieldLabels(settings.labels)
        self._neighbours = neighbours
        recent = RecentReads(sender)
        self.client = IvinexClient(WatchedSender(sender, recent.clear))
        self.recent_client = IvinexClient(recent)
        self.schemas = SchemaCache(self.client)

    def with_label(self, field: FieldDescription) -> FieldDescription:
        """Return the description of a field with what people call it, where the settings say so."""
        label = self.labels.label_of(field["name"])
        return field if label == field["name"] else {**field, "label": label}

    async def without_unset(self, module_id: str, records: Sequence[Record]) -> list[Record]:
        """Return records in which an option or a link that is not set holds nothing, where Ivinex has 0 (observed)."""
        zeros = {name for record in records for name, value in record["fields"].items() if str(value) == UNSET}
        if not zeros:
            return list(records)
        schema = await self.schemas.read(module_id)
        unset = {name for name in zeros if schema.kind_of(name) == "option"}
        unset |= link_fields(self.settings, schema, list(zeros)).keys()
        return [
            {
                **record,
                "fields": {
                    name: None if name in unset and str(value) == UNSET else value
                    for name, value in record["fields"].items()
                },
            }
            for record in records
        ]

    async def find_elsewhere(self, record_id: str, module_id: str) -> str:
        """Say in which other modules and CRMs there is a record of this id, in brackets; empty where in none."""

        async def look(name: str) -> str:
            by_id: RecordFilter = {"field": "collection_id", "operand": "Equal", "value": record_id}
            try:
                rows = await self.client.search_records(self.settings.modules[name], filters=[by_id], limit=1)
            except (RefusedError, UnexpectedAnswerError):
                return ""
            called = [name_of(row["fields"]) for row in rows if row["id"] == record_id]
            return f"in {name} it is {quoted(called[0])}" if called else ""

        others = [name for name, other in self.settings.modules.items() if other != module_id]
        found = [text for text in await map_bounded(others, look) if text]
        found += await self._neighbours.describe_record(record_id)
        return f" ({', '.join(found)})" if found else ""
