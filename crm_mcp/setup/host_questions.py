"""Puts the server into the AI assistants that are found on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crm_mcp.asking.asks import Asks, Choice
from crm_mcp.errors import CrmError
from crm_mcp.languages import Texts, said

_texts = Texts(__file__)


@dataclass(frozen=True, slots=True)
class OfferedHost:
    """A host: its name, its name for people, and whether it was found on this machine."""

    name: str
    title: str
    is_present: bool


class HostInstaller(Protocol):
    """Knows the hosts, and writes their configurations."""

    def hosts(self) -> Sequence[OfferedHost]:
        """Return all hosts."""
        ...

    def install(self, name: str, settings_file: Path) -> Sequence[str]:
        """Have a host start this server; return the files that were written.

        Raises:
            CrmError: Its configuration cannot be read or written.
        """
        ...

    def next_step(self, name: str) -> str:
        """Return what a person has to do for the server to appear in a host, in their language."""
        ...


async def offer_hosts(asks: Asks, installer: HostInstaller, settings_file: Path, *, dry_run: bool) -> list[str]:
    """Ask which hosts shall know this server, those that were found ticked, and tell them.

    Returns:
        For each that was told what the person has to do for the server to appear.
    """
    hosts = installer.hosts()
    present = [host for host in hosts if host.is_present]
    asks.say(_texts.text("AI assistants"), "heading")
    if not present and not asks.knows("hosts"):
        asks.say(
            _texts.text(
                "None of those that are known was found here: {names}.", names=", ".join(one.title for one in hosts)
            )
        )
        asks.say(_texts.text("Once one is there: crm-mcp install NAME"), "note")
        return []
    offered = hosts if asks.knows("hosts") else present
    chosen = await asks.choose_some(
        "hosts",
        _texts.text("Which of these shall know your CRM?"),
        [Choice(host.name, host.title) for host in offered],
        ticked=[host.name for host in present],
    )
    wanted = [host for host in offered if host.name in chosen]
    if dry_run:
        for host in wanted:
            asks.say(_texts.text("{host} would be told.", host=host.title))
        return []
    return [installer.next_step(host.name) for host in wanted if _install(asks, installer, host, settings_file)]


def _install(asks: Asks, installer: HostInstaller, host: OfferedHost, settings_file: Path) -> bool:
    try:
        written = installer.install(host.name, settings_file)
    except CrmError as error:
        asks.say(f"{host.title}: {said(str(error))}", "bad")
        return False
    asks.say(f"{host.title}: {', '.join(written) or _texts.text('it knew already')}", "good")
    return True
