"""Starts the fake as a process of its own on a free port, for tests in Python with whatever test framework.

with running_fake() as server, server.new_workspace(seed="demo") as fake:
    httpx.get(f"{fake.url}/Api/R3/Category", auth=fake.minicrm)
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

from mockserver.testing.control_client import ControlError, HttpControlClient
from mockserver.testing.crm_fake import CrmFake, new_workspace

END_TIMEOUT_S = 10.0
_LISTENING = re.compile(r"listening on (http://\S+)")


class FakeServer:
    """A fake that listens at an address.

    Args:
        url: Where it listens, such as `http://127.0.0.1:40123`; both APIs and `/_control/` are below it.
        token: The bearer token that its control endpoints demand.
    """

    def __init__(self, url: str, token: str = "") -> None:
        self._control = HttpControlClient(url, token)
        self.url = self._control.url

    def read_health(self) -> dict[str, Any]:
        """Return what `GET /_control/health` says: profile, language, version, counts, deviations.

        Raises:
            ControlError: The fake cannot be reached, or does not take the token.
        """
        return json.loads(self._control.call("GET", "health"))

    def new_workspace(
        self,
        seed: str | Path | Mapping[str, object] = "demo",
        *,
        name: str = "",
        deviations: Mapping[str, bool] | None = None,
        folder: str | Path = "",
    ) -> AbstractContextManager[CrmFake]:
        """Make a workspace with data and logins of its own, and drop it at the end of the `with` block.

        Args:
            seed: `demo`, `documented`, `empty`, a seed file, or a seed document.
            name: How to begin its name, for people who look at the fake's page; the rest is chance.
            deviations: Deviations to turn on or off by name, whatever the fake's profile has.
            folder: What the path of a seed file is relative to; empty is the working folder.
        """
        readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:32].strip("-") or "test"
        unique = f"{readable}-{secrets.token_hex(5)}"
        return new_workspace(self._control, unique, seed, deviations=deviations, folder=folder)


@contextmanager
def running_fake(*options: str) -> Generator[FakeServer]:
    """Start `crm-mock proxy` on a free port, yield it once it answers, and end it.

    It serves what `crm-mock serve` does, by http and https on the one port, and is a proxy for the CRMs' real hosts.

    Args:
        *options: More options of the command, such as `"--profile", "observed"`.

    Raises:
        ControlError: It did not start; the message holds what it said.
    """
    # -P: a folder or file of the caller's that has the name of a module must not stand in for it.
    command = [sys.executable, "-P", "-m", "mockserver", "proxy", "--quiet", "--port", "0"]
    command += ["--until-stdin-closes", *options]
    # A token in the environment is meant for another fake. Ctrl+C must not end this one before the tests, hence the
    # session of its own; and where the tests are killed, it ends with its standard input.
    environment = {name: value for name, value in os.environ.items() if name != "CRM_MOCK_CONTROL_TOKEN"}
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(  # noqa: S603 - this Python and this package
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield FakeServer(_read_url(process, log))
        finally:
            _end(process)


def _read_url(process: subprocess.Popen[str], log: IO[bytes]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    listening = _LISTENING.match(line)
    if listening:
        return listening[1]
    _end(process)
    log.seek(0)
    said = (line + log.read().decode(errors="replace")).strip()
    raise ControlError(f"The fake did not start: {said or f'it ended with code {process.returncode}'}")


def _end(process: subprocess.Popen[str]) -> None:
    # Not by closing its standard input, which a process that was forked meanwhile may still hold open.
    process.terminate()
    try:
        process.wait(timeout=END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
