"""The page `workspaces`: list, create and drop them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mockserver.crm.api import ApiResponse, SeedError
from mockserver.page.curl import build_control_curl
from mockserver.page.page_request import PageRequest, build_url, in_english, redirect
from mockserver.registry import CRMS
from mockserver.seeds.load import SEED_NAMES
from mockserver.workspaces.all import WorkspaceError, Workspaces
from mockserver.workspaces.workspace import DEFAULT_NAME, Workspace


def handle_workspaces(request: PageRequest, workspaces: Workspaces) -> ApiResponse:
    """Show `workspaces`, or carry out `workspaces/create` or `workspaces/drop`."""
    action = request.action
    if request.http.method != "POST":
        # `workspaces/choose?name=x` is where the list of workspaces in the head of every page leads.
        chosen = request.query.get("name", "")
        if action == "choose" and chosen in request.workspace_names:
            return redirect(build_url(chosen))
        return _render(request, workspaces) if not action else request.redirect("workspaces")
    form = {name: value.strip() for name, value in request.read_form().items()}
    name = form.get("name", "")
    try:
        if action == "create":
            name = workspaces.create(name or None, form.get("seed", "empty")).name
        elif action == "drop":
            workspaces.drop(name)
        else:
            return request.refuse_action()
    except (WorkspaceError, SeedError) as error:
        return _render(request, workspaces, status=422, error=in_english(error), form=form)
    # The workspace of this request may be the one that was dropped.
    return redirect(build_url(DEFAULT_NAME, "workspaces", done=action, name=name))


def _render(
    request: PageRequest,
    workspaces: Workspaces,
    *,
    status: int = 200,
    error: str = "",
    form: Mapping[str, str] | None = None,
) -> ApiResponse:
    return request.render(
        "workspaces.html",
        status=status,
        workspaces=[_describe(each) for each in workspaces.list_all()],
        seeds=SEED_NAMES,
        command=build_control_curl(
            replace(request, workspace=workspaces.default),
            "POST",
            "workspaces",
            "--data-raw",
            '\'{"name": "mine", "seed": "demo"}\'',
        ),
        error=error,
        form=form or {},
        done=request.query.get("done", ""),
        done_name=request.query.get("name", ""),
    )


def _describe(workspace: Workspace) -> Mapping[str, object]:
    logins: Sequence[tuple[str, Sequence[tuple[str, str]]]] = [
        (entry.title, workspace.list_logins(entry.name)) for entry in CRMS
    ]
    return {
        "name": workspace.name,
        "url": build_url(workspace.name),
        "logins": logins,
        "rows": sum(sum(counts.values()) for counts in workspace.count_rows().values()),
        "can_be_dropped": workspace.name != DEFAULT_NAME,
    }
