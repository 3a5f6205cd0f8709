"""Requests as curl commands, on several lines where they are long."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from mockserver.page.page_request import PageRequest
from mockserver.registry import CRMS
from mockserver.workspaces.workspace import DEFAULT_NAME, Workspace

_MAX_LINE = 60
_WORD = r"""(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+"""
_ARGUMENT = re.compile(rf"-{_WORD}(?:\s+(?!-){_WORD})?|{_WORD}")
"""An option with its value, or a word that stands alone."""


def wrap_command(command: str) -> str:
    """Return a command on one line if it is short, else with a line for each argument, as a shell takes it."""
    if len(command) <= _MAX_LINE:
        return command
    program, _, arguments = command.partition(" ")
    first, *others = _ARGUMENT.findall(arguments)
    return " \\\n  ".join([f"{program} {first}", *others])


def build_curl(
    workspace: Workspace | None,
    base_url: str,
    method: str,
    path: str,
    query: Sequence[tuple[str, str]],
    body: str | None,
) -> str:
    """Return a request as a curl command, with a login of the workspace where a CRM is asked; None asks nobody's.

    Path and query are decoded; `base_url` is where the browser reached the server.
    """
    words = ["curl"]
    login = find_login(workspace, path) if workspace else ""
    if login:
        words += ["-u", shlex.quote(login)]
    if method != ("GET" if body is None else "POST"):
        words += ["-X", shlex.quote(method)]
    words.append(shlex.quote(base_url + quote(path) + (f"?{urlencode(query)}" if query else "")))
    if body is not None:
        if body[:1] in {"{", "["}:
            words += ["-H", "'Content-Type: application/json'"]
        words += ["--data-raw", shlex.quote(body)]
    return wrap_command(" ".join(words))


def find_login(workspace: Workspace, path: str) -> str:
    """Return `user:password` of the first login that opens what is at a path."""
    for entry in CRMS:
        if entry.owns(path):
            logins = workspace.list_logins(entry.name)
            return ":".join(logins[0]) if logins else "USER:PASSWORD"
    return ""


def build_control_curl(request: PageRequest, method: str, path: str, *more: str) -> str:
    """Return a curl command for a control endpoint and the workspace of the page request.

    Args:
        request: The page request.
        method: HTTP method.
        path: What follows `/_control/`, with its query.
        more: Further words of the command, already quoted.
    """
    url = f"{request.http.base_url}/_control/{path}"
    if request.workspace.name != DEFAULT_NAME:
        url += f"{'&' if '?' in path else '?'}workspace={quote(request.workspace.name, safe='')}"
    words = ["curl", *(() if method == "GET" else ("-X", method)), shlex.quote(url), *more]
    if request.has_token:
        words[1:1] = ["-H", '"Authorization: Bearer $CRM_MOCK_CONTROL_TOKEN"']
    return wrap_command(" ".join(words))
