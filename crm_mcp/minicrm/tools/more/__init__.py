"""The toolset `more`: what is rarely wanted and cannot be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.minicrm.tools.context import ToolRoom
from crm_mcp.minicrm.tools.more.purge_person import PurgePersonTools

MORE: Sequence[ToolRoom] = (PurgePersonTools,)
