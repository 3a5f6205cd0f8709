"""Duplicates: contacts with the email or phone of one to be created, and objects that a lost create may have made.

`find_alike_...` returns the id of each object that could be the new one, with whether it holds what was sent; None
where too many could.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_mcp.crm.duplicates import Identifiers, name_existing
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import PAGE_RULES, Contact
from crm_mcp.minicrm.wire.bodies import read_text

Fields = Mapping[str, object]


async def describe_duplicates(client: MinicrmClient, fields: Fields) -> str:
    """Say which contacts have this email or phone already, and what to do; empty where none has.

    One request for each of the two.
    """
    new = _identifiers(fields)
    candidates: list[Contact] = []
    for criteria in (_email_criteria(new), _phone_criteria(new)):
        if criteria:
            candidates += (await client.search_contacts(criteria)).items
    found = [
        (contact["name"], contact["id"])
        for contact in candidates
        if new.match(Identifiers.read(contact.get("email"), contact.get("phone")))
    ]
    if not found:
        return ""
    return f"{name_existing(found)}. Change that one with update_contact, or create another by allow_duplicate: true."


def _identifiers(fields: Fields) -> Identifiers:
    return Identifiers.read(read_text(fields.get("Email")), read_text(fields.get("Phone")))


def _email_criteria(new: Identifiers) -> dict[str, str]:
    return {"Email": new.email} if new.email else {}


def _phone_criteria(new: Identifiers) -> dict[str, str]:
    return {"Query": new.phone} if new.phone else {}


async def find_alike_contacts(client: MinicrmClient, fields: Fields) -> dict[str, bool] | None:
    """Find contacts by email, else by phone, else by name."""
    name = _name_of(fields)
    new = _identifiers(fields)
    criteria = _email_criteria(new) or _phone_criteria(new) or ({"Query": name} if name else {})
    if not criteria:
        return None
    page = await client.search_contacts(criteria)
    if PAGE_RULES.is_full(page):
        return None
    words = sorted(name.casefold().split())
    return {contact["id"]: sorted(contact["name"].casefold().split()) == words for contact in page.items}


async def find_alike_projects(client: MinicrmClient, fields: Fields) -> dict[str, bool] | None:
    """Find projects of the same contact in the same module."""
    page = await client.search_projects({name: fields[name] for name in ("ContactId", "CategoryId")})
    if PAGE_RULES.is_full(page):
        return None
    name = _one_line(fields.get("Name"))
    return {project["id"]: name in ("", _one_line(project["name"])) for project in page.items}


async def find_alike_tasks(client: MinicrmClient, fields: Fields) -> dict[str, bool]:
    """Find tasks of the same project, closed ones too."""
    tasks = await client.list_tasks(str(fields["ProjectId"]), "All")
    return {task["id"]: _one_line(task["comment"]) == _one_line(fields["Comment"]) for task in tasks.items}


async def find_alike_addresses(client: MinicrmClient, fields: Fields) -> dict[str, bool]:
    """Find addresses of the same contact."""
    rows = await client.list_addresses(str(fields["ContactId"]))
    return {row["id"]: _one_line(fields["Name"]) in _one_line(row["label"]) for row in rows.items}


def _name_of(fields: Fields) -> str:
    parts: list[Any] = [fields.get("Name"), fields.get("FirstName"), fields.get("LastName")]
    return " ".join(str(part) for part in parts if part)


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())
