"""The response to a request outside all APIs: 404 for whoever has a login here, 401 for everybody else.

That, and what either says, is the fake's own choice. The body tells where the APIs are in both cases.
"""

from __future__ import annotations

from dataclasses import replace

from mockserver.control.routes import PREFIX
from mockserver.crm.api import ApiResponse
from mockserver.crm.login import Login
from mockserver.http.asgi import HttpRequest
from mockserver.registry import CRMS, CrmEntry
from mockserver.workspaces.all import Workspaces
from mockserver.workspaces.workspace import Workspace


def refuse_path(workspaces: Workspaces, request: HttpRequest) -> tuple[Workspace, ApiResponse]:
    """Return the refusal, explained, and the workspace whose journal it belongs to: that of the login, if any."""
    header = request.headers.get(b"authorization")
    logins = [(entry.name, entry.login_scheme.parse(header)) for entry in CRMS]
    near = [hint for entry in CRMS if (hint := _suggest_path(entry, request.path))]
    hints = near or [f"The APIs are at {' and '.join(entry.list_places('/')[0] for entry in CRMS)}."]
    opened = next((found for crm, login in logins if (found := workspaces.find_by_login(crm, login))), None)
    text = "\n".join([" ".join([f"There is nothing at {request.path}.", *near]), *_list_places()]) + "\n"
    if opened is not None:
        reason = f"There is nothing at {request.path} (that this is 404 is assumed)."
        return opened, ApiResponse.of_text(text, status=404, reason=reason, hints=hints)
    reason = f"There is nothing at {request.path}, and the login opens no account (that this is 401 is assumed)."
    refusal = ApiResponse.of_text(text, status=401, reason=reason, hints=[*hints, _explain_login(logins[0][1])])
    refusal = replace(refusal, headers={"WWW-Authenticate": 'Basic realm="crm-mock"'})
    return _find_owner(workspaces, logins) or workspaces.default, refusal


def _find_owner(workspaces: Workspaces, logins: list[tuple[str, Login]]) -> Workspace | None:
    names = [(crm, login.username) for crm, login in logins if login.username]
    return next((found for crm, name in names if (found := workspaces.find_by_username(crm, name))), None)


def _explain_login(login: Login) -> str:
    return login.defect or "The login is that of no account here."


def _list_places() -> list[str]:
    places = [f"  {place}  ({entry.title})" for entry in CRMS for place in entry.list_places("/...")]
    own = [f"  {PREFIX}...  (control)", "  /  (a page that explains this server)"]
    return ["This server answers at:", *places, *own]


def _suggest_path(entry: CrmEntry, path: str) -> str:
    for known in entry.roots:
        root, rest = path[: len(known)], path[len(known) :]
        if root.lower() == known.lower() and rest[:1] in {"", "/"}:
            if root == known:
                return f"{entry.title} has no further paths: did you mean {known}?"
            return f"Paths are case-sensitive: did you mean {known}{'' if entry.is_one_path else rest}?"
    return ""
