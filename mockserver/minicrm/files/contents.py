"""What a stored file holds, by the ending of its name: real files of each type, the same bytes each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockserver.minicrm.files.office import build_docx, build_xlsx
from mockserver.minicrm.files.pdf import build_pdf

MOST_BYTES = 64 * 1024 * 1024
_TYPES: Mapping[str, str] = {
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".dwg": "application/octet-stream",
}
_BUILDERS: Mapping[str, Callable[[str], bytes]] = {".pdf": build_pdf, ".docx": build_docx, ".xlsx": build_xlsx}


def list_endings() -> tuple[str, ...]:
    """Return the endings of names that there is a type for."""
    return tuple(_TYPES)


def find_type(name: str) -> str:
    """Return the media type of a file by its name."""
    return _TYPES[_find_ending(name)]


def build_content(name: str, text: str, size: int = 0) -> bytes:
    """Return what a file of this name holds: a text in the format of its ending.

    Args:
        name: The file's name.
        text: Lines; those of a sheet are cells with semicolons between them.
        size: So many bytes of the text over and over instead, where it is not 0.
    """
    if size:
        unit = text.encode() or b"\0"
        return (unit * (size // len(unit) + 1))[:size]
    return _BUILDERS.get(_find_ending(name), str.encode)(text)


def _find_ending(name: str) -> str:
    return next(ending for ending in _TYPES if name.lower().endswith(ending))
