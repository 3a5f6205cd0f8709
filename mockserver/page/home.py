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
from mockserver.version import read_version

_CONTROL_TEXTS = {
    "/_control/health": "version, profile, counts, and every deviation from the documents",
    "/_control/reset": "back to the seed it was started with",
    "/_control/seed": "replace all data by a seed document",
    "/_control/requests": "the journal: what was asked, answered, and why it was refused",
    "/_control/requests.har": "the same as an HTTP Archive",
    "/_control/clock": "the account's time: read, set, freeze",
    "/_control/edits": "what people do in the CRM's own page",
    "/_control/ca.pem": "the CA to trust where it speaks https",
    "/_control/snapshot": "the whole state, out and in",
    **{f"/_control/openapi/{entry.name}.json": f"the {entry.title} API as OpenAPI 3.1" for entry in CRMS},
    "/_control/openapi/control.json": "these endpoints as OpenAPI 3.1",
    "/_control/faults": "what is made to go wrong",
    "/_control/webhooks": "where changes are sent, and how many are on their way",
    "/_control/webhooks/deliveries": "each change that was sent, with its tries",
    "/_control/workspaces": "accounts side by side: list them, make one, drop all",
    "/_control/workspaces/NAME": "one of them: its logins and counts, and dropping it",
}
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
    facts = [f"version {read_version()}", f"profile {profile.name}", f"language {profile.language}"]
    if seed_name and request.is_private:
        facts.append(f"started with the seed {seed_name}")
    return request.render(
        "home.html",
        facts=facts,
        cards=[_build_card(request, entry) for entry in CRMS],
        endpoints=[(path, methods, _CONTROL_TEXTS.get(path, "")) for path, methods in endpoints],
        control_commands=[
            (
                "The last five requests, with the reason of each refusal",
                build_control_curl(request, "GET", "requests?limit=5"),
            ),
            ("Back to the seed", build_control_curl(request, "POST", "reset")),
        ],
        refused=list_refused(request, _LAST_REFUSALS) if request.is_private else (),
    )


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
