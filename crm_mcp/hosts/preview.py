"""What a change of a host's configuration looks like, with everything hidden that may be a secret.

Only the server's own entry is shown: what else stands in such a file, logins of other servers among it, is nobody's
business here, and stays as it is.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from typing import cast

from crm_mcp.hosts.documents import toml_text
from crm_mcp.hosts.documents.kinds import TOML
from crm_mcp.hosts.documents.values import mapping_of
from crm_mcp.hosts.installing import Change
from crm_mcp.hosts.known import Host

_HIDDEN = "(hidden)"
_HIDDEN_NEW = "(hidden, new)"
_SECRET_PARTS = ("env", "headers", "http_headers", "env_http_headers")
_NO_SECRET = re.compile(r"CRM_MCP_(SETTINGS|READ_ONLY|TOOLSETS|LANGUAGE|REPLICA)")
_ASSIGNMENT = re.compile(r"^(-{0,2}[\w-]+=).+", re.DOTALL)


def show_difference(change: Change) -> str:
    """Return the difference that a change makes, as a unified diff of the entry; empty where it makes none."""
    before = _lines(change, _hide(change.before, None))
    after = _lines(change, _hide(change.after, change.before))
    path = str(change.place.path)
    return "\n".join(difflib.unified_diff(before, after, path, path, n=100, lineterm=""))


def show_entry(host: Host, name: str, entry: Mapping[str, object]) -> str:
    """Return an entry as it stands in a host's file, secrets and all, for copying."""
    if host.kind is TOML:
        return toml_text.set_value("", (host.servers_key, name), entry)
    return json.dumps({host.servers_key: {name: entry}}, indent=2, ensure_ascii=False) + "\n"


def _lines(change: Change, entry: object) -> list[str]:
    return (
        [] if entry is None else show_entry(change.host, change.name, cast("Mapping[str, object]", entry)).splitlines()
    )


def _hide(entry: object, before: object) -> object:
    """Return an entry without values that may be secrets; one that another entry has not is told apart."""
    if not isinstance(entry, Mapping):
        return entry if entry is None else {"": _HIDDEN}
    known = cast("Mapping[str, object]", entry)
    old = mapping_of(before)
    shown = {key: _hide_part(value, old.get(key)) if key in _SECRET_PARTS else value for key, value in known.items()}
    if isinstance(known.get("args"), list):
        shown["args"] = [_ASSIGNMENT.sub(rf"\1{_HIDDEN}", str(one)) for one in cast("list[object]", known["args"])]
    return shown


def _hide_part(values: object, before: object) -> object:
    if not isinstance(values, Mapping):
        return values
    old = mapping_of(before)
    return {
        key: value if _NO_SECRET.fullmatch(key) else _HIDDEN if old.get(key, value) == value else _HIDDEN_NEW
        for key, value in cast("Mapping[str, object]", values).items()
    }
