"""`crm-mcp` without its start: a process that has imported it forks for each command that a test runs.

Pages and tests run dozens of commands, and each would spend a second on imports. That the installed command starts is
tested in `tests/end_to_end/test_commands.py`; here a script of that name hands its arguments, variables and streams
over, and ends as it ends. Who wants to send signals finds the id of the process itself in a file, see `PID_FILE`.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.transports import quiet_environment

_ROOT = Path(__file__).parents[2]
PID_FILE = "WARM_COMMANDS_PID_FILE"
"""The variable that names a file for the id of the process that a command is."""
CLIENT = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as to_server:
    to_server.connect({address!r})
    asked = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(to_server, [len(asked).to_bytes(8, "big")], [0, 1, 2])
    to_server.sendall(asked)
    sys.exit(to_server.recv(1)[0])
"""


class WarmProgram:
    """The one of a test process; it is made when it is first asked for, and ended with the last test."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._path: Path | None = None

    def path(self) -> Path:
        """Return the path of a `crm-mcp` that starts at once."""
        if self._path is None:
            folder = Path(self._open.enter_context(TemporaryDirectory()))
            self._path = self._open.enter_context(_started(folder))
        return self._path

    def close(self) -> None:
        self._open.close()


WARM = WarmProgram()


def run_warm(
    *arguments: str, settings: Mapping[str, str], cwd: Path | str = ".", stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command of `crm-mcp` with these settings and no others."""
    return subprocess.run(
        [WARM.path(), *arguments],
        env=quiet_environment(settings),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@contextmanager
def _started(folder: Path) -> Generator[Path]:
    address = str(folder / "socket")
    command = [sys.executable, "-m", "tests.support.warm_commands", address]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        script = folder / "crm-mcp"
        script.write_text(CLIENT.format(python=sys.executable, address=address), encoding="utf-8")
        script.chmod(0o755)
        try:
            yield script
        finally:
            process.terminate()


def serve(address: str) -> None:
    """Run commands until this process is ended."""
    for module in ("crm_mcp.cli", "crm_mcp.registry", "crm_mcp.server", "httpx", "mcp"):
        importlib.import_module(module)

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("ready", flush=True)
        while True:
            connection, _ = listening.accept()
            size, streams, _, _ = socket.recv_fds(connection, 8, 3)
            child = os.fork()
            if not child:
                listening.close()
                _run(connection, int.from_bytes(size, "big"), streams)
            for stream in streams:
                os.close(stream)
            threading.Thread(target=_finish, args=(child, connection), daemon=True).start()


def _run(connection: socket.socket, size: int, streams: list[int]) -> None:
    asked = b""
    while len(asked) < size:
        asked += connection.recv(size - len(asked))
    arguments, folder, environment = json.loads(asked)
    for at, stream in enumerate(streams):
        os.dup2(stream, at)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if pid_file := os.environ.pop(PID_FILE, ""):
        Path(pid_file).write_text(str(os.getpid()), encoding="utf-8")
    sys.argv = arguments
    sys.stdin, sys.stdout, sys.stderr = (open(at, mode, encoding="utf-8") for at, mode in enumerate("rww"))  # noqa: SIM115, PTH123
    code: Any = 1
    try:
        from crm_mcp.cli import main

        main(prog_name=Path(arguments[0]).name)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _finish(child: int, connection: socket.socket) -> None:
    _, status = os.waitpid(child, 0)
    with connection, suppress(OSError):
        connection.sendall(bytes([os.waitstatus_to_exitcode(status) & 255]))


if __name__ == "__main__":
    serve(sys.argv[1])
