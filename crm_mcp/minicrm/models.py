"""The models of MiniCRM: what `wire` parses and what the tools return. Pure data.

An object has its own `id` as text, its few common keys in snake_case and the rest under `fields`, with the CRM's own
names and untouched values. A common key that the CRM holds empty is absent. `rich_text` names the texts that are HTML
in the CRM and that a result shows as plain text.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from crm_mcp.crm.paging import PageRules

PAGE_SIZE = 100
"""Rows of one page of a search. Source: minicrm.txt, "Searching"."""


PAGE_RULES = PageRules("MiniCRM", PAGE_SIZE)


class Module(TypedDict):
    """One module; `fields` holds its settings where they were asked for."""

    id: str
    name: str
    type: NotRequired[str]
    fields: NotRequired[dict[str, Any]]


class SchemaField(TypedDict):
    """One field of an entity; `choices` maps ids to labels."""

    name: str
    type: str
    choices: NotRequired[dict[str, str]]


class Schema(TypedDict):
    """What an entity of this account can hold; the maps lead from ids to labels."""

    fields: list[SchemaField]
    statuses: dict[str, str]
    users: dict[str, str]
    modules: dict[str, str]


class Project(TypedDict):
    """One project: rows of a search hold ids of status and user, a detail their labels; labels are added to ids."""

    id: str
    name: str
    module: NotRequired[str]
    module_id: NotRequired[str]
    contact_id: NotRequired[str]
    contact: NotRequired[str]
    business_id: NotRequired[str]
    business: NotRequired[str]
    status: NotRequired[str]
    status_id: NotRequired[str]
    user: NotRequired[str]
    user_id: NotRequired[str]
    deleted: NotRequired[bool]
    fields: dict[str, Any]
    rich_text: NotRequired[str]


class Contact(TypedDict):
    """One person or business; a person's `name` is the first and last name joined where the CRM sends no `Name`."""

    id: str
    name: str
    type: NotRequired[Literal["Person", "Business"]]
    email: NotRequired[str]
    phone: NotRequired[str]
    business_id: NotRequired[str]
    deleted: NotRequired[bool]
    fields: dict[str, Any]
    rich_text: NotRequired[str]


class Task(TypedDict):
    """One task; `status` is `Open` or `Closed` as sent."""

    id: str
    comment: str
    status: NotRequired[str]
    deadline: NotRequired[str]
    project_id: NotRequired[str]
    user: NotRequired[str]
    user_id: NotRequired[str]
    type: NotRequired[str]
    type_id: NotRequired[str]
    fields: NotRequired[dict[str, Any]]
    rich_text: NotRequired[str]


class AddressRow(TypedDict):
    """One address of a list: the CRM's one-line form."""

    id: str
    label: str


class Address(TypedDict):
    """One address of a contact."""

    id: str
    name: str
    contact_id: NotRequired[str]
    fields: dict[str, Any]
    rich_text: NotRequired[str]


class Written(TypedDict):
    """What was created or updated."""

    id: str


class ProjectPage(TypedDict):
    """Projects that were found; `total` counts all of them, `note` says which names were not read."""

    items: list[Project]
    next_cursor: NotRequired[str]
    total: NotRequired[int]
    note: NotRequired[str]


class ContactPage(TypedDict):
    """Contacts that were found; `total` counts all of them."""

    items: list[Contact]
    next_cursor: NotRequired[str]
    total: NotRequired[int]


class Tasks(TypedDict):
    """Tasks of one project."""

    items: list[Task]
    next_cursor: NotRequired[str]


class Addresses(TypedDict):
    """Addresses of one contact."""

    items: list[AddressRow]
    next_cursor: NotRequired[str]
