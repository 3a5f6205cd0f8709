"""The detail of a project and of a contact, and what is wrong with an id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount

_PROJECT = "Project (GET)"
_CONTACT = "Contact (GET)"
_PERSON_KEYS = (
    "Id",
    "BusinessId",
    "Type",
    "FirstName",
    "LastName",
    "Email",
    "EmailType",
    "Phone",
    "PhoneType",
    "Position",
)
_LIVE_KEYS = "observed, grade A: neither EmailType nor PhoneType is there"
_BUSINESS_KEYS = (
    "Id", "Type", "Name", "Email", "EmailType", "Phone", "PhoneType", "Description", "Url", "Industry", "Region",
    "VatNumber", "RegistrationNumber", "BankAccount", "Swift", "Employees", "YearlyRevenue",
)  # fmt: skip


def _first_project(minicrm: MinicrmAccount) -> dict[str, Any]:
    return minicrm.fetch("Project", next(iter(minicrm.need_projects(1))))


def _first_contact(minicrm: MinicrmAccount, kind: str) -> dict[str, Any]:
    found = minicrm.search("Contact", Type=kind).ids
    if not found:
        raise NotTestedError(f"there is no {kind}")
    return minicrm.fetch("Contact", found[0])


def _expect_types(detail: dict[str, Any], kinds: dict[str, type], *, live: str = "") -> None:
    for name, kind in kinds.items():
        is_so = isinstance(detail.get(name), kind) and not isinstance(detail.get(name), bool)
        word = {int: "a number", str: "text"}[kind]
        expect(is_so, f"{name} to be {word}", repr(detail.get(name, "absent")), live=live)


@rule("minicrm.detail.project-keys", source=_PROJECT)
def check_project_keys(minicrm: MinicrmAccount) -> None:
    """The detail of a project has Id, CategoryId, ContactId, StatusId, UserId, Name and Deleted."""
    keys = ("Id", "CategoryId", "ContactId", "StatusId", "UserId", "Name", "Deleted")
    missing = [name for name in keys if name not in _first_project(minicrm)]
    expect(not missing, f"the keys {', '.join(keys)}", f"a detail without {', '.join(missing)}")


@rule("minicrm.detail.project-types", source=_PROJECT)
def check_project_types(minicrm: MinicrmAccount) -> None:
    """In the detail of a project Id, CategoryId and ContactId are numbers; StatusId, UserId and Name are text."""
    text = dict.fromkeys(("StatusId", "UserId", "Name"), str)
    _expect_types(_first_project(minicrm), {**dict.fromkeys(("Id", "CategoryId", "ContactId"), int), **text})


@rule("minicrm.detail.project-deleted", source=_PROJECT)
def check_project_deleted(minicrm: MinicrmAccount) -> None:
    """In the detail of a project Deleted is the text 0 or 1."""
    deleted = _first_project(minicrm)["Deleted"]
    expect(deleted in ("0", "1"), 'Deleted to be "0" or "1"', repr(deleted), live="observed, grade A: it is a number")


@rule("minicrm.detail.project-labels", source=_PROJECT)
def check_project_labels(minicrm: MinicrmAccount) -> None:
    """In the detail of a project StatusId is the status' label, one of the schema of its module."""
    project = _first_project(minicrm)
    schema = read_object(minicrm.get(f"{ROOT}/Schema/Project/{project['CategoryId']}"))
    labels = list(cast("dict[str, str]", schema["StatusId"]).values())
    expect(project["StatusId"] in labels, f"StatusId to be one of {labels}", repr(project["StatusId"]))


@rule("minicrm.detail.numbers", source=_PROJECT)
def check_numbers(minicrm: MinicrmAccount) -> None:
    """In the detail of a project a field of type Int is a number, one of type Text is text."""
    project = _first_project(minicrm)
    schema = read_object(minicrm.get(f"{ROOT}/Schema/Project/{project['CategoryId']}"))
    kinds: dict[str, type] = {"Int": int, "Text": str, "DateTime": str}
    own = {name: kinds[word] for name, kind in schema.items()
           if isinstance(kind, str) and (word := kind.partition("(")[0]) in kinds and name in project
           and name != "Invited"}  # a list, though schemas say Text (observed, grade A)  # fmt: skip
    _expect_types(project, own)


@rule("minicrm.detail.person-keys", source=_CONTACT)
def check_person_keys(minicrm: MinicrmAccount) -> None:
    """The detail of a person has the ten documented keys."""
    missing = [name for name in _PERSON_KEYS if name not in _first_contact(minicrm, "Person")]
    expect(
        not missing, f"the keys {', '.join(_PERSON_KEYS)}", f"a detail without {', '.join(missing)}", live=_LIVE_KEYS
    )


@rule("minicrm.detail.business-keys", source=_CONTACT)
def check_business_keys(minicrm: MinicrmAccount) -> None:
    """The detail of a business has the seventeen documented keys."""
    missing = [name for name in _BUSINESS_KEYS if name not in _first_contact(minicrm, "Business")]
    expect(
        not missing, f"the keys {', '.join(_BUSINESS_KEYS)}", f"a detail without {', '.join(missing)}", live=_LIVE_KEYS
    )


@rule("minicrm.detail.person-types", source=_CONTACT)
def check_person_types(minicrm: MinicrmAccount) -> None:
    """In the detail of a person Id and BusinessId are numbers, and all else is text."""
    text = {name: str for name in _PERSON_KEYS if name not in ("Id", "BusinessId")}
    _expect_types(_first_contact(minicrm, "Person"), {"Id": int, "BusinessId": int, **text}, live=_LIVE_KEYS)


@rule("minicrm.detail.business-types", source=_CONTACT)
def check_business_types(minicrm: MinicrmAccount) -> None:
    """In the detail of a business Id, Employees and YearlyRevenue are numbers, and all else is text."""
    numbers = ("Id", "Employees", "YearlyRevenue")
    text = {name: str for name in _BUSINESS_KEYS if name not in numbers}
    types = {**dict.fromkeys(numbers, int), **text}
    _expect_types(_first_contact(minicrm, "Business"), types, live=_LIVE_KEYS)


@rule("minicrm.detail.contact-type", source=_CONTACT)
def check_contact_type(minicrm: MinicrmAccount) -> None:
    """In the detail of a contact Type is Person or Business, whatever the account's language."""
    for kind in ("Person", "Business"):
        expect_equal(_first_contact(minicrm, kind)["Type"], kind, "Type", live="observed, grade A: it is a label")


@rule("minicrm.detail.business-of-person", source=_CONTACT)
def check_business_of_person(minicrm: MinicrmAccount) -> None:
    """The BusinessId of a person is the Id of a business."""
    for contact_id in minicrm.search("Contact", Type="Person").ids[:8]:
        business = minicrm.fetch("Contact", contact_id)["BusinessId"]
        if business:
            expect("Name" in minicrm.fetch("Contact", business), f"contact {business} to be a business", "it is none")
            return
    raise NotTestedError("none of the first persons has a business")


@rule("minicrm.detail.unknown-id", source="Error handling")
def check_unknown_id(minicrm: MinicrmAccount) -> None:
    """An entity that does not exist is not found: status 404."""
    for path in ("Project/999999989", "Contact/999999989", "ToDo/999999989", "Address/999999989", "Project/0"):
        response = minicrm.send("GET", f"{ROOT}/{path}")
        expect(response.status == 404, f"status 404 for {path}", response.describe(), response)


@rule("minicrm.detail.id-of-another-kind", source="Error handling")
def check_id_of_another_kind(minicrm: MinicrmAccount) -> None:
    """An id is of one kind of entity: that of a project which no contact has is no contact."""
    contacts = set(minicrm.list_contacts())
    project = next((one for one in reversed(minicrm.need_projects(1)) if one not in contacts), None)
    if project is None:
        raise NotTestedError("every project's id is also a contact's")
    response = minicrm.send("GET", f"{ROOT}/Contact/{project}")
    expect(response.status == 404, f"status 404 for Contact/{project}", response.describe(), response)


@rule("minicrm.detail.malformed-id", source="Error handling", provenance="assumed")
def check_malformed_id(minicrm: MinicrmAccount) -> None:
    """What is no number is no id: status 404."""
    for path in ("Project/abc", "Project/-1", "Contact/1x", "ToDo/1.5"):
        response = minicrm.send("GET", f"{ROOT}/{path}")
        expect(response.status == 404, f"status 404 for {path}", response.describe(), response)
