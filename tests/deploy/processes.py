"""Starts what compose.yaml starts as processes of this machine: the same commands, variables and health checks.

What an engine would give, names and addresses on a network of their own and folders, is replaced in the text of the
variables; all else is the file's. The proxy is HAProxy where that is installed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from tests.deploy.compose_file import ROOT, SERVERS, SERVICES, command_of, environment_of
from tests.support.postgres import PostgresServer
from tests.support.processes import free_port
from tests.support.transports import quiet_environment
from tests.support.warm_commands import PID_FILE, WARM

HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
_LIMIT_S = 30.0


@dataclass
class Stack:
    """The services by name.

    Attributes:
        folder: A copy of what compose.yaml takes from the repository, with what `prepare.sh` wrote.
        here: What stands in the file, and what it is on this machine.
    """

    folder: Path
    here: dict[str, str]
    ports: dict[str, int] = field(default_factory=dict[str, int])
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, "subprocess.Popen[bytes]"])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['proxy']}/mcp"

    @property
    def token(self) -> str:
        return environment_of("crm-1", self.folder)["CRM_MCP_HTTP_TOKEN"]

    def as_here(self, text: str) -> str:
        for there, here in self.here.items():
            text = text.replace(there, here)
        return text

    def environment(self, name: str) -> dict[str, str]:
        return {key: self.as_here(value) for key, value in environment_of(name, self.folder).items()}

    def start(self, *names: str) -> None:
        """Start servers, and wait until they are ready."""
        for name in names:
            program, *arguments = command_of(name)
            assert program == "crm-mcp"
            self.pid_file(name).unlink(missing_ok=True)
            command = [str(WARM.path()), *map(self.as_here, arguments), "--port", str(self.ports[name])]
            self.run(name, command, self.environment(name) | {PID_FILE: str(self.pid_file(name))})
        for name in names:
            self.wait_until_ready(name)

    def run(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=self.folder, env=quiet_environment(environment), stdout=log, stderr=log
            )

    def is_healthy(self, name: str) -> bool:
        """Run a service's health check as an engine does, at the port that the service has here."""
        port_there = 8080 if name == "proxy" else 8000
        _, program, *arguments = SERVICES[name]["healthcheck"]["test"]
        command = [text.replace(f":{port_there}/", f":{self.ports[name]}/") for text in arguments]
        program = sys.executable if program == "python" else program
        return subprocess.run([program, *command], capture_output=True, check=False, timeout=10).returncode == 0

    def wait_until_ready(self, name: str) -> None:
        until = time.monotonic() + _LIMIT_S
        while not self._is_ready(name):
            assert self.processes[name].poll() is None, self.log(name)
            assert time.monotonic() < until, self.log(name)
            time.sleep(0.05)

    def _is_ready(self, name: str) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.ports[name]}/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def wait_for_log(self, name: str, word: str) -> str:
        """Wait until a service has written a word; return all that it wrote."""
        until = time.monotonic() + _LIMIT_S
        while word not in (log := self.log(name)):
            assert time.monotonic() < until, log
            time.sleep(0.05)
        return log

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """End a service by a signal; return its exit code."""
        os.kill(int(self.pid_file(name).read_text(encoding="utf-8")), number)
        return self.processes[name].wait(timeout=20)

    def end(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is None:
                process.terminate() if name == "proxy" else self.kill(name)
            process.wait(timeout=20)

    def pid_file(self, name: str) -> Path:
        return self.folder / f"{name}.pid"


@contextlib.contextmanager
def running_stack(folder: Path, postgres: PostgresServer, fake_url: str) -> Generator[Stack]:
    """Start it all with the fake of the profile's name, which stands at `fake_url` and speaks https too.

    Without HAProxy no proxy is started, and `ports` names none.
    """
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("env"))
    prepare = ["/bin/sh", str(folder / "deploy" / "prepare.sh"), "--fake"]
    subprocess.run(prepare, check=True, capture_output=True)
    here = {"@postgres:5432": f"@127.0.0.1:{postgres.port}", "https://fake:8080": fake_url, "/ca/": f"{folder}/"}
    stack = Stack(folder, here, {name: free_port() for name in SERVERS})
    stack.here |= {f"{name}:8000": f"127.0.0.1:{stack.ports[name]}" for name in SERVERS}
    with _database_made(stack, postgres):
        try:
            stack.start(*SERVERS)
            if HAPROXY:
                _start_proxy(stack, HAPROXY)
            yield stack
        finally:
            stack.end()


def _start_proxy(stack: Stack, haproxy: str) -> None:
    stack.ports["proxy"] = free_port()
    bind = {"CRM_PROXY_BIND": f"127.0.0.1:{stack.ports['proxy']}"}
    (volume,) = SERVICES["proxy"]["volumes"]
    file = str(stack.folder / volume.partition(":")[0])
    stack.run("proxy", [haproxy, "-db", "-f", file], stack.environment("proxy") | bind)
    stack.wait_until_ready("proxy")


@contextlib.contextmanager
def _database_made(stack: Stack, postgres: PostgresServer) -> Generator[None]:
    """Run the script that its image would run, as a superuser who is let in as there."""
    variables = stack.environment("postgres")
    superuser, password = variables["POSTGRES_USER"], variables["PGPASSWORD"]
    with psycopg.connect(postgres.url(), autocommit=True) as owner:
        role = sql.Identifier(superuser)
        owner.execute(sql.SQL("create role {} superuser login password {}").format(role, sql.Literal(password)))
        (script,) = (stack.folder / "deploy" / "postgres").glob("*.sh")
        there = {"PGHOST": "127.0.0.1", "PGPORT": str(postgres.port)}
        subprocess.run(["/bin/sh", str(script)], env={**os.environ, **variables, **there}, check=True)
        yield
        owner.execute(b"drop database crm_mcp with (force)")
        owner.execute(sql.SQL("drop role crm_mcp; drop role {}").format(role))
