"""Which address of the page shows what, and who is let in.

/                        what this server is, what it holds, how to begin
/_page/ivinex/1001/8     the records of a CRM, of a kind, one of them
/_page/journal           what was asked and answered
/_page/faults            what is made to go wrong
/_page/data              the seeds, reset, the clock
/_page/workspaces        accounts side by side
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
from mockserver.page.data import answer_data
from mockserver.page.faults import answer_faults
from mockserver.page.home import answer_home
from mockserver.page.journal import answer_journal
from mockserver.page.page_request import ROOT, Visit, redirect, serve_static
from mockserver.page.records import answer_records
from mockserver.page.workspaces import answer_workspaces
from mockserver.registry import CRMS
from mockserver.workspaces.all import Workspaces

_TOKEN = f"{ROOT}/token"


class Page:
    """The page for people over all workspaces.

    Args:
        workspaces: What is shown and changed.
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

    def answer(self, request: HttpRequest) -> ApiResponse:
        """Answer a request to `/` or below `/_page/`."""
        if request.method not in {"GET", "HEAD", "POST"}:
            refusal = ApiResponse.of_text(f"{request.path} takes GET, not {request.method}.\n", status=405)
            return replace(refusal, headers={"Allow": "GET, HEAD"})
        if request.path.startswith(f"{ROOT}/static/"):
            found = serve_static(request.path.removeprefix(f"{ROOT}/static/"))
            return found or ApiResponse.of_text("There is no such file.\n", status=404)
        visit = self._begin(request)
        if visit is None:
            return self._begin_at_default(request).refuse(404, "Not here", "There is no workspace of this name.")
        if request.method == "POST" and not access.is_own_form(request):
            return visit.refuse(403, "Not from here", "This was not sent by this page itself, so nothing was done.")
        if request.path == _TOKEN and visit.needs_token:
            return self._take_token(visit)
        if not visit.is_private and visit.parts:
            return visit.refuse(403, "Not open to you", "")
        return self._route(visit)

    def _route(self, visit: Visit) -> ApiResponse:
        name = visit.parts[0] if visit.parts else ""
        entry = next((entry for entry in CRMS if entry.name == name), None)
        if entry is not None:
            return answer_records(visit, entry)
        if name == "" and visit.request.method == "POST":
            refusal = ApiResponse.of_text(f"{visit.request.path} takes GET, not POST.\n", status=405)
            return replace(refusal, headers={"Allow": "GET, HEAD"})
        if name == "":
            return answer_home(visit, seed_name=self._seed_name, endpoints=self._endpoints)
        if name == "workspaces":
            return answer_workspaces(visit, self._workspaces)
        answer = _PLACES.get(name)
        if answer is None:
            return visit.refuse(404, "Not here", f"There is no page at {visit.request.path}.")
        return answer(visit)

    def _begin(self, request: HttpRequest) -> Visit | None:
        """Return the visit, or None where it is to a workspace that does not exist."""
        parts = tuple(part for part in request.path.removeprefix(ROOT).split("/") if part)
        visit = self._begin_at_default(request)
        if parts[:1] != ("w",):
            return replace(visit, parts=parts)
        name = parts[1] if len(parts) > 1 else ""
        if not visit.is_private or name not in visit.workspace_names:
            return None
        return replace(visit, workspace=self._workspaces.get(name), parts=parts[2:])

    def _begin_at_default(self, request: HttpRequest) -> Visit:
        is_private = access.is_open(request, self._token)
        return Visit(
            request=request,
            workspace=self._workspaces.default,
            parts=(),
            workspace_names=tuple(each.name for each in self._workspaces.list_all()) if is_private else (),
            is_private=is_private,
            has_token=bool(self._token),
        )

    def _take_token(self, visit: Visit) -> ApiResponse:
        if visit.request.method == "POST":
            given = visit.read_form().get("token", [""])[-1]
            if access.is_token(given, self._token):
                return redirect("/", {"Set-Cookie": access.make_cookie(visit.request, self._token)})
            return visit.refuse(403, "Not the token", "That is not this server's control token.")
        return redirect("/")


_PLACES: Mapping[str, Callable[[Visit], ApiResponse]] = {
    "journal": answer_journal,
    "faults": answer_faults,
    "data": answer_data,
}
