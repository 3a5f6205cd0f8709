"""What drift asks beside what the CRM's own document describes: documents, histories, mails, templates, connections.

An account need not have them: where it refuses a list with 403 or 404, nothing of it is compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mockserver.crm.drift_questions import Ask, DriftResponse
from mockserver.minicrm.live.found_ids import read_ids

ROOT = "/Api/R3"
_KINDS = ("Invoice", "Order", "Offer")
_MOST_ASKED = 3
_NAMES = {
    "ProjectHistory": "GET /ProjectHistory/{project}",
    "EmailList": "GET /EmailList/{project}",
    "TemplateList": "GET /TemplateList/{module}",
    "Template": "GET /Template/{id}",
    "ListProjectConnection": "GET /ListProjectConnection",
    **{f"{kind}/List": f"GET /{kind}/List" for kind in _KINDS},
    **{kind: f"GET /{kind}/{{id}}" for kind in _KINDS},
}
FURTHER = frozenset(_NAMES.values())
_DOCUMENT = re.compile(rf"/Api/({'|'.join(_KINDS)})/(?:(List)|[0-9]+)/?")


def name_further(path: str) -> str:
    """Return what the request of a path asks, empty where it is none of these."""
    document = _DOCUMENT.fullmatch(path)
    if document:
        return _NAMES[f"{document[1]}/List" if document[2] else document[1]]
    return _NAMES.get(path.removeprefix(f"{ROOT}/").partition("/")[0], "") if path.startswith(f"{ROOT}/") else ""


async def ask_further(ask: Ask, modules: Sequence[str], projects: Sequence[str]) -> None:
    """Ask for what belongs to some modules and projects, and for the first documents of each kind."""
    for kind in _KINDS:
        await _ask_list(ask, f"/Api/{kind}/List", f"/Api/{kind}")
    for project in projects:
        await _ask(ask, f"{ROOT}/ProjectHistory/{project}", {"Type": "StatusHistory"})
        await _ask(ask, f"{ROOT}/EmailList/{project}")
        await _ask(ask, f"{ROOT}/ListProjectConnection", {"FromProjectId": project})
    for module in modules[:_MOST_ASKED]:
        await _ask_list(ask, f"{ROOT}/TemplateList/{module}", f"{ROOT}/Template")


async def _ask(ask: Ask, path: str, query: dict[str, str] | None = None) -> DriftResponse:
    return await ask(name_further(path), path, query)


async def _ask_list(ask: Ask, path: str, detail: str) -> None:
    """Ask for a list, and for the first of it."""
    for row_id in read_ids((await _ask(ask, path)).body)[:_MOST_ASKED]:
        await _ask(ask, f"{detail}/{row_id}")


def is_there(response: DriftResponse) -> bool:
    """Tell whether a response is not the refusal of what an account's plan or server does not have."""
    return response.endpoint not in FURTHER or response.status not in {403, 404}
