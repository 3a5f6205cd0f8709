"""Runs the commands of a page one after another, as a reader would in one terminal and in a home of their own."""

from __future__ import annotations

import contextlib
import os
import pty
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from pathlib import Path
from typing import Self

from mockserver.fake_process import FakeServer, running_fake

SHOWN_FAKE = "127.0.0.1:8080"
SHOWN_SERVER = "127.0.0.1:8000"
_OURS = ("CRM_M", "IVINEX_", "MINICRM_", "PYTEST_", "XDG_")
START_TIMEOUT_S = 90.0


class ShellSession:
    """A terminal: its folder and variables stay from block to block, and servers that it started end with it.

    Args:
        folder: Where the commands run; the home folder is beside it.
        programs: A folder whose programs go before the installed ones.
        fake: The fake that listens where the page says `http://127.0.0.1:8080`, until the page starts one with options.
    """

    def __init__(self, folder: Path, fake: FakeServer, programs: Path) -> None:
        self.folder = folder / "work"
        self._state = folder / "state"
        self._fake = fake
        self._programs = programs
        self._addresses: dict[str, str] = {}
        self._open = contextlib.ExitStack()
        self._home = folder / "home"
        for new in (self.folder, self._state, self._home):
            new.mkdir()
        # `. .venv/bin/activate` is what a reader types after `make demo`.
        bin_folder = self.folder / ".venv" / "bin"
        bin_folder.mkdir(parents=True)
        (bin_folder / "activate").write_text(f'export PATH="{programs}:{Path(sys.executable).parent}:$PATH"\n')

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def use_fake(self, *options: str) -> None:
        """Have the shown address lead to the shared fake, as if just started; with options, to one of its own."""
        options = tuple(str(self.folder / word) if word.endswith(".db") else word for word in options)
        if SHOWN_FAKE in self._addresses:
            with running_fake(*options):
                return
        if options:
            self._fake = self._open.enter_context(running_fake(*options))
        self._addresses[SHOWN_FAKE] = self._fake.url.removeprefix("http://")
        self._control("PUT", "clock", b"{}")
        self._control("DELETE", "faults")
        self._control("POST", "reset")
        self._control("DELETE", "requests")

    def _control(self, method: str, path: str, body: bytes | None = None) -> None:
        request = urllib.request.Request(f"{self._fake.url}/_control/{path}", body, method=method)  # noqa: S310
        urllib.request.urlopen(request).close()  # noqa: S310 - the fake's own address

    def serve(self, command: str) -> None:
        """Start a server that the page shows at port 8000, and wait until it is ready."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._addresses[SHOWN_SERVER] = f"127.0.0.1:{port}"
        script = self._script(f"{command.rstrip()} --port {port}\n".replace("--port 8000", ""))
        log = self._open.enter_context((self._state / "server.log").open("wb"))
        process = subprocess.Popen(script, cwd=self.folder, env=self._environment(), stdout=log, stderr=log)
        self._open.callback(process.wait, 20)
        self._open.callback(process.terminate)
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health").close()
                return
            except OSError:
                said = (self._state / "server.log").read_text()
                assert process.poll() is None, said
                assert time.monotonic() < deadline, said
                time.sleep(0.1)

    def run(self, command: str, *, answer: str = "", is_one_stream: bool = False) -> tuple[int, str, str]:
        """Run a block; return its exit code, standard output and standard error (or both as the first).

        With an `answer` standard input is a terminal on which somebody types it.
        """
        with _typing(answer) as stdin:
            result = subprocess.run(
                self._script(command),
                cwd=self.folder,
                env=self._environment(),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if is_one_stream else subprocess.PIPE,
                text=True,
                timeout=100,
                check=False,
            )
        return result.returncode, self.as_shown(result.stdout), self.as_shown(result.stderr or "")

    def write(self, name: str, text: str) -> None:
        """Save a block as the file that the page calls it."""
        (self.folder / name).write_text(self._as_here(text), encoding="utf-8")

    def as_shown(self, text: str) -> str:
        """Return a text with the addresses that the page shows."""
        for shown, here in self._addresses.items():
            text = text.replace(here, shown)
        for shown, here in (
            ("/home/you/crm/.venv/bin", str(Path(sys.executable).parent)),
            ("/home/you/crm/.venv/bin", str(self._programs)),
            ("/home/you/crm", str(self.folder)),
            ("/home/you", str(self._home)),
        ):
            text = text.replace(here, shown)
        return text

    def _as_here(self, text: str) -> str:
        for shown, here in self._addresses.items():
            text = text.replace(shown, here)
        return text

    def _script(self, command: str) -> list[str]:
        before = (
            f'[ ! -f {self._state}/exported ] || . {self._state}/exported; cd "$(cat {self._state}/folder)"\nset -ea\n'
        )
        if not (self._state / "folder").exists():
            (self._state / "folder").write_text(str(self.folder))
        after = f"\nexport -p >{self._state}/exported; pwd >{self._state}/folder\n"
        return ["/bin/sh", "-c", before + self._as_here(command) + after]

    def _environment(self) -> dict[str, str]:
        here = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        # Plugins that are slow to load and that no page uses.
        here["PYTEST_ADDOPTS"] = "-p no:schemathesis -p no:hypothesispytest -p no:faker"
        here["PATH"] = f"{self._programs}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{here.get('PATH', '')}"
        return here | {"HOME": str(self._home), "CI": "1", "COLUMNS": "120"}


@contextlib.contextmanager
def _typing(answer: str) -> Generator[int]:
    if not answer:
        yield subprocess.DEVNULL
        return
    person, terminal = pty.openpty()
    try:
        os.write(person, f"{answer}\n".encode())
        yield terminal
    finally:
        os.close(person)
        os.close(terminal)
