"""Decides which requests the proxy passes on: those that only read, unless writing was asked for.

A GET may delete (MiniCRM's PurgePerson does: observed, grade B), so the method alone proves nothing: endpoints that no
source describes as reading are held back as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.crm.entry import CrmEntry
from mockserver.live.accounts import LOOPBACK_HOSTS, join_words
from mockserver.registry import CRMS

WRITING_METHODS = sorted(set[str]().union(*(entry.recording.writing_methods for entry in CRMS)))
# What a server could read as another path than the one looked at here; so it could what is encoded twice.
_ODD_PATHS = frozenset({"", ".", ".."})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request was not passed on."""

    status: int
    message: str


def find_crm(path: str) -> CrmEntry | None:
    """Return the CRM whose API a path belongs to."""
    for entry in CRMS:
        has_root = entry.is_one_path or entry.recording.reading_endpoints is None
        if entry.owns(path) and (has_root or path != entry.root):
            return entry
    return None


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
        allows_writes: Whether writing was asked for at the terminal.
    """
    for endpoint in filter(None, (entry.recording.deleting_endpoint for entry in CRMS)):
        if endpoint.casefold() in path.casefold():
            return Refusal(405, f"Not sent: {endpoint} deletes a person for good, whatever the method.")
    entry = find_crm(path)
    if entry is None or not _ODD_PATHS.isdisjoint(path.split("/")[1:]) or "%" in path or "\\" in path:
        roots = join_words([place for entry in CRMS for place in entry.list_places("/...")])
        return Refusal(404, f"Not sent: only {roots} are passed on.")
    if method == "GET":
        return None if allows_writes else _check_endpoint(entry, path)
    if method not in entry.recording.writing_methods:
        return Refusal(405, f"Not sent: {'neither' if len(CRMS) == 2 else 'no'} API documents {method}.")
    if not allows_writes:
        return Refusal(
            405, f"Not sent: {method} could change the account. Start with --allow-writes to pass it on all the same."
        )
    return None


def _check_endpoint(entry: CrmEntry, path: str) -> Refusal | None:
    reading, further = entry.recording.reading_endpoints, entry.recording.reading_paths
    endpoint = path.removeprefix(f"{entry.root_of(path)}/").partition("/")[0]
    is_known = reading is None or (entry.root_of(path) == entry.root and endpoint in reading)
    if reading is None or is_known or (further and further.fullmatch(path)):
        return None
    return Refusal(
        405,
        f"Not sent: no document says that a GET of {endpoint!r} only reads. Passed on: "
        f"{', '.join(sorted(reading))}; with --allow-writes all but {entry.recording.deleting_endpoint}.",
    )
