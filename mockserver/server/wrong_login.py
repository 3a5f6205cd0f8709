"""What a login that opens nothing probably gets wrong, for the journal, and whose journal that is.

The caller is told nothing of this: a CRM says only that the login is wrong.
"""

from __future__ import annotations

from dataclasses import replace

from mockserver.crm.api import ApiResponse
from mockserver.crm.login import Login
from mockserver.registry import CRMS, CrmEntry
from mockserver.workspaces.all import Workspaces
from mockserver.workspaces.workspace import Workspace


def refuse_login(workspaces: Workspaces, entry: CrmEntry, login: Login) -> tuple[Workspace, ApiResponse]:
    """Return the CRM's refusal, explained, and the workspace whose journal it belongs to.

    That is the workspace whose user name was sent, so that a test finds its own mistake; where no workspace has it,
    `default`.
    """
    owner = workspaces.find_by_username(entry.name, login.username) if login.username else None
    workspace = owner or workspaces.default
    response = workspace.crms[entry.name].refuse_login()
    hints = [login.defect] if login.defect else _explain(workspaces, entry, login, owner)
    if owner is None and len(workspaces.list_all()) > 1:
        hints.append(f"It opens no workspace, so it stands in the journal of {workspace.name}.")
    return workspace, replace(response, hints=(*response.hints, *hints))


def _explain(workspaces: Workspaces, entry: CrmEntry, login: Login, owner: Workspace | None) -> list[str]:
    name_key, secret_key = entry.login_keys
    if owner is not None:
        return [f"The {name_key} is that of the workspace {owner.name}, the {secret_key} is not."]
    for other in CRMS:
        if other is not entry and workspaces.find_by_login(other.name, login):
            return [f"This is a login of {other.title}; did you mean one of {entry.title}?"]
    keys = " and ".join(filter(None, entry.login_keys))
    hints = [f"No {entry.title} account here has this {keys}."]
    known = [name for name, _ in workspaces.default.list_logins(entry.name) if name]
    if known:
        hints.append(f"The {name_key} of the workspace {workspaces.default.name} is {' or '.join(known)}.")
    return hints
