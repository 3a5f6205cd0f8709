"""Whether the hosts into which this server is installed can still start it."""

from __future__ import annotations

from crm_mcp.hosts.machine import Machine
from crm_mcp.hosts.survey import Found, Installed, survey
from crm_mcp.languages import Texts

_texts = Texts(__file__)


def examine_hosts(machine: Machine) -> list[tuple[bool, str, str]]:
    """Return a line for each host that has this server: whether it can start it, the host, and what is to be said."""
    return [_examine(found, one) for found in survey(machine) for one in found.installed]


def _examine(found: Found, one: Installed) -> tuple[bool, str, str]:
    if one.works:
        return (
            True,
            found.host.title,
            _texts.text("starts this server as {name} ({path})", name=one.name, path=one.path),
        )
    text = _texts.text(
        "{path} starts {command} as {name}, and that is not there. Run crm-mcp install {client} --name {name}",
        path=one.path,
        command=one.command,
        name=one.name,
        client=found.host.client,
    )
    return False, found.host.title, text
