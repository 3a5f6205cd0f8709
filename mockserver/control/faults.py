"""The control endpoints for a workspace's fault plan."""

from __future__ import annotations

from mockserver.control.requests import ControlRequestError, read_object
from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest
from mockserver.workspaces.fault_plan import FaultPlanError, Plan, parse_plan, show_plan
from mockserver.workspaces.glob import Glob
from mockserver.workspaces.workspace import DEFAULT_NAME, Workspace


def get_faults(workspace: Workspace, _request: HttpRequest) -> ApiResponse:
    """Tell the plan in force: `{"seed": 1, "rules": [...]}`."""
    return ApiResponse.of_json(show_plan(workspace.faults.plan))


def put_faults(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """Put the body, a plan, in force from its beginning, and answer with it.

    Raises:
        ControlRequestError: The body is no plan, or one that this workspace cannot have; the old one stays.
    """
    try:
        plan = parse_plan(read_object(request.body))
    except FaultPlanError as error:
        raise ControlRequestError(str(error)) from error
    _check_reach(plan, workspace.name)
    workspace.faults.follow(plan)
    return get_faults(workspace, request)


def delete_faults(workspace: Workspace, _request: HttpRequest) -> ApiResponse:
    """Take all faults away: `{"status": "ok", "deleted": 2}`, the number of rules there were."""
    return ApiResponse.of_json({"status": "ok", "deleted": workspace.faults.clear()})


def _check_reach(plan: Plan, name: str) -> None:
    if name == DEFAULT_NAME:  # whose plan may name others, those to come included
        return
    for index, rule in enumerate(plan.rules):
        wanted = rule.match.workspace
        if wanted is not None and not Glob(wanted).matches(name):
            raise ControlRequestError(
                f'rules[{index}].match.workspace: the plan of workspace {name} does not reach "{wanted}";'
                f" leave it out, or put the plan on {DEFAULT_NAME}"
            )
