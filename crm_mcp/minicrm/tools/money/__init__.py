"""The toolset `money`: invoices, offers and orders."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.minicrm.tools.context import ToolRoom

MONEY: Sequence[ToolRoom] = ()
