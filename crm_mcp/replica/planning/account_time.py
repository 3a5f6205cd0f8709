"""`'now'` in a statement as the account's own time: the rows hold local times, and SQLite's 'now' is UTC. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_mcp.replica.planning.tokens import Token

_DATE_FUNCTIONS = frozenset({"date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff"})
_KEYWORDS = {"current_date": "today()", "current_time": "time(now())", "current_timestamp": "now()"}


@dataclass(slots=True)
class _Call:
    """A parenthesis that is open: the date function before it, if any, and what has been seen in it."""

    function: str
    arguments: int = 0
    is_begun: bool = False

    @property
    def lacks_time(self) -> bool:
        """Whether the time is left out, which is 'now'."""
        given = self.arguments + self.is_begun
        return given == (1 if self.function == "strftime" else 0) and self.function not in ("", "timediff")


def in_account_time(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with `now()` and `today()` for whatever SQLite would read as the present moment in UTC."""
    calls: list[_Call] = []
    found: list[Token] = []
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        found.append(_replaced(token, before, calls[-1].function if calls else ""))
        if token.is_mark("("):
            _begin(calls)
            calls.append(_Call(before.name if before and before.name in _DATE_FUNCTIONS else ""))
        elif token.is_mark(")") and calls:
            call = calls.pop()
            if call.lacks_time:
                found.insert(-1, token._replace(kind="word", text=", now()" if call.is_begun else "now()"))
        elif token.is_mark(",") and calls:
            calls[-1].arguments += 1
        else:
            _begin(calls)
    return found


def _begin(calls: Sequence[_Call]) -> None:
    if calls:
        calls[-1].is_begun = True


def _replaced(token: Token, before: Token | None, function: str) -> Token:
    starts_argument = before is not None and (before.is_mark("(") or before.is_mark(","))
    if function and token.kind == "text" and token.text.lower() == "'now'" and starts_argument:
        return token._replace(kind="word", text="now()")
    is_name = before is not None and (before.is_mark(".") or before.is_word("as"))
    if token.kind == "word" and token.name in _KEYWORDS and not is_name:
        return token._replace(text=_KEYWORDS[token.name])
    return token
