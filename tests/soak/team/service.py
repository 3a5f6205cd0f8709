"""The service that is killed: servers of one PostgreSQL behind a balancer, each at a port that outlives it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import httpx2
from mcp import Client
from mcp.client.extension import ClientExtension
from mcp.client.session import ElicitationFnT
from mcp.client.streamable_http import streamable_http_client

from tests.support.postgres import PostgresServer
from tests.support.processes import free_port
from tests.support.transports import Era, quiet_environment
from tests.support.warm_commands import PID_FILE, WARM

TOKEN = "a-made-up-word-for-the-team"  # nobody else's
_READY_WITHIN_S = 60.0


@dataclass
class Server:
    """One of the servers, one life after the other."""

    folder: Path
    settings: Mapping[str, str]
    number: int
    port: int = field(default_factory=free_port)
    exit_codes: Counter[int] = field(default_factory=Counter[int])
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def start(self) -> None:
        self._pid_file.unlink(missing_ok=True)
        command = [str(WARM.path()), "serve", "--transport", "http", "--port", str(self.port)]
        environment = {**quiet_environment(self.settings), PID_FILE: str(self._pid_file)}
        with (self.folder / f"server-{self.number}.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)

    async def wait_until_ready(self) -> None:
        until = time.monotonic() + _READY_WITHIN_S
        async with httpx.AsyncClient(trust_env=False) as http:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await http.get(self.url.replace("/mcp", "/health"))).is_success:
                        return
                assert time.monotonic() < until, f"server {self.number} does not start"
                await asyncio.sleep(0.05)

    async def end(self, number: signal.Signals) -> None:
        process = self._process
        if process is not None:
            os.kill(int(self._pid_file.read_text(encoding="utf-8")), number)
            code = await asyncio.to_thread(process.wait, 60)
            self.exit_codes[code if number is signal.SIGTERM else 0] += 1
            self._process = None

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"server-{self.number}.pid"


@dataclass
class Killer:
    """Ends servers at random, and PostgreSQL once; each is started again at once.

    Attributes:
        servers: Whom.
        postgres: Stopped in the midst of all, and away for a moment.
        seed: Of everything drawn.
        pause_s: The least and the most time between two ends.
    """

    servers: list[Server]
    postgres: PostgresServer
    seed: int
    pause_s: tuple[float, float]
    struck: Counter[str] = field(default_factory=Counter[str])

    async def strike(self, seconds: float) -> None:
        drawn = random.Random(f"team {self.seed}")  # noqa: S311 - it is to be foreseeable
        until_s = time.monotonic() + seconds
        restarting = asyncio.create_task(self._restart_postgres(seconds / 2, drawn.uniform(0.5, 3)))
        while time.monotonic() < until_s:
            await asyncio.sleep(drawn.uniform(*self.pause_s))
            victims = drawn.sample(self.servers, 2 if drawn.random() < 0.2 else 1)
            number = signal.SIGTERM if drawn.random() < 0.25 else signal.SIGKILL
            await asyncio.gather(*(self._replace(one, number) for one in victims))
        await restarting

    async def _replace(self, server: Server, number: signal.Signals) -> None:
        await server.end(number)
        self.struck[number.name] += 1
        server.start()
        await server.wait_until_ready()

    async def _restart_postgres(self, after_s: float, away_s: float) -> None:
        """Stop it while servers are ended: some begin their life without it."""
        await asyncio.sleep(after_s)
        await asyncio.to_thread(self.postgres.stop)
        await asyncio.sleep(away_s)
        await asyncio.to_thread(self.postgres.start)
        self.struck["PostgreSQL"] += 1


@contextlib.asynccontextmanager
async def connected(url: str, era: Era, user: ElicitationFnT, *extensions: ClientExtension) -> AsyncGenerator[Client]:
    """Connect a client to the service through its balancer."""
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, timeout=60)
    transport = streamable_http_client(url, http_client=http)
    async with http, Client(transport, mode=era, elicitation_callback=user, extensions=extensions) as client:
        yield client
