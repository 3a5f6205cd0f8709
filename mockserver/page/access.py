"""Access to the page: open to whoever may use the control endpoints; forms of other sites are refused."""

from __future__ import annotations

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie

from mockserver.control.access import comes_from_foreign_page, refuse_caller
from mockserver.http.asgi import HttpRequest

COOKIE = "crm_mock_page"


def is_open(request: HttpRequest, token: str) -> bool:
    """Tell whether a request may see and change what the server holds.

    A browser cannot send the control token as a header, so a cookie stands for it. A link of another site may lead
    here: that site cannot read what comes.
    """
    if comes_from_foreign_page(request) and not _is_link(request):
        return False
    return refuse_caller(request, token) is None or (bool(token) and _holds_cookie(request, token))


def is_own_form(request: HttpRequest) -> bool:
    """Tell whether a form was sent by this server's own page, by the `Origin` or `Sec-Fetch-Site` of the browser."""
    origin = request.headers.get(b"origin")
    if origin is not None:
        return origin.decode("latin-1") == request.base_url
    return request.headers.get(b"sec-fetch-site") in {b"same-origin", b"none"}


def make_cookie(request: HttpRequest, token: str) -> str:
    """Return the value of `Set-Cookie` that stands for the control token."""
    secure = "; Secure" if request.scheme == "https" else ""
    return f"{COOKIE}={_sign(token)}; Path=/; HttpOnly; SameSite=Strict{secure}"


def is_token(given: str, token: str) -> bool:
    """Compare a token with the control token, in constant time."""
    return bool(token) and hmac.compare_digest(given.encode(errors="replace"), token.encode())


def _is_link(request: HttpRequest) -> bool:
    return request.method == "GET" and request.headers.get(b"sec-fetch-mode") == b"navigate"


def _holds_cookie(request: HttpRequest, token: str) -> bool:
    try:
        cookies = SimpleCookie(request.headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return False
    found = cookies.get(COOKIE)
    return found is not None and hmac.compare_digest(found.value.encode("latin-1"), _sign(token).encode())


def _sign(token: str) -> str:
    return hmac.new(token.encode(), b"the page for people", hashlib.sha256).hexdigest()
