"""Installing this server into the programs that talk to it: each host's configuration file is found and edited.

The door, for a dialogue as for the command `crm-mcp install`; nothing of it prints, asks or exits:

    survey(machine)                         what is found on this machine, and where this server is installed
    install(client, options, machine)       writes one host's configuration; `dry_run` only says what would be
    uninstall(client, name, machine)        takes this server out of it again
    advise(changes, options, machine)       what a person has to be told of an installation, in their language

`InstallOptions` takes `find_command(Running.this())` and the `Login` of `find_login(...)`.

A configuration that cannot be understood is refused (`HostError`) and left as it is, and whatever is written has a
backup beside it. A host that is not there is written all the same: it finds the file when it comes.
"""

from crm_mcp.hosts.advice import advise
from crm_mcp.hosts.installing import Change, InstallOptions, install, uninstall, wanted_entry
from crm_mcp.hosts.known import CLIENTS, HOSTS, Host
from crm_mcp.hosts.login import Login, find_login
from crm_mcp.hosts.machine import Machine
from crm_mcp.hosts.starting_line import Running, find_command
from crm_mcp.hosts.survey import Found, survey

__all__ = [
    "CLIENTS",
    "HOSTS",
    "Change",
    "Found",
    "Host",
    "InstallOptions",
    "Login",
    "Machine",
    "Running",
    "advise",
    "find_command",
    "find_login",
    "install",
    "survey",
    "uninstall",
    "wanted_entry",
]
