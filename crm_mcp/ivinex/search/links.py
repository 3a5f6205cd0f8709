"""Links to other records in records to be written: each linked record is read first, and a name becomes its id.

Which fields are links is told by `link_fields`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.name_matching import folded
from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.crm.wording import listing, quoted
from crm_mcp.errors import RefusedError, UnexpectedAnswerError
from crm_mcp.ivinex.account.field_kinds import DOCUMENTED_KINDS, UNKNOWN, UNSET
from crm_mcp.ivinex.account.inferred_schema import InferredSchema
from crm_mcp.ivinex.account.link_fields import link_fields
from crm_mcp.ivinex.account.naming import name_of
from crm_mcp.ivinex.account.portal import Portal
from crm_mcp.ivinex.models import PAGE_LIMIT, Record, RecordFilter
from crm_mcp.ivinex.search.criteria import RecordSearch
from crm_mcp.ivinex.search.respelling import respell

_NAME_FIELDS = ("full_name", "name", "title", "subject")
_MOST_NAMED = 5
_NO_LINK = frozenset({"", UNSET})

Fields = Mapping[str, object]


class Linked(NamedTuple):
    """A record with its links read: its fields, links as ids, and why it must not be written, empty where it may."""

    fields: dict[str, object]
    problem: str


@dataclass(frozen=True, slots=True)
class ShownValues:
    """Values as people read them: labels of options, and names of linked records by field and id."""

    schema: InferredSchema
    names: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    links: Collection[str] = ()

    def of(self, fields: Fields) -> dict[str, object]:
        """Return fields with labels and names in place of ids, as far as they are known; of a link to nothing none."""
        labelled = self.schema.with_labels(fields)
        return {
            name: None if name in self.links and str(value) == UNSET else self.names.get((name, str(value)), value)
            for name, value in labelled.items()
        }

    def saved(self) -> Mapping[str, object]:
        """Return what it can be made again from beside the schema, as JSON; see `restore_shown`."""
        return {"names": [[*key, name] for key, name in self.names.items()], "links": sorted(self.links)}


async def restore_shown(portal: Portal, module_id: str, saved: Mapping[str, Any]) -> ShownValues:
    """Make shown values again from what `ShownValues.saved` returned."""
    names = {(name, record_id): called for name, record_id, called in saved["names"]}
    return ShownValues(await portal.schemas.read(module_id), names, saved["links"])


@dataclass
class Target:
    """What is linked to in one module: names of records by id, and the ids of each name that was given."""

    names: dict[str, str] = field(default_factory=dict[str, str])
    ids: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    is_unreadable: bool = False


async def read_links(portal: Portal, module_id: str, records: Sequence[Fields]) -> tuple[list[Linked], ShownValues]:
    """Return records with their links read, many in a request, and how their values are shown."""
    schema = portal.schemas.peek(module_id)
    fields = link_fields(portal.settings, schema, list(dict.fromkeys(name for one in records for name in one)))
    targets: dict[str, Target] = {}
    for linked in dict.fromkeys(fields.values()):
        own = [name for name, one in fields.items() if one == linked]
        texts = dict.fromkeys(_text(record.get(name)) for record in records for name in own)
        targets[linked] = await read_target(portal, linked, [text for text in texts if text not in _NO_LINK])
    found = [await _link(portal, schema, record, fields, targets) for record in records]
    names = {
        (name, record_id): called
        for name, linked in fields.items()
        for known in (targets[linked].names, *targets[linked].ids.values())
        for record_id, called in known.items()
        if called
    }
    return found, ShownValues(schema, names, fields.keys())


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = mend_text(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return re.sub(r"^(\d+)\.0+$", r"\1", text)


async def read_target(portal: Portal, module_id: str, texts: Sequence[str]) -> Target:
    """Read the records of a module that ids and names stand for."""
    target = Target()
    ids = [text for text in texts if text.isdecimal()]
    words = [text for text in texts if not text.isdecimal()]
    try:
        for start in range(0, len(ids), PAGE_LIMIT):
            chunk = ids[start : start + PAGE_LIMIT]
            by_id: RecordFilter = {"field": "collection_id", "operand": "In", "value": chunk}
            rows = await portal.client.search_records(module_id, filters=[by_id], limit=PAGE_LIMIT)
            target.names |= {row["id"]: name_of(row["fields"]) for row in rows}
        found = await map_bounded(words, lambda text: _find(portal, module_id, text))
    except (RefusedError, UnexpectedAnswerError):  # its login may not read that module: the CRM is left to judge
        target.is_unreadable = True
        return target
    for text, rows in zip(words, found, strict=True):
        target.ids[text] = {row["id"]: name_of(row["fields"]) for row in rows}
    return target


async def _find(portal: Portal, module_id: str, text: str) -> list[Record]:
    """Return the records called so, else those that contain it in their names."""
    schema = await portal.schemas.read(module_id)
    name = next((one for one in _NAME_FIELDS if one in schema.names), "full_name")
    for operand in ("Equal", "Contains"):
        condition: RecordFilter = {"field": name, "operand": operand, "value": text}
        search = RecordSearch(portal.client, module_id, [condition])
        if found := await search.read(PAGE_LIMIT, 0):
            return found
        search = await respell(portal, search)
        if search.is_respelled:
            return await search.read(PAGE_LIMIT, 0)
    return []


async def _link(
    portal: Portal, schema: InferredSchema, record: Fields, fields: Mapping[str, str], targets: Mapping[str, Target]
) -> Linked:
    linked, problems = dict(record), _texts_among_numbers(schema, record, fields)
    for name, module_id in fields.items():
        text, target = _text(record.get(name)), targets[module_id]
        if text in _NO_LINK or target.is_unreadable:
            continue
        alike = target.ids.get(text, {})
        called_so = {one: known for one, known in alike.items() if folded(known) == folded(text)} or alike
        if text in target.names:
            linked[name] = text
        elif len(called_so) == 1:
            linked[name] = next(iter(called_so))
        elif called_so or text.isdecimal() or name in DOCUMENTED_KINDS or schema.sampled_kind_of(name) != UNKNOWN:
            problems.append(await describe_missing(portal, name, module_id, text, called_so))
    return Linked(linked, " ".join(problems))


def _texts_among_numbers(schema: InferredSchema, record: Fields, links: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: every value seen is a number, perhaps the id of a record of another module, and {quoted(value)} is "
        "not a number. Give the number."
        for name, value in record.items()
        if name not in links and schema.sampled_kind_of(name) == "integer" and isinstance(value, str)
        if value.strip() and not any(char.isdigit() for char in value)
    ]


async def describe_missing(portal: Portal, name: str, module_id: str, text: str, candidates: Mapping[str, str]) -> str:
    """Say that a field names no record of a module by its id or name, or several, which `candidates` names by id."""
    module = portal.settings.module_name(module_id)
    if candidates:
        named = listing([f"{quoted(known)} ({one})" for one, known in candidates.items()], _MOST_NAMED)
        return f"{name}: several records of {module} match {quoted(text)}: {named}. Give the id."
    if not text.isdecimal():
        return f"{name}: no record of {module} is called {quoted(text)}. Find its id with search_records."
    elsewhere = await portal.find_elsewhere(text, module_id)
    return f"{name}: there is no {module} {text}{elsewhere}. Find the id with search_records."


async def read_linked_from(
    portal: Portal, module_id: str, linked_module_id: str, linked_id: str
) -> tuple[list[Record], str]:
    """Return the records of a module that another record links to itself, and what there is to say of them.

    `LinkedTo` finds a link from one side only: a contact's company, but not the other way round.
    """
    module, other = portal.settings.module_name(module_id), portal.settings.module_name(linked_module_id)
    by_id: RecordFilter = {"field": "collection_id", "operand": "Equal", "value": linked_id}
    rows = await portal.client.search_records(linked_module_id, filters=[by_id], limit=1)
    record = next((row for row in rows if row["id"] == linked_id), None)
    if record is None:
        elsewhere = await portal.find_elsewhere(linked_id, linked_module_id)
        return [], f"There is no {other} {linked_id}{elsewhere}. Find the id with search_records."
    name = name_of(record["fields"])
    called = f"{other} {linked_id} ({quoted(name)})" if name else f"{other} {linked_id}"
    schema = await portal.schemas.read(linked_module_id)
    fields = link_fields(portal.settings, schema, list(record["fields"]))
    own = {name: _text(record["fields"].get(name)) for name, target in fields.items() if target == module_id}
    ids = list(dict.fromkeys(text for text in own.values() if text not in _NO_LINK))
    if not ids:
        return [], f"No record of {module} is linked to {called}."
    by_ids: RecordFilter = {"field": "collection_id", "operand": "In", "value": ids}
    found = await portal.client.search_records(module_id, filters=[by_ids], limit=PAGE_LIMIT)
    if not found:
        return [], f"{called} links to {module} {', '.join(ids)}, which does not exist."
    return found, f"{called} links to it in its own {' and '.join(name for name, text in own.items() if text in ids)}."
