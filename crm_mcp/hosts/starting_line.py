"""How a host starts this server: a command by its whole path, wherever the server runs from now."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

from crm_mcp.errors import HostError
from crm_mcp.hosts.source import installed_from
from crm_mcp.languages import Texts

_texts = Texts(__file__)

_SCRIPT = "crm-mcp"
_SCRIPTS = ("crm-mcp", "crm-mcp-server")
_UV_CACHES = ("archive-v", "environments-v", "builds-v")


@dataclass(frozen=True, slots=True)
class Running:
    """How this process was started.

    Attributes:
        script: `sys.argv[0]`.
        python: `sys.executable`.
        prefix: `sys.prefix`.
        on_windows: Whether paths are Windows' and programs end in `.exe`.
        source: What this was installed from, as `uvx --from` takes it.
        exists: Whether there is a file at a path.
        which: Finds a program by name.
    """

    script: str
    python: str
    prefix: str
    on_windows: bool
    source: str
    exists: Callable[[str], bool]
    which: Callable[[str], str | None]

    @classmethod
    def this(cls) -> Running:
        """Return how this process was started."""
        script = str(Path(sys.argv[0]).absolute())
        windows = sys.platform == "win32"
        return cls(script, sys.executable, sys.prefix, windows, installed_from(), os.path.isfile, shutil.which)

    def path(self, text: str) -> PurePath:
        """Return a path of the system that this runs on."""
        return PureWindowsPath(text) if self.on_windows else PurePosixPath(text)


def find_command(running: Running) -> list[str]:
    """Return the command that starts this server, and its first arguments.

    Raises:
        HostError: It runs from a cache that may be emptied at any time, and the program that fills it is not found.
    """
    parts = running.path(running.prefix).parts
    if any(part.startswith(_UV_CACHES) for part in parts):
        return _from_uv(running)
    if "pipx" in parts and "venvs" not in parts:
        return _from_pipx(running)
    suffix = ".exe" if running.on_windows else ""
    beside_python = running.path(running.python).parent / (_SCRIPT + suffix)
    for path in (running.script, running.script + suffix, str(beside_python)):
        if _is_script(running.path(path)) and running.exists(path):
            return [path]
    return [running.python, "-m", "crm_mcp"]


def _is_script(path: PurePath) -> bool:
    return path.name.lower().removesuffix(".exe") in _SCRIPTS


def _from_uv(running: Running) -> list[str]:
    if uvx := running.which("uvx"):
        return [uvx, "--from", running.source, _SCRIPT]
    if uv := running.which("uv"):
        return [uv, "tool", "run", "--from", running.source, _SCRIPT]
    raise HostError(
        _texts.later("This runs from the cache of {program}, which may be emptied at any time.", program="uv"),
        hint=_texts.later("Install it for good: {command}", command=f"uv tool install {running.source}"),
    )


def _from_pipx(running: Running) -> list[str]:
    if pipx := running.which("pipx"):
        return [pipx, "run", "--spec", running.source, _SCRIPT]
    raise HostError(
        _texts.later("This runs from the cache of {program}, which may be emptied at any time.", program="pipx"),
        hint=_texts.later("Install it for good: {command}", command=f"pipx install {running.source}"),
    )
