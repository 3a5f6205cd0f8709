"""The log file of `CRM_MCP_LOG_FILE`: a JSON object a line, appended so that several processes may share one file.

Whoever may read it learns who called what and when, and nothing of what was in it.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import stat
import sys
import threading
from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts

_texts = Texts(__file__)

LEVELS = ("info", "warning", "error")
KEPT = 3
"""How many full files are kept beside the one that is written, as `NAME.1` to `NAME.3`."""
_OPEN = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
_WORTH_TELLING_S = 1.0
_FIRST_REFUSAL = 400


class LogFile:
    """Writes events to a file, and begins it anew where it was renamed, removed, or is full.

    Args:
        path: The file; its folder is made if need be.
        level: The least that is written: `info`, `warning` or `error`.
        most_bytes: When it is full; 0 is never.

    Raises:
        SettingsError: It cannot be written.
    """

    def __init__(self, path: Path, *, level: str = "info", most_bytes: int = 0) -> None:
        self._path = path
        self._least = LEVELS.index(level)
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._is_failing = False
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = self._open()
        except OSError as error:
            raise SettingsError(
                _texts.later(
                    "CRM_MCP_LOG_FILE: {file} cannot be written: {why}.", file=path, why=error.strerror or error
                ),
                hint=_texts.later("Name a file in a folder that this user may write to, or leave it out."),
            ) from None

    def is_stdout(self) -> bool:
        """Whether it is where standard output goes."""
        with contextlib.suppress(OSError, AttributeError, ValueError):
            return os.path.sameopenfile(self._file, sys.stdout.fileno())
        return False

    def tell(self, event: str, fields: Mapping[str, Any]) -> None:
        """Write an event, if it is one for the log."""
        level = level_of(event, fields)
        if level and LEVELS.index(level) >= self._least:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._write(json.dumps({"at": at, "level": level, "event": event, **_rounded(fields)}))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            os.close(self._file)

    def _write(self, line: str) -> None:
        with self._lock:
            try:
                self._keep_place()
                os.write(self._file, f"{line}\n".encode())
            except BlockingIOError:
                return  # of a pipe that nobody reads
            except OSError as error:
                self._say_failing(error)
            else:
                self._is_failing = False

    def _say_failing(self, error: OSError) -> None:
        """Say once on stderr that lines are lost: no call fails for it."""
        if not self._is_failing:
            self._is_failing = True
            text = _texts.text("the log file cannot be written: {why}", why=error.strerror or error)
            print(f"crm-mcp: {text}", file=sys.stderr, flush=True)

    def _open(self) -> int:
        file = os.open(self._path, _OPEN, 0o600)
        if _is_regular(os.fstat(file)):
            with contextlib.suppress(OSError, AttributeError):  # another user's, or on Windows
                os.fchmod(file, 0o600)
        return file

    def _keep_place(self) -> None:
        """Write on to a file of the name: another one where this one was renamed or removed, or is full."""
        here = os.fstat(self._file)
        if not _is_regular(here):
            return
        if self._most_bytes and here.st_size >= self._most_bytes:
            with _alone_with(self._file):  # of several processes one renames it, the others find it renamed
                if self._is_at_its_name(here):
                    self._put_away()
        if not self._is_at_its_name(here):
            file = self._open()
            os.close(self._file)
            self._file = file

    def _is_at_its_name(self, here: os.stat_result) -> bool:
        try:
            return os.path.samestat(here, self._path.stat())
        except FileNotFoundError:
            return False

    def _put_away(self) -> None:
        names = [self._path, *(self._path.with_name(f"{self._path.name}.{number + 1}") for number in range(KEPT))]
        for newer, older in reversed(list(itertools.pairwise(names))):
            with contextlib.suppress(FileNotFoundError, PermissionError):  # the latter on Windows, where it is open
                newer.replace(older)


@contextlib.contextmanager
def _alone_with(file: int) -> Generator[None]:
    """Keep other processes that hold the file out of the block."""
    try:
        import fcntl
    except ImportError:  # on Windows
        yield
        return
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _is_regular(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode)


def level_of(event: str, fields: Mapping[str, Any]) -> str:
    """Return how grave an event is; empty for one that is no line in the log."""
    if event == "http_answered":  # what was let in is told by the request that it brought
        return "warning" if fields["status"] >= _FIRST_REFUSAL else ""
    if event == "budget_used":
        return "info" if fields["waited_s"] >= _WORTH_TELLING_S else ""
    if event == "warned":
        return "warning" if fields["level"] == "warning" else "error"
    if event == "store_failed":
        return "error"
    is_refusal = fields.get("status", 0) >= _FIRST_REFUSAL
    return "warning" if is_refusal or fields.get("error") else "info"


def _rounded(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in fields.items()}
