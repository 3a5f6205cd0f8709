"""What is said on connections whose request no application answers."""

from __future__ import annotations

from crm_mcp.http_service.refusals import refuse


def _refusal(status: str, description: str, *headers: str) -> bytes:
    """Return a whole response, for those whose request no application answers."""
    body = refuse(400, description).body
    told = (f"HTTP/1.1 {status}", "Connection: close", "Content-Type: application/json", f"Content-Length: {len(body)}")
    return "".join(f"{line}\r\n" for line in (*told, *headers, "")).encode() + bytes(body)


TIMED_OUT = _refusal("408 Request Timeout", "The request was not complete in time. Send it again at once.")
UNREADABLE = _refusal("400 Bad Request", "The request cannot be read as HTTP/1.1, or its headers are too long.")
FULL = _refusal("503 Service Unavailable", "All connections are in use. Try again in 5 s.", "Retry-After: 5")
