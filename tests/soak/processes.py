"""The processes that are killed: the fake, which comes back with its data, and each caller's server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from mcp import Client, StdioServerParameters
from mcp.client.session import ElicitationFnT

from tests.soak.faults import FAULTS
from tests.support.mcp_play import both_crms
from tests.support.transports import Era, quiet_environment
from tests.support.warm_commands import PID_FILE, WARM

_LISTENING = re.compile(r"listening on (http://\S+):(\d+)\n")


@dataclass
class FakeProcess:
    """The fake on a port and a database file that outlive it.

    Attributes:
        folder: Holds the seed and the database.
        seed: Of the faults.
        lives: How often it was started.
    """

    folder: Path
    seed: int
    lives: int = 0
    url: str = ""
    _port: str = "0"
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Start it, and put the faults in force."""
        self.lives += 1
        await asyncio.to_thread(self._start)
        await self.put_faults()

    async def put_faults(self) -> None:
        """Put the faults in force from their beginning, another one in each life."""
        await self.control("PUT", "faults", {"seed": self.seed + self.lives, "rules": FAULTS})

    def _start(self) -> None:
        options = ["--port", self._port, "--seed", str(self.folder / "seed.json"), "--db", str(self.folder / "fake.db")]
        command = [sys.executable, "-m", "mockserver", "serve", *options, "--until-stdin-closes"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        listening = _LISTENING.match(self._process.stdout.readline())
        assert listening, "the fake did not start"
        self.url, self._port = f"{listening[1]}:{listening[2]}", listening[2]

    async def kill(self) -> None:
        """End it by SIGKILL."""
        process = self._process
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    async def control(self, method: str, name: str, body: object = None) -> httpx.Response:
        """Call one of its control endpoints."""
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            response = await client.request(method, f"{self.url}/_control/{name}", json=body)
        return response.raise_for_status()


@dataclass
class ServerProcess:
    """`crm-mcp serve` on stdio, one life after the other, with a store that outlives all.

    Attributes:
        number: Whose it is.
        folder: Where it is started.
        store: The folder of the store, which all servers share.
        era: How its client begins.
        lives: How often it was started.
        settings: What is set beside the CRMs and the store.
    """

    number: int
    folder: Path
    store: Path
    era: Era
    lives: int = 0
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    _is_up: bool = False

    @contextlib.asynccontextmanager
    async def running(self, url: str, user: ElicitationFnT) -> AsyncGenerator[Client]:
        """Start it, and connect a client."""
        self.lives += 1
        settings: Mapping[str, str] = {**both_crms(url), "CRM_MCP_STORE": str(self.store), **self.settings}
        environment = quiet_environment(settings) | {PID_FILE: str(self._pid_file)}
        command = StdioServerParameters(command=str(WARM.path()), args=["serve"], env=environment, cwd=str(self.folder))
        async with Client(command, mode=self.era, elicitation_callback=user) as client:
            self._is_up = True
            try:
                yield client
            finally:
                self._is_up = False

    def kill(self) -> bool:
        """End it by SIGKILL; one that does not run yet, or no longer, is left: then return False."""
        if not self._is_up:
            return False
        self._is_up = False
        self.send(signal.SIGKILL)
        return True

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(int(self._pid_file.read_text()), number)

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"server-{self.number}.pid"
