"""What the CRM does by itself when something was written, in the transaction of the request or edit that wrote it."""

from __future__ import annotations

from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.history.status_change import record_status_changes


def follow_changes(context: RequestContext) -> None:
    """Do what follows from what a request changed."""
    record_status_changes(context)
