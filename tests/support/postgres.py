"""A real PostgreSQL of this test process's own: a data folder in the system's temporary folder, a free loopback port.

Where PostgreSQL is not installed its tests are skipped by name; with TESTS_NEED_POSTGRES set, as in CI, they fail.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.support.processes import free_port

PASSWORD = "password-of-the-store"
"""Its owner's; no log, result or error may hold it."""
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
_START_LIMIT_S = 90.0


@dataclass
class PostgresServer:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]
    _start: Callable[[], subprocess.Popen[bytes]]
    _log: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def stop(self) -> None:
        """End it as an administrator does: transactions are cut off."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)

    def start(self) -> None:
        """Start it again with its data, and wait until it accepts."""
        self.process = self._start()
        self.wait_until_it_accepts()

    def wait_until_it_accepts(self) -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=30).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    said = self._log.read_text(encoding="utf-8", errors="replace")
                    pytest.fail(f"PostgreSQL did not start:\n{said}")
                time.sleep(0.02)
            else:
                return

    @contextlib.contextmanager
    def new_database(self) -> Generator[str]:
        """Make an empty database, give its URL, and drop it afterwards, whoever is still connected."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"create database {name}")
        yield self.url(name)
        self._execute(f"drop database {name} with (force)")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://owner:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def disconnect_all(self) -> None:
        """Cut every connection, as a restart of the server does."""
        self._execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()")

    def _execute(self, sql: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.encode())


def find_programs() -> Path | None:
    """Return the folder of `initdb` and `postgres`, of the newest version, if any."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    installed = [path for pattern in _FOLDERS for path in Path("/").glob(f"{pattern[1:]}/initdb")]
    newest_last = sorted(installed, key=lambda path: [int(part) for part in path.parts if part.isdecimal()])
    return newest_last[-1].parent if installed else None


def require_programs() -> Path:
    """Return the same; skip or fail the test where there is none."""
    programs = find_programs()
    if programs is None:
        reason = "PostgreSQL is not installed here (no initdb)"
        if os.environ.get("TESTS_NEED_POSTGRES"):
            pytest.fail(reason)
        pytest.skip(reason)
    return programs


@contextlib.contextmanager
def running_postgres() -> Generator[PostgresServer]:
    """Make and start a server; stop it and delete its data at the end."""
    programs = require_programs()
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        user = _hand_over(folder)
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        (folder / "password").chmod(0o644)
        command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "owner", "--no-sync"]
        options = ["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}"]
        subprocess.run([*command, *options], check=True, capture_output=True, cwd=folder, user=user)
        port = free_port()
        command = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder)]
        command += ["-h", "127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200"]

        def start() -> subprocess.Popen[bytes]:
            with (folder / "log").open("ab") as log:
                return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, user=user)

        server = PostgresServer(port, start(), start, folder / "log")
        try:
            server.wait_until_it_accepts()
            yield server
        finally:
            server.stop()


def _hand_over(folder: Path) -> str | None:
    """Give a folder to somebody whom PostgreSQL runs for; it refuses root. Return the name, none where it is us."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return user
