"""The hosts that this server can be installed into, and what is particular about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from crm_mcp.hosts import places
from crm_mcp.hosts.documents.kinds import JSON, TOML, DocumentKind
from crm_mcp.hosts.machine import Machine
from crm_mcp.languages import mark

_TOOL_SECONDS = 600
"""How long a host waits for a tool's result: a question to the person may stand in between."""
_START_SECONDS = 60
"""How long a host waits for the start: the first one from uv's cache may have to build."""
_FORWARDED = [
    *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"),
    *("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"),
]
"""What the server needs of a terminal's environment: where its files and the keychain are, and the way out."""


@dataclass(frozen=True, slots=True)
class Host:
    """One host.

    Attributes:
        client: Its name on the command line.
        title: Its name for people.
        places: Where it keeps the servers of a user.
        project_file: Where it keeps those of a project, in the project's folder; empty where it has no such thing.
        servers_key: The key of its configuration under which servers stand.
        programs: Names of its programs, any of which shows that it is there.
        extra: What an entry has beside command, arguments and environment; a value that is there already stays.
        kind: How its file is written.
        expands: What begins a variable that this host replaces in a value.
        reload: What a person has to do for the server to appear; a marked text.
        is_strict: Whether it reads JSON without comments and trailing commas only.
    """

    client: str
    title: str
    places: Callable[[Machine], list[places.Place]]
    project_file: str
    programs: tuple[str, ...]
    reload: str
    servers_key: str = "mcpServers"
    extra: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    kind: DocumentKind = JSON
    expands: str = "${"
    is_strict: bool = False

    def project_place(self, folder: Path) -> places.Place | None:
        """Return where it keeps the servers of the project in this folder."""
        return places.Place(folder / self.project_file, folder) if self.project_file else None


HOSTS = (
    Host(
        *("claude-desktop", "Claude Desktop", places.claude_desktop, "", ()),
        reload=mark("Quit Claude Desktop wholly and start it again."),
        is_strict=True,
    ),
    Host(
        *("claude-code", "Claude Code", places.claude_code, ".mcp.json", ("claude",)),
        reload=mark("Start a new session of Claude Code; /mcp in it shows the server."),
        is_strict=True,
        extra={"type": "stdio"},
    ),
    Host(
        *("vscode", "VS Code", places.vscode, ".vscode/mcp.json", ("code", "code-insiders", "codium")),
        reload=mark("VS Code shows the server at once under MCP: List Servers; start it there and trust it."),
        servers_key="servers",
        extra={"type": "stdio"},
    ),
    Host(
        *("cursor", "Cursor", places.cursor, ".cursor/mcp.json", ("cursor", "cursor-agent")),
        reload=mark("Switch the server on in Cursor's settings under MCP, or start Cursor again."),
        extra={"type": "stdio"},
    ),
    Host(
        *("windsurf", "Windsurf", places.windsurf, "", ("windsurf", "devin")),
        reload=mark("Press refresh in the list of MCP servers of Windsurf, or start it again."),
    ),
    Host(
        *("gemini-cli", "Gemini CLI", places.gemini_cli, ".gemini/settings.json", ("gemini",)),
        reload=mark("Start Gemini CLI again, in a folder that it trusts: elsewhere it starts no servers."),
        extra={"timeout": _TOOL_SECONDS * 1000},
        expands="$",
    ),
    Host(
        *("codex", "Codex", places.codex, ".codex/config.toml", ("codex",)),
        reload=mark("Start Codex again."),
        servers_key="mcp_servers",
        extra={
            "startup_timeout_sec": _START_SECONDS,
            "tool_timeout_sec": _TOOL_SECONDS,
            "env_vars": _FORWARDED,
        },
        kind=TOML,
        expands="",
    ),
)

CLIENTS = tuple(host.client for host in HOSTS)
"""The names that `crm-mcp install` takes."""


def host_of(client: str) -> Host:
    """Return the host of this name."""
    return next(host for host in HOSTS if host.client == client)
