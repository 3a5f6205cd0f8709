"""Where a module is that a CRM does not have: in another connected CRM, with the tool that searches it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_mcp.crm.name_matching import folded
from crm_mcp.errors import CrmError

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector


async def find_module(connectors: Sequence[Connector], module: str) -> str:
    """Return which of these CRMs has a module and which tool searches it, as a sentence; empty where none has."""
    for connector in connectors:
        try:
            known = await connector.list_modules()
        except CrmError:
            continue
        search = next(iter(connector.exports()), "")
        for one in known:
            if search and folded(module) in (folded(one["name"]), one["id"]):
                return f"{connector.title} has a module {one['name']}: {search} searches it."
    return ""
