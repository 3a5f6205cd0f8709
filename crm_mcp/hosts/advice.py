"""What a person has to be told about a change of a host's configuration."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence

from crm_mcp.errors import HostError
from crm_mcp.hosts import entry, files
from crm_mcp.hosts.documents.kinds import JSON
from crm_mcp.hosts.installing import Change, InstallOptions
from crm_mcp.hosts.machine import Machine
from crm_mcp.hosts.survey import is_there
from crm_mcp.languages import Texts

_texts = Texts(__file__)
_OTHERS_MAY_READ = stat.S_IRGRP | stat.S_IROTH


def advise(changes: Sequence[Change], options: InstallOptions, machine: Machine) -> list[str]:
    """Return what a person should know after an installation, in their language, each as a sentence or two."""
    host = changes[0].host
    told = [] if is_there(host, machine) else [_not_found(host.title, changes)]
    told += _about_login(options)
    if options.login.variables:
        told += _about_secrets(changes)
    told += [text for change in changes for text in _about_entry(change)]
    if options.scope == "project":
        told.append(_texts.text("The file names paths of this machine: think of that before you commit it."))
    is_rehearsed = any(change.is_needed and not change.written for change in changes)
    return told if is_rehearsed else [*told, _texts.text(host.reload)]


def _not_found(title: str, changes: Sequence[Change]) -> str:
    return _texts.text(
        "{host} was not found on this machine; it will read {path} once it is there.",
        host=title,
        path=changes[0].place.path,
    )


def _about_login(options: InstallOptions) -> list[str]:
    login = options.login
    if login.unwritten:
        return [
            _texts.text(
                "The login is only in the environment of this terminal ({names}), which the host does not see. Run "
                "crm-mcp setup to keep it in the keychain, or run this again with --with-secrets to write it into the "
                "host's file as plain text.",
                names=", ".join(login.unwritten),
            )
        ]
    if login.is_missing:
        return [_texts.text("No login is set yet, so the server will only say what to set. Run crm-mcp setup.")]
    return []


def _about_secrets(changes: Sequence[Change]) -> list[str]:
    told = _texts.text("The login stands in the host's file as plain text, and in what copies that file.")
    written = [change.place.path for change in changes if change.written and os.name == "posix"]
    readable = [path for path in written if path.stat().st_mode & _OTHERS_MAY_READ]
    return [told, *(_texts.text("Other users of this machine may read {path}.", path=path) for path in readable)]


def _about_entry(change: Change) -> list[str]:
    told: list[str] = []
    kept = [name for name in entry.environment_of(change.before) if name in entry.environment_of(change.after)]
    logins = [name for name in kept if name != entry.SETTINGS_VARIABLE]
    if logins and entry.SETTINGS_VARIABLE in entry.environment_of(change.after):
        told.append(
            _texts.text(
                "Variables that stood in the entry stay, and win over the settings file: {names}.",
                names=", ".join(logins),
            )
        )
    if change.host.kind is JSON and change.host.is_strict and not change.is_made and not _is_strict_json(change):
        told.append(
            _texts.text(
                "{path} has comments or a trailing comma, which {host} does not read: take them out.",
                path=change.place.path,
                host=change.host.title,
            )
        )
    return told


def _is_strict_json(change: Change) -> bool:
    try:
        json.loads(files.read(change.place.path).text)
    except (ValueError, HostError):
        return False
    return True
