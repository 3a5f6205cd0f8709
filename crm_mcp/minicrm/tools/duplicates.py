"""Records that could be the one that is about to be created, or that was: by email, phone, name and owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_mcp.crm.wording import listing, quoted
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import PAGE_RULES, Contact
from crm_mcp.minicrm.search.criteria import MIN_PHONE_DIGITS, phone_digits
from crm_mcp.minicrm.wire.values import read_text

_MOST_NAMED = 3

Fields = Mapping[str, object]


async def describe_doubles(client: MinicrmClient, fields: Fields) -> str:
    """Say which contacts have this email or phone already, and what to do; nothing where none has.

    Args:
        client: Where to search, in one request for each of the two.
        fields: The contact that is about to be created.
    """
    found = {
        f"{quoted(contact['name'])} ({contact['id']})": None
        for contact in await _search_doubles(client, fields)
        if _has_email(contact, fields) or _has_phone(contact, fields)
    }
    if not found:
        return ""
    return (
        f"Already there with this email or phone: {listing(list(found), _MOST_NAMED)}. "
        "Change that one with update_contact, or create another by allow_duplicate: true."
    )


async def _search_doubles(client: MinicrmClient, fields: Fields) -> list[Contact]:
    found: list[Contact] = []
    for criteria in (_email_criteria(fields), _phone_criteria(fields)):
        if criteria:
            found += (await client.search_contacts(criteria)).items
    return found


def _email_criteria(fields: Fields) -> dict[str, str]:
    email = _email_of(fields)
    return {"Email": email} if email else {}


def _phone_criteria(fields: Fields) -> dict[str, str]:
    digits = _phone_of(fields.get("Phone"))
    return {"Query": digits} if digits else {}


def _email_of(fields: Fields) -> str:
    return (read_text(fields.get("Email")) or "").strip()


def _phone_of(value: object) -> str:
    """Return the digits by which a phone number is found; none where it has too few."""
    text = read_text(value) or ""
    digits = sum(char.isascii() and char.isdigit() for char in text)
    return phone_digits(text) if digits >= MIN_PHONE_DIGITS else ""


def _has_email(contact: Contact, fields: Fields) -> bool:
    email = _email_of(fields)
    return bool(email) and contact.get("email", "").strip().casefold() == email.casefold()


def _has_phone(contact: Contact, fields: Fields) -> bool:
    digits = _phone_of(fields.get("Phone"))
    return bool(digits) and _phone_of(contact.get("phone")) == digits


class Rediscovery:
    """Finds, for a new record of each kind, all that could be it: those of its owner, or with its email or name."""

    def __init__(self, client: MinicrmClient) -> None:
        self._client = client

    async def of_contact(self, fields: Fields) -> dict[str, bool] | None:
        """Find contacts by email, else by phone, else by name."""
        name = _name_of(fields)
        criteria = _email_criteria(fields) or _phone_criteria(fields) or ({"Query": name} if name else {})
        if not criteria:
            return None
        page = await self._client.search_contacts(criteria)
        if PAGE_RULES.is_full(page):
            return None
        words = sorted(name.casefold().split())
        return {contact["id"]: sorted(contact["name"].casefold().split()) == words for contact in page.items}

    async def of_project(self, fields: Fields) -> dict[str, bool] | None:
        """Find projects of the same contact in the same module."""
        criteria = {name: fields[name] for name in ("ContactId", "CategoryId")}
        page = await self._client.search_projects(criteria)
        if PAGE_RULES.is_full(page):
            return None
        name = _one_line(fields.get("Name"))
        return {project["id"]: name in ("", _one_line(project["name"])) for project in page.items}

    async def of_task(self, fields: Fields) -> dict[str, bool]:
        """Find tasks of the same project, closed ones too."""
        tasks = await self._client.list_tasks(str(fields["ProjectId"]), "All")
        return {task["id"]: _one_line(task["comment"]) == _one_line(fields["Comment"]) for task in tasks.items}

    async def of_address(self, fields: Fields) -> dict[str, bool]:
        """Find addresses of the same contact."""
        rows = await self._client.list_addresses(str(fields["ContactId"]))
        return {row["id"]: _one_line(fields["Name"]) in _one_line(row["label"]) for row in rows.items}


def _name_of(fields: Fields) -> str:
    parts: list[Any] = [fields.get("Name"), fields.get("FirstName"), fields.get("LastName")]
    return " ".join(str(part) for part in parts if part)


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())
