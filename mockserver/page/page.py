"""The routes of the page, and access to them.

/                        what this server is, what it holds, how to begin
/_page/ivinex/1001/8     the records of a CRM, of a kind, one of them
/_page/journal           requests and responses
/_page/faults            the plan of faults
/_page/webhooks          where changes are sent
/_page/data              seeds, reset, the clock
/_page/workspaces        independent accounts side by side
/_page/w/NAME/...        each of these, for a workspace by that name
/_page/static/...        style and script
/_page/token             where the control token is given
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest
from mockserver.page import access
from mockserver.page.data import handle_data
from mockserver.page.faults import handle_faults
from mockserver.page.home import handle_home
from mockserver.page.journal import handle_journal
from mockserver.page.language import tell_language
from mockserver.page.page_request import ROOT, PageRequest, redirect, serve_static
from mockserver.page.records.pages import handle_records
from mockserver.page.webhooks import handle_webhooks
from mockserver.page.workspaces import handle_workspaces
from mockserver.registry import CRMS
from mockserver.workspaces.all import Workspaces

_TOKEN = f"{ROOT}/token"


class Page:
    """The page over all workspaces.

    Args:
        workspaces: All workspaces.
        token: The control token; empty opens the page to this machine only, as the control endpoints.
        seed_name: How to call the seed the server was started with.
        endpoints: The control endpoints' paths and methods.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        *,
        token: str = "",
        seed_name: str = "",
        endpoints: Sequence[tuple[str, Sequence[str]]] = (),
    ) -> None:
        self._workspaces = workspaces
        self._token = token
        self._seed_name = seed_name
        self._endpoints = endpoints

    def is_open(self, http: HttpRequest) -> bool:
        """Tell whether a request may see and change what the server holds."""
        return access.is_open(http, self._token)

    def respond(self, http: HttpRequest) -> ApiResponse:
        """Respond to a request to `/` or below `/_page/`."""
        return tell_language(http, self._respond(http))

    def _respond(self, http: HttpRequest) -> ApiResponse:
        if http.method not in {"GET", "HEAD", "POST"}:
            return _refuse_method(http)
        if http.path.startswith(f"{ROOT}/static/"):
            found = serve_static(http.path.removeprefix(f"{ROOT}/static/"))
            return found or ApiResponse.of_text("There is no such file.\n", status=404)
        request = self._find_workspace(http)
        if request is None:
            return _refuse_unknown_workspace(self._build_request(http))
        if http.method == "POST" and not access.is_own_form(http):
            return _refuse_foreign_form(request)
        if http.path == _TOKEN and request.needs_token:
            return self._take_token(request)
        if not request.is_private and request.parts:
            return request.refuse(403, request.texts.text("Not open to you"), "")
        return self._route(request)

    def _route(self, request: PageRequest) -> ApiResponse:
        name = request.parts[0] if request.parts else ""
        entry = next((entry for entry in CRMS if entry.name == name), None)
        if entry is not None:
            return handle_records(request, entry)
        if name == "" and request.http.method == "POST":
            return _refuse_method(request.http)
        if name == "":
            return handle_home(request, seed_name=self._seed_name, endpoints=self._endpoints)
        if name == "workspaces":
            return handle_workspaces(request, self._workspaces)
        show = _PAGES.get(name)
        if show is None:
            text = request.texts.text("There is no page at {path}.", path=request.http.path)
            return request.refuse(404, request.texts.text("Not here"), text)
        return show(request)

    def _find_workspace(self, http: HttpRequest) -> PageRequest | None:
        """Return the page request, or None where it is to a workspace that does not exist."""
        parts = tuple(part for part in http.path.removeprefix(ROOT).split("/") if part)
        request = self._build_request(http)
        if parts[:1] != ("w",):
            return replace(request, parts=parts)
        name = parts[1] if len(parts) > 1 else ""
        if not request.is_private or name not in request.workspace_names:
            return None
        return replace(request, workspace=self._workspaces.get(name), parts=parts[2:])

    def _build_request(self, http: HttpRequest) -> PageRequest:
        is_private = access.is_open(http, self._token)
        return PageRequest(
            http=http,
            workspace=self._workspaces.default,
            parts=(),
            workspace_names=tuple(each.name for each in self._workspaces.list_all()) if is_private else (),
            is_private=is_private,
            has_token=bool(self._token),
        )

    def _take_token(self, request: PageRequest) -> ApiResponse:
        if request.http.method == "POST":
            given = request.read_form().get("token", "")
            if access.is_token(given, self._token):
                return redirect("/", {"Set-Cookie": access.make_cookie(request.http, self._token)})
            text = request.texts.text("That is not this server's control token.")
            return request.refuse(403, request.texts.text("Not the token"), text)
        return redirect("/")


_PAGES: Mapping[str, Callable[[PageRequest], ApiResponse]] = {
    "journal": handle_journal,
    "faults": handle_faults,
    "webhooks": handle_webhooks,
    "data": handle_data,
}


def _refuse_unknown_workspace(request: PageRequest) -> ApiResponse:
    text = request.texts.text("There is no workspace of this name.")
    return request.refuse(404, request.texts.text("Not here"), text)


def _refuse_foreign_form(request: PageRequest) -> ApiResponse:
    text = request.texts.text("This was not sent by this page itself, so nothing was done.")
    return request.refuse(403, request.texts.text("Not from here"), text)


def _refuse_method(http: HttpRequest) -> ApiResponse:
    refusal = ApiResponse.of_text(f"{http.path} takes GET, not {http.method}.\n", status=405)
    return replace(refusal, headers={"Allow": "GET, HEAD"})
