"""The client of invoices, offers and orders."""

from __future__ import annotations

from crm_mcp.crm.operations import Client, operation
from crm_mcp.minicrm.wire.documents import requests, responses


class DocumentsClient(Client):
    """Reads the documents of one MiniCRM account."""

    list_documents = operation(requests.build_list_documents, responses.parse_list_documents)
    get_document = operation(requests.build_get_document, responses.parse_get_document)
