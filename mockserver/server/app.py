"""The web server's application: one port, each CRM at its real path, the control endpoints, and a page for people.

A request to a CRM walks one way: here -> the login's workspace -> its `faults` -> the CRM -> `journal`,
in one step that nothing interrupts. A delay comes after it, so it holds up its own response alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mockserver.control.access import refuse_control
from mockserver.control.requests import refuse
from mockserver.control.routes import PREFIX, Control
from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.crm.profiles import Profile
from mockserver.http import asgi
from mockserver.http.asgi import HttpRequest, Receive, Scope, Send
from mockserver.http.cors import handle_preflight, open_to_browsers
from mockserver.registry import CRMS, CrmEntry
from mockserver.server.entrance import Entrance
from mockserver.server.unknown_path import refuse_path
from mockserver.server.wrong_login import refuse_login
from mockserver.workspaces.all import Workspaces
from mockserver.workspaces.faults import apply_fault
from mockserver.workspaces.journal import Exchange
from mockserver.workspaces.workspace import Workspace

if TYPE_CHECKING:
    from mockserver.page import Page

# The most that a body may be: what a PHP server takes at most where its owner was generous, a seed or a snapshot, and a
# form of somebody who is not let in yet.
MAX_API_BODY_BYTES = 32 * 1024 * 1024
MAX_CONTROL_BODY_BYTES = 512 * 1024 * 1024
MAX_FORM_BYTES = 64 * 1024

logger = logging.getLogger(__name__)


class MockApp:
    """The ASGI application; `create_app` makes one.

    Args:
        workspace: The workspace `default`; others are made by the control endpoints.
        control_token: The bearer token that the control endpoints demand; empty opens them to loopback only.
        seed_name: How to call the seed on the page.
        entrance: By which ways callers come; the server opens them.
    """

    def __init__(
        self, workspace: Workspace, *, control_token: str = "", seed_name: str = "", entrance: Entrance | None = None
    ) -> None:
        self.workspace = workspace
        self.workspaces = Workspaces(workspace)
        self.entrance = entrance or Entrance()
        self._control = Control(self.workspaces, control_token, self.entrance.authority)
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
        head = asgi.read_head(scope)
        most_bytes = self.limit_body(head)
        try:  # whoever may not send a body is refused by the head alone
            request = await asgi.read_body(head, receive, most_bytes) if most_bytes else head
        except asgi.DisconnectedError:
            return
        except asgi.BodyTooLargeError:
            response = self._refuse_body(head, most_bytes)
        else:
            response = self.respond(request)
        await asgi.deliver(scope, receive, send, response)

    def respond(self, request: HttpRequest) -> ApiResponse:
        """Answer one request."""
        if refusal := self.entrance.refuse_host(request.named_host):
            return self._refuse_host(request, refusal)
        if request.path.startswith(PREFIX):
            return self._control.respond(request)
        if _is_page(request.path):
            return self._open_page().respond(request)
        entry = next((entry for entry in CRMS if entry.owns(request.path)), None)
        if entry is not None and (preflight := handle_preflight(request.method, request.headers)):
            return preflight
        begun_s = time.perf_counter()
        workspace, response = self._respond_as_crm(entry, request) if entry else refuse_path(self.workspaces, request)
        return _record(workspace, entry, request, response, begun_s)

    def record_outside(self, method: str, path: str, query: Sequence[tuple[str, str]], status: int, why: str) -> None:
        """Note in the journal of `default` what never came to be a request: it is unreadable, or its host refused."""
        response = ApiResponse.of_text("", status=status, reason=why)
        self.workspace.journal.record(Exchange.of(HttpRequest(method, path, list(query), {}, b"", "", ""), response))

    def limit_body(self, head: HttpRequest) -> int:
        """Return how many bytes of a body the caller may send; 0: it is refused whatever the body is."""
        if not head.announces_body:
            return MAX_API_BODY_BYTES
        if head.path.startswith(PREFIX):
            return 0 if refuse_control(head, self._control_token) else MAX_CONTROL_BODY_BYTES
        if _is_page(head.path):
            return MAX_CONTROL_BODY_BYTES if self._open_page().is_open(head) else MAX_FORM_BYTES
        header = head.headers.get(b"authorization")
        owner = next((entry for entry in CRMS if entry.owns(head.path)), None)
        if owner and owner.is_open(head.path):
            return MAX_FORM_BYTES
        entries = [owner] if owner else CRMS
        opens = (self.workspaces.find_by_login(entry.name, entry.login_scheme.parse(header)) for entry in entries)
        return MAX_API_BODY_BYTES if any(opens) else 0

    def _refuse_host(self, request: HttpRequest, why: str) -> ApiResponse:
        address = f"{request.scheme}://{request.named_host}{request.path}"
        response = ApiResponse.of_text(f"{why}\n", status=403, reason=why)
        return _record(self.workspace, None, replace(request, path=address), response, time.perf_counter())

    def _refuse_body(self, head: HttpRequest, most_bytes: int) -> ApiResponse:
        message = f"The body is larger than {most_bytes // 1024} KB."
        if head.path.startswith(PREFIX):
            return refuse(413, message)
        response = ApiResponse.of_text(message, status=413, reason=f"{message} (that this is 413 is assumed)")
        entry = next((entry for entry in CRMS if entry.owns(head.path)), None)
        if entry is None:
            return response
        login = entry.login_scheme.parse(head.headers.get(b"authorization"))
        workspace = self.workspaces.find_by_login(entry.name, login) or self.workspace
        return _record(workspace, entry, head, response, time.perf_counter())

    def _respond_as_crm(self, entry: CrmEntry, request: HttpRequest) -> tuple[Workspace, ApiResponse]:
        """Return the response and the workspace whose journal it belongs to."""
        login = entry.login_scheme.parse(request.headers.get(b"authorization"))
        named = self._name_by_what_opens(entry, request)
        opened = self.workspaces.find_by_username(entry.name, named) if named else None
        workspace = opened or self.workspaces.find_by_login(entry.name, login)
        if workspace is None:
            return refuse_login(self.workspaces, entry, login)
        username = named if opened else login.username
        asked = ApiRequest(request.method, request.path, request.query, request.body, request.base_url, username)
        hit = self.workspaces.match_fault(workspace, request.method, request.path)
        if hit is None:
            return workspace, _call_crm(entry, workspace, asked)
        return workspace, apply_fault(hit, entry, asked, lambda changed: _call_crm(entry, workspace, changed))

    def _name_by_what_opens(self, entry: CrmEntry, request: HttpRequest) -> str:
        """Return the account that something in the request opens, which needs no login then; empty where none does."""
        if entry.open_paths is None or not entry.is_open(request.path):
            return ""
        return entry.open_paths.name_account(request.path, request.query, request.body)

    def _open_page(self) -> Page:
        if self._page is None:
            from mockserver.page import Page  # only people need it, and what it is made of

            self._page = Page(
                self.workspaces,
                token=self._control_token,
                seed_name=self._seed_name,
                endpoints=self._control.describe_endpoints(),
            )
        return self._page


def create_app(
    seed: Mapping[str, object],
    profile: Profile | None = None,
    *,
    database_path: str = "",
    control_token: str = "",
    seed_name: str = "",
    webhook_hosts: Collection[str] = (),
    entrance: Entrance | None = None,
) -> MockApp:
    """Make the application with a workspace of its own.

    Args:
        seed: The seed document to start with and to reset to.
        profile: Which reading of the APIs to follow.
        database_path: A file that keeps the state over restarts; empty is memory.
        control_token: The bearer token that the control endpoints demand; empty opens them to loopback only.
        seed_name: How to call the seed on the page.
        webhook_hosts: Hosts that webhooks may go to beside this machine.
        entrance: By which ways callers come.

    Raises:
        SeedError: The seed cannot be loaded.
        DatabaseError: The database file cannot be used.
    """
    workspace = Workspace(seed, profile, database_path=database_path, webhook_hosts=webhook_hosts)
    return MockApp(workspace, control_token=control_token, seed_name=seed_name, entrance=entrance)


def _is_page(path: str) -> bool:
    return path == "/" or path.startswith("/_page/")


def _record(
    workspace: Workspace, entry: CrmEntry | None, request: HttpRequest, response: ApiResponse, begun_s: float
) -> ApiResponse:
    """Note an exchange in a workspace's journal, and return the response with what every response has."""
    response = replace(response, hints=(*request.oddities, *response.hints)) if request.oddities else response
    filter_parameters = entry.filter_parameters if entry else ()
    if entry and entry.open_paths:
        query, body = entry.open_paths.hide_secrets(request.path, request.query, request.body)
        request = replace(request, query=list(query), body=body)
    took_s = time.perf_counter() - begun_s
    workspace.journal.record(Exchange.of(request, response, filter_parameters=filter_parameters, took_s=took_s))
    if not any(name.lower() == "date" for name in response.headers):
        date = format_datetime(workspace.clock.now_utc(), usegmt=True)
        response = replace(response, headers={**response.headers, "Date": date})
    return open_to_browsers(response) if b"origin" in request.headers else response


def _call_crm(entry: CrmEntry, workspace: Workspace, request: ApiRequest) -> ApiResponse:
    try:
        response = workspace.crms[entry.name].respond(request)
        if response.list_changes is not None and workspace.webhooks.are_set_up:
            workspace.webhooks.notice(response.list_changes())
    except Exception as error:
        # A defect of the fake must look like one: in the log, in the journal, and as a 500 to the caller.
        logger.exception("the %s fake failed on %s %s", entry.title, request.method, request.path)
        reason = f"a defect of the fake: {type(error).__name__}: {error}"
        return ApiResponse.of_text("Internal Server Error", status=500, reason=reason)
    return response


async def _confirm_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
