"""What one can ask of many projects at once: under which names, and where each value stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_mcp.minicrm.models import Project, Schema
from crm_mcp.minicrm.search.criteria import STATUS_GROUPS
from crm_mcp.minicrm.wire.values import read_date

_API_NAMES: Mapping[str, str] = {
    "status": "StatusId",
    "user": "UserId",
    "module": "CategoryId",
    "status_group": "StatusGroup",
    "contact": "ContactId",
    "contact_id": "ContactId",
    "business": "BusinessId",
    "business_id": "BusinessId",
    "name": "Name",
}
BESIDE_THE_SCHEMA = (
    *("Id", "Name", "CategoryId", "StatusId", "StatusGroup", "UserId", "ContactId", "BusinessId", "Deleted"),
    *("ReferenceId", "CreatedAt", "CreatedBy", "UpdatedAt", "UpdatedBy"),
)
"""Names that can be asked for beside those of a schema: what a detail shows (documented and observed), `StatusGroup`,
which only a search knows (documented)."""
_ALWAYS_IN_ROWS = frozenset({"Id", "Name", "StatusId", "UserId"})
_IN_NEWER_ROWS = _ALWAYS_IN_ROWS | {"ContactId", "BusinessId"}
_KEYS: Mapping[str, str] = {
    "Id": "id",
    "Name": "name",
    "ContactId": "contact_id",
    "BusinessId": "business_id",
    "Deleted": "deleted",
}


def api_name(field: str) -> str:
    """Return the API's name of a field that is named as answers name it, such as `status`."""
    return _API_NAMES.get(field.casefold(), field)


def fields_in_rows(rows: Sequence[Project]) -> frozenset[str]:
    """Return the fields that the rows of a search tell; contacts are told by newer servers only (observed)."""
    has_contacts = any("contact_id" in row for row in rows)
    return _IN_NEWER_ROWS if has_contacts else _ALWAYS_IN_ROWS


def value_of(project: Project, field: str) -> object:
    """Return a project's value of an API field as the CRM has it; None for an empty one."""
    value = project.get(_KEYS[field]) if field in _KEYS else project["fields"].get(field)
    return read_date(value) if isinstance(value, str) else value


def choices_of(field: str, schemas: Sequence[Schema], modules: Mapping[str, str]) -> dict[str, str]:
    """Return the choices of a field that a search can tell apart, by id; none where it cannot.

    A project may have several choices of a Set, and what only may be an Enum could be one. Where modules give one name
    to different choices, an id means different things.
    """
    if field == "CategoryId":
        return dict(modules)
    if field == "StatusGroup":
        return dict(STATUS_GROUPS)
    found = [one for schema in schemas for one in schema["fields"] if one["name"] == field]
    if field in ("StatusId", "UserId"):
        return {key: label for one in found for key, label in one.get("choices", {}).items()}
    if not found or any(one["type"] != "Enum" or one.get("choices") != found[0].get("choices") for one in found):
        return {}
    return dict(found[0].get("choices", {}))
