"""The web server's application: one port, each CRM at its real path, the control endpoints, and a page for people.

A request to a CRM walks one way: here -> the login's workspace -> its `faults` -> the CRM -> `journal`,
in one step that nothing interrupts. A delay comes after it, so it holds up its own response alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mockserver.control.routes import PREFIX, Control
from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.crm.profiles import Profile
from mockserver.http import asgi
from mockserver.http.asgi import HttpRequest, Receive, Scope, Send
from mockserver.http.cors import handle_preflight, open_to_browsers
from mockserver.registry import CRMS, CrmEntry
from mockserver.server.wrong_login import refuse_login
from mockserver.workspaces.all import Workspaces
from mockserver.workspaces.faults import apply_fault
from mockserver.workspaces.journal import Exchange
from mockserver.workspaces.workspace import Workspace

if TYPE_CHECKING:
    from mockserver.page import Page

logger = logging.getLogger(__name__)


class MockApp:
    """The ASGI application; `create_app` makes one.

    Args:
        workspace: The workspace `default`; others are made by the control endpoints.
        control_token: The bearer token that the control endpoints demand; empty opens them to loopback only.
        seed_name: How to call the seed on the page.
    """

    def __init__(self, workspace: Workspace, *, control_token: str = "", seed_name: str = "") -> None:
        self.workspace = workspace
        self.workspaces = Workspaces(workspace)
        self._control = Control(self.workspaces, control_token)
        self._seed_name = seed_name
        self._control_token = control_token
        self._page: Page | None = None

    def close(self) -> None:
        """Let go of all databases."""
        self.workspaces.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        if scope["type"] == "lifespan":
            await _confirm_lifespan(receive, send)
            return
        if scope["type"] != "http":  # a WebSocket: closing before accepting it is an HTTP 403
            await send({"type": "websocket.close"})
            return
        try:
            request = await asgi.read_request(scope, receive)
        except asgi.DisconnectedError:
            return
        except asgi.BodyTooLargeError:
            await asgi.send_response(send, ApiResponse.of_text("The body is too large.", status=413))
            return
        await asgi.deliver(scope, receive, send, self.respond(request))

    def respond(self, request: HttpRequest) -> ApiResponse:
        """Answer one request."""
        if request.path.startswith(PREFIX):
            return self._control.respond(request)
        if request.path == "/" or request.path.startswith("/_page/"):
            return self._show_page(request)
        entry = next((entry for entry in CRMS if entry.owns(request.path)), None)
        if entry is not None and (preflight := handle_preflight(request.method, request.headers)):
            return preflight
        begun_s = time.perf_counter()
        workspace, response = self._respond_as_crm(entry, request)
        filter_parameters = entry.filter_parameters if entry else ()
        took_s = time.perf_counter() - begun_s
        workspace.journal.record(Exchange.of(request, response, filter_parameters=filter_parameters, took_s=took_s))
        return open_to_browsers(response) if b"origin" in request.headers else response

    def _respond_as_crm(self, entry: CrmEntry | None, request: HttpRequest) -> tuple[Workspace, ApiResponse]:
        """Return the response and the workspace whose journal it belongs to."""
        if entry is None:
            return self.workspace, _refuse_path(request.path)
        login = entry.login_scheme.parse(request.headers.get(b"authorization"))
        workspace = self.workspaces.find_by_login(entry.name, login)
        if workspace is None:
            return refuse_login(self.workspaces, entry, login)
        asked = ApiRequest(request.method, request.path, request.query, request.body, request.base_url, login.username)
        hit = self.workspaces.match_fault(workspace, request.method, request.path)
        if hit is None:
            return workspace, _call_crm(entry, workspace, asked)
        return workspace, apply_fault(hit, entry, asked, lambda changed: _call_crm(entry, workspace, changed))

    def _show_page(self, request: HttpRequest) -> ApiResponse:
        if self._page is None:
            from mockserver.page import Page  # only people need it, and what it is made of

            self._page = Page(
                self.workspaces,
                token=self._control_token,
                seed_name=self._seed_name,
                endpoints=self._control.describe_endpoints(),
            )
        return self._page.respond(request)


def create_app(
    seed: Mapping[str, object],
    profile: Profile | None = None,
    *,
    database_path: str = "",
    control_token: str = "",
    seed_name: str = "",
) -> MockApp:
    """Make the application with a workspace of its own.

    Args:
        seed: The seed document to start with and to reset to.
        profile: Which reading of the APIs to follow.
        database_path: A file that keeps the state over restarts; empty is memory.
        control_token: The bearer token that the control endpoints demand; empty opens them to loopback only.
        seed_name: How to call the seed on the page.

    Raises:
        SeedError: The seed cannot be loaded.
        DatabaseError: The database file cannot be used.
    """
    workspace = Workspace(seed, profile, database_path=database_path)
    return MockApp(workspace, control_token=control_token, seed_name=seed_name)


def _call_crm(entry: CrmEntry, workspace: Workspace, request: ApiRequest) -> ApiResponse:
    try:
        return workspace.crms[entry.name].respond(request)
    except Exception as error:
        # A defect of the fake must look like one: in the log, in the journal, and as a 500 to the caller.
        logger.exception("the %s fake failed on %s %s", entry.title, request.method, request.path)
        reason = f"a defect of the fake: {type(error).__name__}: {error}"
        return ApiResponse.of_text("Internal Server Error", status=500, reason=reason)


def _refuse_path(path: str) -> ApiResponse:
    near = [hint for entry in CRMS if (hint := _suggest_path(entry, path))]
    where = " and ".join(f"{entry.root}{'' if entry.is_one_path else '/'}" for entry in CRMS)
    hints = near or [f"The APIs are at {where}."]
    reason = f"There is nothing at {path} (that this is 404 is assumed)."
    lines = [" ".join([f"There is nothing at {path}.", *near]), "This server answers at:"]
    lines += [f"  {entry.root}{'' if entry.is_one_path else '/...'}  ({entry.title})" for entry in CRMS]
    lines += [f"  {PREFIX}...  (control)", "  /  (a page that explains this server)"]
    return ApiResponse.of_text("\n".join(lines) + "\n", status=404, reason=reason, hints=hints)


def _suggest_path(entry: CrmEntry, path: str) -> str:
    root, rest = path[: len(entry.root)], path[len(entry.root) :]
    if root.lower() != entry.root.lower() or rest[:1] not in {"", "/"}:
        return ""
    if root == entry.root:
        return f"{entry.title} has no further paths: did you mean {entry.root}?"
    return f"Paths are case-sensitive: did you mean {entry.root}{'' if entry.is_one_path else rest}?"


async def _confirm_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
