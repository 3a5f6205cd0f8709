"""The Category and Schema endpoints: what the account consists of."""

from __future__ import annotations

from mockserver.minicrm import rules
from mockserver.minicrm.call import Call
from mockserver.minicrm.deviations import DETAIL_SHOWS_EVERY_FIELD, TYPE_IS_A_LABEL
from mockserver.minicrm.rules import Refusal
from mockserver.minicrm.schema import CONTACT_TYPES, ContactType, render_schema
from mockserver.minicrm.texts import label_of


def list_modules(call: Call) -> object:
    """Answer `GET /Category`: names by module id, with `Detailed=1` objects, whose own `Id` is another number.

    Source: Modules; Modules with details.
    """
    modules = call.account.modules
    detailed = call.parameters.get("Detailed", "")
    if detailed not in {"", "0", "1"}:
        call.hints.append("Detailed is 1 in the API document; other values are taken as absent (assumed)")
    if detailed == "1":
        return {str(module_id): module.details for module_id, module in modules.items()}
    return {str(module_id): module.name for module_id, module in modules.items()}


def get_project_schema(call: Call) -> object:
    """Answer `GET /Schema/Project/{module}`.

    Source: Database Schema.
    """
    module = call.account.modules.get(call.read_target_id())
    if module is None:
        raise Refusal(rules.WRONG_ID, hints=[f"the modules are {', '.join(map(str, call.account.modules))}"])
    schema = render_schema(module.schema)
    if not call.observes(DETAIL_SHOWS_EVERY_FIELD):
        return schema
    return {**schema, "BusinessId": "Int", **_render_history_schema(call)}


def get_person_schema(call: Call) -> object:
    """Answer `GET /Schema/Person`; the document shows no answer, so its types are assumed.

    Source: Database Schema.
    """
    return _render_contact_schema(call, "Person")


def get_business_schema(call: Call) -> object:
    """Answer `GET /Schema/Business`; the document shows no answer, so its types are assumed.

    Source: Database Schema.
    """
    return _render_contact_schema(call, "Business")


def _render_contact_schema(call: Call, kind: ContactType) -> dict[str, object]:
    schema = render_schema(call.account.contact_schemas[kind])
    if call.observes(TYPE_IS_A_LABEL):
        schema["Type"] = {str(key): label_of(call.language, word) for key, word in CONTACT_TYPES.items()}
    return {**schema, **_render_history_schema(call)} if call.observes(DETAIL_SHOWS_EVERY_FIELD) else schema


def _render_history_schema(call: Call) -> dict[str, object]:
    users = {str(user_id): name for user_id, name in call.account.users.items()}
    return {"CreatedBy": users, "CreatedAt": "DateTime", "UpdatedBy": users, "UpdatedAt": "DateTime"}
