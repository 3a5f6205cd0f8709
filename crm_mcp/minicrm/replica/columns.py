"""The tables of a MiniCRM account, made of its schemas. Pure.

| table | rows come by | other columns come by |
|---|---|---|
| `minicrm_projects`, and a view a module | searches a module, and of the trash | the card; a choice also by searches |
| `minicrm_contacts` | one search | the card |
| `minicrm_tasks` | the list of each project | nothing: a list has all of them |
| `minicrm_addresses` | the list of each contact | the card |
| `minicrm_users`, `minicrm_statuses` | the schemas | nothing |
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from crm_mcp.crm.field_labels import NO_LABELS, FieldLabels
from crm_mcp.minicrm.account.schema import choices_of
from crm_mcp.minicrm.field_table import CONTACT, PROJECT, Entity
from crm_mcp.minicrm.models import Schema, SchemaField
from crm_mcp.replica.naming import make_name, make_unique_name
from crm_mcp.replica.tables import Column, Kind, KnownBy, Table

PROJECTS = "minicrm_projects"
CONTACTS = "minicrm_contacts"
TASKS = "minicrm_tasks"
ADDRESSES = "minicrm_addresses"
USERS = "minicrm_users"
STATUSES = "minicrm_statuses"
KINDS: Mapping[str, str] = {PROJECTS: "projects", CONTACTS: "contacts", TASKS: "tasks", ADDRESSES: "addresses"}
"""What the rows of the tables are that are read from the CRM."""

_KINDS: Mapping[str, Kind] = {"Int": "integer", "Boolean": "flag", "DateTime": "date"}
_NAME_OF_CONTACT = f"(select c.name from {{schema}}.{CONTACTS} as c where c.id = {{value}})"
_OWN = frozenset({"Id", "Name", "CategoryId", "ContactId", "BusinessId", "StatusId", "UserId", "Deleted"})
"""Fields of projects that have columns of their own names."""
_OWN_OF_CONTACTS = frozenset({"Id", "Name", "Type", "Email", "Phone", "BusinessId", "Deleted"})


@dataclass(frozen=True)
class AccountSchema:
    """What an account says of itself.

    Attributes:
        modules: Names by id.
        projects: The schema of each module that can be read, by its id.
        contacts: The fields of persons and businesses.
        groups: The status group of each status that is known.
        seen: Fields that no schema lists but that cards hold, by table.
        texts: Columns that hold something else than their schema says, and so are texts, by table.
        rows_hold_contacts: Whether rows of a search hold the contact (observed on newer servers).
        family_name_first: Whether rows show the family name of people first (observed in Hungarian accounts).
    """

    modules: Mapping[str, str]
    projects: Mapping[str, Schema]
    contacts: Schema
    groups: Mapping[str, str] = field(default_factory=dict[str, str])
    seen: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    rows_hold_contacts: bool = False
    family_name_first: bool = False

    @property
    def users(self) -> dict[str, str]:
        """The names of users by id."""
        return {key: name for schema in self.projects.values() for key, name in schema["users"].items()}

    @property
    def statuses(self) -> dict[str, tuple[str, str]]:
        """The module and the label of each status, by id, in the order of the pipelines."""
        return {
            key: (module, label)
            for module, schema in self.projects.items()
            for key, label in schema["statuses"].items()
        }


def build_tables(account: AccountSchema, labels: FieldLabels = NO_LABELS) -> list[Table]:
    """Return the tables of an account, and the view of each module; `labels` is what people call fields."""
    projects = _projects(account, labels)
    views: list[Table] = []
    for module, view_name in view_names(account.modules).items():
        name, schema = account.modules[module], account.projects.get(module)
        own = {one["name"] for one in schema["fields"]} if schema else set[str]()
        columns = [one for one in projects.columns if not _is_custom(one.field) or one.field in own]
        if schema:
            columns = [replace(one, choices=schema["statuses"]) if one.name == "status" else one for one in columns]
        views.append(Table(view_name, "projects", tuple(columns), name, PROJECTS, module))
    return [projects, *views, _contacts(account, labels), _tasks(account), _addresses(account), _users(), _statuses()]


def view_names(modules: Mapping[str, str]) -> dict[str, str]:
    """Return the name of each module's view by the module's id."""
    taken: dict[str, str] = {}
    for module, name in modules.items():
        taken[module] = make_unique_name(name, list(taken.values()), module)
    return {module: f"{PROJECTS}_{name}" for module, name in taken.items()}


def _projects(account: AccountSchema, labels: FieldLabels) -> Table:
    by_contact: KnownBy = "row" if account.rows_hold_contacts else "card"
    columns = [
        Column("id", "id", field="Id"),
        Column("module", field="CategoryId"),
        Column("name", field="Name"),
        Column("status", field="StatusId"),
        Column("status_id", "id"),
        Column("status_group", field="StatusGroup"),
        Column("user", field="UserId"),
        Column("user_id", "id"),
        Column("contact_id", "id", by_contact, "ContactId"),
        Column("contact", sql=_NAME_OF_CONTACT, of="contact_id", needs=(CONTACTS,)),
        Column("business_id", "id", by_contact, "BusinessId"),
        Column("business", sql=_NAME_OF_CONTACT, of="business_id", needs=(CONTACTS,)),
        Column("reference_id", "text", "card", "ReferenceId"),
        Column("created_at", "date", "card", "CreatedAt"),
        Column("updated_at", "date", "card", "UpdatedAt"),
        Column("deleted", "flag", field="Deleted"),
    ]
    fields = _merged_fields(list(account.projects.values()))
    found = [one for one in fields if one["name"] not in _OWN]
    schemas = list(account.projects.values())
    columns += _others(PROJECT, found, columns, labels, schemas)
    return _completed(Table(PROJECTS, "projects", tuple(columns)), PROJECT, account)


def _contacts(account: AccountSchema, labels: FieldLabels) -> Table:
    columns = [
        Column("id", "id", field="Id"),
        Column("type", field="Type"),
        Column("name", field="Name"),
        Column("email", field="Email"),
        Column("phone", field="Phone"),
        Column("business_id", "id", "card", "BusinessId"),
        Column("business", sql=_NAME_OF_CONTACT, of="business_id"),
        Column("created_at", "date", "card", "CreatedAt"),
        Column("updated_at", "date", "card", "UpdatedAt"),
    ]
    found = [one for one in account.contacts["fields"] if one["name"] not in _OWN_OF_CONTACTS]
    columns += _others(CONTACT, found, columns, labels, ())
    return _completed(Table(CONTACTS, "contacts", tuple(columns)), CONTACT, account)


def _tasks(account: AccountSchema) -> Table:
    columns = (
        Column("id", "id", field="Id"),
        Column("project_id", "id"),
        Column("comment", field="Comment"),
        Column("status", field="Status"),
        Column("deadline", "date", field="Deadline"),
        Column("user", field="UserId"),
        Column("user_id", "id"),
        Column("type", field="Type"),
    )
    del account
    return Table(TASKS, "tasks", columns, parent=PROJECTS, parent_column="project_id")


def _addresses(account: AccountSchema) -> Table:
    columns = (
        Column("id", "id", field="Id"),
        Column("contact_id", "id", field="ContactId"),
        Column("name", "text", "card", "Name"),
        Column("type", "text", "card", "Type"),
        Column("country", "text", "card", "CountryId"),
        Column("postal_code", "text", "card", "PostalCode"),
        Column("city", "text", "card", "City"),
        Column("address", "text", "card", "Address"),
    )
    del account
    return Table(ADDRESSES, "addresses", columns, parent=CONTACTS, parent_column="contact_id")


def _users() -> Table:
    return Table(USERS, "users", (Column("id", "id"), Column("name")), is_searched=False)


def _statuses() -> Table:
    columns = (
        Column("id", "id"),
        Column("module"),
        Column("name"),
        Column("status_group"),
        Column("place", "integer"),
    )
    title = "`place` is their order in the pipeline"
    return Table(STATUSES, "statuses", columns, title, is_searched=False)


def _others(
    entity: Entity, fields: Sequence[SchemaField], own: Sequence[Column], labels: FieldLabels, schemas: Sequence[Schema]
) -> list[Column]:
    """Return the columns of fields that have none yet; one whose choices exclude each other is found by searches."""
    taken = {column.name for column in own}
    known = {column.field for column in own}
    columns: list[Column] = []
    for one in fields:
        name = one["name"]
        if name in known:
            continue
        column_name = make_unique_name(_snake(name) if name in entity.by_name else name, taken)
        taken.add(column_name)
        label = labels.label_of(name)
        columns.append(
            Column(
                column_name,
                _kind_of(entity, one),
                "choice" if _is_searched(one, schemas) else "card",
                name,
                one.get("choices", {}),
                "" if label == name else label,
            )
        )
    return columns


def _is_searched(one: SchemaField, schemas: Sequence[Schema]) -> bool:
    return one["type"] == "Boolean" or bool(choices_of(one["name"], schemas, {}))


def _kind_of(entity: Entity, one: SchemaField) -> Kind:
    return "date" if one["name"] in entity.dates else _KINDS.get(one["type"], "text")


def _completed(table: Table, entity: Entity, account: AccountSchema) -> Table:
    """Return a table with columns for what cards held beside the schema, and texts where values were none of theirs."""
    seen = [SchemaField(name=name, type="") for name in account.seen.get(table.name, ())]
    table = table.with_columns(*_others(entity, seen, table.columns, NO_LABELS, ()))
    texts = set(account.texts.get(table.name, ()))
    columns = [
        Column(c.name, "text", c.known_by, c.field, c.choices, c.label) if c.name in texts else c for c in table.columns
    ]
    return Table(table.name, table.kind, tuple(columns), table.title)


def _merged_fields(schemas: Sequence[Schema]) -> list[SchemaField]:
    merged: dict[str, SchemaField] = {}
    for schema in schemas:
        for one in schema["fields"]:
            known = merged.setdefault(one["name"], one.copy())
            if "choices" in one:
                known["choices"] = {**known.get("choices", {}), **one["choices"]}
    return list(merged.values())


def _is_custom(name: str) -> bool:
    return bool(name) and name not in PROJECT.by_name


def _snake(name: str) -> str:
    """Return `StatusUpdatedAt` as `status_updated_at`."""
    return make_name(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name))
