"""What an account consists of beside its data: users, modules with statuses and fields, and how they are printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from mockserver.crm.profiles import Language

Kind = Literal["Int", "Text", "DateTime", "File", "Enum", "Set", "Boolean", "Any"]
ContactType = Literal["Person", "Business"]
StatusGroup = Literal["Lead", "Open", "Success", "Failed"]

CONTACT_TYPES: Mapping[int, ContactType] = {1: "Person", 2: "Business"}  # the ids are assumed
STATUS_GROUPS: tuple[StatusGroup, ...] = ("Lead", "Open", "Success", "Failed")

_LABELS: dict[str, dict[Language, str]] = {
    "CategoryId": {"en": "Module", "hu": "Modul"},
    "StatusId": {"en": "Status", "hu": "Státusz"},
    "UserId": {"en": "Responsible", "hu": "Felelős"},
    "Type": {"en": "Type", "hu": "Típus"},
    "Person": {"en": "Person", "hu": "Személy"},
    "Business": {"en": "Business", "hu": "Cég"},
}

VENDOR_KEYS = (
    *("Name", "CountryId", "PostalCode", "City", "Address", "AccountNumber", "IBAN", "SWIFT", "VatNumber"),
    *("EUVatNumber", "RegistrationNumber", "GroupIdentificationNumber", "Miscellaneous"),
)

_TYPE = re.compile(r"(Int|Text|DateTime|File|Enum|Set|Boolean)(?:\(([0-9]{1,9})(?:MB)?\))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity.

    Attributes:
        name: The API's name.
        kind: What values it takes; `Any` is a field that records hold though no schema lists it.
        type_text: What the Schema API prints, such as `Text(128)`; unused where there are choices.
        label: The name that users see; empty where it is the same.
        choices: Id and label of each choice of an Enum or Set; the ids of a Set are powers of two.
        length: Most characters of a text; None is no limit.
        is_required: Whether a new entity needs it.
        can_be_empty: Whether a write may clear it.
    """

    name: str
    kind: Kind
    type_text: str = ""
    label: str = ""
    choices: Mapping[int, str] = field(default_factory=dict[int, str])
    length: int | None = None
    is_required: bool = False
    can_be_empty: bool = True


@dataclass(frozen=True, slots=True)
class Status:
    """One status of a module, and the stage of the pipeline it belongs to."""

    label: str
    group: StatusGroup


@dataclass(frozen=True, slots=True)
class Module:
    """One module.

    Attributes:
        module_id: Its CategoryId.
        name: What users context it.
        details: What `Category?Detailed=1` prints.
        statuses: By StatusId, in the order of the seed.
        listed_users: The users its schema shows.
        schema: The fields its schema prints, in order.
        fields: All fields that a project can hold: those of the schema, ReferenceId, and unlisted ones.
    """

    module_id: int
    name: str
    details: Mapping[str, object]
    statuses: Mapping[int, Status]
    listed_users: tuple[int, ...]
    schema: Mapping[str, Field]
    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Account:
    """One account without the rows it keeps; `vendor` is who its documents are issued by, by `VENDOR_KEYS`.

    `voip_key` is what its telephone exchange sends calls with.
    """

    logins: tuple[tuple[str, str], ...]
    url: str
    users: Mapping[int, str]
    modules: Mapping[int, Module]
    contact_schemas: Mapping[ContactType, Mapping[str, Field]]
    contact_fields: Mapping[ContactType, Mapping[str, Field]]
    task_types: Mapping[int, str]
    vendor: Mapping[str, str]
    voip_key: str


def make_field(name: str, type_text: str, label: str = "", choices: Mapping[int, str] | None = None) -> Field:
    """Return a field by the type that the Schema API prints, such as `Text(1024)`.

    Raises:
        ValueError: There is no such type.
    """
    match = _TYPE.fullmatch(type_text)
    if match is None:
        raise ValueError(type_text)
    kind: Kind = match[1]  # pyright: ignore[reportAssignmentType] - the pattern lists the kinds
    length = int(match[2]) if match[2] and kind == "Text" else None
    return Field(name, kind, type_text, label, choices or {}, length)


DELETED = Field("Deleted", "Boolean", "Boolean")


def _build_fields(types: Mapping[str, str]) -> dict[str, Field]:
    return {name: make_field(name, type_text) for name, type_text in types.items()}


def _build_type_field() -> Field:
    return Field("Type", "Enum", choices=dict(CONTACT_TYPES), can_be_empty=False)


# The names and their order are documented in the answers of Contact (GET); the types are assumed.
DOCUMENTED_CONTACT_FIELDS: Mapping[ContactType, Mapping[str, Field]] = {
    "Person": {
        **_build_fields({"Id": "Int", "BusinessId": "Int"}),
        "Type": _build_type_field(),
        **_build_fields(
            {
                "FirstName": "Text(128)",
                "LastName": "Text(128)",
                "Email": "Text(256)",
                "EmailType": "Text(64)",
                "Phone": "Text(64)",
                "PhoneType": "Text(64)",
                "Position": "Text(128)",
            }
        ),
    },
    "Business": {
        **_build_fields({"Id": "Int"}),
        "Type": _build_type_field(),
        **_build_fields(
            {
                "Name": "Text(256)",
                "Email": "Text(256)",
                "EmailType": "Text(64)",
                "Phone": "Text(64)",
                "PhoneType": "Text(64)",
                "Description": "Text(1024)",
                "Url": "Text(256)",
                "Industry": "Text(128)",
                "Region": "Text(128)",
                "VatNumber": "Text(64)",
                "RegistrationNumber": "Text(64)",
                "BankAccount": "Text(64)",
                "Swift": "Text(64)",
                "Employees": "Int",
                "YearlyRevenue": "Int",
            }
        ),
    },
}

# Recorded from live accounts and stated by an official manual (grades A, B); the types are assumed.
_LIVE_CONTACT_FIELDS: Mapping[ContactType, Mapping[str, Field]] = {
    "Person": {
        "Description": make_field("Description", "Text(1024)"),
        "Deleted": DELETED,
        **_build_fields(
            {
                "Url": "Text(256)",
                "BankAccount": "Text(64)",
                "Swift": "Text(64)",
                "VatNumber": "Text(64)",
                "Industry": "Text(128)",
                "Region": "Text(128)",
                "YearlyRevenue": "Int",
                "DataManagement_Consent": "Text(128)",
            }
        ),
    },
    "Business": {
        "Deleted": DELETED,
        **_build_fields(
            {
                "EUVatNumber": "Text(64)",
                "FoundingYear": "Int",
                "Capital": "Int",
                "MainActivity": "Text(256)",
                "BisnodeTrafficLight": "Text(64)",
                "NonGovernmentalOrganization": "Text(64)",
                "GroupIdentificationNumber": "Text(64)",
            }
        ),
    },
}
BUILT_IN_CONTACT_FIELDS: Mapping[ContactType, Mapping[str, Field]] = {
    kind: {**documented, **_LIVE_CONTACT_FIELDS[kind]} for kind, documented in DOCUMENTED_CONTACT_FIELDS.items()
}
# Taken in writes, and in no live detail: observed, grades A, C.
UNSHOWN_CONTACT_FIELDS = frozenset({"EmailType", "PhoneType"})

REFERENCE_ID = Field("ReferenceId", "Text")
PROJECT_NAME = Field("Name", "Text", "Text(128)", length=128)
LONG_PROJECT_NAME = Field("Name", "Text", "Text(512)", length=512)
"""As live servers have it (observed, grade A); a seed may hold it in every profile."""


def build_project_schema(
    modules: Mapping[int, str], statuses: Mapping[int, Status], users: Mapping[int, str], own: Mapping[str, Field]
) -> dict[str, Field]:
    """Return a module's fields in the order of the document's schema."""
    built_in = (
        Field("Id", "Int", "Int"),
        Field("CategoryId", "Enum", choices=modules, can_be_empty=False),
        Field("ContactId", "Int", "Int"),
        Field(
            "StatusId",
            "Enum",
            choices={status_id: status.label for status_id, status in statuses.items()},
            can_be_empty=False,
        ),
        Field("UserId", "Enum", choices=users, can_be_empty=False),
        PROJECT_NAME,
        DELETED,
    )
    schema = {each.name: each for each in built_in}
    for name, each in own.items():
        # A seed may say more of a built-in field (a label, that it is required), never change what it is.
        schema[name] = replace(schema[name], label=each.label, is_required=each.is_required) if name in schema else each
    return schema


def render_schema(fields: Mapping[str, Field]) -> dict[str, object]:
    """Return what the Schema API prints: a type, or the choices by id."""
    return {
        name: {str(choice): label for choice, label in each.choices.items()}
        if each.kind in {"Enum", "Set"}
        else each.type_text
        for name, each in fields.items()
    }


def find_label(language: Language, name: str, default: str = "") -> str:
    """Return the label a user of this account sees for a built-in name, else `default`, else the name itself."""
    return _LABELS[name][language] if name in _LABELS else default or name
