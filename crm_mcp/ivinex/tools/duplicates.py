"""The check of new contacts for duplicates, among the records of the portal and within one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_mcp.crm.duplicates import Identifiers, match_earlier, name_existing
from crm_mcp.errors import BadRequestError
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import PAGE_LIMIT, Record, RecordFilter

_SEARCHED_DIGITS = 4
"""Digits of a phone number that are written together however it is grouped (assumed)."""
_NEXT_STEP = "change that one with update_records, or create another by allow_duplicate: true"

Fields = Mapping[str, object]


async def describe_duplicates(client: IvinexClient, module_id: str, fields: Fields) -> str:
    """Say which records have this email or phone already, and what to do; empty where none has.

    One request for each of the two.
    """
    new = _identifiers(fields)
    candidates: list[Record] = []
    if new.email:
        candidates += await _search(client, module_id, {"field": "email", "operand": "Equal", "value": new.email})
    if new.phone:
        digits = new.phone[-_SEARCHED_DIGITS:]
        candidates += await _search(client, module_id, {"field": "phone", "operand": "Contains", "value": digits})
    found = [
        (name_of(record["fields"]), record["id"]) for record in candidates if new.match(_identifiers(record["fields"]))
    ]
    return f"{name_existing(found)}; {_NEXT_STEP}." if found else ""


def describe_duplicates_within(records: Sequence[Fields]) -> list[str]:
    """Say of each record of a batch which one before it has the same email or phone; empty where none has."""
    return [
        "" if earlier is None else f"It has the same email or phone as records[{earlier}]; {_NEXT_STEP}."
        for earlier in match_earlier(map(_identifiers, records))
    ]


async def _search(client: IvinexClient, module_id: str, one: RecordFilter) -> list[Record]:
    try:
        return await client.search_records(module_id, filters=[one], limit=PAGE_LIMIT)
    except BadRequestError:  # the portal's contacts have no such field
        return []


def _identifiers(fields: Fields) -> Identifiers:
    return Identifiers.read(fields.get("email"), fields.get("phone"))


def name_of(fields: Fields) -> str:
    """Return the name of a record, else its email; empty where it has neither."""
    whole = fields.get("full_name") or fields.get("name")
    parts = [whole] if whole else [fields.get("first_name"), fields.get("last_name")]
    return " ".join(str(part) for part in parts if part) or str(fields.get("email") or "")
