"""The toolset `money`: invoices, offers and orders."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.minicrm.tools.context import ToolRoom
from crm_mcp.minicrm.tools.money.change_document import ChangeDocumentTools
from crm_mcp.minicrm.tools.money.create_invoice import CreateInvoiceTools
from crm_mcp.minicrm.tools.money.documents import DocumentTools

MONEY: Sequence[ToolRoom] = (DocumentTools, CreateInvoiceTools, ChangeDocumentTools)
