"""`PUT /Project`: creating and updating projects."""

from __future__ import annotations

import zlib

from mockserver.minicrm import rules
from mockserver.minicrm.deviations import (
    CONTACT_MAY_CHANGE,
    UNKNOWN_USER_IS_TAKEN,
)
from mockserver.minicrm.endpoints.contacts import Contact, print_name
from mockserver.minicrm.endpoints.projects import (
    COLUMNS,
    Project,
    find_business_of,
    find_businesses,
    find_written_fields,
    list_texts,
)
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Field, Module
from mockserver.minicrm.store import read_row, save_words, take_next_id
from mockserver.minicrm.values import parse_value


def create_project(context: RequestContext) -> object:
    """Answer `PUT /Project`: a new project.

    Where the body does not say others, it gets the module's first status and user, and the contact's name (assumed).

    Source: Project (PUT).
    """
    body = context.read_body()
    module, contact = _read_owners(context, body)
    business_id = _take_business(context, body)
    if business_id not in (None, find_business_of(contact)):
        raise RefusalError(rules.CONTACT_OF_ANOTHER_BUSINESS, "BusinessId")
    project = Project(
        id=0,
        category_id=module.module_id,
        contact_id=contact.id,
        status_id=next(iter(module.statuses), None),
        user_id=next(iter(module.listed_users), None),
        name=print_name(contact, context.language),
        created_at=context.now,
        status_updated_at=context.now,
    )
    write_project(context, project, module, body)
    _refuse_missing(project, module)
    project.id = take_next_id(context.connection, Project)
    save_project(context, project)
    return {"Id": project.id}


def update_project(context: RequestContext) -> object:
    """Answer `PUT /Project/{id}`: only the fields in the body change.

    Source: Project (PUT).
    """
    project = context.read_target(Project)
    body = context.read_body()
    module = context.account.modules[project.category_id]
    business_id = _take_business(context, body)
    status_id = project.status_id
    for name in ("CategoryId", "ContactId"):
        if name in body:
            given = parse_value(module.fields[name], body.pop(name), context.language)
            if given != getattr(project, COLUMNS[name]):
                _change_owner(context, project, name, given, business_id)
    if business_id not in (None, find_businesses(context.connection, [project]).get(project.id)):
        raise RefusalError(rules.PROJECT_STAYS, "BusinessId", ["send ContactId, one of that business, with it"])
    write_project(context, project, module, body)
    if project.status_id != status_id:
        project.status_updated_at = context.now
    save_project(context, project)
    return {"Id": project.id}


def _read_owners(context: RequestContext, body: dict[str, object]) -> tuple[Module, Contact]:
    missing = [name for name in ("CategoryId", "ContactId") if body.get(name) in (None, "", 0)]
    if missing:
        where = {"CategoryId": rules.WHERE_TO_FIND["Module"], "ContactId": rules.WHERE_TO_FIND["Contact"]}
        raise RefusalError(
            rules.NEW_PROJECT_NEEDS, ", ".join(missing), [f"send {name}; {where[name]}" for name in missing]
        )
    names = {module_id: module.name for module_id, module in context.account.modules.items()}
    category = parse_value(
        Field("CategoryId", "Enum", choices=names, can_be_empty=False), body.pop("CategoryId"), context.language
    )
    contact_id = parse_value(Field("ContactId", "Int"), body.pop("ContactId"), context.language)
    assert isinstance(category, int)
    assert isinstance(contact_id, int)
    contact = read_row(context.connection, Contact, contact_id)
    if contact is None:
        raise RefusalError(rules.NO_SUCH_CONTACT, "ContactId")
    return context.account.modules[category], contact


def _take_business(context: RequestContext, body: dict[str, object]) -> int | None:
    """Take BusinessId out of a body; None where it names no business."""
    given = parse_value(Field("BusinessId", "Int"), body.pop("BusinessId", None), context.language)
    return given if isinstance(given, int) and given else None


def _change_owner(context: RequestContext, project: Project, name: str, given: object, business_id: int | None) -> None:
    """Give a project to another contact of its business, or of the one that is named, where the account lets it."""
    if name != "ContactId" or not context.observes(CONTACT_MAY_CHANGE):
        meant = "leave it out, or create another project"
        raise RefusalError(rules.PROJECT_STAYS, name, [f"{name} is {getattr(project, COLUMNS[name])}: {meant}"])
    contact = read_row(context.connection, Contact, given) if isinstance(given, int) else None
    if contact is None:
        raise RefusalError(rules.NO_SUCH_CONTACT, name)
    if business_id is not None and business_id != find_business_of(contact):
        raise RefusalError(rules.CONTACT_OF_ANOTHER_BUSINESS, "BusinessId")
    business = business_id or find_businesses(context.connection, [project]).get(project.id)
    if business is None or business != find_business_of(contact):
        hint = "it takes a contact of the same business, or BusinessId with it"
        raise RefusalError(rules.CONTACT_STAYS_IN_BUSINESS, name, [hint])
    project.contact_id = contact.id


def write_project(context: RequestContext, project: Project, module: Module, body: dict[str, object]) -> None:
    """Give a project the values of a body, which the API did now; `body` may be changed.

    Raises:
        RefusalError: A value does not fit, or a required field would be empty.
    """
    if "UserId" in body and context.observes(UNKNOWN_USER_IS_TAKEN):
        body["UserId"] = _replace_unknown_user(context, module, body["UserId"])
    for name, value in context.parse_fields(find_written_fields(context, module), body).items():
        if module.fields[name].is_required and value in (None, ""):
            raise RefusalError(rules.MODULE_NEEDS, name)
        if name == "Name":
            project.name = str(value or "")
        elif name == "Deleted":
            project.deleted = 1 if value else 0
        elif name in COLUMNS:
            setattr(project, COLUMNS[name], value)
        else:
            project.fields[name] = value
    project.updated_at = context.now
    project.updated_by = None


def _replace_unknown_user(context: RequestContext, module: Module, value: object) -> object:
    try:
        return parse_value(module.fields["UserId"], value, context.language)
    except RefusalError as refusal:
        users = list(context.account.users)
        if refusal.rule not in {rules.UNKNOWN_CHOICE, rules.UNKNOWN_CHOICE_ID} or not users:
            raise
        # A live server picks at random; here the same value always goes to the same user.
        chosen = users[zlib.crc32(str(value).encode()) % len(users)]
        context.hints.append(f"there is no user {value!r}: the project went to {chosen} instead (observed)")
        return chosen


def _refuse_missing(project: Project, module: Module) -> None:
    kept = {**project.fields, **{name: getattr(project, column) for name, column in COLUMNS.items()}}
    missing = [each.name for each in module.schema.values() if each.is_required and kept.get(each.name) in (None, "")]
    if missing:
        raise RefusalError(rules.MODULE_NEEDS, ", ".join(missing))


def save_project(context: RequestContext, project: Project) -> None:
    """Store a project, and the texts by which a search finds it."""
    context.save(project)
    texts = list_texts(context.account.modules[project.category_id].fields, project)
    save_words(context.connection, Project, project.id, texts)
