"""The Project endpoints: search, detail, create and update."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping, Sequence

from mockserver.minicrm import rules
from mockserver.minicrm.call import Call
from mockserver.minicrm.deviations import (
    CONTACT_MAY_CHANGE,
    DELETED_IS_INT,
    DETAIL_SHOWS_EVERY_FIELD,
    SEARCH_IDS_ARE_INTS,
    UNKNOWN_USER_IS_TAKEN,
)
from mockserver.minicrm.rules import Refusal
from mockserver.minicrm.schema import Account, Field, Module
from mockserver.minicrm.store import Contact, Project, list_rows, read_row, save_row, save_words, take_next_id
from mockserver.minicrm.values import parse_value

# Where the built-in fields are kept; all others lie in `Project.fields`.
COLUMNS = {
    "Id": "id",
    "CategoryId": "category_id",
    "ContactId": "contact_id",
    "StatusId": "status_id",
    "UserId": "user_id",
    "Name": "name",
    "Deleted": "deleted",
    "ReferenceId": "reference_id",
}


def get_project(call: Call) -> object:
    """Answer `GET /Project/{id}`.

    Source: Project (GET).
    """
    return render_project(call, call.read_target(Project))


def get_project_by_reference(call: Call, reference: str) -> object:
    """Answer `GET /Project?ReferenceId=` with the detail of the one project; of several, the oldest (assumed).

    Source: Project (GET).
    """
    found = list_rows(call.connection, Project, "reference_id = ?", (reference,), limit=2)
    if not found:
        raise Refusal(rules.WRONG_ID, hints=[f"no project has the ReferenceId {reference!r}"])
    if len(found) > 1:
        call.hints.append(f"several projects have the ReferenceId {reference!r}; the lowest id was taken")
    return render_project(call, found[0])


def create_project(call: Call) -> object:
    """Answer `PUT /Project`: a new project.

    Where the body does not say others, it gets the module's first status and user, and the contact's name (assumed).

    Source: Project (PUT).
    """
    body = call.read_body()
    module, contact = _read_owners(call, body)
    project = Project(
        id=0,
        category_id=module.module_id,
        contact_id=contact.id,
        status_id=next(iter(module.statuses), None),
        user_id=next(iter(module.listed_users), None),
        name=contact.name,
        created_at=call.now,
    )
    _write(call, project, module, body)
    _refuse_missing(project, module)
    project.id = take_next_id(call.connection, "project")
    _save(call, project)
    return {"Id": project.id}


def update_project(call: Call) -> object:
    """Answer `PUT /Project/{id}`: only the fields in the body change.

    Source: Project (PUT).
    """
    project = call.read_target(Project)
    body = call.read_body()
    module = call.account.modules[project.category_id]
    for name in ("CategoryId", "ContactId"):
        if name in body:
            given = parse_value(module.fields[name], body.pop(name), call.language)
            if given != getattr(project, COLUMNS[name]):
                _change_owner(call, project, name, given)
    _write(call, project, module, body)
    _save(call, project)
    return {"Id": project.id}


def render_project(call: Call, project: Project) -> dict[str, object]:
    """Return the detail of a project: the built-in fields, then those it holds, in the order they were written."""
    account, module = call.account, call.account.modules[project.category_id]
    every = call.observes(DETAIL_SHOWS_EVERY_FIELD)
    detail: dict[str, object] = {
        "Id": project.id,
        "CategoryId": project.category_id,
        "ContactId": project.contact_id or 0,
    }
    if every:
        detail["BusinessId"] = find_businesses(call.connection, [project]).get(project.id) or 0
    detail |= {
        "StatusId": call.print_field(module.fields["StatusId"], project.status_id),
        "UserId": call.print_field(module.fields["UserId"], project.user_id),
        "Name": project.name,
        "Deleted": project.deleted if call.observes(DELETED_IS_INT) else str(project.deleted),
    }
    if every:
        detail |= render_history(account, project)
        detail |= {name: call.print_field(each, None) for name, each in module.schema.items() if name not in COLUMNS}
    detail |= {name: call.print_field(module.fields[name], value) for name, value in project.fields.items()}
    return {**detail, "Tags": [], "Invited": []} if every else detail


def render_row(call: Call, project: Project, business_id: int | None) -> dict[str, object]:
    """Return a project as a search result.

    Source: Project search (full-text).
    """
    name_and_url = {"Name": project.name, "Url": call.build_url("Project", project.id)}
    if not call.observes(SEARCH_IDS_ARE_INTS):
        return {
            "Id": str(project.id),
            **name_and_url,
            "StatusId": str(project.status_id or ""),
            "UserId": str(project.user_id or ""),
            "Deleted": str(project.deleted),
        }
    row = {
        "Id": project.id,
        **name_and_url,
        "ContactId": project.contact_id,
        "BusinessId": business_id,
        "StatusId": project.status_id,
        "UserId": project.user_id,
        "Deleted": project.deleted,
    }
    return {key: value for key, value in row.items() if value is not None}


def render_history(account: Account, row: Project | Contact) -> dict[str, object]:
    """Return who wrote an entity and when; what the API itself wrote has no user (assumed)."""
    return {
        "CreatedBy": account.users.get(row.created_by or 0, ""),
        "CreatedAt": row.created_at,
        "UpdatedBy": account.users.get(row.updated_by or 0, ""),
        "UpdatedAt": row.updated_at,
    }


def find_businesses(connection: sqlite3.Connection, projects: Sequence[Project]) -> dict[int, int]:
    """Return the business behind each project's contact, by project id; a business is its own (assumed)."""
    contact_ids = {project.contact_id for project in projects if project.contact_id is not None}
    places = ", ".join("?" for _ in contact_ids)
    contacts = {each.id: each for each in list_rows(connection, Contact, f"id IN ({places})", tuple(contact_ids))}
    businesses: dict[int, int] = {}
    for project in projects:
        contact = contacts.get(project.contact_id or 0)
        business = contact and (contact.id if contact.type == "Business" else contact.business_id)
        if business:
            businesses[project.id] = business
    return businesses


def list_texts(known: Mapping[str, Field], project: Project) -> list[str]:
    """Return the texts by which the full-text search finds a project.

    They are its name and its text fields (assumed: no choices, and nothing of its contact).
    """
    texts = [
        value
        for name, value in project.fields.items()
        if isinstance(value, str) and known[name].kind in {"Text", "Any"}
    ]
    return [project.name, *texts]


def _read_owners(call: Call, body: dict[str, object]) -> tuple[Module, Contact]:
    missing = [name for name in ("CategoryId", "ContactId") if body.get(name) in (None, "", 0)]
    if missing:
        where = {"CategoryId": rules.WHERE_TO_FIND["Module"], "ContactId": rules.WHERE_TO_FIND["Contact"]}
        raise Refusal(rules.NEW_PROJECT_NEEDS, ", ".join(missing), [f"send {name}; {where[name]}" for name in missing])
    names = {module_id: module.name for module_id, module in call.account.modules.items()}
    category = parse_value(
        Field("CategoryId", "Enum", choices=names, can_be_empty=False), body.pop("CategoryId"), call.language
    )
    contact_id = parse_value(Field("ContactId", "Int"), body.pop("ContactId"), call.language)
    assert isinstance(category, int)
    assert isinstance(contact_id, int)
    contact = read_row(call.connection, Contact, contact_id)
    if contact is None:
        raise Refusal(rules.NO_SUCH_CONTACT, "ContactId")
    return call.account.modules[category], contact


def _change_owner(call: Call, project: Project, name: str, given: object) -> None:
    """Give a project to another contact of the same business, where the account lets it."""
    if name != "ContactId" or not call.observes(CONTACT_MAY_CHANGE):
        meant = "leave it out, or create another project"
        raise Refusal(rules.PROJECT_STAYS, name, [f"{name} is {getattr(project, COLUMNS[name])}: {meant}"])
    contact = read_row(call.connection, Contact, given) if isinstance(given, int) else None
    if contact is None:
        raise Refusal(rules.NO_SUCH_CONTACT, name)
    business = find_businesses(call.connection, [project]).get(project.id)
    if business is None or business not in (contact.id, contact.business_id):
        raise Refusal(rules.CONTACT_STAYS_IN_BUSINESS, name, ["it takes a contact of the same business"])
    project.contact_id = contact.id


def _write(call: Call, project: Project, module: Module, body: dict[str, object]) -> None:
    if "UserId" in body and call.observes(UNKNOWN_USER_IS_TAKEN):
        body["UserId"] = _replace_unknown_user(call, module, body["UserId"])
    for name, value in call.parse_fields(module.fields, body).items():
        if module.fields[name].is_required and value in (None, ""):
            raise Refusal(rules.MODULE_NEEDS, name)
        if name == "Name":
            project.name = str(value or "")
        elif name == "Deleted":
            project.deleted = 1 if value else 0
        elif name in COLUMNS:
            setattr(project, COLUMNS[name], value)
        else:
            project.fields[name] = value
    project.updated_at = call.now
    project.updated_by = None


def _replace_unknown_user(call: Call, module: Module, value: object) -> object:
    try:
        return parse_value(module.fields["UserId"], value, call.language)
    except Refusal as refusal:
        users = list(call.account.users)
        if refusal.rule not in {rules.UNKNOWN_CHOICE, rules.UNKNOWN_CHOICE_ID} or not users:
            raise
        # A live server picks at random; here the same value always goes to the same user.
        chosen = users[zlib.crc32(str(value).encode()) % len(users)]
        call.hints.append(f"there is no user {value!r}: the project went to {chosen} instead (observed)")
        return chosen


def _refuse_missing(project: Project, module: Module) -> None:
    kept = {**project.fields, **{name: getattr(project, column) for name, column in COLUMNS.items()}}
    missing = [each.name for each in module.schema.values() if each.is_required and kept.get(each.name) in (None, "")]
    if missing:
        raise Refusal(rules.MODULE_NEEDS, ", ".join(missing))


def _save(call: Call, project: Project) -> None:
    save_row(call.connection, project)
    texts = list_texts(call.account.modules[project.category_id].fields, project)
    save_words(call.connection, "project", project.id, texts)
