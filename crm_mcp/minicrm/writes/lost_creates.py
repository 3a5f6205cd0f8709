"""Objects that a create whose response was lost may have made.

Each function returns the id of each object that could be the new one, with whether it holds what was sent; None where
too many could.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import PAGE_RULES
from crm_mcp.minicrm.writes.existing_contacts import identifiers_of

Fields = Mapping[str, object]


async def find_alike_contacts(client: MinicrmClient, fields: Fields) -> dict[str, bool] | None:
    """Find contacts by email, else by phone, else by name."""
    name = name_of(fields)
    new = identifiers_of(fields)
    criteria = {"Email": new.email} if new.email else {"Query": new.phone or name}
    if not any(criteria.values()):
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


def name_of(fields: Fields) -> str:
    """Return the name of a new person or business."""
    parts: list[Any] = [fields.get("Name"), fields.get("FirstName"), fields.get("LastName")]
    return " ".join(str(part) for part in parts if part)


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())
