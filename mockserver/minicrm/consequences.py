"""What the CRM does by itself when something was written, in the transaction of the request or edit that wrote it."""

from __future__ import annotations

from mockserver.minicrm.endpoints.request_context import RequestContext


def follow_changes(context: RequestContext) -> None:
    """Do what follows from what a request changed."""
    del context
