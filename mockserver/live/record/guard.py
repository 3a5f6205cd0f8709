"""Decides which requests the proxy passes on: those that only read, unless writing was asked for.

A GET of MiniCRM's PurgePerson deletes (observed, grade B), so the method alone proves nothing: endpoints that no source
describes as reading are held back as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.live.accounts import LOOPBACK_HOSTS, ROOTS, CrmName

WRITING_METHODS = frozenset({"POST", "PUT"})
READING_ENDPOINTS = frozenset(
    # Documented first; the last four are described by other manuals (observed, grades B and C).
    {"Category", "Schema", "Project", "Contact", "ToDoList", "ToDo", "AddressList", "Address"}
    | {"EmailList", "ProjectHistory", "TemplateList", "Template"}
)
DELETING_ENDPOINT = "PurgePerson"
# What a server could read as another path than the one looked at here; so it could what is encoded twice.
_ODD_PATHS = frozenset({"", ".", ".."})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request was not passed on."""

    status: int
    message: str


def find_crm(path: str) -> CrmName | None:
    """Return the CRM whose API a path belongs to."""
    if path == ROOTS["ivinex"]:
        return "ivinex"
    return "minicrm" if path.startswith(f"{ROOTS['minicrm']}/") else None


def check_caller(headers: Mapping[str, str]) -> Refusal | None:
    """Refuse what a web page may have sent: it could read or change the account through the browser of its visitor."""
    host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    if host.strip("[]") not in LOOPBACK_HOSTS:
        return Refusal(403, "Not sent: the Host header names another machine than this one. Use http://127.0.0.1.")
    if "origin" in headers or headers.get("sec-fetch-site", "none") != "none":
        return Refusal(403, "Not sent: a web page asked for this. Use a client of your own.")
    return None


def check_request(method: str, path: str, *, allows_writes: bool) -> Refusal | None:
    """Refuse what changes the account, or may.

    Args:
        method: The HTTP method.
        path: The decoded path.
        allows_writes: Whether the person at the terminal asked for writing.
    """
    if DELETING_ENDPOINT.casefold() in path.casefold():
        return Refusal(405, f"Not sent: {DELETING_ENDPOINT} deletes a person for good, whatever the method.")
    if find_crm(path) is None or not _ODD_PATHS.isdisjoint(path.split("/")[1:]) or "%" in path or "\\" in path:
        roots = f"{ROOTS['ivinex']} and {ROOTS['minicrm']}/..."
        return Refusal(404, f"Not sent: only {roots} are passed on.")
    if method == "GET":
        return None if allows_writes else _check_endpoint(path)
    if method not in WRITING_METHODS:
        return Refusal(405, f"Not sent: neither API documents {method}.")
    if not allows_writes:
        return Refusal(
            405, f"Not sent: {method} could change the account. Start with --allow-writes to pass it on all the same."
        )
    return None


def _check_endpoint(path: str) -> Refusal | None:
    endpoint = path.removeprefix(f"{ROOTS['minicrm']}/").partition("/")[0]
    if find_crm(path) == "ivinex" or endpoint in READING_ENDPOINTS:
        return None
    return Refusal(
        405,
        f"Not sent: no document says that a GET of {endpoint!r} only reads. Passed on: "
        f"{', '.join(sorted(READING_ENDPOINTS))}; with --allow-writes all but {DELETING_ENDPOINT}.",
    )
