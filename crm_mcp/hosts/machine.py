"""The machine that a host's configuration is looked for on: given as data, so that all systems can be tested on one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides where hosts keep their configuration.

    Attributes:
        platform: As `sys.platform`: `win32`, `darwin`, or anything else for Linux and its kind.
        home: The user's own folder.
        environ: The environment, for `APPDATA`, `XDG_CONFIG_HOME`, `CODEX_HOME` and the like.
        folder: The working folder: what the scope `project` writes into.
        which: Finds a program by name, as `shutil.which`.
    """

    platform: str
    home: Path
    environ: Mapping[str, str]
    folder: Path
    which: Callable[[str], str | None] = shutil.which

    @classmethod
    def this(cls) -> Machine:
        """Return the machine that this runs on."""
        return cls(sys.platform, Path.home(), os.environ, Path.cwd())

    def named(self, variable: str, otherwise: Path) -> Path:
        """Return the folder that a variable names; one that is unset, empty or not absolute is `otherwise`."""
        folder = Path(self.environ.get(variable, "").strip() or otherwise)
        return folder if folder.is_absolute() else otherwise

    @property
    def application_data(self) -> Path:
        """Where programs with a window keep their settings."""
        if self.platform == "win32":
            return self.named("APPDATA", self.home / "AppData" / "Roaming")
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        return self.dot_config

    @property
    def dot_config(self) -> Path:
        """Where programs of the XDG kind keep their settings."""
        return self.named("XDG_CONFIG_HOME", self.home / ".config")

    @property
    def local_application_data(self) -> Path:
        """Windows' folder for what does not roam."""
        return self.named("LOCALAPPDATA", self.home / "AppData" / "Local")
