"""`POST /_control/edits`: what people do in a CRM's own page, for tests of what an API client sees of it."""

from __future__ import annotations

from mockserver.control.requests import ControlRequestError, read_object
from mockserver.crm.api import ApiResponse
from mockserver.crm.changed_record import ChangedRecord
from mockserver.crm.edits import Edit, EditError, Purge, RecordAddition, RecordEdit, SetupEdit
from mockserver.documents.checked import CheckedReader
from mockserver.http.asgi import HttpRequest
from mockserver.workspaces.workspace import Workspace

_READER = CheckedReader(ControlRequestError)
_KEYS = ("crm", "kind", "id", "set", "add", "user", "purge", "setup")
_SHAPES = 'an edit has "set" or "purge": true (each with "kind" and "id"), "add" (with "kind"), or "setup"'


def post_edits(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """Carry out the edits in their order, all of them or none.

    The body is `{"edits": [...]}`, an edit `{"crm", "kind", "id", "set": {...}, "user"}`,
    `{"crm", "kind", "add": {...}}`, `{"crm", "kind", "id", "purge": true}` or `{"crm", "setup": {...}}`.

    Raises:
        ControlRequestError: An edit has another shape, or cannot be carried out; nothing was changed.
    """
    body = read_object(request.body, ("edits",), "the body has")
    edits = [
        (path, *_read_edit(item, path, list(workspace.crms)))
        for item, path in _READER.take_items(body.get("edits"), "edits")
    ]
    changes: list[ChangedRecord] = []
    with workspace.changing():
        for path, crm_name, edit in edits:
            try:
                changes += workspace.crms[crm_name].edit(edit)
            except EditError as error:
                raise ControlRequestError(f"{path}: {error}") from error
    workspace.webhooks.notice(changes)
    return ApiResponse.of_json({"status": "ok", "counts": workspace.count_rows()})


def _read_edit(value: object, path: str, crm_names: list[str]) -> tuple[str, Edit]:
    edit = _READER.take_object(value, path, _KEYS, "an edit has")
    crm_name = _READER.take_word(edit.pop("crm", None), f"{path}.crm", crm_names)
    if edit.keys() == {"setup"}:
        return crm_name, SetupEdit(_READER.take_object(edit["setup"], f"{path}.setup"))
    if edit.keys() == {"kind", "add"}:
        kind = _READER.take_text(edit["kind"], f"{path}.kind")
        return crm_name, RecordAddition(kind, _READER.take_object(edit["add"], f"{path}.add"))
    if not edit.keys() >= {"kind", "id"}:
        raise ControlRequestError(f"{path}: {_SHAPES}.")
    kind = _READER.take_text(edit.pop("kind"), f"{path}.kind")
    record_id = _READER.take_id(edit.pop("id"), f"{path}.id")
    if edit.keys() == {"purge"} and edit["purge"] is True:
        return crm_name, Purge(kind, record_id)
    user = str(_READER.take_id(edit.pop("user"), f"{path}.user")) if "user" in edit else ""
    if edit.keys() != {"set"}:
        raise ControlRequestError(f"{path}: {_SHAPES}.")
    return crm_name, RecordEdit(kind, record_id, _READER.take_object(edit["set"], f"{path}.set"), user)
