"""Plays hosts that other people wrote against the server: each lists the tools, reads, and makes a dry run.

    make hosts                            all of them
    python -m tests.hosts fastmcp sdk     some

Each host has an environment of its own under `.hosts/`, made from the pins beside its script, for which the package
registries are needed once. The CRM is the bundled fake, and every model a stand-in on loopback. One line a host; exit 1
when one fails.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mockserver.fake_process import running_fake
from tests.support.mcp_play import both_crms
from tests.support.transports import quiet_environment

FOLDER = Path(__file__).parent
ENVIRONMENTS = FOLDER.parents[1] / ".hosts"
TIME_LIMIT_S = 300
PYTHON_HOSTS = ("google_genai", "openai_agents", "pydantic_ai", "langchain", "fastmcp")
NODE_HOSTS = ("sdk", "client", "inspector")


class HostError(Exception):
    """A host could not be made ready, or did not do what it should; the message is for people."""


@dataclass(frozen=True, slots=True)
class Host:
    """One host: its name, the file of its pins, and whether it runs in Node rather than in Python."""

    name: str
    pins: Path
    is_node: bool

    @property
    def environment(self) -> Path:
        """The folder of its environment; all hosts in Node share one."""
        return ENVIRONMENTS / self.pins.parent.name

    def prepare(self) -> None:
        """Make the environment anew where its pins have changed.

        Raises:
            HostError: Something cannot be installed.
        """
        done = self.environment / "installed"
        pins = self.pins.read_text(encoding="utf-8")
        if done.exists() and done.read_text(encoding="utf-8") == pins:
            return
        shutil.rmtree(self.environment, ignore_errors=True)
        if self.is_node:
            self.environment.mkdir(parents=True)
            shutil.copy(self.pins, self.environment)
            self._install("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent")
        else:
            venv.create(self.environment, with_pip=True)
            python = str(self._python())
            self._install(
                python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(self.pins)
            )
        done.write_text(pins, encoding="utf-8")

    def _install(self, *command: str) -> None:
        done = subprocess.run(command, cwd=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise HostError(f"its packages cannot be installed: {_last_line(done.stderr)}")

    def _python(self) -> Path:
        return self.environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"

    def play(self, environment: Mapping[str, str]) -> str:
        """Play it; return what it says of itself, for people.

        Raises:
            HostError: A call failed.
        """
        if self.is_node:
            shutil.copy(self.pins.parent / "play.mjs", self.environment)
            command = ["node", "play.mjs", self.name]
        else:
            command = [str(self._python()), str(self.pins.parent / "play.py")]
        try:
            done = subprocess.run(
                command,
                cwd=self.environment,
                env=environment,
                capture_output=True,
                text=True,
                timeout=TIME_LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise HostError(f"did not end in {TIME_LIMIT_S} s") from None
        if done.returncode:
            raise HostError(_last_line(done.stderr))
        said = json.loads(done.stdout.splitlines()[-1])
        return f"{said['version']:<9} {said['tools']} tools, read and dry run ok  {said['note']}"


def _last_line(text: str) -> str:
    lines = [line.strip(" |+-") for line in text.splitlines()]
    return next((line for line in reversed(lines) if line), "no reason given")[:300]


def all_hosts() -> list[Host]:
    """Return every host, those in Python first."""
    in_python = [Host(name, FOLDER / name / "requirements.txt", is_node=False) for name in PYTHON_HOSTS]
    return in_python + [Host(name, FOLDER / "typescript" / "package.json", is_node=True) for name in NODE_HOSTS]


def play_all(hosts: list[Host], url: str) -> bool:
    """Play hosts against the fake at `url`, print a line for each, and tell whether none failed."""
    environment = quiet_environment({}) | {
        "HOSTS_SERVER_COMMAND": json.dumps([sys.executable, "-m", "crm_mcp"]),
        "HOSTS_SERVER_SETTINGS": json.dumps(both_crms(url) | {"CRM_MCP_STORE": "memory"}),
        "HOSTS_CALLS": str(FOLDER / "calls.json"),
        "PYTHONPATH": os.pathsep.join([str(FOLDER.parents[1])]),
    }
    good = True
    for host in hosts:
        if host.is_node and not (shutil.which("node") and shutil.which("npm")):
            print(f"skipped  {host.name:<14} node and npm are not installed")
            continue
        try:
            host.prepare()
            print(f"ok       {host.name:<14} {host.play(environment)}", flush=True)
        except HostError as error:
            good = False
            print(f"FAILED   {host.name:<14} {error}", flush=True)
    return good


def main() -> None:
    """Play the hosts that are named, or all."""
    wanted = sys.argv[1:]
    hosts = [host for host in all_hosts() if not wanted or host.name in wanted]
    if unknown := set(wanted) - {host.name for host in hosts}:
        sys.exit(
            f"no such host: {', '.join(sorted(unknown))}; there are {', '.join(host.name for host in all_hosts())}"
        )
    with running_fake() as server:
        good = play_all(hosts, server.url)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
