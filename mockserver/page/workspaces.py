"""Workspaces for people: which there are, making one, dropping one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mockserver.crm.api import ApiResponse, SeedError
from mockserver.page.curl import build_control_curl
from mockserver.page.page_request import Visit, build_url, redirect
from mockserver.registry import CRMS
from mockserver.seeds import SEED_NAMES
from mockserver.workspaces.all import WorkspaceError, Workspaces
from mockserver.workspaces.workspace import DEFAULT_NAME, Workspace


def answer_workspaces(visit: Visit, workspaces: Workspaces) -> ApiResponse:
    """Answer a visit to `workspaces`, or carry out `workspaces/create` or `workspaces/drop`."""
    action = visit.parts[1] if len(visit.parts) > 1 else ""
    if visit.request.method != "POST":
        # `workspaces/choose?name=x` is where the chooser of every page sends its reader.
        chosen = visit.query.get("name", "")
        if action == "choose" and chosen in visit.workspace_names:
            return redirect(build_url(chosen))
        return _render(visit, workspaces) if not action else visit.redirect("workspaces")
    form = {name: values[-1].strip() for name, values in visit.read_form().items()}
    name = form.get("name", "")
    try:
        if action == "create":
            name = workspaces.create(name or None, form.get("seed", "empty")).name
        elif action == "drop":
            workspaces.drop(name)
        else:
            return visit.refuse(404, "Not here", "There is no such action.")
    except (WorkspaceError, SeedError) as error:
        return _render(visit, workspaces, status=422, error=str(error), form=form)
    # The workspace looked at may be the one that is gone.
    return redirect(build_url(DEFAULT_NAME, "workspaces", done=action, name=name))


def _render(
    visit: Visit,
    workspaces: Workspaces,
    *,
    status: int = 200,
    error: str = "",
    form: Mapping[str, str] | None = None,
) -> ApiResponse:
    return visit.render(
        "workspaces.html",
        status=status,
        workspaces=[_describe(each) for each in workspaces.list_all()],
        seeds=SEED_NAMES,
        command=build_control_curl(
            replace(visit, workspace=workspaces.default),
            "POST",
            "workspaces",
            "--data-raw",
            '\'{"name": "mine", "seed": "demo"}\'',
        ),
        error=error,
        form=form or {},
        done=visit.query.get("done", ""),
        done_name=visit.query.get("name", ""),
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
