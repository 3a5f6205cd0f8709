"""How a server writes its JSON: escapes and spaces, which parsers do not show."""

from __future__ import annotations

import re

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SPACE = re.compile(rb"[\s]")


def read_wire_form(raw: bytes) -> dict[str, str]:
    """Return how a JSON text is written, such as `{"slashes": "plain"}`; what it has none of is left out."""
    strings = b"".join(_STRING.findall(raw))
    between = _STRING.sub(b"", raw)
    form = {"spaces": "with spaces or lines between values" if _SPACE.search(between.strip()) else "compact"}
    plain_slashes = strings.replace(b"\\/", b"")
    if b"/" in plain_slashes:
        form["slashes"] = "plain"
    elif b"/" in strings:
        form["slashes"] = r"escaped as \/"
    if any(byte > 127 for byte in strings):
        form["other letters than ASCII"] = "plain UTF-8"
    elif b"\\u" in strings.replace(b"\\\\", b""):
        form["other letters than ASCII"] = r"escaped as \uXXXX"
    if raw.startswith(b"\xef\xbb\xbf"):
        form["byte order mark"] = "there is one"
    return form


def describe_wire_form(raw: bytes) -> str:
    """Say in one sentence how a JSON text was written."""
    form = read_wire_form(raw)
    return f"As sent: {'; '.join(f'{about}: {how}' for about, how in form.items())}."
