"""The version of the distribution this package came with."""

from __future__ import annotations

from functools import cache

DISTRIBUTION = "crm-mcp-server"
UNKNOWN_VERSION = "0+unknown"


@cache
def read_version() -> str:
    """Return the installed distribution's version, or `0+unknown` where the package runs without being installed."""
    from importlib import metadata  # slow to import, and rarely asked for

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return UNKNOWN_VERSION
