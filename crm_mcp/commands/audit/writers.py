"""Who wrote what is listed and taken back: the writers of all accounts, whatever tools are offered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_mcp.mcp.tool import CrmTool
from crm_mcp.safe_writes.undo.undo_tool import writers_of
from crm_mcp.toolsets import DEFAULT

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector
    from crm_mcp.safe_writes.gate import SafeWriter


def writers_of_all(connectors: Sequence[Connector]) -> list[SafeWriter]:
    """Return the writers of these accounts."""
    tools: list[CrmTool] = [
        tool for connector in connectors for tool in connector.tools((DEFAULT, *connector.further_toolsets))
    ]
    return writers_of(tools)
