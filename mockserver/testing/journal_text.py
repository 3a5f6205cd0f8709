"""The journal as lines for people: one request a line, with what a refusal or an oddity says about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

MAX_LINES = 50
MAX_PART_CHARACTERS = 200


def format_journal(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return the last entries of a journal as text, newest last.

    Args:
        entries: What `GET /_control/requests` answers.
    """
    lines = [format_entry(entry) for entry in entries[-MAX_LINES:]]
    if len(entries) > MAX_LINES:
        lines.insert(0, f"... {len(entries) - MAX_LINES} earlier requests")
    return "\n".join(lines)


def format_entry(entry: Mapping[str, Any]) -> str:
    """Return one entry as one line: `#1 GET /Api/R3/Project?Qery=x -> 400 | the reason | hint: ... | fault: ...`."""
    query = "&".join(f"{name}={_show(value)}" for name, value in entry["query"].items())
    asked = f"{entry['path']}{'?' if query else ''}{query}"
    body = "" if entry["body"] is None else f" {_cut(_show(entry['body']))}"
    notes = [str(entry["reason"])] if entry["reason"] else []
    notes += [f"hint: {hint}" for hint in entry["hints"] if hint not in entry["reason"]]
    if entry["fault"]:
        notes.append(f"fault: {_show(entry['fault'])}")
    line = f"#{entry['id']} {entry['method']} {_cut(asked)}{body} -> {entry['status'] or 'no answer'}"
    return _keep_on_one_line(" | ".join([line, *notes]))


def _show(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_PART_CHARACTERS else f"{text[:MAX_PART_CHARACTERS]}..."


def _keep_on_one_line(text: str) -> str:
    # What callers send is shown in a terminal: a line break or an escape sequence must not act there.
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
