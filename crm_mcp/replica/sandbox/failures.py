"""What stopped a statement in the worker, as a sentence with the next step. Pure."""

from __future__ import annotations

from crm_mcp.crm.wording import quote_text
from crm_mcp.errors import QueryError
from crm_mcp.replica.sandbox.limits import MOST_MEMORY

_ASK_AGAIN = "It may have been removed or be in use: ask again."
_KNOWN = (
    ("string or blob too big", "A value would be longer than 1,000,000 characters.", "Cut texts by substr(x, 1, 200)."),
    ("LIKE or GLOB pattern too complex", "The pattern of LIKE or GLOB is longer than 200 characters.", "Shorten it."),
    ("integer overflow", "A number is too large for an integer.", "Multiply by 1.0 first, or use total() for sum()."),
    ("malformed JSON", "A text that is no JSON was given to a JSON function.", "Add where json_valid(x)."),
    ("prohibited", "The statement reads a table that no statement may.", "Use the tables of crm://replica/schema."),
    ("not authorized", "The statement would do more than read.", "Give one SELECT."),
    ("database is locked", "The replica's file is in use.", "Ask again."),
)


def too_slow(timeout_s: float) -> QueryError:
    """Return the error for a statement that took too long."""
    return QueryError(
        f"The statement took longer than {timeout_s:g} s.",
        hint="Narrow it with WHERE or LIMIT, and join by ids.",
        is_too_slow=True,
    )


def no_worker() -> QueryError:
    """Return the error for a statement whose process ended twice."""
    return QueryError(
        "The process that runs statements ended before it answered, twice.",
        hint="Ask for less: fewer columns, or rows narrowed with WHERE.",
    )


def no_file() -> QueryError:
    """Return the error for a file that is not there."""
    return QueryError("The replica's file is not there.", hint=_ASK_AGAIN)


def failure(kind: str, message: str, max_bytes: int) -> QueryError:
    """Return the error for what the worker said.

    Args:
        kind: `memory`, `row`, `file` or `sqlite`.
        message: SQLite's words, or the size of the row.
        max_bytes: How large the rows may be together.
    """
    if kind == "memory":
        return QueryError(
            f"The statement needs more than {MOST_MEMORY >> 20} MB of memory.",
            hint="Select fewer columns, and narrow or group the rows before they are sorted or joined.",
        )
    if kind == "row":
        return QueryError(
            f"One row alone has {message} bytes; at most {max_bytes:,} can be given.",
            hint="Name fewer columns, or cut long texts by substr(x, 1, 200).",
        )
    if kind == "file":
        return QueryError("The replica's file cannot be read.", hint=_ASK_AGAIN)
    for part, sentence, hint in _KNOWN:
        if part in message:
            return QueryError(sentence, hint=hint)
    return QueryError(f"SQLite: {quote_text(message)}.")
