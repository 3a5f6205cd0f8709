"""Responses of MiniCRM, made by hand."""

from __future__ import annotations

import json

from crm_mcp.crm.messages import Request, Response


def response_of(
    body: object,
    status: int = 200,
    path: str = "/Api/R3/Project/1234",
    method: str = "GET",
    query: tuple[tuple[str, str], ...] = (),
    content_type: str = "application/json; charset=utf-8",
) -> Response:
    """Return a response; a body of bytes stays as it is, any other becomes JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request("PUT" if method == "PUT" else "GET", path, query, is_idempotent=method == "GET")
    return Response(status, raw, content_type, request)
