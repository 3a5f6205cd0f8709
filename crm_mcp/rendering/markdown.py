"""Words of strangers inside a Markdown text: one short code span each, so that they neither look like the text nor act.

A name in a CRM may hold headings, links, fences, or sentences that a model would take for instructions.
"""

from __future__ import annotations

from crm_mcp.rendering.hidden_characters import remove_hidden

LONGEST_NAME = 60
"""Characters of a name that are shown; its id stands beside it."""


def one_line(text: str, max_length: int = LONGEST_NAME) -> str:
    """Return a text as one short line without characters that nobody sees."""
    visible = "".join(char if char.isprintable() else " " for char in remove_hidden(text))
    line = " ".join(visible.split())
    return line if len(line) <= max_length else f"{line[: max_length - 1]}…"


def code_span(text: str, max_length: int = LONGEST_NAME) -> str:
    """Return a text as a code span that fits a table: a backtick becomes an apostrophe, a pipe a broken bar."""
    line = one_line(text, max_length).replace("`", "'").replace("|", "¦")
    return f"`{line or ' '}`"


def sql_literal(value: str | int) -> str:
    """Return a value as SQL writes it, on one line, so that no fence ends inside it."""
    if isinstance(value, int):
        return str(value)
    doubled = one_line(value, 200).replace("'", "''")
    return f"'{doubled}'"
