"""The toolset `more`: what is rarely wanted and cannot be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.minicrm.tools.context import ToolRoom

MORE: Sequence[ToolRoom] = ()
