"""Which hosts are on this machine, and in which of them this server is installed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crm_mcp.errors import HostError
from crm_mcp.hosts import entry
from crm_mcp.hosts.installing import read_servers
from crm_mcp.hosts.known import HOSTS, Host
from crm_mcp.hosts.machine import Machine


@dataclass(frozen=True, slots=True)
class Installed:
    """This server in one configuration file.

    Attributes:
        name: What the host calls it.
        path: The file.
        command: What it starts.
        works: Whether that command is there.
    """

    name: str
    path: Path
    command: str
    works: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of one host on this machine.

    Attributes:
        host: Which host.
        is_there: Whether it is on this machine, or was.
        installed: Where this server is installed in it.
        problem: Why its configuration cannot be read; None where it can.
    """

    host: Host
    is_there: bool
    installed: tuple[Installed, ...]
    problem: HostError | None = None


def survey(machine: Machine) -> list[Found]:
    """Return all hosts with what is found of each; a configuration that cannot be read is a problem, no error."""
    return [_look(host, machine) for host in HOSTS]


def is_there(host: Host, machine: Machine) -> bool:
    """Whether a host has left a sign on this machine, or one of its programs is found."""
    return any(place.is_there for place in host.places(machine)) or any(map(machine.which, host.programs))


def _look(host: Host, machine: Machine) -> Found:
    installed: list[Installed] = []
    try:
        for place in host.places(machine):
            installed += _installed(host, place.path, machine)
    except HostError as error:
        return Found(host, is_there(host, machine), tuple(installed), error)
    return Found(host, is_there(host, machine), tuple(installed))


def _installed(host: Host, path: Path, machine: Machine) -> list[Installed]:
    found: list[Installed] = []
    for name, one in read_servers(host, path).items():
        if entry.is_ours(one):
            command = entry.command_of(one)
            works = Path(command).is_file() if Path(command).is_absolute() else machine.which(command) is not None
            found.append(Installed(name, path, command, works))
    return found
