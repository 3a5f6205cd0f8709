"""The client that issues and changes documents: each of its requests is sent once and cannot be undone."""

from __future__ import annotations

from crm_mcp.crm.operations import Client, operation
from crm_mcp.minicrm.wire.documents import writes


class MoneyClient(Client):
    """Issues and changes the documents of one MiniCRM account."""

    create_invoice = operation(writes.build_create_invoice, writes.parse_create_invoice)
    change_document = operation(writes.build_change_document, writes.parse_change_document)
