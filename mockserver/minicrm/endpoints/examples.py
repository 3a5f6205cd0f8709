"""Ids that an account holds, as examples for its OpenAPI document: a request made of them finds something."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.crm.api import ApiRequest
from mockserver.crm.protocol import Crm
from mockserver.documents.strict_json import as_list, as_object
from mockserver.minicrm import PREFIX

MOST_TRIED = 50


def list_examples(account: Crm) -> Mapping[str, object]:
    """Return an id of each kind by the names of the document's parameters and of properties in bodies."""
    found: dict[str, object] = {}
    for module_id in _ask(account, "Category"):
        if "TemplateInPath" not in found:
            found |= _first("TemplateInPath", _list_template_ids(account, module_id))
        rows: Any = _ask(account, "Project", CategoryId=str(module_id)).get("Results") or {}
        for project_id in [*rows][:MOST_TRIED]:
            _add_project(account, found, module_id, rows[project_id])
    return found


def _add_project(account: Crm, found: dict[str, object], module_id: str, row: Mapping[str, object]) -> None:
    project_id = str(row["Id"])
    project = _ask(account, f"Project/{project_id}")
    contact_id = project.get("ContactId")
    own: dict[str, object] = {
        **dict.fromkeys(("ModuleInPath", "ProjectCategoryId", "CategoryId"), int(module_id)),
        **dict.fromkeys(("ProjectInPath", "ProjectId"), int(project_id)),
        **dict.fromkeys(("ContactInPath", "ProjectContactId", "ContactId"), contact_id),
        **dict.fromkeys(("ProjectStatusId", "StatusId"), int(str(row["StatusId"]))),
        **dict.fromkeys(("ProjectUserId", "UserId"), int(str(row["UserId"]))),
        **dict.fromkeys(("MainContactId", "BusinessIdQuery"), project.get("BusinessId") or contact_id),
    }
    for name, value in own.items():
        found.setdefault(name, value)
    if "TaskInPath" not in found:
        found |= _first("TaskInPath", [row["Id"] for row in _list_tasks(account, project_id)])
    if "AddressInPath" not in found:
        found |= _first("AddressInPath", _list_address_ids(account, str(contact_id)))


def _first(name: str, ids: Sequence[object]) -> dict[str, object]:
    return {name: int(str(ids[0]))} if ids else {}


def _list_tasks(account: Crm, project_id: str) -> list[dict[str, Any]]:
    return _ask(account, f"ToDoList/{project_id}", Status="Open").get("Results") or []


def _list_template_ids(account: Crm, module_id: str) -> list[object]:
    rows: list[dict[str, object]] = _ask(account, f"TemplateList/{module_id}").get("Results") or []
    return [row["Id"] for row in rows]


def _list_address_ids(account: Crm, contact_id: str) -> list[str]:
    found: object = _ask(account, f"AddressList/{contact_id}").get("Results")
    listed = as_list(found)
    return [*(as_object(listed[0] if listed else found) or {})]


def _ask(account: Crm, path: str, **query: str) -> dict[str, Any]:
    request = ApiRequest("GET", f"{PREFIX}/{path}", [*query.items()], b"", "http://127.0.0.1", is_counted=False)
    response = account.respond(request)
    return (as_object(json.loads(response.body)) or {}) if response.status == 200 else {}
