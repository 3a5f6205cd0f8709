"""What people paste: the address bar of their browser, a key that was broken over two lines."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from crm_mcp.asking.checking import find_odd


def split_address(answer: str) -> tuple[str, str]:
    """Return the address of a server, with https where none is named, and the path of the page that was shown there."""
    if find_odd(answer):
        return answer, ""
    try:
        parts = urlsplit(answer if "://" in answer else f"https://{answer}")
    except ValueError:
        return answer, ""
    return urlunsplit((parts.scheme, parts.netloc, "", "", "")), parts.path


def without_spaces(answer: str) -> str:
    """Return an answer that can hold no white space as it was meant, a line break in it too."""
    return "".join(answer.split())
