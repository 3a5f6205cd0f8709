"""The control endpoints for the workspaces themselves: list them, make one, drop them."""

from __future__ import annotations

from mockserver.control.requests import ControlRequestError, read_object
from mockserver.crm.api import ApiResponse, SeedError
from mockserver.documents.strict_json import as_object, name_type
from mockserver.http.asgi import HttpRequest
from mockserver.seeds.load import name_line
from mockserver.workspaces.all import DEFAULT_SEED, Workspaces, describe_logins
from mockserver.workspaces.workspace import Workspace


def list_workspaces(workspaces: Workspaces, _request: HttpRequest) -> ApiResponse:
    """Tell each workspace's name, logins and counts: `[{"name", "ivinex", "minicrm", "counts"}]`, `default` first."""
    return ApiResponse.of_json([_describe(workspace) for workspace in workspaces.list_all()])


def get_workspace(workspaces: Workspaces, _request: HttpRequest, name: str) -> ApiResponse:
    """Tell one workspace's name, logins and counts."""
    return ApiResponse.of_json(_describe(workspaces.get(name)))


def create_workspace(workspaces: Workspaces, request: HttpRequest) -> ApiResponse:
    """Make a workspace from `{"name", "seed"}`, both optional, and answer 201 with its name and logins.

    Raises:
        ControlRequestError: The body has another shape.
        WorkspaceError: The name is taken, or there are too many.
        SeedError: The seed cannot be loaded; the message names line, column and path.
    """
    wanted = read_object(request.body.strip() or b"{}", ("name", "seed"), "a new workspace has")
    name = wanted.get("name")
    if name is not None and not isinstance(name, str):
        raise ControlRequestError(f"name: must be text, not {name_type(name)}.")
    seed = wanted.get("seed")
    document = as_object(seed)
    if seed is None:
        seed = DEFAULT_SEED
    if not isinstance(seed, str) and document is None:
        raise ControlRequestError(
            f"seed: must be the name of a built-in seed or a seed document, not {name_type(seed)}."
        )
    try:
        made = workspaces.create(name, seed if isinstance(seed, str) else document or {})
    except SeedError as error:
        raise name_line(error, request.body, "the body") from error
    return ApiResponse.of_json({"name": made.name, **describe_logins(made)}, status=201)


def drop_workspace(workspaces: Workspaces, _request: HttpRequest, name: str) -> ApiResponse:
    """Drop one workspace: `{"status": "ok", "deleted": 1}`."""
    workspaces.drop(name)
    return ApiResponse.of_json({"status": "ok", "deleted": 1})


def drop_workspaces(workspaces: Workspaces, _request: HttpRequest) -> ApiResponse:
    """Drop all workspaces but `default`: `{"status": "ok", "deleted": 3}`."""
    return ApiResponse.of_json({"status": "ok", "deleted": workspaces.drop_all()})


def _describe(workspace: Workspace) -> dict[str, object]:
    return {"name": workspace.name, **describe_logins(workspace), "counts": workspace.count_rows()}
