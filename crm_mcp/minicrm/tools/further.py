"""The toolsets beside the default one; what they need is imported only where they are chosen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm_mcp.minicrm.tools.context import ToolRoom


def further_rooms(toolsets: Collection[str]) -> Sequence[ToolRoom]:
    """Return what makes the tools of the chosen toolsets."""
    rooms: list[ToolRoom] = []
    if "history" in toolsets:
        from crm_mcp.minicrm.tools.history import HISTORY

        rooms += HISTORY
    if "money" in toolsets:
        from crm_mcp.minicrm.tools.money import MONEY

        rooms += MONEY
    if "more" in toolsets:
        from crm_mcp.minicrm.tools.more import MORE

        rooms += MORE
    return rooms
