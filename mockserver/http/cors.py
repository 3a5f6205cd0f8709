"""Letting web pages of any origin use the faked APIs, as an integrator who works in a browser needs it.

The control endpoints and the page never get these headers. No credentials of the browser's own are let in (`*` forbids
it): a page must know a login of the fake, and sends it itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mockserver.crm.api import ApiResponse

_ALLOWED_TO_READ = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "*",
}
_ALLOWED_TO_SEND = {
    "Access-Control-Allow-Origin": "*",
    # Also methods that no CRM takes: their refusal is to be read, rather than a browser's own.
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    # The star stands for all others but Authorization.
    "Access-Control-Allow-Headers": "Authorization, Content-Type, *",
    "Access-Control-Max-Age": "600",
}
_FROM_PUBLIC_TO_LOOPBACK = {"Access-Control-Allow-Private-Network": "true"}


def handle_preflight(method: str, headers: Mapping[bytes, bytes]) -> ApiResponse | None:
    """Answer the question that a browser asks before a request, with 204 and without a login; None: it is none."""
    if method != "OPTIONS" or b"origin" not in headers or b"access-control-request-method" not in headers:
        return None
    allowed = _ALLOWED_TO_SEND
    if b"access-control-request-private-network" in headers:
        allowed = {**allowed, **_FROM_PUBLIC_TO_LOOPBACK}
    return ApiResponse(204, b"", headers=allowed)


def open_to_browsers(response: ApiResponse) -> ApiResponse:
    """Return a response that a page of another origin may read."""
    return replace(response, headers={**response.headers, **_ALLOWED_TO_READ})
