"""`crm-mcp` without its start: a process that has imported it forks for each command that a test runs.

Pages and tests run dozens of commands, and each would spend a second on imports. That the installed command starts is
tested in `tests/end_to_end/test_commands.py`; here a script of that name hands its arguments, variables and streams
over, passes SIGTERM and SIGINT on, and ends as it ends; the command ends where the script is killed. Who wants to send
other signals finds the id of the process itself in a file, see `PID_FILE`.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_ROOT = Path(__file__).parents[2]
PID_FILE = "WARM_COMMANDS_PID_FILE"
"""The variable that names a file for the id of the process that a command is."""
CLIENT = """#!{python} -IS
import json, os, signal, socket, sys
with socket.socket(socket.AF_UNIX) as to_server:
    to_server.connect({address!r})
    asked = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(to_server, [len(asked).to_bytes(8, "big")], [0, 1, 2])
    to_server.sendall(asked)
    command = int.from_bytes(to_server.recv(8), "big")
    if not command:
        sys.exit(1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: os.kill(command, number))
    for stream in range(3):
        os.close(stream)
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
            atexit.register(self.close)
            folder = Path(self._open.enter_context(TemporaryDirectory()))
            self._path = self._open.enter_context(_started(folder))
        return self._path

    def close(self) -> None:
        self._open.close()


WARM = WarmProgram()


@contextmanager
def _started(folder: Path) -> Generator[Path]:
    address = str(folder / "socket")
    command = [sys.executable, "-m", "tests.support.warm_commands", address]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, process_group=0) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        script = folder / "crm-mcp"
        script.write_text(CLIENT.format(python=sys.executable, address=address), encoding="utf-8")
        script.chmod(0o755)
        try:
            yield script
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # with the commands that nobody ended


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
            asked, streams = _read(connection)
            child = os.fork()
            if not child:
                listening.close()
                connection.close()
                _run(asked, streams)
            for stream in streams:
                os.close(stream)
            has_ended = threading.Event()
            for watch in (_tell_the_end, _kill_if_left):
                threading.Thread(target=watch, args=(child, connection, has_ended), daemon=True).start()


def _read(connection: socket.socket) -> tuple[bytes, list[int]]:
    size, streams, _, _ = socket.recv_fds(connection, 8, 3)
    with connection.makefile("rb") as sent:
        return sent.read(int.from_bytes(size, "big")), streams


def _run(asked: bytes, streams: list[int]) -> None:
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


def _tell_the_end(child: int, connection: socket.socket, has_ended: threading.Event) -> None:
    with connection:
        with suppress(OSError):
            connection.sendall(child.to_bytes(8, "big"))
        _, status = os.waitpid(child, 0)
        has_ended.set()
        with suppress(OSError):
            connection.sendall(bytes([os.waitstatus_to_exitcode(status) & 255]))
            connection.shutdown(socket.SHUT_RDWR)


def _kill_if_left(child: int, connection: socket.socket, has_ended: threading.Event) -> None:
    """End a command whose script was killed: it sends nothing more, so what comes is the end."""
    with suppress(OSError):
        connection.recv(1)
    if not has_ended.is_set():
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    serve(sys.argv[1])
