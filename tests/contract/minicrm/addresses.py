"""Addresses: the list of a contact's, one, and writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount
    from tests.contract.harness.responses import CrmResponse

_LIST = "Address (List)"
_DETAIL = "Address (GET)"
_WRITE = "Address (PUT)"


def _read_lines(response: CrmResponse) -> dict[str, str]:
    """Return the lines by id, of a list that holds one object, or of that object."""
    results: Any = read_object(response)["Results"]
    if isinstance(results, list):
        return {key: line for part in cast("list[dict[str, str]]", results) for key, line in part.items()}
    return cast("dict[str, str]", results or {})


def _find_contact(minicrm: MinicrmAccount) -> tuple[str, dict[str, str]]:
    """Return a contact that has addresses, and their lines.

    Raises:
        NotTestedError: None of the first contacts has.
    """
    for contact_id in minicrm.search("Contact", Type="Person").ids[:12]:
        lines = _read_lines(minicrm.get(f"{ROOT}/AddressList/{contact_id}"))
        if lines:
            return contact_id, lines
    raise NotTestedError("none of the first contacts has an address")


def _make(minicrm: MinicrmAccount, **fields: object) -> tuple[str, str]:
    """Create an address, and return its id and its contact's."""
    contact_id = minicrm.make_contact()
    name = f"{minicrm.sandbox.prefix}{fields.pop('Name', 'address')}"
    return minicrm.save("Address", {"ContactId": int(contact_id), "Name": name, **fields}), contact_id


def _read(minicrm: MinicrmAccount, address_id: str) -> dict[str, Any]:
    """Return the detail of an address without what tells who changed it when."""
    detail = minicrm.fetch("Address", address_id)
    return {name: value for name, value in detail.items() if name not in ("UpdatedAt", "UpdatedBy")}


@rule("minicrm.address-list.shape", source=_LIST)
def check_list_shape(minicrm: MinicrmAccount) -> None:
    """AddressList answers Count and a list that holds one object, of texts by the addresses' ids."""
    contact_id, _ = _find_contact(minicrm)
    response = minicrm.get(f"{ROOT}/AddressList/{contact_id}")
    results = cast("list[dict[str, object]]", read_object(response)["Results"])
    is_so = isinstance(cast("object", results), list) and len(results) == 1
    expect(is_so, "Results to be a list that holds one object", response.describe(), response,
           live="observed, grades A, B, C: they are that object itself")  # fmt: skip
    for key, line in results[0].items():
        expect(key.isdigit() and isinstance(line, str), "texts by ids", f"{key!r}: {line!r}", response)


@rule("minicrm.address-list.count", source=_LIST)
def check_list_count(minicrm: MinicrmAccount) -> None:
    """Count is the number of the contact's addresses."""
    contact_id, lines = _find_contact(minicrm)
    response = minicrm.get(f"{ROOT}/AddressList/{contact_id}")
    expect_equal(int(str(read_object(response)["Count"])), len(lines), "Count", response)


@rule("minicrm.address-list.lines", source=_LIST)
def check_list_lines(minicrm: MinicrmAccount) -> None:
    """The text of an address has its name, and its postal code, city and street in parentheses."""
    _, lines = _find_contact(minicrm)
    for address_id, line in lines.items():
        detail = minicrm.fetch("Address", address_id)
        for name in ("Name", "PostalCode", "City", "Address"):
            expect(str(detail[name]) in line, f"{name} {detail[name]!r} in the text of address {address_id}", line)
        expect(line.startswith(str(detail["Name"])) and line.endswith(")"), "the form: Name (code city street)", line)


@rule("minicrm.address-list.own-addresses", source=_LIST)
def check_own_addresses(minicrm: MinicrmAccount) -> None:
    """The list has the addresses of its contact: each says so in its detail, and none is in another contact's list."""
    contact_id, lines = _find_contact(minicrm)
    for address_id in lines:
        expect_equal(str(minicrm.fetch("Address", address_id)["ContactId"]), contact_id, f"ContactId of {address_id}")
    for other in [one for one in minicrm.search("Contact", Type="Person").ids if one != contact_id][:10]:
        both = sorted(set(lines) & set(_read_lines(minicrm.get(f"{ROOT}/AddressList/{other}"))))
        expect(not both, f"no address of contact {contact_id} in the list of contact {other}", both)


@rule("minicrm.address-list.empty", source=_LIST)
def check_list_empty(minicrm: MinicrmAccount) -> None:
    """A contact without addresses has a Count of 0 and no Results."""
    for contact_id in minicrm.search("Contact", Type="Person").ids[:12]:
        response = minicrm.get(f"{ROOT}/AddressList/{contact_id}")
        if not _read_lines(response):
            expect_equal(int(str(read_object(response)["Count"])), 0, "Count", response)
            return
    raise NotTestedError("each of the first contacts has an address")


@rule("minicrm.address-list.unknown-contact", source="Error handling")
def check_list_unknown_contact(minicrm: MinicrmAccount) -> None:
    """The addresses of a contact that does not exist are not found: status 404."""
    response = minicrm.send("GET", f"{ROOT}/AddressList/999999989")
    expect(response.status == 404, "status 404", response.describe(), response)


@rule("minicrm.address.detail", source=_DETAIL)
def check_detail(minicrm: MinicrmAccount) -> None:
    """The detail of an address has the nine documented keys; Id, ContactId and Default are numbers."""
    _, lines = _find_contact(minicrm)
    response = minicrm.get(f"{ROOT}/Address/{next(iter(lines))}")
    detail = read_object(response)
    keys = ("Id", "ContactId", "Type", "Name", "CountryId", "PostalCode", "City", "Address", "Default")
    missing = [name for name in keys if name not in detail]
    expect(not missing, f"the keys {', '.join(keys)}", f"an address without {', '.join(missing)}", response)
    for name in ("Id", "ContactId", "Default"):
        expect(isinstance(detail[name], int), f"{name} to be a number", repr(detail[name]), response)
    for name in ("Type", "Name", "CountryId", "City", "Address"):
        expect(isinstance(detail[name], str), f"{name} to be text", repr(detail[name]), response)


@rule("minicrm.address.postal-code", source=_DETAIL)
def check_postal_code(minicrm: MinicrmAccount) -> None:
    """A PostalCode of digits is a number."""
    _, lines = _find_contact(minicrm)
    for address_id in lines:
        code = minicrm.fetch("Address", address_id)["PostalCode"]
        if str(code).isdigit() and not str(code).startswith("0"):
            expect(isinstance(code, int), "PostalCode to be a number", repr(code))
            return
    raise NotTestedError("no address has a postal code of digits")


@rule("minicrm.address-update.only-what-is-sent", source=_WRITE, writes=True)
def check_update(minicrm: MinicrmAccount) -> None:
    """A PUT with an id changes the fields that were sent and no others, and answers the address' Id."""
    address_id, _ = _make(
        minicrm, Type="HQ", City="Győr", Address="Fő utca 1.", PostalCode="9021", CountryId="Hungary", Default=1
    )
    before = _read(minicrm, address_id)
    response = minicrm.put(f"Address/{address_id}", {"Address": "Well Known street 2."})
    expect_equal(read_object(response), {"Id": int(address_id)}, "the answer", response)
    wanted = {**before, "Address": "Well Known street 2."}
    expect_equal(_read(minicrm, address_id), wanted, "the address after the update")


@rule("minicrm.address-update.unknown-id", source="Error handling", writes=True)
def check_update_unknown_id(minicrm: MinicrmAccount) -> None:
    """An update of an address that does not exist is answered with 404."""
    response = minicrm.put("Address/999999989", {"Address": "x"})
    expect(response.status == 404, "status 404", response.describe(), response)


@rule("minicrm.address-update.contact-stays", source=_WRITE, provenance="observed", writes=True)
def check_contact_stays(minicrm: MinicrmAccount) -> None:
    """The ContactId of an address can not be changed (grades B, C)."""
    address_id, contact_id = _make(minicrm)
    other = minicrm.make_contact()
    response = minicrm.put(f"Address/{address_id}", {"ContactId": int(other), "City": "x"})
    expect(response.status >= 400, "a refusal", response.describe(), response)
    expect_equal(str(minicrm.fetch("Address", address_id)["ContactId"]), contact_id, "ContactId of the address")


@rule("minicrm.address-create.listed", source=_WRITE, provenance="observed", writes=True)
def check_create(minicrm: MinicrmAccount) -> None:
    """A PUT without an id creates an address, which its contact's list shows (grades B, C)."""
    fields = {"Type": "HQ", "City": "Győr 🎉", "Address": "Fő utca 1.", "CountryId": "Hungary", "Default": 1}
    address_id, contact_id = _make(minicrm, **fields)
    lines = _read_lines(minicrm.get(f"{ROOT}/AddressList/{contact_id}"))
    expect_same_ids(list(lines), [address_id], f"the addresses of contact {contact_id}")
    detail = minicrm.fetch("Address", address_id)
    expect_equal({name: detail[name] for name in fields}, fields, "the stored fields")


@rule("minicrm.address-create.county", source=_WRITE, provenance="observed", writes=True)
def check_county(minicrm: MinicrmAccount) -> None:
    """An address keeps its County, on creating and on updating (grade B)."""
    address_id, _ = _make(minicrm, County="Győr-Moson-Sopron")
    expect_equal(minicrm.fetch("Address", address_id).get("County"), "Győr-Moson-Sopron", "County of the new address")
    minicrm.save(f"Address/{address_id}", {"County": "Vas"})
    expect_equal(minicrm.fetch("Address", address_id).get("County"), "Vas", "County after the update")


@rule("minicrm.address-create.postal-code", source=_WRITE, provenance="assumed", writes=True)
def check_postal_code_kept(minicrm: MinicrmAccount) -> None:
    """A postal code keeps each of its signs, a zero at its beginning too."""
    for code in ("01234", "5555", "EC1A 1BB", "00-950"):
        address_id, _ = _make(minicrm, PostalCode=code)
        expect_equal(str(minicrm.fetch("Address", address_id)["PostalCode"]), code, "PostalCode")


@rule("minicrm.address-create.required", source=_WRITE, provenance="observed", writes=True)
def check_create_required(minicrm: MinicrmAccount) -> None:
    """A new address needs a ContactId and a Name (grades B, C)."""
    minicrm.need_sandbox()
    contact_id = int(minicrm.make_contact())
    for body in ({"Name": "x"}, {"ContactId": contact_id}, {"ContactId": 999999989, "Name": "x"}):
        response = minicrm.put("Address", body)
        expect(response.status == 400, f"status 400 for {body}", response.describe(), response)
