"""What reads the documents of one account into its replica."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crm_mcp.minicrm.clients.documents import DocumentsClient
from crm_mcp.minicrm.replica.documents.details import DocumentDetails
from crm_mcp.minicrm.replica.documents.lists import DocumentLists
from crm_mcp.minicrm.replica.documents.plan import Plan
from crm_mcp.minicrm.replica.documents.writing import DocumentWriter
from crm_mcp.minicrm.wire.documents.models import KINDS, DocumentKind
from crm_mcp.replica.database import Replica


class DocumentSource:
    """Lists by kind, details, and what the plan refuses.

    Args:
        replica: Where to.
        client: Reads them.
        since: Returns a time of the CRM's clock as a search takes it.
        crm_time: Returns what the CRM's clock showed at a time of this machine's.
    """

    def __init__(
        self,
        replica: Replica,
        client: DocumentsClient,
        since: Callable[..., str],
        crm_time: Callable[[float], float],
    ) -> None:
        writer = DocumentWriter(replica)
        self.plan = Plan(replica)
        self.details = DocumentDetails(client, writer)
        self.lists: Mapping[DocumentKind, DocumentLists] = {
            kind: DocumentLists(kind, client, writer, self.plan, since, crm_time) for kind in KINDS
        }
