"""Machines of three systems, all under one folder of this one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crm_mcp.hosts import InstallOptions, Login, Machine


def machine(
    folder: Path, platform: str = "linux", environ: Mapping[str, str] | None = None, programs: tuple[str, ...] = ()
) -> Machine:
    """Return a machine whose user is called Kovács Ágnes, as on the system."""
    home = folder / {"win32": "Users", "darwin": "Users"}.get(platform, "home") / "Kovács Ágnes"
    home.mkdir(parents=True, exist_ok=True)
    project = folder / "project"
    project.mkdir(exist_ok=True)
    usual = {
        "APPDATA": str(home / "AppData" / "Roaming"),
        "LOCALAPPDATA": str(home / "AppData" / "Local"),
    }
    variables = {**(usual if platform == "win32" else {}), **(environ or {})}
    return Machine(platform, home, variables, project, lambda name: f"/bin/{name}" if name in programs else None)


def options(folder: Path, **changed: object) -> InstallOptions:
    """Return options of an installation whose script and settings are there."""
    script, settings = folder / "venv" / "bin" / "crm-mcp", folder / "settings.toml"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.touch()
    settings.touch()
    chosen: dict[str, object] = {"command": [str(script)], "login": Login(settings_file=settings), **changed}
    return InstallOptions(**chosen)  # pyright: ignore[reportArgumentType]
