"""What is logged on stderr is shown in terminals and read by lines: no text in it is a command, or another line."""

from __future__ import annotations

import logging

from crm_mcp.commands.log_option import LogLines


def logged(message: str, error: Exception | None = None) -> str:
    info = None if error is None else (type(error), error, None)
    record = logging.LogRecord("crm_mcp", logging.WARNING, "", 0, message, None, info)
    return LogLines("%(levelname)s %(name)s: %(message)s").format(record)


def test_a_message_stays_one_line_that_commands_nothing() -> None:
    told = logged("no \x1b[31mred\x9b2J\r\nERROR crm_mcp: forged\u2028\x00\x7f, árvíztűrő")
    assert told == r"WARNING crm_mcp: no \x1b[31mred\x9b2J\x0d\nERROR crm_mcp: forged\x2028\x00\x7f, árvíztűrő"


def test_a_traceback_keeps_its_lines_and_commands_nothing() -> None:
    told = logged("failed", ValueError("\x1b[2Jno\tmore"))
    assert told.splitlines() == ["WARNING crm_mcp: failed", r"ValueError: \x1b[2Jno" + "\tmore"]
