"""The journal as an HTTP Archive (HAR 1.2), which browsers' tools and many others open.

The journal keeps no headers, so that no login is in the archive; sizes of headers are -1, which means unknown.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote, urlencode

import harfile

from mockserver.version import read_version
from mockserver.workspaces.journal import Exchange, JournalEntry

_HTTP = "HTTP/1.1"


def export_har(entries: Sequence[JournalEntry], base_url: str) -> bytes:
    """Return entries of a journal as one HAR document.

    Args:
        entries: The entries, oldest first.
        base_url: Where the fake is reached, such as `http://127.0.0.1:8080`; what it sent itself went elsewhere.
    """
    text = io.StringIO()
    creator = harfile.Creator(name="crm-mock", version=read_version())
    with harfile.HarFile.open(text, creator=creator) as archive:
        for entry in entries:
            exchange = entry.exchange
            time_ms = round(exchange.took_s * 1000, 3)
            archive.add_entry(
                startedDateTime=entry.at,
                time=time_ms,
                request=_build_request(exchange, base_url),
                response=_build_response(exchange),
                timings=harfile.Timings(send=0, wait=time_ms, receive=0),
                comment=_build_comment(exchange),
            )
    return text.getvalue().encode()


def _build_request(exchange: Exchange, base_url: str) -> harfile.Request:
    query = f"?{urlencode(exchange.query)}" if exchange.query else ""
    return harfile.Request(
        method=exchange.method,
        url=f"{exchange.sent_to or base_url}{quote(exchange.path)}{query}",
        httpVersion=_HTTP,
        queryString=[harfile.Record(name=name, value=value) for name, value in exchange.query],
        postData=_build_post_data(exchange.body),
        bodySize=len(exchange.body),
    )


def _build_post_data(body: bytes) -> harfile.PostData | None:
    if not body:
        return None
    return harfile.PostData(mimeType="application/json", params=[], text=body.decode(errors="replace"))


def _build_response(exchange: Exchange) -> harfile.Response:
    content = harfile.Content(
        size=len(exchange.response),
        mimeType=exchange.response_type or "application/octet-stream",
        text=exchange.response.decode(errors="replace"),
    )
    return harfile.Response(
        status=exchange.status,
        statusText=_name_status(exchange.status),
        httpVersion=_HTTP,
        content=content,
        bodySize=len(exchange.response),
    )


def _name_status(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _build_comment(exchange: Exchange) -> str | None:
    fault = [f"Fault: {exchange.fault}."] if exchange.fault else []
    return " ".join([*fault, exchange.reason, *exchange.hints]).strip() or None
