"""Where the settings file is. A start without one costs no more than a look."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts
from crm_mcp.setting_names import SERVER_PREFIX, given_variables

_texts = Texts(__file__)

VARIABLE = "CRM_MCP_SETTINGS"
"""Names the file."""
NO_FILE = "off"
"""What that variable says where no file is to be read."""
_FILE_NAME = "settings.toml"
_FOLDER = "crm-mcp"


def find_file() -> Path | None:
    """Return the settings file that is to be read; None where there is none.

    Raises:
        SettingsError: The variable names one that is not there.
    """
    named = given_variables(SERVER_PREFIX).get(VARIABLE, "").strip()
    if named.casefold() == NO_FILE:
        return None
    if not named:
        usual = usual_path()
        return usual if usual is not None and os.path.exists(usual) else None  # noqa: PTH110  # it never raises
    path = Path(os.path.expanduser(named))  # noqa: PTH111  # it never raises
    if os.path.exists(path):  # noqa: PTH110
        return path
    raise SettingsError(
        _texts.later("{variable} names {path}, and there is no such file.", variable=VARIABLE, path=path),
        hint=_texts.later(
            "Correct the path, run crm-mcp setup to make the file, or set {variable}={none} to read none.",
            variable=VARIABLE,
            none=NO_FILE,
        ),
    )


def usual_path() -> Path | None:
    """Return where this user's settings file is unless a variable names another; None for a user without a home.

    It is in the folder that `platformdirs.user_config_dir` names, which would cost every start.
    """
    folder = _config_folder()
    return folder and folder / _FILE_NAME


def _config_folder() -> Path | None:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "").strip()
        parent = Path(local) if local else _in_home("AppData/Local")
        return parent and parent / _FOLDER / _FOLDER
    chosen = os.environ.get("XDG_CONFIG_HOME", "")
    usual = "Library/Application Support" if sys.platform == "darwin" else ".config"
    parent = Path(chosen) if chosen.startswith("/") else _in_home(usual)
    return parent and parent / _FOLDER


def _in_home(folder: str) -> Path | None:
    try:
        return Path.home() / folder
    except RuntimeError:
        return None
