"""English that whoever set Hungarian would meet."""

from __future__ import annotations

import re

ENGLISH = re.compile(
    r"\b(the|of|and|not|with|for|this|that|from|are|was|were|which|has|nothing|every|cannot|it|set|change|create|move"
    r"|empty|undo|login|settings|rows|user|records?|please|yes)\b",
    re.IGNORECASE,
)
"""Words that no Hungarian sentence has."""
DATA = re.compile(
    r'"[^"]*"|'
    r"Használat: .*|„[^”]*”|\S*[/_=]\S*|--[a-z-]+|crm-mcp [a-z]+( rm)?|HTTP\w*|'[^']*'|\[[^\]]*\]|\([a-z]+\)",
    re.IGNORECASE,
)
"""What is no text of this server's: values in quotes, paths, names of variables, tools and commands."""


def english_in(text: str) -> list[str]:
    """Return the lines that have an English word in what is no data."""
    return [line for line in text.splitlines() if ENGLISH.search(DATA.sub(" ", line))]
