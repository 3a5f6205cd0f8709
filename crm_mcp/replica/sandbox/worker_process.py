"""One worker process, from the parent's side. What blocks here is called in a thread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from crm_mcp.replica.sandbox.functions import ALLOWED
from crm_mcp.replica.sandbox.limits import MOST_MEMORY, MOST_UNREAD, SQLITE_LIMITS

_WORKER = Path(__file__).with_name("worker.py")
_SIZE = 8
_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_IS_WINDOWS = sys.platform == "win32"
_NO_WINDOW = 0x08000000


class WorkerEndedError(Exception):
    """The process ended in the midst of its work, or could not be started."""


class WorkerProcess:
    """A process that has some files open; started anew where other files are wanted."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._files: Mapping[str, Path | bytes] = {}
        self._identities: Mapping[str, object] = {}

    def holds(self, files: Mapping[str, Path | bytes]) -> bool:
        """Return whether it was started for these files; they may be others of the same names by now."""
        return self._files.keys() == files.keys() and all(_is_same(self._files[name], files[name]) for name in files)

    def open(self, files: Mapping[str, Path | bytes]) -> dict[str, Any]:
        """Start the process unless it runs with just these files, and return its response to them.

        Raises:
            WorkerEndedError: It did not start.
            OSError: A file is not there.
        """
        identities = {name: _identity(file) for name, file in files.items()}
        if self._is_running() and self.holds(files) and identities == self._identities:
            return {}
        self.end()
        self._files, self._identities = dict(files), identities
        self._start()
        blobs = [file for file in files.values() if isinstance(file, bytes)]
        response = self._exchange(_setup(files), blobs)
        if response:
            self.end()
        return response

    def ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Return the response to a statement.

        Raises:
            WorkerEndedError: It ended before it responded.
        """
        return self._exchange(order, [])

    def kill(self) -> None:
        """Kill it: whoever waits for a response gets a `WorkerEndedError`. Does not block."""
        if process := self._process:
            process.kill()

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in filter(None, (process.stdin, process.stdout)):
            with suppress(OSError):  # what was not sent yet
                pipe.close()
        process.wait()

    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-S", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=not _IS_WINDOWS,  # so that Ctrl-C in a terminal reaches the parent alone
                creationflags=_NO_WINDOW if _IS_WINDOWS else 0,
            )
        except OSError as error:
            raise WorkerEndedError from error

    def _exchange(self, message: Mapping[str, Any], blobs: Sequence[bytes]) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise WorkerEndedError
        try:
            content = json.dumps(message).encode()
            for part in (len(content).to_bytes(_SIZE, "big") + content, *blobs):
                process.stdin.write(part)
            process.stdin.flush()
            size = int.from_bytes(_read(process, _SIZE), "big")
            return json.loads(_read(process, size))
        except (OSError, ValueError) as error:  # a closed pipe is one of both
            self.end()
            raise WorkerEndedError from error


def _read(process: subprocess.Popen[bytes], size: int) -> bytes:
    data = process.stdout.read(size) if process.stdout else b""
    if len(data) < size:
        raise BrokenPipeError
    return data


def _setup(files: Mapping[str, Path | bytes]) -> dict[str, Any]:
    sizes = sum(len(file) for file in files.values() if isinstance(file, bytes))
    return {
        "files": {name: len(file) if isinstance(file, bytes) else str(file.absolute()) for name, file in files.items()},
        "allowed": sorted(ALLOWED),
        "limits": list(SQLITE_LIMITS.items()),
        "memory": MOST_MEMORY + sizes,
        "most_unread": MOST_UNREAD,
    }


def _environment() -> dict[str, str]:
    """Return what Python needs of the environment, and no login; rows hold local times, so there is no other zone."""
    return {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | {"TZ": "UTC0"}


def _is_same(one: Path | bytes, other: Path | bytes) -> bool:
    return one is other or (isinstance(one, Path) and one == other)


def _identity(file: Path | bytes) -> object:
    """Return what tells a file from another one that took its place; bytes are compared by `holds`."""
    if isinstance(file, bytes):
        return None
    status = file.stat()
    return status.st_dev, status.st_ino
