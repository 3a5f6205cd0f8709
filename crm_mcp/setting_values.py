"""What the values of settings can be: the types that settings of the server and of all CRMs share, and their checks.

No value is ever repeated in an error: it may be a secret.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from crm_mcp.crm.field_labels import parse_field_labels
from crm_mcp.languages import Later, Texts, mark
from crm_mcp.store.location import check_location

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
_API_PATH_END = re.compile(r"(\.php|/api/[rv][0-9]+)$", re.IGNORECASE)
"""How the path of an API ends, which users paste by mistake: a script, or a version."""
_QUOTES = frozenset("\"'`\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2039\u203a")
_PLACEHOLDER = re.compile(r"\$\{.*\}|\$[A-Za-z_]+|%[A-Za-z_]+%|\{\{.*\}\}|<.*>")

_texts = Texts(__file__)


def _readable_ca(path: Path) -> Path:
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        raise ValueError(f"no certificates can be read from that file ({type(error).__name__})") from None
    return path


CaFile = Annotated[Path, AfterValidator(_readable_ca)]
"""A PEM file with at least one certificate."""


def _sendable(token: SecretStr) -> SecretStr:
    if not all("!" <= char <= "~" for char in token.get_secret_value()):
        raise ValueError(
            _texts.later("no HTTP header can carry that: use letters, digits and signs of ASCII, without spaces")
        )
    return token


HttpToken = Annotated[SecretStr, AfterValidator(_sendable)]
"""A token that a client can send; any other would never match."""


def _login(login: SecretStr) -> SecretStr:
    user, colon, password = login.get_secret_value().partition(":")
    if not colon or not user or not password:
        raise ValueError(_texts.later("write a user and a password with a colon between them, as in user:password"))
    if any(not char.isprintable() for char in login.get_secret_value()):
        raise ValueError(_texts.later("it holds a character that cannot be sent"))
    return login


WebhookLogin = Annotated[SecretStr, AfterValidator(_login)]
"""`user:password`."""


def _place_of_store(where: str) -> str:
    if odd := _describe_odd(where):
        raise ValueError(_texts.later(odd, name=_texts.later("it")))
    return check_location(where)


StoreLocation = Annotated[str, AfterValidator(_place_of_store)]
"""`memory`, the URL of a PostgreSQL, or a folder."""


def _issuer_url(url: str) -> str:
    parts = urlsplit(url)
    is_private = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)
    if not is_private or not parts.hostname or parts.username or parts.password or any(map(str.isspace, url)):
        raise ValueError(_texts.later("write it as https://host/path (http is for loopback only), without a login"))
    return url


IssuerUrl = Annotated[str, AfterValidator(_issuer_url)]
"""A URL of an OAuth issuer, to the letter as its tokens name it."""


def _path_of_log(path: Path) -> Path:
    if odd := _describe_odd(str(path)):
        raise ValueError(_texts.later(odd, name=_texts.later("it")))
    return path.expanduser()


LogPath = Annotated[Path, AfterValidator(_path_of_log)]
"""A file."""


def describe_odd_values(names_and_values: Mapping[str, str]) -> str:
    """Return what looks unintended about how values are written, as sentences that repeat none; usually nothing."""
    odd = [(name, _describe_odd(value)) for name, value in names_and_values.items()]
    return Later.joined([Later.joined([_texts.later(what, name=name), "."], "") for name, what in odd if what])


def _describe_odd(value: str) -> str:
    if len(value) > 1 and value[0] in _QUOTES and value[-1] in _QUOTES:
        return mark("{name} begins and ends with quotes, which are part of the value: write it without them")
    if _PLACEHOLDER.fullmatch(value):
        if value.startswith("${"):
            return mark("{name} is an unfilled ${{NAME}}")
        return mark("{name} looks like a placeholder that was not filled in")
    return ""


def _safe_url(url: str) -> str:
    if odd := _describe_odd(url):
        raise ValueError(_texts.later(odd, name=_texts.later("it")))
    parts = urlsplit(url)
    try:
        _ = parts.port
    except ValueError:
        raise ValueError(_texts.later("its port is not a number")) from None
    if any(char.isspace() for char in url):
        raise ValueError(_texts.later("it holds a space"))
    if _API_PATH_END.search(parts.path.rstrip("/")):
        raise ValueError(_texts.later("leave out the path of the API; it is added"))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(_texts.later("write it as https://host"))
    if parts.username or parts.password:
        raise ValueError(_texts.later("leave the login out of the URL; it has variables of its own"))
    if parts.query or parts.fragment:
        raise ValueError(_texts.later("leave out everything from ? or # on"))
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise ValueError(
            _texts.later("plain http:// would show the login to the network; use https:// (http is for loopback only)")
        )
    return url.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_safe_url)]
"""Scheme and host of a CRM: https, or http to loopback only, without a login; no trailing slash."""


Labels = Annotated[dict[str, str], NoDecode, BeforeValidator(parse_field_labels)]
"""What people call the fields of a CRM, by API name: `Int1201=Budget (HUF),Text1105=Source`."""
