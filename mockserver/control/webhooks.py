"""The control endpoints for a workspace's webhooks: what is set up, and what became of each change."""

from __future__ import annotations

from mockserver.control.requests import ControlRequestError, read_json, read_parameters, read_whole_number
from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest
from mockserver.workspaces.webhooks.delivery import STATES
from mockserver.workspaces.webhooks.webhook import WebhookError, parse_webhooks
from mockserver.workspaces.webhooks.webhooks import MOST_KEPT
from mockserver.workspaces.workspace import Workspace

PARAMETERS = ("workspace", "state", "limit")


def get_webhooks(workspace: Workspace, _request: HttpRequest) -> ApiResponse:
    """Tell what is set up, logins masked, with how many changes are in each state and which were given up."""
    return ApiResponse.of_json(workspace.webhooks.show())


def put_webhooks(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """Set up these webhooks alone, and answer with them; what was on its way to others before is forgotten.

    Raises:
        ControlRequestError: The body is no list of webhooks, or one may not go where it is to; the old ones stay.
    """
    try:
        webhooks = parse_webhooks(read_json(request.body), workspace.webhooks.hosts)
    except WebhookError as error:
        raise ControlRequestError(str(error)) from error
    workspace.webhooks.follow(webhooks)
    return get_webhooks(workspace, request)


def delete_webhooks(workspace: Workspace, _request: HttpRequest) -> ApiResponse:
    """Take all webhooks away: `{"status": "ok", "deleted": 2}`."""
    return ApiResponse.of_json({"status": "ok", "deleted": workspace.webhooks.clear()})


def list_deliveries(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """List each change that was or is to be sent, oldest first, with its state and tries.

    `?state=due` are those that are being sent, or are to be now: a test waits until there is none.
    """
    given = read_parameters(request, PARAMETERS)
    state = given.get("state", "")
    known = (*STATES, "due")
    if state and state not in known:
        raise ControlRequestError(f"state: write one of {', '.join(known)}, not {state!r}.")
    limit = read_whole_number("limit", given["limit"]) if "limit" in given else MOST_KEPT
    return ApiResponse.of_json(workspace.webhooks.list_deliveries(state, limit))
