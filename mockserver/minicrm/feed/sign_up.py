"""`POST /Api/Signup`: a web page's form makes a card, with its contact and tasks; the form's hash opens it."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.crm.database import transaction
from mockserver.minicrm import rules
from mockserver.minicrm.endpoints.contacts import Contact, print_name
from mockserver.minicrm.endpoints.projects import make_hash
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.feed.as_api import write
from mockserver.minicrm.feed.form_body import group_entities, read_form
from mockserver.minicrm.feed.rows import Form, SignUp
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import list_rows, read_row, take_next_id

_Entities = dict[tuple[str, str], dict[str, str]]


@dataclass(slots=True)
class _Made:
    """What a form made or found."""

    project_id: int
    contact_id: int


def sign_up(context: RequestContext) -> object:
    """Answer `POST /Api/Signup`: with an `Error` nothing was saved (observed, grade B); its status is 200 (assumed).

    That a contact is known by its e-mail address, and fields by their API names, is assumed.
    """
    fields = read_form(context.body)
    form = _find_form(context, dict(fields).get("FormHash", ""))
    if form is None:
        return _render(error="There is no such form.", field="FormHash")
    written = len(context.changes)
    try:
        with transaction(context.connection):
            made = _save(context, form, group_entities(fields))
    except RefusalError as refusal:
        del context.changes[written:]
        context.hints.extend(refusal.hints)
        return _render(error=str(refusal), field=refusal.api_name or refusal.names)
    contact = read_row(context.connection, Contact, made.contact_id)
    data = {
        "ProjectHash": make_hash(f"{made.project_id}"),
        "ContactHash": make_hash(f"contact {made.contact_id}"),
        "Email": str((contact and contact.fields.get("Email")) or ""),
        "Name": print_name(contact, context.language) if contact else "",
    }
    return {**_render(), "Url": form.url, "Info": form.info, "Data": data}


def _find_form(context: RequestContext, form_hash: str) -> Form | None:
    system_id, _, token = form_hash.partition("-")
    found = list_rows(context.connection, Form, "token = ?", (token,), limit=1)
    return found[0] if found and system_id == context.system_id else None


def _save(context: RequestContext, form: Form, entities: _Entities) -> _Made:
    contact_id = _save_contact(context, entities)
    values: dict[str, object] = {"CategoryId": form.category_id, "ContactId": contact_id}
    project_id = write(context, "Project", {**values, **_first(entities, "Project")})
    for (entity, _), task in entities.items():
        if entity == "ToDo":
            write(context, "ToDo", {**task, "ProjectId": project_id})
    row = SignUp(
        id=take_next_id(context.connection, SignUp),
        form_id=form.id,
        project_id=project_id,
        contact_id=contact_id,
        created_at=context.now,
    )
    context.save(row)
    return _Made(project_id, contact_id)


def _save_contact(context: RequestContext, entities: _Entities) -> int:
    """Return the id of the contact of a form: one of the same address, else a new one, in the company it names."""
    person, business = _first(entities, "Contact"), _first(entities, "Business")
    if not person and not business:
        raise RefusalError(rules.FORM_NEEDS_CONTACT, "Contact")
    business_id = _find_or_make(context, "Business", business) if business else None
    if not person:
        assert business_id is not None
        return business_id
    return _find_or_make(context, "Person", {**person, **({"BusinessId": business_id} if business_id else {})})


def _find_or_make(context: RequestContext, kind: str, values: dict[str, object]) -> int:
    email = values.get("Email")
    where = "type = ? AND deleted = 0 AND json_extract(fields, '$.Email') = ? COLLATE NOCASE"
    found = list_rows(context.connection, Contact, where, (kind, email), limit=1) if email else []
    if found:
        return write(context, "Contact", values, found[0].id)
    return write(context, "Contact", {"Type": kind, **values})


def _first(entities: _Entities, entity: str) -> dict[str, object]:
    for (name, _), values in entities.items():
        if name == entity:
            return {**values}
    return {}


def _render(error: str = "", field: str = "") -> dict[str, object]:
    empty: dict[str, object] = dict.fromkeys(("ProjectHash", "ContactHash", "Email", "Name"), "")
    return {"Url": "", "Info": "", "Warning": "", "Error": error, "Message": "", "ErrorFieldId": field, "Data": empty}
