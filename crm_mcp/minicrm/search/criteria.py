"""The arguments of a search, and how they become the criteria that MiniCRM's API takes.

An argument that is added to `ProjectCriteria` or `ContactCriteria`, and to the criteria made of it below, exists in
every tool that searches, summarizes or exports. What no search can be made of raises an `InputError`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, WithJsonSchema

from crm_mcp.crm.duplicates import MIN_PHONE_DIGITS, PHONE_DIGITS, digits_of
from crm_mcp.crm.name_matching import resolve_choice, shown
from crm_mcp.crm.pasted_text import mend_text, read_email_address
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import Fields, Id, Module, Text
from crm_mcp.mcp.calls.shapes import CrmFields
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.field_values import check_flags
from crm_mcp.minicrm.account.local_time import parse_local_time
from crm_mcp.minicrm.account.schema import resolve_fields
from crm_mcp.minicrm.field_table import CONTACT, CONTACT_TYPES, PROJECT, STATUS_GROUPS, names_by_use
from crm_mcp.minicrm.wire.checks import check_id

StatusGroup = Annotated[str, WithJsonSchema({"type": "string", "enum": list(STATUS_GROUPS)})]
ContactType = Annotated[str, WithJsonSchema({"type": "string", "enum": list(CONTACT_TYPES)})]
User = Annotated[Id, Field(description='name, id or "me"')]
UpdatedSince = Annotated[str, Field(description="ISO date or date-time")]
Filters = Annotated[
    Fields,
    Field(description="more API fields that must match"),
    CrmFields(names_by_use(PROJECT, CONTACT, written=False)),
]


@dataclass(frozen=True, slots=True)
class ProjectCriteria:
    """The arguments by which projects are searched, summarized and exported; all must hold."""

    query: Annotated[Text, Field(description="words in any text field")] = ""
    module: Module = ""
    status: Annotated[Id, Field(description="label or id")] = ""
    status_group: StatusGroup = ""
    user: User = ""
    contact_id: Id = ""
    updated_since: UpdatedSince = ""
    deleted: Annotated[bool, Field(description="the trash instead")] = False
    filters: Filters = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ContactCriteria:
    """The arguments by which contacts are searched and exported; all must hold."""

    query: Annotated[Text, Field(description="whole words in any text field, not in addresses")] = ""
    email: str = ""
    phone: Annotated[Text, Field(description="at least the last 6 digits")] = ""
    type: ContactType = ""
    updated_since: str = ""
    filters: Filters = field(default_factory=dict[str, Any])


async def project_criteria(directory: Directory, zone: ZoneInfo, asked: ProjectCriteria) -> dict[str, object]:
    """Return the criteria of a project search by API name; empty arguments are left out."""
    contact_id = check_id("contact_id", asked.contact_id) if asked.contact_id else ""
    group = resolve_choice("status_group", asked.status_group, STATUS_GROUPS) if asked.status_group else ""
    module, filters = asked.module, directory.labels.by_name(_mended(asked.filters))
    if not module and "CategoryId" in filters:
        module = str(filters.pop("CategoryId"))
    module_id = await directory.module_id(module) if module else ""
    # A company's projects are its own and those of its people (observed).
    is_business = contact_id and await directory.contact_names.is_business(contact_id)
    owner = "MainContactId" if is_business else "ContactId"
    criteria: dict[str, object] = {
        "Query": mend_text(asked.query),
        "CategoryId": module_id,
        "StatusId": await _id_of(directory.status_id, asked.status, module_id),
        "StatusGroup": group,
        "UserId": await _id_of(directory.user_id, asked.user, module_id),
        owner: contact_id,
        "UpdatedSince": _since(asked.updated_since, zone),
        "Deleted": "1" if asked.deleted else "",
    }
    if filters:
        schema = await directory.merged_project_schema(module_id)
        filters = await directory.resolve_status_and_user(filters, module_id)
        resolved = resolve_fields(schema, _with_local_time(filters, zone), PROJECT.searched, zone)
        _add(criteria, check_flags(schema, resolved))
    return {name: value for name, value in criteria.items() if value != ""}


def _since(text: str, zone: ZoneInfo) -> str:
    return parse_local_time(text, zone, end_of_day=False) if text else ""


async def _id_of(resolve: Callable[[str, str], Awaitable[str]], name: str, module_id: str) -> str:
    """Return the id; one that is given as such needs no question where no module's schema is at hand."""
    return name if not name or (name.isdecimal() and not module_id) else await resolve(name, module_id)


async def contact_criteria(directory: Directory, zone: ZoneInfo, asked: ContactCriteria) -> dict[str, object]:
    """Return the criteria of a contact search by API name; empty arguments are left out.

    A phone number is looked for as the document says, by its last digits as full text; beside a text of its own it
    goes into the field `Phone` (observed).
    """
    contact_type = resolve_choice("type", asked.type, CONTACT_TYPES) if asked.type else ""
    query = mend_text(asked.query)
    criteria: dict[str, object] = {
        "Query": query,
        "Email": _email(asked.email),
        "Type": contact_type,
        "UpdatedSince": _since(asked.updated_since, zone),
    }
    if asked.phone:
        criteria["Phone" if query else "Query"] = phone_digits(asked.phone)
    if filters := directory.labels.by_name(_mended(asked.filters)):
        schema = await directory.merged_contact_schema(contact_type)
        resolved = resolve_fields(schema, _with_local_time(filters, zone), CONTACT.searched, zone)
        _add(criteria, check_flags(schema, resolved))
    return {name: value for name, value in criteria.items() if value != ""}


def _email(text: str) -> str:
    """Return the address that is looked for; a name is refused, since it would find nobody."""
    address = read_email_address(text)
    if address and "@" not in address:
        raise InputError(f"email holds no address: {shown(address)}.", hint="Names are searched by query.")
    return address


def phone_digits(phone: str) -> str:
    """Return the last digits of a phone number, at most nine."""
    digits = digits_of(phone)
    if len(digits) < MIN_PHONE_DIGITS:
        raise InputError(
            f"A phone number is found by at least its last {MIN_PHONE_DIGITS} digits, not {len(digits)}.",
            hint="Give more of it, or search by name or email.",
        )
    return digits[-PHONE_DIGITS:]


def _mended(filters: Mapping[str, object]) -> dict[str, object]:
    """Return filters as a search takes them, whatever was pasted into their names and values."""
    mended: dict[str, object] = {}
    for name, value in filters.items():
        mend = read_email_address if name.strip() == "Email" else mend_text
        mended[mend_text(name)] = mend(value) if isinstance(value, str) else value
    return mended


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
