"""Who may use the page: those who may use the control endpoints, and never a form on another site's page."""

from __future__ import annotations

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie

from mockserver.control.access import refuse_control
from mockserver.http.asgi import HttpRequest

COOKIE = "crm_mock_page"


def is_open(request: HttpRequest, token: str) -> bool:
    """Tell whether the visitor may see and change what the server holds.

    Args:
        request: The request.
        token: The control token; a browser cannot send it as a header, so a cookie stands for it.
    """
    return refuse_control(request, token) is None or (bool(token) and _holds_cookie(request, token))


def is_own_form(request: HttpRequest) -> bool:
    """Tell whether a form was sent by this server's own page: browsers say where a form stood."""
    origin = request.headers.get(b"origin")
    if origin is not None:
        return origin.decode("latin-1") == request.base_url
    return request.headers.get(b"sec-fetch-site") in {b"same-origin", b"none"}


def make_cookie(request: HttpRequest, token: str) -> str:
    """Return the value of `Set-Cookie` for a visitor who gave the token."""
    secure = "; Secure" if request.scheme == "https" else ""
    return f"{COOKIE}={_sign(token)}; Path=/; HttpOnly; SameSite=Strict{secure}"


def is_token(given: str, token: str) -> bool:
    """Tell whether a visitor gave the right token."""
    return bool(token) and hmac.compare_digest(given.encode(errors="replace"), token.encode())


def _holds_cookie(request: HttpRequest, token: str) -> bool:
    try:
        cookies = SimpleCookie(request.headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return False
    found = cookies.get(COOKIE)
    return found is not None and hmac.compare_digest(found.value.encode("latin-1"), _sign(token).encode())


def _sign(token: str) -> str:
    return hmac.new(token.encode(), b"the page for people", hashlib.sha256).hexdigest()
