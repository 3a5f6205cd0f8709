"""Who may use the control endpoints: programs on this machine, or whoever holds the token; never a foreign web page.

A browser says of each request where it comes from: `Sec-Fetch-Site`, of old ones `Origin` or `Referer` alone.
"""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import replace

from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest


def refuse_control(request: HttpRequest, token: str) -> ApiResponse | None:
    """Return the refusal of a control request, or None where it is allowed.

    Args:
        request: The request.
        token: The bearer token that is demanded; empty: none, and only loopback is let in.
    """
    if comes_from_foreign_page(request):
        return _refuse(403, "A page of another origin may not control the fake.")
    return refuse_caller(request, token)


def comes_from_foreign_page(request: HttpRequest) -> bool:
    """Tell whether a browser sent the request for a page of another origin, by a script, a tag, a form or a link."""
    origin = request.headers.get(b"origin")
    if origin is not None and origin.decode("latin-1") != request.base_url:
        return True
    site = request.headers.get(b"sec-fetch-site")
    if site is not None:
        return site.strip().lower() not in {b"same-origin", b"none"}
    referer = request.headers.get(b"referer", b"").decode("latin-1")
    return origin is None and bool(referer) and not f"{referer}/".startswith(f"{request.base_url}/")


def refuse_caller(request: HttpRequest, token: str) -> ApiResponse | None:
    """Return the refusal of a request by who calls, whichever page it comes from, or None where it is allowed."""
    if token:
        return None if _holds_token(request, token) else _demand_token()
    if not _is_loopback(request.peer):
        return _refuse(
            403,
            f"The control endpoints are open to this machine only, not to {request.peer}."
            " Start crm-mock with --control-token, or CRM_MOCK_CONTROL_TOKEN, and send it as a bearer token.",
        )
    if not _is_safe_host(request.host):
        # A name that a stranger's DNS points at this machine (DNS rebinding) would make its page same-origin.
        return _refuse(403, f"The Host header {request.host!r} is not this machine's; use 127.0.0.1 or localhost.")
    return None


def _refuse(status: int, message: str) -> ApiResponse:
    return ApiResponse.of_json({"error": message}, status=status, reason=message)


def _demand_token() -> ApiResponse:
    response = _refuse(401, "The control endpoints demand the header Authorization: Bearer TOKEN.")
    return replace(response, headers={"WWW-Authenticate": "Bearer"})


def _holds_token(request: HttpRequest, token: str) -> bool:
    scheme, _, sent = request.headers.get(b"authorization", b"").partition(b" ")
    return scheme.lower() == b"bearer" and hmac.compare_digest(sent.strip(), token.encode())


def _is_loopback(peer: str) -> bool:
    if not peer:  # no network between: inside the process, or a Unix socket
        return True
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _is_safe_host(host: str) -> bool:
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    if name.lower() == "localhost" or name.lower().endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
