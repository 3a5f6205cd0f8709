"""The language of the page: what `?lang=` says, else the cookie that remembers it, else `Accept-Language`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlencode

from mockserver.crm.api import ApiResponse
from mockserver.http.asgi import HttpRequest
from mockserver.texts import LANGUAGES

PARAMETER = "lang"
COOKIE = "crm_mock_language"
_A_YEAR_S = 365 * 24 * 3600


def choose_language(request: HttpRequest) -> str:
    """Return the language in which to respond; English where none of ours is wanted."""
    return _said_in_query(request) or _said_in_cookie(request) or _said_in_header(request) or "en"


def build_switch(request: HttpRequest, language: str) -> str:
    """Return the address of the same page in another language."""
    others = [(name, value) for name, value in request.query if name != PARAMETER]
    return f"?{urlencode([*others, (PARAMETER, language)])}"


def tell_language(request: HttpRequest, response: ApiResponse) -> ApiResponse:
    """Return a response with the headers about its language; a choice in the query is remembered by a cookie."""
    headers = dict(response.headers or {})
    if response.content_type.startswith("text/html"):
        headers |= {"Content-Language": choose_language(request), "Vary": "Accept-Language, Cookie"}
    chosen = _said_in_query(request)
    if chosen and "Set-Cookie" not in headers:
        headers["Set-Cookie"] = f"{COOKIE}={chosen}; Path=/; Max-Age={_A_YEAR_S}; HttpOnly; SameSite=Lax"
    return replace(response, headers=headers)


def _said_in_query(request: HttpRequest) -> str:
    said = [value for name, value in request.query if name == PARAMETER]
    return said[-1] if said and said[-1] in LANGUAGES else ""


def _said_in_cookie(request: HttpRequest) -> str:
    try:
        cookies = SimpleCookie(request.headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return ""
    found = cookies.get(COOKIE)
    return found.value if found is not None and found.value in LANGUAGES else ""


def _said_in_header(request: HttpRequest) -> str:
    """Return the language of ours that is wanted most; of those wanted alike, the first."""
    wanted = list(_read_wishes(request.headers.get(b"accept-language", b"").decode("latin-1")))
    named = {name for name, _ in wanted}
    offered = [
        (weight, language)
        for name, weight in wanted
        for language in ([one for one in LANGUAGES if one not in named] if name == "*" else [name])
        if language in LANGUAGES
    ]
    weight, language = max(offered, key=lambda wish: wish[0], default=(0.0, ""))
    return language if weight > 0 else ""


def _read_wishes(header: str) -> Iterator[tuple[str, float]]:
    """Yield each language of an `Accept-Language`, without its country, `*` for all others; and its weight."""
    for part in header.split(","):
        name, *parameters = (text.strip().lower() for text in part.split(";"))
        weights = [_read_weight(one[2:]) for one in parameters if one.startswith("q=")]
        yield name.partition("-")[0], weights[0] if weights else 1.0


def _read_weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
