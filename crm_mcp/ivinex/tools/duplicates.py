"""Contacts that have an email or a phone already which a new one is about to get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_mcp.crm.wording import listing, quoted
from crm_mcp.errors import BadRequestError
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import PAGE_LIMIT, Record, RecordFilter

PHONE_DIGITS = 9
"""Digits from a phone number's end that tell it from others, whatever the country code looks like (assumed)."""
_MIN_PHONE_DIGITS = 6
_SEARCHED_DIGITS = 4
"""Digits that are written together however a number is grouped (assumed)."""
_MOST_NAMED = 3
_NEXT_STEP = "change that one with update_records, or create another by allow_duplicate: true"

Fields = Mapping[str, object]


async def describe_doubles(client: IvinexClient, module_id: str, fields: Fields) -> str:
    """Say which records have this email or phone already, and what to do; nothing where none has.

    Args:
        client: Where to search, in one request for each of the two.
        module_id: The module of contacts.
        fields: The record that is about to be created.
    """
    candidates: list[Record] = []
    if email := _email_of(fields):
        candidates += await _search(client, module_id, "email", "Equal", email)
    if phone := _phone_of(fields):
        candidates += await _search(client, module_id, "phone", "Contains", phone[-_SEARCHED_DIGITS:])
    found = {
        f"{quoted(name_of(record['fields']))} ({record['id']})": None
        for record in candidates
        if _have_one(fields, record["fields"])
    }
    return (
        f"Already there with this email or phone: {listing(list(found), _MOST_NAMED)}; {_NEXT_STEP}." if found else ""
    )


def describe_doubles_within(records: Sequence[Fields]) -> list[str]:
    """Say of each record of a batch which one before it has the same email or phone; nothing where none has."""
    told: list[str] = []
    first: dict[tuple[str, str], int] = {}
    for at, record in enumerate(records):
        marks = [mark for mark in (("email", _email_of(record).casefold()), ("phone", _phone_of(record))) if mark[1]]
        same = [first[mark] for mark in marks if mark in first]
        told.append(f"It has the same email or phone as records[{same[0]}]; {_NEXT_STEP}." if same else "")
        for mark in marks:
            first.setdefault(mark, at)
    return told


async def _search(client: IvinexClient, module_id: str, name: str, operand: str, value: str) -> list[Record]:
    filters: list[RecordFilter] = [{"field": name, "operand": operand, "value": value}]
    try:
        return await client.search_records(module_id, filters=filters, limit=PAGE_LIMIT)
    except BadRequestError:  # contacts have no such field here, so none has it twice
        return []


def _have_one(one: Fields, other: Fields) -> bool:
    email, phone = _email_of(one).casefold(), _phone_of(one)
    return bool(email and email == _email_of(other).casefold()) or bool(phone and phone == _phone_of(other))


def _email_of(fields: Fields) -> str:
    return str(fields.get("email") or "").strip()


def _phone_of(fields: Fields) -> str:
    digits = "".join(char for char in str(fields.get("phone") or "") if char.isascii() and char.isdigit())
    return digits[-PHONE_DIGITS:] if len(digits) >= _MIN_PHONE_DIGITS else ""


def name_of(fields: Fields) -> str:
    """Return what people would call a record: its name, else its email; empty where it has neither."""
    whole = fields.get("full_name") or fields.get("name")
    parts = [whole] if whole else [fields.get("first_name"), fields.get("last_name")]
    return " ".join(str(part) for part in parts if part) or str(fields.get("email") or "")
