"""The values that an object holds, as a write takes them, so that they can be put back: choices by their ids.

A detail has the labels of choices, and two choices may have one label. Then searches tell which of them it is; a value
that stays unknown is left out. Choices of a multiple choice are the bits of one number.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from crm_mcp.crm.paging import Page
from crm_mcp.errors import RefusedError
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import Entity
from crm_mcp.minicrm.models import PAGE_RULES, SchemaField
from crm_mcp.minicrm.wire.bodies import read_date, read_flag, read_id, read_text

Record = Mapping[str, object]
Values = Mapping[str, object]
FindChoices = Callable[[Record, str, Sequence[str]], Awaitable[Sequence[str]]]
"""Returns the ids that an object has in a field; those given have the label that it shows."""

_SELDOM_SHOWN = frozenset({"ReferenceId", "EmailType", "PhoneType"})
"""Fields that are written and that details may leave out although they hold something (observed)."""


async def no_choices(record: Record, name: str, ids: Sequence[str]) -> Sequence[str]:
    """Return none: what has no choices is not searched."""
    del record, name, ids
    return []


@dataclass(frozen=True, slots=True)
class HeldValues:
    """Reads the values of one kind of object; `find` is asked where a label does not tell the id."""

    entity: Entity
    find: FindChoices = no_choices

    async def read(self, record: Record, names: Sequence[str], fields: Sequence[SchemaField]) -> Values:
        """Return the values of these fields, given those of the schema that have choices or types."""
        by_name = {field["name"]: field for field in fields}
        held = {name: await self._read(record, name, by_name.get(name)) for name in names}
        return {name: value for name, value in held.items() if value is not None}

    async def _read(self, record: Record, name: str, field: SchemaField | None) -> object:
        known = self.entity.by_name.get(name)
        if known is not None and known.kind == "choice":
            return await self._read_keyed_choice(record, name, field)
        value = self._plain(record, name)
        if known is not None and known.kind == "flag":
            return int(bool(read_flag(value)))
        if value is None and name in _SELDOM_SHOWN:
            return None
        kind = "" if field is None else field["type"]
        if value is None or value == "":
            return ""
        if field is not None and "choices" in field and not (known is not None and known.kind == "id"):
            return await self._read_choice(record, field, read_text(value) or "")
        if kind == "DateTime" or name in self.entity.dates:
            return read_date(value) or ""
        return None if kind.startswith("File") else value

    def _plain(self, record: Record, name: str) -> object:
        key = self.entity.keys_of(name)[0]
        fields = cast("Values", record.get("fields") or {})
        return record[key] if key in record else fields.get(name)

    async def _read_keyed_choice(self, record: Record, name: str, field: SchemaField | None) -> object:
        key, label_key = self.entity.keys_of(name)
        if key in record:
            return record[key]
        label = record.get(label_key)
        if not label:
            return ""
        choices = {} if field is None else field.get("choices", {})
        ids: Sequence[str] = [one for one, text in choices.items() if text == label]
        if len(ids) != 1:
            ids = await self.find(record, name, ids)
        return ids[0] if len(ids) == 1 else None

    async def _read_choice(self, record: Record, field: SchemaField, text: str) -> object:
        choices = field.get("choices", {})
        labels = [text] if field["type"] == "Enum" else split_labels(text, choices)
        chosen: list[str] = []
        for label in dict.fromkeys(labels):
            ids = [one for one, known in choices.items() if known.strip() == label.strip()]
            if not ids and label in choices:
                ids = [label]
            if len(ids) > labels.count(label):
                ids = list(await self.find(record, field["name"], ids))
            chosen += ids
        if field["type"] == "Enum":
            return chosen[0] if len(chosen) == 1 else None
        is_whole = len(chosen) == len(labels) and all(map(read_id, chosen))
        return sum(map(int, chosen)) if is_whole else None


def split_labels(text: str, choices: Mapping[str, str]) -> list[str]:
    """Return the labels that commas join; a label may hold commas itself, and the longest one is meant."""
    known = {label.strip() for label in choices.values()}
    parts, labels = text.split(","), list[str]()
    while parts:
        ends = (end for end in range(len(parts), 0, -1) if ",".join(parts[:end]).strip() in known)
        end = next(ends, 1)
        labels.append(",".join(parts[:end]).strip())
        parts = parts[end:]
    return labels


def find_by_search(
    search: Callable[[Mapping[str, object]], Awaitable[Page[Any]]], narrow: Callable[[Record], dict[str, object]]
) -> FindChoices:
    """Return what searches once for each choice, among the few objects that `narrow` names criteria of."""

    async def find(record: Record, name: str, ids: Sequence[str]) -> Sequence[str]:
        found: list[str] = []
        for one in ids:
            try:
                page = await search({**narrow(record), name: one})
            except RefusedError:
                return []
            if any(row["id"] == record["id"] for row in page.items):
                found.append(one)
            elif PAGE_RULES.is_full(page):
                return []
        return found

    return find


def find_in_project(client: MinicrmClient) -> FindChoices:
    """Return what reads the ids of a task in the list of its project, which has ids where a detail has labels."""

    async def find(record: Record, name: str, ids: Sequence[str]) -> Sequence[str]:
        del ids
        key = {"UserId": "user_id", "Type": "type_id"}.get(name, "")
        project_id = str(record.get("project_id") or "")
        rows = cast("Sequence[Record]", (await client.list_tasks(project_id, "All")).items if project_id else [])
        return [str(row[key]) for row in rows if row["id"] == record["id"] and key in row]

    return find
