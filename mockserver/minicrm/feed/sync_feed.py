"""`/Api/SyncFeed/{system id}`: a shop feeds in cards, contacts, products and orders, by a file or where one lies."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from mockserver.crm.api import TEXT_TYPE, ApiResponse
from mockserver.minicrm import rules
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.feed.rows import FeedImport
from mockserver.minicrm.feed.upserts import Upserts
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import take_next_id


def upload_feed(context: RequestContext) -> object:
    """Answer `POST /Api/SyncFeed/{system id}/Upload`, done at once.

    A failure is plain English text, of two kinds (observed, grade C); its number, and what a success answers, are
    assumed. What the API would refuse of a file is left out and stands in the report.
    """
    _check_system(context)
    text = context.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith(b"<"):
        return _refuse("The input does not look like XML.")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        return _refuse("Invalid XML: it declares a document type.")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without a document type nothing in it can grow
    except ET.ParseError as error:
        return _refuse(f"Invalid XML: {error}.")
    upserts = Upserts(context)
    upserts.take(root)
    return _keep(context, "", upserts.report)


def name_source(context: RequestContext) -> object:
    """Answer `/Api/SyncFeed/{system id}?Source=`: the place is kept; the fake fetches nothing (assumed)."""
    _check_system(context)
    source = context.parameters.get("Source", "")
    if not source.startswith(("http://", "https://")):
        raise RefusalError(rules.BAD_SOURCE, "Source")
    return _keep(context, source, {"Fetched": False})


def _check_system(context: RequestContext) -> None:
    if context.target != context.system_id:
        raise RefusalError(rules.WRONG_ID, hints=[f"the system id of the login is {context.system_id}"])


def _keep(context: RequestContext, source: str, report: dict[str, object]) -> object:
    row = FeedImport(
        id=take_next_id(context.connection, FeedImport), created_at=context.now, source=source, report=report
    )
    context.save(row)
    return {"Id": row.id, "Message": "OK", **report}


def _refuse(text: str) -> ApiResponse:
    reason = f"{text} (observed; not in minicrm.txt)"
    return ApiResponse(400, text.encode(), TEXT_TYPE, reason)
