"""The control endpoints for a workspace's journal: list it, choose from it, export it, forget it.

Both ways of reading take the same parameters: `method`; `path`, compared whole, in which `*` stands for any characters;
`status`, a number or a class such as `4xx`; `since`, the id after which entries begin; and `limit`, which keeps the
newest of those.
"""

from __future__ import annotations

import re

from mockserver.control.requests import ControlRequestError, read_parameters, read_whole_number
from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest
from mockserver.workspaces.glob import Glob
from mockserver.workspaces.journal import MAX_ENTRIES, Selection
from mockserver.workspaces.workspace import Workspace

PARAMETERS = ("workspace", "limit", "method", "path", "status", "since")
_STATUS = re.compile(r"0|[1-5]([0-9]{2}|xx)", re.ASCII | re.IGNORECASE)


def list_requests(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """List the journal's entries, newest last."""
    selection, limit = _read_selection(request)
    return ApiResponse.of_json(workspace.journal.list_entries(limit, selection))


def export_requests(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """Give the journal's entries as an HTTP Archive, oldest first."""
    from mockserver.workspaces.har import export_har  # rarely asked for

    archive = export_har(workspace.journal.select(*_read_selection(request)), request.base_url)
    name = f"crm-mock-{workspace.name}.har"
    return ApiResponse(200, archive, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def clear_requests(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """Forget all entries, never only some: `{"status": "ok", "deleted": 12}`."""
    read_parameters(request, ("workspace",))
    return ApiResponse.of_json({"status": "ok", "deleted": workspace.journal.clear()})


def _read_selection(request: HttpRequest) -> tuple[Selection, int]:
    given = read_parameters(request, PARAMETERS)
    selection = Selection(
        method=given["method"].upper() if "method" in given else None,
        path=Glob(given["path"]) if "path" in given else None,
        status=_read_status(given["status"]) if "status" in given else None,
        since=read_whole_number("since", given.get("since", "0")),
    )
    return selection, read_whole_number("limit", given.get("limit", str(MAX_ENTRIES)))


def _read_status(text: str) -> re.Pattern[str]:
    if not _STATUS.fullmatch(text):
        raise ControlRequestError(
            f"status must be a number such as 400, a class such as 4xx, or 0 for no answer at all, not {text!r}."
        )
    return re.compile(text.lower().replace("xx", "[0-9]{2}"))
