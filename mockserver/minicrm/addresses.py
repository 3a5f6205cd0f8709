"""The AddressList and Address endpoints: the addresses of a contact."""

from __future__ import annotations

from mockserver.minicrm import rules
from mockserver.minicrm.call import Call
from mockserver.minicrm.deviations import ADDRESS_LIST_IS_AN_OBJECT, STRUCTURED_ADDRESSES
from mockserver.minicrm.rules import Refusal
from mockserver.minicrm.schema import ADDRESS_FIELDS
from mockserver.minicrm.store import Address, Contact, list_rows, read_row, save_row, take_next_id
from mockserver.minicrm.values import parse_value


def list_addresses(call: Call) -> object:
    """Answer `GET /AddressList/{contact}`: a list that holds one object of id and text, or no object (assumed).

    With `Structured=1` an object of objects with `Id`, `Address` and `Url` (observed).

    Source: Address (List).
    """
    contact_id = call.read_target_id()
    addresses = list_rows(call.connection, Address, "contact_id = ?", (contact_id,))
    if not addresses and read_row(call.connection, Contact, contact_id) is None:
        raise Refusal(rules.WRONG_ID, hints=[f"it takes the id of a contact; {rules.WHERE_TO_FIND['Contact']}"])
    lines = {str(address.id): render_line(address) for address in addresses}
    if call.parameters.get("Structured") != "1" or not call.observes(STRUCTURED_ADDRESSES):
        if call.observes(ADDRESS_LIST_IS_AN_OBJECT):
            return call.render_results(len(lines), lines)
        return {"Count": call.print_count(len(lines)), "Results": [lines] if lines else []}
    call.hints.append("Structured is not in the API document (observed)")
    rows = {
        key: {"Id": int(key), "Address": line, "Url": call.build_url("Address", int(key))}
        for key, line in lines.items()
    }
    return call.render_results(len(rows), rows)


def get_address(call: Call) -> object:
    """Answer `GET /Address/{id}`.

    Source: Address (GET).
    """
    address = call.read_target(Address)
    shown = {name: address.fields.get(name) or "" for name in ADDRESS_FIELDS}
    return {
        "Id": address.id,
        **shown,
        "ContactId": address.contact_id,
        "PostalCode": _print_postal_code(str(shown["PostalCode"])),
        "Default": address.fields.get("Default") or 0,
    }


def create_address(call: Call) -> object:
    """Answer `PUT /Address`: a new address of a contact.

    Source: Address (PUT).
    """
    body = call.read_body()
    empty = {"ContactId": (None, "", 0), "Name": (None, "")}
    missing = [name for name, values in empty.items() if body.get(name) in values]
    if missing:
        raise Refusal(rules.ADDRESS_NEEDS, ", ".join(missing))
    contact_id = parse_value(ADDRESS_FIELDS["ContactId"], body.pop("ContactId"), call.language)
    assert isinstance(contact_id, int)
    if read_row(call.connection, Contact, contact_id) is None:
        raise Refusal(rules.NO_SUCH_CONTACT, "ContactId")
    address = Address(id=0, contact_id=contact_id, created_at=call.now)
    _write(call, address, body)
    address.id = take_next_id(call.connection, "address")
    save_row(call.connection, address)
    return {"Id": address.id}


def update_address(call: Call) -> object:
    """Answer `PUT /Address/{id}`: only the fields in the body change.

    Source: Address (PUT).
    """
    address = call.read_target(Address)
    body = call.read_body()
    call.refuse_move(body, ADDRESS_FIELDS["ContactId"], address.contact_id, rules.ADDRESS_STAYS)
    _write(call, address, body)
    save_row(call.connection, address)
    return {"Id": address.id}


def render_line(address: Address) -> str:
    """Return an address as the list prints it: `Home address (5555 Walrand 66 Chrissundra Street)`."""
    parts = (str(address.fields.get(name) or "") for name in ("PostalCode", "City", "Address"))
    return f"{address.fields.get('Name') or ''} ({' '.join(part for part in parts if part)})"


def _print_postal_code(code: str) -> object:
    """Return a number where the code is one, as the document prints it; one that a number would change stays text."""
    return int(code) if code.isascii() and code.isdigit() and str(int(code)) == code else code


def _write(call: Call, address: Address, body: dict[str, object]) -> None:
    known = {name: each for name, each in ADDRESS_FIELDS.items() if name != "ContactId"}
    for name, value in call.parse_fields(known, body).items():
        if name == "Name" and value in (None, ""):
            raise Refusal(rules.CAN_NOT_BE_CLEARED, name)
        address.fields[name] = value
    address.updated_at = call.now
