"""The control endpoints for a workspace's fault plan."""

from __future__ import annotations

from mockserver.asgi import HttpRequest
from mockserver.control_reading import ControlRequestError, read_object
from mockserver.exchange import ApiAnswer
from mockserver.fault_plan import FaultPlanError, Plan, compile_glob, parse_plan, show_plan
from mockserver.workspace import DEFAULT_NAME, Workspace


def get_faults(workspace: Workspace, _request: HttpRequest) -> ApiAnswer:
    """Tell the plan in force: `{"seed": 1, "rules": [...]}`."""
    return ApiAnswer.of_json(show_plan(workspace.faults.plan))


def put_faults(workspace: Workspace, request: HttpRequest) -> ApiAnswer:
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


def delete_faults(workspace: Workspace, _request: HttpRequest) -> ApiAnswer:
    """Take all faults away: `{"status": "ok", "deleted": 2}`, the number of rules there were."""
    return ApiAnswer.of_json({"status": "ok", "deleted": workspace.faults.clear()})


def _check_reach(plan: Plan, name: str) -> None:
    if name == DEFAULT_NAME:  # whose plan may name others, those to come included
        return
    for index, rule in enumerate(plan.rules):
        wanted = rule.match.workspace
        if wanted is not None and not compile_glob(wanted).fullmatch(name):
            raise ControlRequestError(
                f'rules[{index}].match.workspace: the plan of workspace {name} does not reach "{wanted}";'
                f" leave it out, or put the plan on {DEFAULT_NAME}"
            )
