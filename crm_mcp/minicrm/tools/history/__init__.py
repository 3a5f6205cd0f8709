"""The toolset `history`: what happened with a card, its mails and its files."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.minicrm.tools.context import ToolRoom

HISTORY: Sequence[ToolRoom] = ()
