"""The hosts of this machine, as `crm-mcp install` knows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crm_mcp.hosts import HOSTS, InstallOptions, Machine, install, survey
from crm_mcp.hosts.advice import advise
from crm_mcp.hosts.login import Login
from crm_mcp.hosts.starting_line import Running, find_command
from crm_mcp.setup.host_questions import OfferedHost, ToldHost


class MachineHosts:
    """Installs into hosts on a machine."""

    def __init__(self, machine: Machine, running: Running) -> None:
        self._machine = machine
        self._running = running

    def hosts(self) -> Sequence[OfferedHost]:
        """Return all hosts, those of this machine marked."""
        there = {found.host.client for found in survey(self._machine) if found.is_there}
        return [OfferedHost(host.client, host.title, host.client in there) for host in HOSTS]

    def install(self, name: str, settings_file: Path) -> ToldHost:
        """Write one host's configuration."""
        options = InstallOptions(find_command(self._running), Login(settings_file=settings_file.absolute()))
        changes = install(name, options, self._machine)
        written = [str(change.place.path) for change in changes if change.written]
        return ToldHost(written, advise(changes, options, self._machine))
