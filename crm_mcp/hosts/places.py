"""Where each host keeps the servers of a user; more than one place where a host comes in several builds.

The first place is the one for a machine on which none is found. `sign` is what shows that the build is there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from crm_mcp.hosts.machine import Machine


@dataclass(frozen=True, slots=True)
class Place:
    """One configuration file.

    Attributes:
        path: The file.
        sign: A file or folder that the host makes when it first runs.
        build: Which build of the host reads it, where there are several.
    """

    path: Path
    sign: Path
    build: str = ""

    @property
    def is_there(self) -> bool:
        """Whether the host has been here."""
        return os.path.exists(self.sign)  # noqa: PTH110  # it never raises, as on a folder that may not be read


def claude_desktop(machine: Machine) -> list[Place]:
    """The documented file, and what the packaged app of Windows reads in its place (its `AppData` is a private one)."""
    folder = machine.application_data / "Claude"
    documented = Place(folder / "claude_desktop_config.json", folder)
    if machine.platform != "win32":
        return [documented]
    packages = sorted((machine.local_application_data / "Packages").glob("Claude_*/LocalCache/Roaming/Claude"))
    return [documented, *(Place(own / "claude_desktop_config.json", own, "packaged app") for own in packages)]


def claude_code(machine: Machine) -> list[Place]:
    """`.claude.json` in the home folder or in `CLAUDE_CONFIG_DIR`; an old `.config.json` is read before it."""
    folder = machine.named("CLAUDE_CONFIG_DIR", machine.home / ".claude")
    old = folder / ".config.json"
    path = machine.named("CLAUDE_CONFIG_DIR", machine.home) / ".claude.json"
    if os.path.exists(old):  # noqa: PTH110  # it never raises
        return [Place(old, old)]
    return [Place(path, path if os.path.exists(path) else folder)]  # noqa: PTH110


def vscode(machine: Machine) -> list[Place]:
    """`mcp.json` of the default profile, in each build that is there."""
    if portable := machine.environ.get("VSCODE_PORTABLE"):
        return [_vscode_build(Path(portable) / "user-data", "portable")]
    base = machine.named("VSCODE_APPDATA", machine.application_data)
    return [
        _vscode_build(base / "Code", ""),
        _vscode_build(base / "Code - Insiders", "Insiders"),
        _vscode_build(base / "VSCodium", "VSCodium"),
    ]


def _vscode_build(folder: Path, build: str) -> Place:
    return Place(folder / "User" / "mcp.json", folder, build)


def cursor(machine: Machine) -> list[Place]:
    """One file in the home folder, on every system."""
    folder = machine.home / ".cursor"
    return [Place(folder / "mcp.json", folder)]


def windsurf(machine: Machine) -> list[Place]:
    """Windsurf's file, and that of Devin Desktop, which it has become."""
    old = machine.home / ".codeium" / "windsurf"
    new = (machine.application_data if machine.platform == "win32" else machine.dot_config) / "devin"
    return [
        Place(old / "mcp_config.json", old),
        Place(new / "mcp_config.json", new, "Devin Desktop"),
    ]


def gemini_cli(machine: Machine) -> list[Place]:
    """`.gemini` in the home folder, or in the one that `GEMINI_CLI_HOME` names."""
    folder = machine.named("GEMINI_CLI_HOME", machine.home) / ".gemini"
    return [Place(folder / "settings.json", folder)]


def codex(machine: Machine) -> list[Place]:
    """`CODEX_HOME`, or `.codex` in the home folder; its app and its editor extension read the same file."""
    folder = machine.named("CODEX_HOME", machine.home / ".codex")
    return [Place(folder / "config.toml", folder)]
