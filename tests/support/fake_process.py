"""Runs the fake as a process of its own, as an integrator would, for tests that speak HTTP to it."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

_LISTENING = re.compile(r"^listening on (http://\S+)$")


@dataclass(frozen=True, slots=True)
class FakeServer:
    """A running fake.

    Attributes:
        url: Where it listens, such as `http://127.0.0.1:40123`; both APIs and `/_control/` are below it.
    """

    url: str


@contextlib.contextmanager
def running_fake(*options: str) -> Generator[FakeServer]:
    """Start `python -m mockserver serve` on a free port, yield it once it accepts, end it by SIGTERM."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            first_line = process.stdout.readline().strip()
            listening = _LISTENING.match(first_line)
            assert listening, f"the fake said {first_line!r} instead of where it listens"
            yield FakeServer(listening[1])
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
