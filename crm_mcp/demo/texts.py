"""The demo's words."""

from __future__ import annotations


def text(message: str, **values: object) -> str:
    """Return a message with its values."""
    return message.format(**values)
