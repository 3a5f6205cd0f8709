"""What stopped a statement in the worker, as a sentence with the next step. Pure."""

from __future__ import annotations

from crm_mcp.crm.wording import quote_text
from crm_mcp.errors import QueryError
from crm_mcp.languages import Texts, mark
from crm_mcp.replica.sandbox.limits import MOST_MEMORY

_texts = Texts(__file__)
_ASK_AGAIN = mark("It may have been removed or be in use: ask again.")
_KNOWN = (
    (
        "string or blob too big",
        mark("A value would be longer than 1,000,000 characters."),
        mark("Cut texts by substr(x, 1, 200)."),
    ),
    (
        "LIKE or GLOB pattern too complex",
        mark("The pattern of LIKE or GLOB is longer than 200 characters."),
        mark("Shorten it."),
    ),
    (
        "integer overflow",
        mark("A number is too large for an integer."),
        mark("Multiply by 1.0 first, or use total() for sum()."),
    ),
    (
        "malformed JSON",
        mark("A text that is no JSON was given to a JSON function."),
        mark("Add where json_valid(x)."),
    ),
    (
        "prohibited",
        mark("The statement reads a table that no statement may."),
        mark("Use the tables of crm://replica/schema."),
    ),
    (
        "not authorized",
        mark("The statement would do more than read."),
        mark("Give one SELECT."),
    ),
    (
        "database is locked",
        mark("The replica's file is in use."),
        mark("Ask again."),
    ),
)


def too_slow(timeout_s: float) -> QueryError:
    """Return the error for a statement that took too long."""
    return QueryError(
        _texts.later("The statement took longer than {seconds:g} s.", seconds=timeout_s),
        hint=_texts.later("Narrow it with WHERE or LIMIT, and join by ids."),
        is_too_slow=True,
    )


def no_worker() -> QueryError:
    """Return the error for a statement whose process ended twice."""
    return QueryError(
        _texts.later("The process that runs statements ended before it answered, twice."),
        hint=_texts.later("Ask for less: fewer columns, or rows narrowed with WHERE."),
    )


def no_file() -> QueryError:
    """Return the error for a file that is not there."""
    return QueryError(_texts.later("The replica's file is not there."), hint=_texts.later(_ASK_AGAIN))


def failure(kind: str, message: str, max_bytes: int) -> QueryError:
    """Return the error for what the worker said.

    Args:
        kind: `memory`, `row`, `file` or `sqlite`.
        message: SQLite's words, or the size of the row.
        max_bytes: How large the rows may be together.
    """
    if kind == "memory":
        return QueryError(
            _texts.later("The statement needs more than {size} MB of memory.", size=MOST_MEMORY >> 20),
            hint=_texts.later("Select fewer columns, and narrow or group the rows before they are sorted or joined."),
        )
    if kind == "row":
        return QueryError(
            _texts.later(
                "One row alone has {count} bytes; at most {most:,} can be given.", count=message, most=max_bytes
            ),
            hint=_texts.later("Name fewer columns, or cut long texts by substr(x, 1, 200)."),
        )
    if kind == "file":
        return QueryError(_texts.later("The replica's file cannot be read."), hint=_texts.later(_ASK_AGAIN))
    for part, sentence, hint in _KNOWN:
        if part in message:
            return QueryError(_texts.later(sentence), hint=_texts.later(hint))
    return QueryError(f"SQLite: {quote_text(message)}.")
