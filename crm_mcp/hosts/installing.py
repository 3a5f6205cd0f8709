"""Writing this server into a host's configuration, and taking it out again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from crm_mcp.errors import HostError
from crm_mcp.hosts import entry, files
from crm_mcp.hosts.backups import backups_of
from crm_mcp.hosts.documents.json_tree import UnreadableError
from crm_mcp.hosts.documents.kinds import change
from crm_mcp.hosts.documents.values import mapping_of
from crm_mcp.hosts.known import Host, host_of
from crm_mcp.hosts.login import Login
from crm_mcp.hosts.machine import Machine
from crm_mcp.hosts.places import Place
from crm_mcp.languages import Texts

_texts = Texts(__file__)

DEFAULT_NAME = "crm"
Scope = Literal["user", "project"]


@dataclass(frozen=True, slots=True)
class InstallOptions:
    """How this server is to be started by a host.

    Attributes:
        command: The command with its first arguments, see `find_command`.
        login: Where the login is, see `find_login`.
        name: What the host calls the server.
        read_only: Offer no writing tools.
        toolsets: Which tools, as `crm-mcp serve --toolsets` takes them.
        scope: For this user everywhere, or in the project of the working folder.
        replace: Take the place of another server of that name.
    """

    command: Sequence[str]
    login: Login = field(default_factory=Login)
    name: str = DEFAULT_NAME
    read_only: bool = False
    toolsets: str = ""
    scope: Scope = "user"
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one file, or would be.

    Attributes:
        host: Whose file.
        place: Which one.
        name: The server's name in it.
        before: The entry that was there, or None; it may hold secrets.
        after: The entry that is there now, or None; it may hold secrets.
        is_made: Whether the file is new.
        backup: What was there before, kept beside it; None where nothing was, or nothing was written.
        written: Whether the file was written; false too where nothing had to be changed.
        is_removed: Whether the file is gone, since it held nothing but this server.
    """

    host: Host
    place: Place
    name: str
    before: object
    after: object
    is_made: bool
    backup: Path | None
    written: bool
    is_removed: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether the file is, or would be, another than before."""
        return self.before != self.after


def install(
    client: str,
    options: InstallOptions,
    machine: Machine,
    *,
    dry_run: bool = False,
    now: Callable[[], datetime] = datetime.now,
) -> list[Change]:
    """Write this server into a host's configuration, in each build of the host that is found; in the first if none is.

    Raises:
        HostError: The configuration cannot be read or written, or another server has that name. A build that was
            written before that one stays written.
    """
    host = host_of(client)
    wanted = _start(options)
    _refuse_expanded(host, wanted)
    if options.scope == "project" and options.login.variables:
        raise HostError(
            _texts.later("A project's file is shared with others, so no login is written into it."),
            hint=_texts.later("Leave --scope out, or run crm-mcp setup."),
        )

    def entry_after(present: object, path: Path) -> dict[str, object] | None:
        if present is not None and not entry.is_ours(present) and not options.replace:
            raise HostError(
                _texts.later("{path} has another server called {name}.", path=path, name=options.name),
                hint=_texts.later("Choose another name with --name, or put this one in its place with --replace."),
            )
        return entry.merge(present if entry.is_ours(present) else None, wanted, host.extra)

    places = _places(host, machine, options.scope)
    return [_edit(host, place, options.name, entry_after, dry_run=dry_run, now=now) for place in places]


def uninstall(
    client: str,
    name: str,
    machine: Machine,
    *,
    scope: Scope = "user",
    dry_run: bool = False,
    now: Callable[[], datetime] = datetime.now,
) -> list[Change]:
    """Take this server out of a host's configuration, wherever it is found in it.

    Raises:
        HostError: The configuration cannot be read or written, or the server of that name is not this one.
    """
    host = host_of(client)

    def entry_after(present: object, path: Path) -> None:
        if present is not None and not entry.is_ours(present):
            raise HostError(
                _texts.later("The server called {name} in {path} is another one.", name=name, path=path),
                hint=_texts.later("It was left there."),
            )

    places = _places(host, machine, scope) if scope == "project" else host.places(machine)
    return [
        _edit(host, place, name, entry_after, dry_run=dry_run, now=now)
        for place in places
        if os.path.lexists(place.path)
    ]


def wanted_entry(host: Host, options: InstallOptions) -> dict[str, object]:
    """Return the entry that a host's file gets where it has none yet."""
    return entry.merge(None, _start(options), host.extra)


def _start(options: InstallOptions) -> dict[str, object]:
    """Return command, arguments and environment."""
    command, *arguments = options.command
    if options.login.env_file is not None:
        arguments += ["--env-file", str(options.login.env_file)]
    if options.read_only or options.toolsets:
        arguments.append("serve")
    if options.read_only:
        arguments.append("--read-only")
    if options.toolsets:
        arguments += ["--toolsets", options.toolsets]
    environment = dict(options.login.variables)
    if options.login.settings_file is not None:
        environment[entry.SETTINGS_VARIABLE] = str(options.login.settings_file)
    return {"command": command, "args": arguments, "env": environment}


def read_servers(host: Host, path: Path) -> Mapping[str, object]:
    """Return the servers of a host's file by name.

    Raises:
        HostError: The file cannot be read.
    """
    try:
        servers = host.kind.read(files.read(path).text).get(host.servers_key)
    except UnreadableError as error:
        raise _refusal(host, path, error) from None
    return mapping_of(servers)


def _places(host: Host, machine: Machine, scope: Scope) -> list[Place]:
    if scope == "project":
        place = host.project_place(machine.folder)
        if place is None:
            raise HostError(
                _texts.later("{host} has no servers of a project.", host=host.title),
                hint=_texts.later("Leave --scope out."),
            )
        return [place]
    known = host.places(machine)
    return [place for place in known if place.is_there] or known[:1]


def _edit(
    host: Host,
    place: Place,
    name: str,
    entry_after: Callable[[object, Path], dict[str, object] | None],
    *,
    dry_run: bool,
    now: Callable[[], datetime],
) -> Change:
    content = files.read(place.path)
    try:
        servers = host.kind.read(content.text).get(host.servers_key)
        before = mapping_of(servers).get(name)
        after = entry_after(before, place.path)
        text = change(host.kind, content.text, (host.servers_key, name), after)
    except UnreadableError as error:
        raise _refusal(host, place.path, error) from None
    change_made = Change(host, place, name, before, after, content.raw is None, None, written=False)
    if dry_run or before == after:
        return change_made
    held = _text_before(host, place.path, content.text, name, before) if after is None else text
    if held is None and _is_made_by(host, content.text, "", name, before):
        files.remove(place.path, content)
        return replace(change_made, written=True, is_removed=True)
    backup = files.write(place.path, content, text if held is None else held, now)
    return replace(change_made, written=True, backup=backup)


def _text_before(host: Host, path: Path, text: str, name: str, present: object) -> str | None:
    """Return what a file held before this server was written into it; None where something else was changed since."""
    for backup in backups_of(path.resolve(strict=False)):
        with contextlib.suppress(HostError):
            held = files.read(backup).text
            if _is_made_by(host, text, held, name, present):
                return held
    return None


def _is_made_by(host: Host, text: str, before: str, name: str, present: object) -> bool:
    """Whether writing an entry into the text before, which has none of that name, makes exactly this one."""
    with contextlib.suppress(UnreadableError):
        if name in mapping_of(host.kind.read(before).get(host.servers_key)):
            return False
        return change(host.kind, before, (host.servers_key, name), mapping_of(present)) == text
    return False


def _refusal(host: Host, path: Path, error: UnreadableError) -> HostError:
    hint = _texts.later("Mend it, then run this again; nothing was changed.")
    if not error.line:
        return HostError(
            _texts.later("{path} cannot be changed safely: {what}.", path=path, what=error.what), hint=hint
        )
    message = _texts.later(
        "{path}, line {line}: {what}, so that this is no {kind} that can be changed safely.",
        path=path,
        line=error.line,
        what=error.what,
        kind=host.kind.name,
    )
    return HostError(message, hint=hint)


def _refuse_expanded(host: Host, wanted: Mapping[str, object]) -> None:
    """Refuse a value that the host would replace by something else: a password with a dollar sign, a folder's name.

    Raises:
        HostError: There is one.
    """
    texts = [str(wanted["command"]), *entry.arguments_of(wanted), *map(str, entry.environment_of(wanted).values())]
    if host.expands and any(host.expands in text for text in texts):
        raise HostError(
            _texts.later(
                "A path or a value holds {sign}, which {host} would replace by a variable.",
                sign=host.expands,
                host=host.title,
            ),
            hint=_texts.later("Keep the login in a settings file (crm-mcp setup), in a folder without that sign."),
        )
