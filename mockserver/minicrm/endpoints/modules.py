"""The Category and Schema endpoints: what the account consists of."""

from __future__ import annotations

from mockserver.minicrm import rules
from mockserver.minicrm.deviations import DELETED_IS_INT, DETAIL_SHOWS_EVERY_FIELD, TYPE_IS_A_LABEL
from mockserver.minicrm.endpoints.projects import find_written_fields
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import CONTACT_TYPES, UNSHOWN_CONTACT_FIELDS, ContactType, find_label, render_schema


def list_modules(context: RequestContext) -> object:
    """Answer `GET /Category`: names by module id, with `Detailed=1` objects, whose own `Id` is another number.

    Source: Modules; Modules with details.
    """
    modules = context.account.modules
    detailed = context.parameters.get("Detailed", "")
    if detailed not in {"", "0", "1"}:
        context.hints.append("Detailed is 1 in the API document; other values are taken as absent (assumed)")
    if detailed == "1":
        return {str(module_id): module.details for module_id, module in modules.items()}
    return {str(module_id): module.name for module_id, module in modules.items()}


def get_project_schema(context: RequestContext) -> object:
    """Answer `GET /Schema/Project/{module}`.

    Source: Database Schema.
    """
    module = context.account.modules.get(context.read_target_id())
    if module is None:
        raise RefusalError(rules.WRONG_ID, hints=[f"the modules are {', '.join(map(str, context.account.modules))}"])
    fields = find_written_fields(context, module)
    schema = render_schema({name: fields[name] for name in module.schema} | {"UserId": module.schema["UserId"]})
    schema |= _render_deleted(context)
    if not context.observes(DETAIL_SHOWS_EVERY_FIELD):
        return schema
    live = {"StatusUpdatedAt": "DateTime", "IsPrivate": "Int", "Invited": "Text(65535)"}
    return {**schema, **live, **_render_history_schema(context), "BusinessId": "Int"}


def get_person_schema(context: RequestContext) -> object:
    """Answer `GET /Schema/Person`; the document shows no answer, so its types are assumed.

    Source: Database Schema.
    """
    return _render_contact_schema(context, "Person")


def get_business_schema(context: RequestContext) -> object:
    """Answer `GET /Schema/Business`; the document shows no answer, so its types are assumed.

    Source: Database Schema.
    """
    return _render_contact_schema(context, "Business")


def _render_contact_schema(context: RequestContext, kind: ContactType) -> dict[str, object]:
    schema = render_schema(context.account.contact_schemas[kind]) | _render_deleted(context)
    if context.observes(TYPE_IS_A_LABEL):
        schema["Type"] = {str(key): find_label(context.language, word) for key, word in CONTACT_TYPES.items()}
    if not context.observes(DETAIL_SHOWS_EVERY_FIELD):
        return schema
    shown = {name: type_text for name, type_text in schema.items() if name not in UNSHOWN_CONTACT_FIELDS}
    return {**shown, **_render_history_schema(context)}


def _render_deleted(context: RequestContext) -> dict[str, object]:
    return {"Deleted": "Int" if context.observes(DELETED_IS_INT) else "Boolean"}


def _render_history_schema(context: RequestContext) -> dict[str, object]:
    users = {str(user_id): name for user_id, name in context.account.users.items()}
    return {"CreatedBy": users, "CreatedAt": "DateTime", "UpdatedBy": users, "UpdatedAt": "DateTime"}
