"""The field table: all that is known of each MiniCRM field that stands in no schema, or in every one. Pure data.

Provenance: `documented` is the API's own document, `observed` another official manual or a client that ran against the
live API, `assumed` a guess that does no harm, since the CRM itself refuses or ignores a name that it does not know.

Sources: minicrm.txt, "Database Schema", "Project search", "Contact Search", "Task Search", and GET and PUT of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Provenance = Literal["documented", "observed", "assumed"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity.

    Attributes:
        name: The API's name; case-sensitive.
        kind: How its value is read; a `choice` comes as an id from a search and as a label from a detail.
        key: Key of the value in results, of a choice's id; empty where it stands under `fields` by its API name.
        label_key: Key of the label that belongs to the value of `key`; only a `choice` comes with it.
        group_names: Names that `group_by` and `measures` take beside the API's own, in lower case.
        provenance: How the field is known.
        written: Whether a write takes it.
        searched: Whether a search takes it as a criterion, under the same name.
        required: Whether a create needs it.
        fixed: Whether it cannot change after a create.
        never_empty: Whether every object has one of the choices that the account lists.
        read_from: Where its value is found. `rows`: rows of a search and details; `newer rows`: the same, but in rows
            of newer servers only (observed); `detail`: details only; `search`: nowhere, but it can be searched by;
            `nowhere`: it is a criterion and has no value.
    """

    name: str
    kind: Literal["text", "id", "choice", "flag", "date"] = "text"
    key: str = ""
    label_key: str = ""
    group_names: tuple[str, ...] = ()
    provenance: Provenance = "documented"
    written: bool = True
    searched: bool = True
    required: bool = False
    fixed: bool = False
    never_empty: bool = False
    read_from: Literal["rows", "newer rows", "detail", "search", "nowhere"] = "detail"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of results that hold it, the label last; none where it stands under `fields`."""
        return tuple(key for key in (self.key, self.label_key) if key)


@dataclass(frozen=True)
class Entity:
    """The fields of projects, contacts, tasks or addresses.

    Attributes:
        title: API name of the field that names an object; results always hold it, after the id.
        fields: The fields, those with a key in the order of results.
        has_search: Whether the API searches them; tasks and addresses are only listed.
    """

    title: str
    fields: tuple[Field, ...]
    has_search: bool = True

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by API name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def keyed(self) -> tuple[Field, ...]:
        """The fields that have keys of their own in results."""
        return tuple(field for field in self.fields if field.key)

    @cached_property
    def written(self) -> Sequence[str]:
        """What a write takes, by API name."""
        return [field.name for field in self.fields if field.written]

    @cached_property
    def searched(self) -> Sequence[str]:
        """What a search takes as criteria, by API name."""
        return [field.name for field in self.fields if field.searched and self.has_search]

    @cached_property
    def values(self) -> Sequence[str]:
        """API names of the fields that have a value, even one that can only be searched by."""
        return [field.name for field in self.fields if field.read_from != "nowhere"]

    @cached_property
    def dates(self) -> frozenset[str]:
        """API names of the fields that are dates whether a schema lists them or not."""
        return frozenset(field.name for field in self.fields if field.kind == "date")

    @cached_property
    def chosen(self) -> frozenset[str]:
        """API names of the choices that every schema lists and that cannot be emptied."""
        return frozenset(field.name for field in self.fields if field.never_empty and field.written)

    @cached_property
    def required(self) -> Sequence[str]:
        """What a create needs, by API name."""
        return [field.name for field in self.fields if field.required]

    @cached_property
    def fixed(self) -> Sequence[str]:
        """What an update cannot change, by API name."""
        return [field.name for field in self.fields if field.fixed]

    def in_rows(self, *, newer: bool) -> frozenset[str]:
        """Return the API names of the fields that rows of a search hold, by newer or older servers."""
        places = ("rows", "newer rows") if newer else ("rows",)
        return frozenset(field.name for field in self.fields if field.read_from in places)

    def keys_of(self, name: str) -> tuple[str, ...]:
        """Return the keys of results that hold a field; one without keys stands under its own name."""
        field = self.by_name.get(name)
        return (field.keys if field else ()) or (name,)

    def api_name(self, name: str) -> str:
        """Return the API's name of a field named as `group_by` and `measures` take it, such as `status`."""
        return next((field.name for field in self.fields if name.casefold() in field.group_names), name)


STATUS_GROUPS: Mapping[str, str] = {name: name for name in ("Lead", "Open", "Success", "Failed")}
"""The choices of `StatusGroup`; Lead is observed."""
CONTACT_TYPES: Mapping[str, str] = {name: name for name in ("Person", "Business")}
"""The choices of a contact's `Type`."""


def _criterion(name: str, provenance: Provenance = "documented") -> Field:
    return Field(name, provenance=provenance, written=False, read_from="nowhere")


def _read_only(name: str) -> Field:
    return Field(name, "date" if name.endswith("At") else "text", provenance="observed", written=False)


def _observed(name: str) -> Field:
    return Field(name, provenance="observed")


_HISTORY = ("CreatedBy", "CreatedAt", "UpdatedBy", "UpdatedAt")
_ID = Field("Id", "id", "id", provenance="assumed", written=False, read_from="rows")

PROJECT = Entity(
    "Name",
    (
        _ID,
        Field("Name", "text", "name", "", ("name",), read_from="rows"),
        Field("CategoryId", "id", "module_id", "module", ("module",), required=True, fixed=True, never_empty=True),
        Field("ContactId", "id", "contact_id", "", ("contact", "contact_id"), required=True, read_from="newer rows"),
        Field(
            "BusinessId",
            "id",
            "business_id",
            "",
            ("business", "business_id"),
            "observed",
            read_from="newer rows",
        ),
        Field("StatusId", "choice", "status_id", "status", ("status",), never_empty=True, read_from="rows"),
        Field("UserId", "choice", "user_id", "user", ("user",), never_empty=True, read_from="rows"),
        Field("Deleted", "flag", "deleted"),  # rows hold it by the document, but nothing relies on that
        Field("ReferenceId"),
        Field("StatusGroup", group_names=("status_group",), written=False, never_empty=True, read_from="search"),
        *map(_read_only, _HISTORY),
        *map(_read_only, ("StatusUpdatedAt", "IsPrivate", "Invited", "ProjectHash", "ProjectEmail")),
        *(_criterion(name) for name in ("Query", "UpdatedSince")),
        _criterion("MainContactId", "observed"),
    ),
)
"""Projects; fields of a module's schema are written and searched as well (any as a criterion: observed).

`ContactId` is not fixed: the document says so, a manual that it can change within one business, and to another one
together with `BusinessId` (observed).
"""

CONTACT = Entity(
    "Name",
    (
        _ID,
        Field("Name", key="name", read_from="rows"),
        Field("Type", key="type", required=True, read_from="rows"),
        Field("Email", key="email", read_from="rows"),
        Field("Phone", key="phone", read_from="rows"),
        Field("BusinessId", "id", "business_id"),
        Field("Deleted", "flag", "deleted", provenance="assumed"),
        *map(Field, ("FirstName", "LastName", "EmailType", "PhoneType", "Position", "Description", "Url", "Industry")),
        *map(Field, ("Region", "VatNumber", "RegistrationNumber", "BankAccount", "Swift", "Employees")),
        *map(Field, ("YearlyRevenue", "ReferenceId")),
        *map(_observed, ("DataManagement_Consent", "EUVatNumber", "FoundingYear", "Capital", "MainActivity")),
        *map(_observed, ("BisnodeTrafficLight", "NonGovernmentalOrganization", "GroupIdentificationNumber")),
        *map(_read_only, _HISTORY),
        _criterion("Query"),
        _criterion("UpdatedSince", "observed"),
        _criterion("MainContactId", "observed"),
    ),
)
"""Persons and businesses; fields of their schemas are written and searched as well."""

TASK = Entity(
    "Comment",
    (
        _ID,
        Field("Comment", key="comment", read_from="rows"),
        Field("Status", key="status", read_from="rows"),
        Field("Deadline", "date", "deadline", read_from="rows"),
        Field("ProjectId", "id", "project_id", required=True, fixed=True),
        Field("UserId", "choice", "user_id", "user", read_from="rows"),
        Field("Type", "choice", "type_id", "type", read_from="rows"),
        *map(_observed, ("Duration", "Reminder", "AddressId", "ContactId", "Attachments", "Members")),
        *map(_read_only, ("SenderUserId", "Mode", "Notes", *_HISTORY, "ClosedBy", "ClosedAt")),
    ),
    has_search=False,
)
"""Tasks; no schema lists their fields. That `ProjectId` is required and fixed is observed.

`Attachments` is written as the URLs of files, joined by commas without spaces (observed).
"""

ADDRESS = Entity(
    "Name",
    (
        _ID,
        Field("ContactId", "id", "contact_id", required=True, fixed=True),
        Field("Type"),
        Field("Name", key="name", required=True),
        *map(Field, ("CountryId", "PostalCode", "City", "Address")),
        _observed("County"),
        Field("Default", "flag"),
        *map(_read_only, _HISTORY),
    ),
    has_search=False,
)
"""Addresses; no schema lists their fields. What is required and fixed is observed."""

LINKS: Mapping[str, Literal["contact", "business", "project", "address"]] = {
    "ContactId": "contact",
    "MainContactId": "contact",
    "BusinessId": "business",
    "ProjectId": "project",
    "AddressId": "address",
}
"""Fields of any entity that hold another object's id, with what that is; a business is a contact of that type."""


def names_by_use(*entities: Entity, written: bool) -> Mapping[str, str]:
    """Return the API names of the fields that a write takes, or else a search, by these names and those of results."""
    fields = [field for one in entities for field in one.fields if (field.written if written else field.searched)]
    return {called: field.name for field in fields if field.name != "Id" for called in (field.name, *field.keys)}
