"""Installing this server into the programs that talk to it: each host's configuration file is found and edited.

The door, for a dialogue as for the command `crm-mcp install`; nothing of it prints, asks or exits:

    survey(machine)                         what is found on this machine, and where this server is installed
    install(client, options, machine)       writes one host's configuration; `dry_run` only says what would be
    uninstall(client, name, machine)        takes this server out of it again

A configuration that cannot be understood is refused (`HostError`) and left as it is, and whatever is written has a
backup beside it. A host that is not there is written all the same: it finds the file when it comes.
"""

from crm_mcp.hosts.installing import Change, InstallOptions, install, uninstall
from crm_mcp.hosts.known import CLIENTS, HOSTS, Host
from crm_mcp.hosts.machine import Machine
from crm_mcp.hosts.survey import Found, survey

__all__ = [
    "CLIENTS",
    "HOSTS",
    "Change",
    "Found",
    "Host",
    "InstallOptions",
    "Machine",
    "install",
    "survey",
    "uninstall",
]
