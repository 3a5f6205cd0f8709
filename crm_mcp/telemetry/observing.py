"""Who observes this process: a log file, OpenTelemetry, both or nobody; begun before the server is made."""

from __future__ import annotations

import functools
import logging
import os
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts
from crm_mcp.telemetry import events
from crm_mcp.telemetry.environment import Asked, read_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm_mcp.settings import ServerSettings

_texts = Texts(__file__)
_OURS = "crm_mcp"
_MB = 1_000_000
_closing: list[Callable[[], None]] = []
INSTALL = 'pip install "crm-mcp-server[otel]"'


def begin(settings: ServerSettings, transport: str) -> None:
    """Begin to observe as settings and environment ask for; where they do not, nothing is loaded.

    Raises:
        SettingsError: The log file cannot be written, or is where the messages of stdio go.
    """
    if settings.log_file is not None:
        _log_to_file(settings, transport)
    asked = read_environment()
    for variable, may_be in asked.problems:
        _say(_texts.text("{variable} can be {values} here: it is left out.", variable=variable, values=may_be))
    if asked.traces or asked.metrics:
        _export(asked, transport)
    events.service_started(transport=transport, version=metadata.version("crm-mcp-server"), pid=os.getpid())


def end() -> None:
    """Say that the service ends, and bring out what was not yet; at once where nobody observes."""
    events.service_stopped(pid=os.getpid())
    events.observers.clear()
    while _closing:
        _closing.pop()()


def _export(asked: Asked, transport: str) -> None:
    try:
        from crm_mcp.telemetry.otel.providers import export
    except ImportError:
        _say(_texts.text("OpenTelemetry is asked for, and is not installed: {command}", command=INSTALL))
        return
    try:
        _closing.append(export(asked, transport, say=_say))
    except Exception as error:  # noqa: BLE001  # of whatever its variables hold; the CRM can be served without it
        _say(_texts.text("OpenTelemetry cannot begin ({error}): see its OTEL_ variables.", error=type(error).__name__))


def _log_to_file(settings: ServerSettings, transport: str) -> None:
    from crm_mcp.telemetry.log_file import LogFile

    assert settings.log_file is not None
    file = LogFile(settings.log_file, level=settings.log_level, most_bytes=int(settings.log_max_mb * _MB))
    if transport == "stdio" and file.is_stdout():
        raise SettingsError(
            _texts.later("CRM_MCP_LOG_FILE is standard output, where the messages of MCP go."),
            hint=_texts.later("Name a file."),
        )
    events.observers.append(file)
    warnings = _Warnings(logging.WARNING)
    logging.getLogger().addHandler(warnings)
    _closing.extend([file.close, functools.partial(logging.getLogger().removeHandler, warnings)])


class _Warnings(logging.Handler):
    """Tells of the warnings of all modules: of those of others only who warned, since their words may be anybody's."""

    def emit(self, record: logging.LogRecord) -> None:
        is_ours = record.name.partition(".")[0] == _OURS and isinstance(record.msg, str)
        text = str(record.msg) if is_ours else ""
        events.warned(logger=record.name, level=record.levelname.lower(), text=text)


def _say(text: str) -> None:
    print(f"crm-mcp: {text}", file=sys.stderr, flush=True)
