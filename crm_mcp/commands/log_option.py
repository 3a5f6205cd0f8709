"""The option `--log-level`: what is logged to stderr, and how a line of it is written."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

import click

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029) if code not in (9, 10)}


class LogLines(logging.Formatter):
    """Writes what is logged so that no text in it passes for another line, or commands the terminal that shows it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the library's
        """Return the line of a record, whose message may have had several."""
        return super().formatMessage(record).replace("\n", "\\n")

    def format(self, record: logging.LogRecord) -> str:
        """Return a record with its traceback, and signs that command a terminal written out."""
        return super().format(record).translate(_CONTROLS)


def _set_log_level(_context: click.Context, _option: click.Parameter, level: str | None) -> None:
    if level is None:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LogLines("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler])
    logging.getLogger().setLevel(level.upper())
    # At INFO the MCP SDK logs error texts, and httpx URLs: both hold what is in the CRM. At DEBUG the others log
    # headers, cookies among them, and results.
    for name in ("mcp", "httpx", "httpcore", "httpx2", "httpcore2", "sse_starlette"):
        logging.getLogger(name).setLevel(logging.WARNING)


def log_level_option(default: str | None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option; None leaves what was said before the command."""
    return click.option(
        "--log-level",
        type=click.Choice(["debug", "info", "warning", "error"]),
        default=default,
        callback=_set_log_level,
        expose_value=False,
        help="How much is logged to stderr (default: warning).",
    )
