"""What is legal or nearly so about how a request was sent, and yet a likely mistake: sentences for the journal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

# Where a server says in the scope's `state` that a request line held bytes which belong into an address only encoded.
RAW_ADDRESS = "mockserver.raw_address"
_SLASHES = re.compile("/{2,}")


def list_oddities(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> list[str]:
    """Return what is odd about the head of a request, as ASGI has it.

    Args:
        scope: The connection.
        headers: Its headers by lower-case name.
    """
    oddities: list[str] = []
    if scope.get("state", {}).get(RAW_ADDRESS):
        oddities.append("The address holds letters that were not encoded; it is taken as if they were (ö is %C3%B6).")
    if "//" in scope["path"].removeprefix("http://").removeprefix("https://"):
        oddities.append("The path has slashes side by side; they count as one, as web servers at large have it.")
    address: bytes = scope.get("raw_path", b"") + scope["query_string"]
    if b"%" in address and not _is_utf8(unquote_to_bytes(address)):
        oddities.append("The address is not UTF-8: encode letters as UTF-8 (ő is %C5%91).")
    encoding = headers.get(b"content-encoding", b"").decode("latin-1").strip()
    if encoding.lower() not in {"", "identity"}:
        oddities.append(f"The body is compressed (Content-Encoding: {encoding[:40]}); send it as it is.")
    return oddities


def split_address(path: str) -> tuple[str, str, str]:
    """Return scheme and host, where a request names them as to a proxy, and the path as web servers hand it on.

    Of several slashes in a path one is left.
    """
    scheme, separator, rest = path.partition("://")
    host = ""
    if separator and scheme.lower() in {"http", "https"}:
        host, _, path = rest.partition("/")
        path = f"/{path}"
    return scheme.lower() if host else "", host, _SLASHES.sub("/", path) if "//" in path else path


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
