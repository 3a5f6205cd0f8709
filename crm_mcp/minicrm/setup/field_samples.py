"""The fields of an account whose API names say nothing, such as `Int1201`, with examples of what they hold.

MiniCRM tells nobody what people call such a field: its choices and a few of its values must do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from crm_mcp.asking.field_naming import SampledField, sample
from crm_mcp.errors import RateLimitedError, RefusedError
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import CONTACT_TYPES
from crm_mcp.minicrm.models import SchemaField

MOST_MODULES = 3
"""Modules of which cards are read for examples, by three requests each: after some twenty, requests are spaced out."""
_CARDS = 2
_NAMELESS = re.compile(r"[A-Za-z]+[0-9]{3,}", re.ASCII)


async def sample_fields(client: MinicrmClient, directory: Directory) -> list[SampledField]:
    """Return the nameless fields of all modules and of contacts, each once, in the order of the schemas."""
    modules = await directory.modules()
    fields: dict[str, SampledField] = {}
    to_read = MOST_MODULES
    for module_id, name in modules.items():
        schema = await directory.readable_schema(module_id)
        nameless = _nameless(schema["fields"] if schema else ())
        cards: list[Mapping[str, object]] = []
        if to_read and not all(field.get("choices") for field in nameless):
            to_read -= 1
            cards = await _read_cards(client, module_id)
        for field in nameless:
            fields.setdefault(field["name"], _sample(field, name, cards))
    for contact_type in CONTACT_TYPES:
        for field in _nameless((await directory.contact_schema(contact_type))["fields"]):
            fields.setdefault(field["name"], _sample(field, contact_type, ()))
    return list(fields.values())


def _nameless(fields: Sequence[SchemaField]) -> list[SchemaField]:
    return [field for field in fields if _NAMELESS.fullmatch(field["name"])]


def _sample(field: SchemaField, where: str, cards: Sequence[Mapping[str, object]]) -> SampledField:
    values = [*field.get("choices", {}).values()] or [card.get(field["name"]) for card in cards]
    return sample(field["name"], where, values) if values else SampledField(field["name"], where)


async def _read_cards(client: MinicrmClient, module_id: str) -> list[Mapping[str, object]]:
    """Return the fields of the last cards of a module's first page, which rows of the search lack."""
    try:
        page = await client.search_projects({"CategoryId": module_id})
        return [(await client.get_project(card["id"]))["fields"] for card in page.items[-_CARDS:]]
    except RateLimitedError:
        raise
    except RefusedError:
        return []
