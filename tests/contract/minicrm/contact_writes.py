"""Creating and updating contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_SECTION = "Contact (PUT)"
_CHANGING = frozenset({"UpdatedAt", "UpdatedBy"})


def _read(minicrm: MinicrmAccount, contact_id: str) -> dict[str, object]:
    return {name: value for name, value in minicrm.fetch("Contact", contact_id).items() if name not in _CHANGING}


def _count(minicrm: MinicrmAccount) -> int:
    return minicrm.search("Contact", Type="Person").count + minicrm.search("Contact", Type="Business").count


@rule("minicrm.contact-create.answer", source=_SECTION, writes=True)
def check_create_response(minicrm: MinicrmAccount) -> None:
    """A PUT without an id creates a contact, and answers {"Id": n}, n a number."""
    minicrm.need_sandbox()
    body = {"Type": "Person", "FirstName": "A", "LastName": f"{minicrm.sandbox.prefix}person"}
    response = minicrm.put("Contact", body)
    expect(response.status == 200, "status 200", response.describe(), response)
    made = read_object(response)
    expect(
        list(made) == ["Id"] and isinstance(made["Id"], int), 'an object {"Id": number}', response.describe(), response
    )


@rule("minicrm.contact-create.person", source=_SECTION, writes=True)
def check_person(minicrm: MinicrmAccount) -> None:
    """A new person has the fields that were sent, and is found by its address and its phone number."""
    fields = {
        "FirstName": "Ágnes 🎉",
        "Email": "contract+suite@example.com",
        "Phone": "+36 (20) 987-65-43",
        "Position": "IT",
    }
    contact_id = minicrm.make_contact(**fields)
    detail = minicrm.fetch("Contact", contact_id)
    expect_equal({name: detail[name] for name in fields}, fields, "the stored fields")
    for criterion in ({"Email": fields["Email"]}, {"Query": "9876543"}):
        found = minicrm.search("Contact", **criterion).ids
        expect(contact_id in found, f"contact {contact_id} for {criterion}", found)


@rule("minicrm.contact-create.business", source=_SECTION, writes=True)
def check_business(minicrm: MinicrmAccount) -> None:
    """A new business has the fields that were sent, Employees a number."""
    minicrm.need_sandbox()
    fields = {
        "Name": f"{minicrm.sandbox.prefix}Kft.",
        "Url": "http://test.example",
        "Employees": 12,
        "BankAccount": "1-2-3",
    }
    detail = minicrm.fetch("Contact", minicrm.save("Contact", {"Type": "Business", **fields}))
    expect_equal({name: detail[name] for name in fields}, fields, "the stored fields")


@rule("minicrm.contact-create.one-more", source=_SECTION, writes=True)
def check_one_more(minicrm: MinicrmAccount) -> None:
    """Creating adds one contact, with an id that was not in use; twice the same are two."""
    known = set(minicrm.list_contacts())
    made = [minicrm.make_contact(FirstName="twin") for _ in range(2)]
    expect(not known & set(made), "ids that were not in use", made)
    expect_equal(len(set(made)), 2, "the number of different ids")
    expect_equal(_count(minicrm), len(known) + 2, "the number of contacts")


@rule("minicrm.contact-create.reference-id", source=_SECTION, writes=True)
def check_reference_id(minicrm: MinicrmAccount) -> None:
    """ReferenceId is taken, to pass along the id that the caller's application uses."""
    contact_id = minicrm.make_contact(ReferenceId=f"{minicrm.sandbox.prefix}4711")
    minicrm.save(f"Contact/{contact_id}", {"ReferenceId": f"{minicrm.sandbox.prefix}4712"})


@rule("minicrm.contact-create.required", source=_SECTION, provenance="observed", writes=True)
def check_required(minicrm: MinicrmAccount) -> None:
    """A new contact needs a Type, and a person a first or last name, a business a Name (grade B)."""
    minicrm.need_sandbox()
    before = _count(minicrm)
    named = {"LastName": f"{minicrm.sandbox.prefix}x"}
    for body in (
        named,
        {"Type": "Person"},
        {"Type": "Business"},
        {"Type": "Robot", **named},
        {"Type": "Person", "Email": "a@b.c"},
    ):
        response = minicrm.put("Contact", body)
        expect(response.status == 400, f"status 400 for {body}", response.describe(), response)
    expect_equal(_count(minicrm), before, "the number of contacts")


@rule("minicrm.contact-update.answer", source=_SECTION, writes=True)
def check_update_response(minicrm: MinicrmAccount) -> None:
    """A PUT with an id updates that contact, and answers its Id."""
    contact_id = minicrm.make_contact()
    response = minicrm.put(f"Contact/{contact_id}", {"FirstName": "John"})
    expect_equal(read_object(response), {"Id": int(contact_id)}, "the answer", response)
    expect_equal(minicrm.fetch("Contact", contact_id)["FirstName"], "John", "the stored FirstName")


@rule("minicrm.contact-update.only-what-is-sent", source=_SECTION, writes=True)
def check_only_what_is_sent(minicrm: MinicrmAccount) -> None:
    """An update changes the fields that were sent and no others, of this contact and of no other, and makes none."""
    contact_id = minicrm.make_contact(FirstName="John", Email="contract-1@example.com", Phone="0612345678")
    other_id = minicrm.make_contact(FirstName="Jane", Email="contract-2@example.com")
    before, other, count = _read(minicrm, contact_id), _read(minicrm, other_id), _count(minicrm)
    minicrm.save(f"Contact/{contact_id}", {"Email": "contract-3@example.com"})
    expect_equal(_read(minicrm, contact_id), {**before, "Email": "contract-3@example.com"}, "the contact after it")
    expect_equal(_read(minicrm, other_id), other, "the other contact")
    expect_equal(_count(minicrm), count, "the number of contacts")


@rule("minicrm.contact-update.found-by-new-value", source=_SECTION, writes=True)
def check_found_by_new_value(minicrm: MinicrmAccount) -> None:
    """After an update a contact is found by its new address, name and phone number, and not by its old ones."""
    old = {"FirstName": "Oldfirstname", "Email": "contract-old@example.com", "Phone": "+36 20 4711081"}
    new = {"FirstName": "Newfirstname", "Email": "contract-new@example.com", "Phone": "+36 20 4711092"}
    contact_id = minicrm.make_contact(**old)
    minicrm.save(f"Contact/{contact_id}", new)
    for criterion, is_found in (
        ({"Email": "contract-old@example.com"}, False),
        ({"Email": "contract-new@example.com"}, True),
        ({"Query": "Oldfirstname"}, False),
        ({"Query": "Newfirstname"}, True),
        ({"Query": "4711081"}, False),
        ({"Query": "4711092"}, True),
    ):
        expect_equal(contact_id in minicrm.search("Contact", **criterion).rows, is_found, f"found by {criterion}")


@rule("minicrm.contact-update.unknown-id", source="Error handling", writes=True)
def check_unknown_id(minicrm: MinicrmAccount) -> None:
    """An update of a contact that does not exist is answered with 404, and creates none."""
    before = _count(minicrm)
    for body in ({"FirstName": "x"}, {"Type": "Person", "LastName": f"{minicrm.sandbox.prefix}x"}):
        response = minicrm.put("Contact/999999989", body)
        expect(response.status == 404, "status 404", response.describe(), response)
    response = minicrm.send("GET", f"{ROOT}/Contact/999999989")
    expect(response.status == 404, "still no such contact", response.describe(), response)
    expect_equal(_count(minicrm), before, "the number of contacts")


@rule("minicrm.contact-update.refused-changes-nothing", source="Error handling", writes=True)
def check_refused_changes_nothing(minicrm: MinicrmAccount) -> None:
    """An update with a field that does not exist is refused with 400, and stores none of its fields."""
    contact_id = minicrm.make_contact(FirstName="before")
    before = _read(minicrm, contact_id)
    for body in ({"FirstName": "after", "NoSuchFieldHere": 1}, {"NoSuchFieldHere": 1, "FirstName": "after"}):
        response = minicrm.put(f"Contact/{contact_id}", body)
        expect(response.status == 400, "status 400", response.describe(), response)
        expect_equal(_read(minicrm, contact_id), before, "the contact")


@rule("minicrm.contact-update.live-fields", source=_SECTION, provenance="observed", writes=True)
def check_live_fields(minicrm: MinicrmAccount) -> None:
    """A person keeps the fields that the document shows of businesses alone (grade A)."""
    minicrm.need_sandbox()
    person = minicrm.make_contact()
    fields = {"Description": "Pays late.", "Industry": "Hospitality", "VatNumber": "20685137-2-41"}
    minicrm.save(f"Contact/{person}", fields)
    detail = minicrm.fetch("Contact", person)
    expect_equal({name: detail.get(name) for name in fields}, fields, "the stored fields")
