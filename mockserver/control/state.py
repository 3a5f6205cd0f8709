"""The control endpoints for a workspace's state: health, reset, seed, clock, snapshot."""

from __future__ import annotations

from mockserver.control.requests import ControlRequestError, read_object
from mockserver.crm.api import ApiResponse
from mockserver.crm.clock import parse_account_time
from mockserver.documents.strict_json import name_type
from mockserver.http.asgi import HttpRequest
from mockserver.seeds.load import load_seed, looks_like_yaml
from mockserver.version import read_version
from mockserver.workspaces.workspace import Workspace


def get_health(workspace: Workspace, _request: HttpRequest) -> ApiResponse:
    """Tell what is running, what it holds, and where it differs from the documents."""
    profile = workspace.profile
    return ApiResponse.of_json(
        {
            "status": "ok",
            "version": read_version(),
            "profile": profile.name,
            "language": profile.language,
            "counts": workspace.count_rows(),
            "deviations": [
                {
                    "name": deviation.name,
                    "crm": deviation.crm,
                    "provenance": deviation.provenance,
                    "documented": deviation.documented,
                    "observed": deviation.observed,
                    "on": profile.observes(deviation),
                }
                for crm in workspace.crms.values()
                for deviation in crm.list_deviations()
            ],
        }
    )


def reset(workspace: Workspace, _request: HttpRequest) -> ApiResponse:
    """Go back to the seed and its clock, and take all faults and webhooks away; the journal stays."""
    workspace.reset()
    return _tell_counts(workspace)


def put_seed(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """Replace all data, and the clock, by the body, a seed document; faults, webhooks and journal stay.

    The document is JSON or YAML, as the Content-Type says, or as it begins where that says neither.

    Raises:
        SeedError: It cannot be loaded; nothing was changed.
    """
    said = request.headers.get(b"content-type", b"").lower()
    is_yaml = b"yaml" in said or (b"json" not in said and looks_like_yaml(request.body))
    load_seed(request.body, "the body", workspace.load, is_yaml=is_yaml)
    workspace.webhooks.wake()
    return _tell_counts(workspace)


def get_clock(workspace: Workspace, _request: HttpRequest) -> ApiResponse:
    """Tell the account's time: `{"now", "frozen"}`."""
    clock = workspace.clock
    return ApiResponse.of_json({"now": clock.now().isoformat(), "frozen": clock.is_frozen})


def put_clock(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """Set, freeze or free the account's time.

    Raises:
        ControlRequestError: The body is no `{"now", "frozen"}`.
    """
    wanted = read_object(request.body, ("now", "frozen"), "a clock has")
    frozen = wanted.get("frozen", "now" in wanted)
    if not isinstance(frozen, bool):
        raise ControlRequestError(f"frozen: must be true or false, not {name_type(frozen)}.")
    _set_clock(workspace, wanted.get("now"), frozen=frozen)
    workspace.webhooks.wake()
    return get_clock(workspace, request)


def _set_clock(workspace: Workspace, text: object, *, frozen: bool) -> None:
    clock = workspace.clock
    if text is None:
        if frozen:
            clock.freeze()
        else:
            clock.free()
        return
    try:
        moment = parse_account_time(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise ControlRequestError(
            f'now: must be an ISO date-time such as "2026-01-02T03:04:05", not {name_type(text)}.'
        )
    if frozen:
        clock.freeze(moment)
    else:
        clock.run_from(moment)


def get_snapshot(workspace: Workspace, _request: HttpRequest) -> ApiResponse:
    """Give the whole state as one opaque body."""
    return ApiResponse(200, workspace.dump_snapshot(), "application/octet-stream")


def put_snapshot(workspace: Workspace, request: HttpRequest) -> ApiResponse:
    """Go back to a state that `get_snapshot` gave, of this workspace or another one."""
    workspace.restore_snapshot(request.body)
    workspace.webhooks.wake()
    return _tell_counts(workspace)


def _tell_counts(workspace: Workspace) -> ApiResponse:
    return ApiResponse.of_json({"status": "ok", "counts": workspace.count_rows()})
