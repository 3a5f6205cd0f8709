"""How the arguments of a search become the criteria that MiniCRM's API takes: names to ids, dates to local time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.errors import InputError
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.local_time import parse_local_time
from crm_mcp.minicrm.account.schema import resolve_fields
from crm_mcp.minicrm.field_table import CONTACT, PROJECT, STATUS_GROUPS
from crm_mcp.minicrm.models import Schema
from crm_mcp.minicrm.wire.checks import check_id

PHONE_DIGITS = 9
"""Digits of a phone number that are searched for, counted from its end: a country code is written +36 here and 06
there. The document asks for at least the last six; that nine tell numbers apart is assumed."""
MIN_PHONE_DIGITS = 6


async def project_criteria(
    directory: Directory,
    zone: ZoneInfo,
    *,
    query: str = "",
    module: str = "",
    status: str = "",
    status_group: str = "",
    user: str = "",
    contact_id: str = "",
    updated_since: str = "",
    deleted: bool = False,
    filters: Mapping[str, object] = MappingProxyType({}),
) -> dict[str, object]:
    """Return the criteria of a project search by API name; empty arguments are left out.

    Raises:
        InputError: A name is unknown, or a criterion is given twice.
    """
    if contact_id:
        contact_id = check_id("contact_id", contact_id)  # first: what needs no request is refused without one
    group = resolve_choice("status_group", status_group, STATUS_GROUPS) if status_group else ""
    if not module and "CategoryId" in filters:
        module = str(filters["CategoryId"])
        filters = {name: value for name, value in filters.items() if name != "CategoryId"}
    module_id = await directory.module_id(module) if module else ""
    criteria: dict[str, object] = {
        "Query": query,
        "CategoryId": module_id,
        "StatusId": await _id_of(directory.status_id, status, module_id),
        "StatusGroup": group,
        "UserId": await _id_of(directory.user_id, user, module_id),
        "ContactId": contact_id,
        "UpdatedSince": parse_local_time(updated_since, zone, end_of_day=False) if updated_since else "",
        "Deleted": "1" if deleted else "",
    }
    if filters:
        schema = merged(await directory.project_schemas(module_id))
        if "UserId" in filters:
            user_id = await directory.user_id(str(filters["UserId"]), module_id)
            filters = {**filters, "UserId": user_id}
        _add(criteria, resolve_fields(schema, _with_local_time(filters, zone), PROJECT.searched, zone))
    return {name: value for name, value in criteria.items() if value != ""}


async def _id_of(resolve: Callable[[str, str], Awaitable[str]], name: str, module_id: str) -> str:
    """Return the id; one that is given as such needs no question where no module's schema is at hand."""
    return name if not name or (name.isdecimal() and not module_id) else await resolve(name, module_id)


async def contact_criteria(
    directory: Directory,
    zone: ZoneInfo,
    *,
    query: str,
    email: str,
    phone: str,
    contact_type: str,
    filters: Mapping[str, object],
) -> dict[str, object]:
    """Return the criteria of a contact search by API name; empty arguments are left out.

    A phone number is looked for as the document says, by its last digits as full text; beside a text of its own it
    goes into the field `Phone` (observed).

    Raises:
        InputError: A name is unknown, a phone number is too short, or a criterion is given twice.
    """
    criteria: dict[str, object] = {"Query": query, "Email": email, "Type": contact_type}
    if phone:
        criteria["Phone" if query else "Query"] = phone_digits(phone)
    if filters:
        types = [contact_type] if contact_type else ["Person", "Business"]
        schema = merged([await directory.contact_schema(one) for one in types])
        _add(criteria, resolve_fields(schema, _with_local_time(filters, zone), CONTACT.searched, zone))
    return {name: value for name, value in criteria.items() if value != ""}


def phone_digits(phone: str) -> str:
    """Return the last digits of a phone number, at most nine.

    Raises:
        InputError: It has fewer than six, which the API does not look for (documented).
    """
    digits = "".join(char for char in phone if char.isascii() and char.isdigit())
    if len(digits) < MIN_PHONE_DIGITS:
        raise InputError(
            f"A phone number is found by at least its last {MIN_PHONE_DIGITS} digits, not {len(digits)}.",
            hint="Give more of it, or search by name or email.",
        )
    return digits[-PHONE_DIGITS:]


def merged(schemas: list[Schema]) -> Schema:
    """Return one schema that knows what any of several knows; a field's choices are joined."""
    whole: Schema = {"fields": [], "statuses": {}, "users": {}, "modules": {}}
    by_name = {field["name"]: field for field in whole["fields"]}
    for schema in schemas:
        for kind in ("statuses", "users", "modules"):
            whole[kind] |= schema[kind]
        for field in schema["fields"]:
            known = by_name.setdefault(field["name"], field.copy())
            if "choices" in field:
                known["choices"] = {**known.get("choices", {}), **field["choices"]}
    whole["fields"] = list(by_name.values())
    return whole


def _with_local_time(filters: Mapping[str, object], zone: ZoneInfo) -> Mapping[str, object]:
    """Return filters whose `UpdatedSince`, which no schema lists, is in the account's time."""
    since = filters.get("UpdatedSince")
    if not isinstance(since, str):
        return filters
    return {**filters, "UpdatedSince": parse_local_time(since, zone, end_of_day=False)}


def _add(criteria: dict[str, object], filters: Mapping[str, object]) -> None:
    for name, value in filters.items():
        if criteria.get(name):
            raise InputError(
                f"{name} is given twice, in `filters` and as an argument.", hint="Leave it out of `filters`."
            )
        if value is None or value == "":
            raise InputError(f"The filter {name} is empty.", hint="Give it a value, or leave it out.")
        criteria[name] = value
