"""The toolset `history`: what happened with a card, its mails and its files."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.minicrm.tools.context import ToolRoom
from crm_mcp.minicrm.tools.history.attachments import AttachmentTools
from crm_mcp.minicrm.tools.history.emails import EmailTools
from crm_mcp.minicrm.tools.history.project_history import ProjectHistoryTools

HISTORY: Sequence[ToolRoom] = (ProjectHistoryTools, EmailTools, AttachmentTools)
