"""The web server's application: one port, each CRM at its real path, the control endpoints, and a page for people.

A request to a CRM walks one way: here -> `basic_auth` -> the CRM -> `journal`, in one step that nothing interrupts.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from mockserver import asgi
from mockserver.asgi import HttpRequest, Receive, Scope, Send
from mockserver.basic_auth import parse_basic_login
from mockserver.control import PREFIX, Control
from mockserver.exchange import ApiAnswer, ApiRequest
from mockserver.journal import Exchange
from mockserver.profiles import Profile
from mockserver.registry import CRMS
from mockserver.workspace import Workspace

logger = logging.getLogger(__name__)


class MockApp:
    """The ASGI application over one workspace; `create_app` makes one."""

    def __init__(self, workspace: Workspace, *, control_token: str = "", seed_name: str = "") -> None:
        self.workspace = workspace
        self._control = Control(workspace, control_token)
        self._seed_name = seed_name

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
            await asgi.send_answer(send, ApiAnswer.of_text("The body is too large.", status=413))
            return
        await asgi.send_answer(send, self.answer(request))

    def answer(self, request: HttpRequest) -> ApiAnswer:
        """Answer one request."""
        if request.path.startswith(PREFIX):
            return self._control.answer(request)
        if request.path == "/":
            return self._show_page(request)
        answer = self._answer_api(request)
        self.workspace.journal.record(
            Exchange(
                method=request.method,
                path=request.path,
                query=request.query,
                body=request.body,
                status=answer.status,
                response=answer.body,
                reason=answer.reason,
                hints=answer.hints,
            )
        )
        return answer

    def _answer_api(self, request: HttpRequest) -> ApiAnswer:
        entry = next((entry for entry in CRMS if entry.owns(request.path)), None)
        if entry is None:
            return _refuse_path(request.path)
        crm = self.workspace.crms[entry.name]
        login = parse_basic_login(request.headers.get(b"authorization"))
        if login.defect or not crm.knows_login(login.username, login.password):
            defect = login.defect or f"No {entry.title} account here has this user name and password."
            answer = crm.refuse_login()
            return replace(answer, reason=answer.reason or defect, hints=(*answer.hints, defect))
        try:
            return crm.answer(
                ApiRequest(request.method, request.path, request.query, request.body, request.base_url, login.username)
            )
        except Exception as error:
            # A defect of the fake must look like one: in the log, in the journal, and as a 500 to the caller.
            logger.exception("the %s fake failed on %s %s", entry.title, request.method, request.path)
            reason = f"a defect of the fake: {type(error).__name__}: {error}"
            return ApiAnswer.of_text("Internal Server Error", status=500, reason=reason)

    def _show_page(self, request: HttpRequest) -> ApiAnswer:
        if request.method not in {"GET", "HEAD"}:
            refusal = ApiAnswer.of_text(f"/ takes GET, not {request.method}.\n", status=405)
            return replace(refusal, headers={"Allow": "GET, HEAD"})
        from mockserver.page import render_page  # only people need it

        return render_page(
            self.workspace,
            seed_name=self._seed_name,
            base_url=request.base_url,
            endpoints=self._control.describe_endpoints(),
            is_private=self._control.is_open_to(request),
        )


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


def _refuse_path(path: str) -> ApiAnswer:
    reason = f"There is nothing at {path}."
    for entry in CRMS:
        if path.lower().startswith(entry.root.lower()):
            end = "" if entry.is_one_path else path[len(entry.root) :]
            reason += f" Paths are case-sensitive: did you mean {entry.root}{end}?"
    lines = [reason, "This server answers at:"]
    lines += [f"  {entry.root}{'' if entry.is_one_path else '/...'}  ({entry.title})" for entry in CRMS]
    lines += [f"  {PREFIX}...  (control)", "  /  (a page that explains this server)"]
    return ApiAnswer.of_text("\n".join(lines) + "\n", status=404, reason=reason)


async def _confirm_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
