"""Whether this process is to be observed. It loads nothing: most processes are not."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm_mcp.settings import ServerSettings


def begin_observing(settings: ServerSettings, transport: str) -> None:
    """Begin to observe this process as settings and environment ask for.

    Raises:
        SettingsError: The log file cannot be written.
    """
    if settings.log_file is not None or any(name.startswith("OTEL_") for name in os.environ):
        from crm_mcp.telemetry import observing

        observing.begin(settings, transport)


def end_observing() -> None:
    """Bring out what was observed and is not out yet."""
    if "crm_mcp.telemetry.observing" in sys.modules:
        from crm_mcp.telemetry import observing

        observing.end()
