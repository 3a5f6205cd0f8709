"""Puts the server into the AI assistants that are found on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crm_mcp.asking.asks import Asks, Choice
from crm_mcp.errors import CrmError
from crm_mcp.languages import Texts

_texts = Texts(__file__)


@dataclass(frozen=True, slots=True)
class OfferedHost:
    """A host: its name, its name for people, and whether it was found on this machine."""

    name: str
    title: str
    is_present: bool


@dataclass(frozen=True, slots=True)
class ToldHost:
    """The files that were written for a host, and what the person has to know or do, in their language."""

    files: Sequence[str]
    advice: Sequence[str]


class HostInstaller(Protocol):
    """Knows the hosts, and writes their configurations."""

    def hosts(self) -> Sequence[OfferedHost]:
        """Return all hosts."""
        ...

    def install(self, name: str, settings_file: Path) -> ToldHost:
        """Have a host start this server.

        Raises:
            CrmError: Its configuration cannot be read or written.
        """
        ...


async def offer_hosts(asks: Asks, installer: HostInstaller, settings_file: Path, *, dry_run: bool) -> list[str]:
    """Ask which hosts shall know this server, those that were found ticked, and tell them.

    Returns:
        What the person has to know or do for the server to appear in them.
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
    return [told for host in wanted for told in _install(asks, installer, host, settings_file)]


def _install(asks: Asks, installer: HostInstaller, host: OfferedHost, settings_file: Path) -> Sequence[str]:
    try:
        told = installer.install(host.name, settings_file)
    except CrmError as error:
        asks.say(f"{host.title}: {error.told}", "bad")
        return ()
    asks.say(f"{host.title}: {', '.join(told.files) or _texts.text('it knew already')}", "good")
    return told.advice
