"""The first page: what this server is, what it holds, and commands to begin with."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from mockserver.crm.api import ApiResponse
from mockserver.page.curl import build_control_curl, wrap_command
from mockserver.page.journal import list_refused
from mockserver.page.page_request import PageRequest
from mockserver.registry import CRMS, CrmEntry
from mockserver.texts import Texts, mark
from mockserver.version import read_version

_CONTROL_TEXTS = {
    "/_control/health": mark("version, profile, counts, and every deviation from the documents"),
    "/_control/reset": mark("back to the seed it was started with"),
    "/_control/seed": mark("replace all data by a seed document"),
    "/_control/requests": mark("the journal: what was asked, answered, and why it was refused"),
    "/_control/requests.har": mark("the same as an HTTP Archive"),
    "/_control/clock": mark("the account's time: read, set, freeze"),
    "/_control/edits": mark("what people do in the CRM's own page"),
    "/_control/ca.pem": mark("the CA to trust where it speaks https"),
    "/_control/snapshot": mark("the whole state, out and in"),
    "/_control/openapi/control.json": mark("these endpoints as OpenAPI 3.1"),
    "/_control/faults": mark("what is made to go wrong"),
    "/_control/webhooks": mark("where changes are sent, and how many are on their way"),
    "/_control/webhooks/deliveries": mark("each change that was sent, with its tries"),
    "/_control/workspaces": mark("accounts side by side: list them, make one, drop all"),
    "/_control/workspaces/NAME": mark("one of them: its logins and counts, and dropping it"),
}
_OPENAPI = {f"/_control/openapi/{entry.name}.json": entry.title for entry in CRMS}
_LAST_REFUSALS = 3


@dataclass(frozen=True, slots=True)
class _Card:
    """What the page shows of one CRM; `logins`, `counts` and `commands` are empty where access is not open."""

    entry: CrmEntry
    address: str
    logins: Sequence[tuple[str, str]] = ()
    counts: Sequence[tuple[str, int]] = ()
    commands: Sequence[tuple[str, str]] = ()


def handle_home(request: PageRequest, *, seed_name: str, endpoints: Sequence[tuple[str, Sequence[str]]]) -> ApiResponse:
    """Return the first page.

    Args:
        request: The page request.
        seed_name: The seed the server was started with; it may be a path, so it is shown only where access is open.
        endpoints: The control endpoints' paths and methods.
    """
    profile = request.workspace.profile
    texts = request.texts
    facts = [
        texts.text("version {version}", version=read_version()),
        texts.text("profile {name}", name=profile.name),
        texts.text("language {name}", name=profile.language),
    ]
    if seed_name and request.is_private:
        facts.append(texts.text("started with the seed {name}", name=seed_name))
    return request.render(
        "home.html",
        facts=facts,
        cards=[_build_card(request, entry) for entry in CRMS],
        endpoints=[(path, methods, _describe_endpoint(path, texts)) for path, methods in endpoints],
        control_commands=[
            (
                mark("The last five requests, with the reason of each refusal"),
                build_control_curl(request, "GET", "requests?limit=5"),
            ),
            (mark("Back to the seed"), build_control_curl(request, "POST", "reset")),
        ],
        refused=list_refused(request, _LAST_REFUSALS) if request.is_private else (),
    )


def _describe_endpoint(path: str, texts: Texts) -> str:
    if crm := _OPENAPI.get(path):
        return texts.text("the {crm} API as OpenAPI 3.1", crm=crm)
    return texts.text(_CONTROL_TEXTS[path]) if path in _CONTROL_TEXTS else ""


def _build_card(request: PageRequest, entry: CrmEntry) -> _Card:
    address = request.http.base_url + entry.root
    if not request.is_private:
        return _Card(entry, address)
    crm = request.workspace.crms[entry.name]
    logins = request.workspace.list_logins(entry.name)
    login = shlex.quote(":".join(logins[0])) if logins else "USER:PASSWORD"
    commands = [
        (text, wrap_command(f"curl {arguments.format(login=login, url=request.http.base_url)}"))
        for text, arguments in entry.samples
    ]
    return _Card(entry, address, logins, list(crm.counts().items()), commands)
