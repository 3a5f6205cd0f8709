"""The control endpoints under `/_control/`: what a test does to the fake that no CRM lets it do.

Bodies are JSON, refusals are `{"error": "..."}`; the snapshot's body is opaque. Every endpoint but those for workspaces
themselves takes `?workspace=NAME` and means `default` without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mockserver.control import edits as control_edits
from mockserver.control import faults as control_faults
from mockserver.control import journal as control_journal
from mockserver.control import openapi as control_openapi
from mockserver.control import state as control_state
from mockserver.control import webhooks as control_webhooks
from mockserver.control import workspaces as control_workspaces
from mockserver.control.access import refuse_control
from mockserver.control.requests import ControlRequestError, read_parameters, refuse
from mockserver.crm.api import ApiResponse, SeedError
from mockserver.crm.database import DatabaseError
from mockserver.documents.near_misses import suggest
from mockserver.http.asgi import HttpRequest
from mockserver.http.certificates import CA_FILE, Authority, CertificateError
from mockserver.workspaces.all import WorkspaceError, Workspaces
from mockserver.workspaces.workspace import DEFAULT_NAME, Workspace

PREFIX = "/_control/"
# No page of another origin may take a response in as a script, a style or a picture either.
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[Workspace, HttpRequest], ApiResponse]
WorkspacesHandler = Callable[[Workspaces, HttpRequest], ApiResponse]
NamedWorkspaceHandler = Callable[[Workspaces, HttpRequest, str], ApiResponse]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint about a workspace's inside: the handler of each method, and the query parameters it takes."""

    handlers: Mapping[str, Handler]
    parameters: tuple[str, ...] = ("workspace",)


ENDPOINTS: Mapping[str, Endpoint] = {
    "health": Endpoint({"GET": control_state.get_health}),
    "reset": Endpoint({"POST": control_state.reset}),
    "seed": Endpoint({"PUT": control_state.put_seed}),
    "edits": Endpoint({"POST": control_edits.post_edits}),
    "requests": Endpoint(
        {"GET": control_journal.list_requests, "DELETE": control_journal.clear_requests}, control_journal.PARAMETERS
    ),
    "requests.har": Endpoint({"GET": control_journal.export_requests}, control_journal.PARAMETERS),
    "faults": Endpoint(
        {"GET": control_faults.get_faults, "PUT": control_faults.put_faults, "DELETE": control_faults.delete_faults}
    ),
    "webhooks": Endpoint(
        {
            "GET": control_webhooks.get_webhooks,
            "PUT": control_webhooks.put_webhooks,
            "DELETE": control_webhooks.delete_webhooks,
        }
    ),
    "webhooks/deliveries": Endpoint({"GET": control_webhooks.list_deliveries}, control_webhooks.PARAMETERS),
    "clock": Endpoint({"GET": control_state.get_clock, "PUT": control_state.put_clock}),
    "snapshot": Endpoint({"GET": control_state.get_snapshot, "PUT": control_state.put_snapshot}),
    **{
        f"openapi/{name}.json": Endpoint({"GET": control_openapi.get_document}, ())
        for name in control_openapi.DOCUMENTS
    },
}
_WORKSPACES = "workspaces"
_ALL_WORKSPACES: Mapping[str, WorkspacesHandler] = {
    "GET": control_workspaces.list_workspaces,
    "POST": control_workspaces.create_workspace,
    "DELETE": control_workspaces.drop_workspaces,
}
_ONE_WORKSPACE: Mapping[str, NamedWorkspaceHandler] = {
    "GET": control_workspaces.get_workspace,
    "DELETE": control_workspaces.drop_workspace,
}


class Control:
    """Answers control requests.

    Args:
        workspaces: What is controlled.
        token: The bearer token demanded; empty opens the endpoints to loopback, and to nobody else.
        authority: The CA that callers must trust; None: the fake speaks plain http.
    """

    def __init__(self, workspaces: Workspaces, token: str = "", authority: Authority | None = None) -> None:
        self._workspaces = workspaces
        self._token = token
        self._authority = authority

    def describe_endpoints(self) -> list[tuple[str, list[str]]]:
        """Return each endpoint's path with its methods."""
        return [
            *((PREFIX + name, list(endpoint.handlers)) for name, endpoint in ENDPOINTS.items()),
            (PREFIX + CA_FILE, ["GET"]),
            (PREFIX + _WORKSPACES, list(_ALL_WORKSPACES)),
            (f"{PREFIX}{_WORKSPACES}/NAME", list(_ONE_WORKSPACE)),
        ]

    def respond(self, request: HttpRequest) -> ApiResponse:
        """Answer a request below `/_control/`."""
        response = self._respond(request)
        return replace(response, headers={**response.headers, **_HEADERS})

    def _respond(self, request: HttpRequest) -> ApiResponse:
        refusal = refuse_control(request, self._token)
        if refusal is not None:
            return refusal
        try:
            return self._dispatch(request)
        except WorkspaceError as error:
            return refuse(error.status, str(error))
        except (ControlRequestError, SeedError, DatabaseError, CertificateError) as error:
            return refuse(400, str(error))

    def _dispatch(self, request: HttpRequest) -> ApiResponse:
        name = request.path.removeprefix(PREFIX)
        endpoint = ENDPOINTS.get(name)
        if endpoint is not None:
            handler = endpoint.handlers.get(_read_method(request))
            if handler is None:
                return _refuse_method(request, endpoint.handlers)
            parameters = read_parameters(request, endpoint.parameters)
            return handler(self._workspaces.get(parameters.get("workspace", DEFAULT_NAME)), request)
        if name == CA_FILE:
            return self._get_ca(request)
        if name == _WORKSPACES:
            read_parameters(request, ())
            all_handler = _ALL_WORKSPACES.get(_read_method(request))
            return all_handler(self._workspaces, request) if all_handler else _refuse_method(request, _ALL_WORKSPACES)
        if name.startswith(f"{_WORKSPACES}/"):
            read_parameters(request, ())
            one_handler = _ONE_WORKSPACE.get(_read_method(request))
            if one_handler is None:
                return _refuse_method(request, _ONE_WORKSPACE)
            return one_handler(self._workspaces, request, name.removeprefix(f"{_WORKSPACES}/"))
        known = ", ".join(path for path, _ in self.describe_endpoints())
        near = suggest(name, [*ENDPOINTS, CA_FILE, _WORKSPACES])
        return refuse(404, f"There is no {request.path}.{near} There are: {known}.")

    def _get_ca(self, request: HttpRequest) -> ApiResponse:
        if _read_method(request) != "GET":
            return _refuse_method(request, {"GET": self._get_ca})
        read_parameters(request, ())
        if self._authority is None:
            return refuse(404, "There is no CA, this being plain http: start crm-mock serve --tls, or crm-mock proxy.")
        return ApiResponse(200, self._authority.ca_pem, content_type="application/x-pem-file")


def _read_method(request: HttpRequest) -> str:
    # A health check that only asks for the head is answered like the GET it stands for.
    return "GET" if request.method == "HEAD" else request.method


def _refuse_method(request: HttpRequest, handlers: Mapping[str, object]) -> ApiResponse:
    allowed = ", ".join(handlers)
    refusal = refuse(405, f"{request.path} takes {allowed}, not {request.method}.")
    return replace(refusal, headers={"Allow": allowed})
