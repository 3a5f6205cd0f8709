"""What stands in a host's configuration for this server, and how it is known again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import cast

from crm_mcp.hosts.documents.values import mapping_of

SETTINGS_VARIABLE = "CRM_MCP_SETTINGS"
_SCRIPTS = ("crm-mcp", "crm-mcp-server")
_RUNNERS = ("uvx", "uv", "pipx", "docker", "podman")


def merge(present: object, wanted: Mapping[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """Return an entry that starts the server as wanted, with all else that stands there already.

    Args:
        present: The entry that is there, or anything else for none.
        wanted: Command, arguments and environment.
        extra: What the host wants beside it, where it is not there already.
    """
    known = mapping_of(present)
    environment = {key: value for key, value in environment_of(known).items() if key != SETTINGS_VARIABLE}
    entry = known | dict(wanted) | {"env": environment | environment_of(wanted)}
    missing = {key: value for key, value in extra.items() if key not in known}
    first = {key: missing.pop(key) for key in ("type",) if key in missing}
    return first | entry | missing


def environment_of(entry: object) -> dict[str, object]:
    """Return the variables that an entry sets."""
    return mapping_of(mapping_of(entry).get("env"))


def arguments_of(entry: object) -> list[str]:
    """Return the arguments that an entry starts its command with."""
    values = mapping_of(entry).get("args")
    return [str(one) for one in cast("list[object]", values)] if isinstance(values, list) else []


def command_of(entry: object) -> str:
    """Return the command that an entry starts; empty without one."""
    command = mapping_of(entry).get("command")
    return command if isinstance(command, str) else ""


def is_ours(entry: object) -> bool:
    """Whether an entry starts this server, however it was written."""
    script = _script_name(command_of(entry))
    if script in _SCRIPTS or SETTINGS_VARIABLE in environment_of(entry):
        return True
    arguments = arguments_of(entry)
    if script in _RUNNERS:
        return any(_script_name(one).split(":")[0] in _SCRIPTS for one in arguments)
    return script.startswith("py") and "-m" in arguments and "crm_mcp" in arguments


def _script_name(command: str) -> str:
    name = PureWindowsPath(command).name if "\\" in command else PurePosixPath(command).name
    return name.lower().removesuffix(".exe").removesuffix(".cmd")
