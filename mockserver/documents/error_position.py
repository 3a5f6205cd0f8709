"""Line and column in a JSON text: of the value that an error is about, and of a repeated key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_SPACE = re.compile(r"[ \t\n\r]*")
_decode = json.JSONDecoder().raw_decode


def find_line_in_json(text: str, sought: str) -> tuple[int, int]:
    """Return the line and column, from 1, of the deepest value whose path an error message begins with.

    Args:
        text: JSON that can be read.
        sought: A message such as `minicrm.projects[3].StatusId: there is no ...`.
    """
    path, shown, value = "", 0, _skip_space(text, 0)
    while True:
        # A key may hold dots, so the longest one that fits is meant; of a key that is there twice, the last one counts.
        nearer = max(
            (child for child in _iter_children(text, value, path) if _begins_with(sought, child[0])),
            key=lambda child: (len(child[0]), child[1]),
            default=None,
        )
        if nearer is None:
            return _name_place(text, shown)
        path, shown, value = nearer


def find_repeated_key(text: str) -> tuple[str, int, int]:
    """Return the path of a key that its object has twice, with the line and column where it comes again.

    Args:
        text: JSON that can be read, and in which there is such a key.
    """
    pending = [("", _skip_space(text, 0))]
    while pending:
        path, value = pending.pop()
        seen: set[str] = set()
        for child, shown, inner in _iter_children(text, value, path):
            if child in seen:
                return child, *_name_place(text, shown)
            seen.add(child)
            pending.append((child, inner))
    raise ValueError("no key is there twice")


def _name_place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _begins_with(sought: str, path: str) -> bool:
    return sought.startswith(path) and sought[len(path) : len(path) + 1] in {".", "[", ":"}


def _iter_children(text: str, at: int, path: str) -> Iterator[tuple[str, int, int]]:
    """Yield path, place and place of the value for each member of an object or item of a list that begins at `at`."""
    if text[at] not in "{[":
        return
    index = 0
    here = _skip_space(text, at + 1)
    while text[here] not in "}]":
        shown, value, child = here, here, f"{path}[{index}]"
        if text[at] == "{":
            key, end = _decode(text, here)
            value = _skip_space(text, _skip_space(text, end) + 1)
            child = f"{path}.{key}" if path else str(key)
        yield child, shown, value
        _, end = _decode(text, value)
        index += 1
        here = _skip_space(text, end)
        if text[here] == ",":
            here = _skip_space(text, here + 1)


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
