"""Reads compose.yaml and the Dockerfile as an engine would."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SERVERS = ("crm-1", "crm-2")


def image_command(target: str) -> list[str]:
    """Return what an image of the Dockerfile runs when nothing else is said: its entry point and command."""
    stage = (ROOT / "Dockerfile").read_text(encoding="utf-8").partition(f" AS {target}\n")[2].partition("\nFROM ")[0]
    (entry_point,) = re.findall(r"^ENTRYPOINT (.+)$", stage, re.MULTILINE)
    (command,) = re.findall(r"^CMD (.+)$", stage, re.MULTILINE)
    return [*json.loads(entry_point), *json.loads(command)]


def command_of(name: str) -> list[str]:
    """Return what the container of a service that is built here runs."""
    service, default = SERVICES[name], image_command(SERVICES[name]["build"]["target"])
    return [default[0], *service["command"]] if "command" in service else default


def environment_of(name: str, folder: Path) -> dict[str, str]:
    """Return the variables of a service; its files of variables are looked for in a copy of the repository."""
    service, variables = SERVICES[name], dict[str, str]()
    for file in service.get("env_file", []):
        lines = (folder / file).read_text(encoding="utf-8").splitlines()
        variables |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return variables | service.get("environment", {})
