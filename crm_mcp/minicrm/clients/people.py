"""The client that deletes people for good."""

from __future__ import annotations

from crm_mcp.crm.operations import Client, operation
from crm_mcp.minicrm.wire import purge


class PeopleClient(Client):
    """Deletes people of one MiniCRM account: sent once, and not to be undone."""

    purge_person = operation(purge.build_purge_person, purge.parse_purge_person)
