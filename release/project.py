"""What pyproject.toml says of the project: its name, version and address have no other home."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
PACKAGING = ROOT / "packaging"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAME: str = PROJECT["name"]
VERSION: str = PROJECT["version"]
REPOSITORY: str = PROJECT["urls"]["Repository"]


def registry_name() -> str:
    """Return the server's name in the MCP registry, in the namespace that the repository's owner has there."""
    owner = urlsplit(REPOSITORY).path.strip("/").partition("/")[0]
    return f"io.github.{owner}/{NAME}"
