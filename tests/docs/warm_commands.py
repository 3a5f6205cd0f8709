"""`crm-mcp` without its start: a process that has imported it forks for each command that the pages run.

The pages run dozens of commands, and each would spend a second on imports. That the installed command starts is
tested elsewhere; here a script of that name hands its arguments, variables and streams over, and ends as it ends.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

CLIENT = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as to_server:
    to_server.connect({address!r})
    asked = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(to_server, [len(asked).to_bytes(8, "big")], [0, 1, 2])
    to_server.sendall(asked)
    sys.exit(to_server.recv(1)[0])
"""


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
