"""The process that reads one file: its order as an argument, the file on stdin, what was found as JSON on stdout.

The order is `{media_type, is_page, most_characters, seconds, memory}`; the result `{format, text, notes}`, or `{error,
what}` with the kind and the words of a `NoTextError`.
"""

from __future__ import annotations

import json
import sys
import zipfile
from contextlib import suppress
from io import BytesIO
from typing import Any

from crm_mcp.file_text.formats import format_of
from crm_mcp.file_text.plain import decode_text
from crm_mcp.file_text.text_so_far import NoTextError, TextSoFar
from crm_mcp.rendering.html_text import plain_text

_MOST_UNPACKED = 150_000_000
_MOST_MEMBERS = 10_000
_MOST_HTML = 3_000_000


def main(order: dict[str, Any]) -> None:
    """Read the file of this process and write what was found."""
    content = sys.stdin.buffer.read()
    _limit_memory(order["memory"])
    found = TextSoFar(order["most_characters"], order["seconds"])
    try:
        file_format = _read(content, order, found)
        if not found.text.strip():
            raise NoTextError("empty")
        found.finish()
        result: dict[str, Any] = {"format": file_format, "text": found.text, "notes": found.notes}
    except NoTextError as error:
        result = {"error": error.kind, "what": error.what}
    except MemoryError:
        result = {"error": "large", "what": ""}
    except Exception:  # noqa: BLE001  # the libraries raise anything where a file is broken
        result = {"error": "broken", "what": ""}
    sys.stdout.buffer.write(json.dumps(result).encode())


def _read(content: bytes, order: dict[str, Any], found: TextSoFar) -> str:
    """Add the text of a file, and return what kind of file it is."""
    file_format = format_of(content)
    if file_format == "html":
        if not order["is_page"]:
            raise NoTextError("page")
        page, _ = decode_text(content, order["media_type"])
        found.add(plain_text(page[:_MOST_HTML]))
        if len(page) > _MOST_HTML:
            found.notes.append(f"Only the first {_MOST_HTML:,} characters of its HTML were read.")
    elif file_format == "text":
        text, note = decode_text(content, order["media_type"])
        found.add(text)
        found.notes.extend(filter(None, [note]))
    elif file_format in ("pdf", "zip"):
        return _read_by_library(content, "pdf" if file_format == "pdf" else _office_format(content), found)
    else:
        raise NoTextError("other", file_format)
    return file_format


def _read_by_library(content: bytes, file_format: str, found: TextSoFar) -> str:
    try:
        if file_format == "pdf":
            from crm_mcp.file_text.pdf import read_pdf as read
        elif file_format == "docx":
            from crm_mcp.file_text.word import read_word as read
        else:
            from crm_mcp.file_text.sheets import read_sheets as read
    except ImportError:
        raise NoTextError("missing", file_format) from None
    read(content, found)
    return file_format


def _office_format(content: bytes) -> str:
    """Return which program's document an archive is.

    Raises:
        NoTextError: It is none of those that can be read, or unpacks to more than is read.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        members = archive.infolist()
    if len(members) > _MOST_MEMBERS or sum(one.file_size for one in members) > _MOST_UNPACKED:
        raise NoTextError("large")
    names = {one.filename for one in members}
    for folder, file_format in (("word/", "docx"), ("xl/", "xlsx")):
        if "[Content_Types].xml" in names and any(name.startswith(folder) for name in names):
            return file_format
    raise NoTextError("other", "an archive (ZIP)")


def _limit_memory(most_bytes: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # not every system limits it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
