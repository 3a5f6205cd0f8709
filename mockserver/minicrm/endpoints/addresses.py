"""The AddressList and Address endpoints: the addresses of a contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from mockserver.minicrm import rules
from mockserver.minicrm.deviations import ADDRESS_LIST_IS_AN_OBJECT, DETAIL_SHOWS_EVERY_FIELD, STRUCTURED_ADDRESSES
from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.request_context import RequestContext, render_history
from mockserver.minicrm.responses import render_list, render_rows
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Field
from mockserver.minicrm.store import Table, WrittenRow, list_rows, read_row, take_next_id
from mockserver.minicrm.values import parse_value

ADDRESS_FIELDS: Mapping[str, Field] = {
    each.name: each
    for each in (
        Field("ContactId", "Int"),
        Field("Type", "Text", length=64),
        Field("Name", "Text", length=256),
        Field("CountryId", "Text", length=128),
        Field("PostalCode", "Text", length=32),
        Field("City", "Text", length=128),
        Field("County", "Text", length=128),
        Field("Address", "Text", length=256),
        Field("Default", "Boolean"),
    )
}


@dataclass(slots=True, kw_only=True)
class Address(WrittenRow):
    """One address of a contact; `fields` holds all but Id and ContactId."""

    TABLE: ClassVar[Table] = Table("address", "addresses", {"by_contact": "(contact_id)"})
    contact_id: int
    fields: dict[str, object] = field(default_factory=dict[str, object])


def list_addresses(context: RequestContext) -> object:
    """Answer `GET /AddressList/{contact}`: a list that holds one object of id and text, or no object (assumed).

    With `Structured=1` an object of objects with `Id`, `Address` and `Url` (observed).

    Source: Address (List).
    """
    contact_id = context.read_target_id()
    addresses = list_rows(context.connection, Address, "contact_id = ?", (contact_id,))
    if not addresses and read_row(context.connection, Contact, contact_id) is None:
        raise RefusalError(rules.WRONG_ID, hints=[f"it takes the id of a contact; {rules.WHERE_TO_FIND['Contact']}"])
    lines = {str(address.id): render_line(address) for address in addresses}
    if context.parameters.get("Structured") != "1" or not context.observes(STRUCTURED_ADDRESSES):
        if context.observes(ADDRESS_LIST_IS_AN_OBJECT):
            return render_rows(context.profile, len(lines), lines)
        return render_list(context.profile, len(lines), [lines] if lines else [])
    context.hints.append("Structured is not in the API document (observed)")
    rows = {
        key: {"Id": int(key), "Address": line, "Url": context.build_url("Address", int(key))}
        for key, line in lines.items()
    }
    return render_rows(context.profile, len(rows), rows)


def get_address(context: RequestContext) -> object:
    """Answer `GET /Address/{id}`; County is observed, and in the documented profile shown where it is held.

    Source: Address (GET).
    """
    address = context.read_target(Address)
    every = context.observes(DETAIL_SHOWS_EVERY_FIELD)
    shown = {name: address.fields.get(name) or "" for name in ADDRESS_FIELDS}
    if not (every or shown["County"]):
        del shown["County"]
    detail = {
        "Id": address.id,
        **shown,
        "ContactId": address.contact_id,
        "PostalCode": _print_postal_code(str(shown["PostalCode"])),
        "Default": address.fields.get("Default") or 0,
    }
    return {**detail, **render_history(context.account, address)} if every else detail


def create_address(context: RequestContext) -> object:
    """Answer `PUT /Address`: a new address of a contact.

    Source: Address (PUT).
    """
    body = context.read_body()
    empty = {"ContactId": (None, "", 0), "Name": (None, "")}
    missing = [name for name, values in empty.items() if body.get(name) in values]
    if missing:
        raise RefusalError(rules.ADDRESS_NEEDS, ", ".join(missing))
    contact_id = parse_value(ADDRESS_FIELDS["ContactId"], body.pop("ContactId"), context.language)
    assert isinstance(contact_id, int)
    if read_row(context.connection, Contact, contact_id) is None:
        raise RefusalError(rules.NO_SUCH_CONTACT, "ContactId")
    address = Address(id=0, contact_id=contact_id, created_at=context.now)
    write_address(context, address, body)
    address.id = take_next_id(context.connection, Address)
    context.save(address)
    return {"Id": address.id}


def update_address(context: RequestContext) -> object:
    """Answer `PUT /Address/{id}`: only the fields in the body change.

    Source: Address (PUT).
    """
    address = context.read_target(Address)
    body = context.read_body()
    context.refuse_move(body, ADDRESS_FIELDS["ContactId"], address.contact_id, rules.ADDRESS_STAYS)
    write_address(context, address, body)
    context.save(address)
    return {"Id": address.id}


def render_line(address: Address) -> str:
    """Return an address as the list prints it: `Home address (5555 Walrand 66 Chrissundra Street)`."""
    parts = (str(address.fields.get(name) or "") for name in ("PostalCode", "City", "Address"))
    return f"{address.fields.get('Name') or ''} ({' '.join(part for part in parts if part)})"


def _print_postal_code(code: str) -> object:
    """Return a number where the code is one, as the document prints it; one that a number would change stays text."""
    return int(code) if code.isascii() and code.isdigit() and str(int(code)) == code else code


def write_address(context: RequestContext, address: Address, body: dict[str, object]) -> None:
    """Give an address the values of a body, which the API did now.

    Raises:
        RefusalError: A value does not fit, or the address would be without a name.
    """
    known = {name: each for name, each in ADDRESS_FIELDS.items() if name != "ContactId"}
    for name, value in context.parse_fields(known, body).items():
        if name == "Name" and value in (None, ""):
            raise RefusalError(rules.CAN_NOT_BE_CLEARED, name)
        address.fields[name] = value
    address.updated_at = context.now
    address.updated_by = None
