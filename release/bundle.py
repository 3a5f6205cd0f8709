"""The .mcpb bundle: the manifest, a start script, and the published wheel, which `uv` installs on any system."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

from release.project import NAME, PACKAGING, PROJECT, ROOT, VERSION

FILE_NAME = f"{NAME}-{VERSION}.mcpb"
_ICONS = {"icon.png": "crm-512.png", "icon-128.png": "crm-128.png", "icon-32.png": "crm-32.png"}


def stage(wheel: Path, folder: Path) -> None:
    """Lay out in an empty folder what the bundle holds."""
    shutil.copytree(PACKAGING / "mcpb", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name, source in _ICONS.items():
        shutil.copy(PACKAGING / "icons" / source, folder / name)
    shutil.copy(ROOT / "LICENSE", folder)
    shutil.copy(wheel, folder)
    (folder / "pyproject.toml").write_text(render_project(wheel.name), encoding="utf-8")


def forget_times(packed: Path) -> None:
    """Give every file of the packed bundle one time, so that whoever packs the same files gets the same bytes."""
    with zipfile.ZipFile(packed) as archive:
        held = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in held:
            entry.date_time = (2020, 2, 2, 0, 0, 0)  # as in the wheel
            archive.writestr(entry, content)


def render_project(wheel_name: str) -> str:
    """Return the project that `uv run` makes an environment for: the wheel, and the versions it was tested with."""
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    lines = [
        "[project]",
        f'name = "{NAME}-bundle"',
        f'version = "{VERSION}"',
        f'requires-python = "{PROJECT["requires-python"]}"',
        f'dependencies = ["{NAME}"]',
        "",
        "[tool.uv]",
        "package = false",
        f"constraint-dependencies = {json.dumps(pinned, indent=2)}",
        "",
        "[tool.uv.sources]",
        f'{NAME} = {{ path = "{wheel_name}" }}',
    ]
    return "\n".join(lines) + "\n"
