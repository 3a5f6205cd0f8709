"""What is seen of a statement before SQLite looks at it: that it is one question, and not too large. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crm_mcp.crm.name_matching import shown
from crm_mcp.errors import QueryError
from crm_mcp.languages import Texts
from crm_mcp.replica.planning.tokens import Token, tokens_of
from crm_mcp.replica.sandbox.limits import LONGEST_STATEMENT

_texts = Texts(__file__)
_FIRST_WORDS = ("select", "with", "values")
_WRITES = ("insert", "update", "delete", "replace", "create", "drop", "alter", "merge", "truncate", "upsert")
_MOST_DEFINED = 100
_MOST_EXPANDED = 2_000
"""How many queries the names of WITH may stand for, each time that they are used counted."""


def checked_tokens(sql: str) -> list[Token]:
    """Return the tokens of one question, without the semicolon at its end.

    Raises:
        QueryError: It is none: empty, several, too long, no SELECT, or with parameters.
    """
    _check_characters(sql)
    tokens = tokens_of(sql)
    while tokens and tokens[-1].is_mark(";"):
        tokens.pop()
    if not tokens:
        raise QueryError(_texts.later("The statement is empty."), hint=_texts.later("Give one SELECT."))
    if any(token.is_mark(";") for token in tokens):
        raise QueryError(
            _texts.later("This is more than one statement."),
            hint=_texts.later("Ask one SELECT at a time, or join them by UNION ALL."),
        )
    _check_first_word(tokens[0])
    _check_parameters(tokens)
    _check_expansion(tokens)
    return tokens


def _check_characters(sql: str) -> None:
    if len(sql) > LONGEST_STATEMENT:
        raise QueryError(
            _texts.later(
                "The statement has {count:,} characters; at most {most:,} are taken.",
                count=len(sql),
                most=LONGEST_STATEMENT,
            ),
            hint=_texts.later("Ask by a condition or a join instead of long lists of values."),
        )
    if "\0" in sql:
        raise QueryError(_texts.later("The statement holds a NUL character."), hint=_texts.later("Leave it out."))
    if any("\ud800" <= letter <= "\udfff" for letter in sql):
        raise QueryError(
            _texts.later("The statement holds half a character (a lone surrogate)."), hint=_texts.later("Leave it out.")
        )


def _check_first_word(first: Token) -> None:
    if first.is_word(*_FIRST_WORDS):
        return
    if first.is_word(*_WRITES):
        raise QueryError(
            _texts.later("{word} would write, and a query only reads.", word=first.text),
            hint=_texts.later("Change records with the CRM's tools."),
        )
    if first.is_word("explain"):
        raise QueryError(_texts.later("EXPLAIN is not available."), hint=_texts.later("Ask the SELECT itself."))
    raise QueryError(
        _texts.later("A query begins with SELECT, WITH or VALUES, not with {word}.", word=shown(first.text)),
        hint=_texts.later("Give one SELECT."),
    )


def _check_parameters(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.kind == "parameter":
            raise QueryError(
                _texts.later("{word} is a parameter, and there are no values for parameters.", word=token.text),
                hint=_texts.later("Write the value itself: a text in single quotes, a number plain."),
            )


def _check_expansion(tokens: Sequence[Token]) -> None:
    """Refuse WITH names that double each other: SQLite copies a query wherever its name stands, before any limit."""
    bodies = dict[str, list[str]]()
    for name, body in _definitions(tokens):
        bodies.setdefault(name, []).extend(body)
    if len(bodies) > _MOST_DEFINED or sum(map(_Expansion(bodies).size, _sources(tokens))) > _MOST_EXPANDED:
        raise QueryError(
            _texts.later("The names of WITH are used too often within one another."),
            hint=_texts.later("Use fewer, or ask in several statements."),
        )


class _Expansion:
    """How many queries a name stands for, once all names within it are replaced by theirs."""

    def __init__(self, bodies: Mapping[str, Sequence[str]]) -> None:
        self._bodies = bodies
        self._sizes: dict[str, int] = {}

    def size(self, name: str) -> int:
        if name not in self._bodies:
            return 0
        if name not in self._sizes:
            self._sizes[name] = 1  # what it counts as within itself
            self._sizes[name] = 1 + sum(map(self.size, self._bodies[name]))
        return self._sizes[name]


def _sources(tokens: Sequence[Token]) -> list[str]:
    """Return the names that stand where a table can, and not those of columns, which are often named."""
    places = zip(tokens, tokens[1:], [*tokens[2:], None], strict=False)
    return [
        _name(token)
        for before, token, after in places
        if (before.is_word("from", "join", "in") or before.is_mark(",") or before.is_mark("("))
        and not (after and after.is_mark("."))
    ]


def _name(token: Token) -> str:
    """Return what a token may name: SQLite takes a text in single quotes for a name where only a name can stand."""
    return token.text[1:-1].lower() if token.kind == "text" else token.name


def _definitions(tokens: Sequence[Token]) -> Iterator[tuple[str, list[str]]]:
    """Yield the name, and the names that it is made from, of each `name [(columns)] AS [NOT MATERIALIZED] (query)`."""
    for place, token in enumerate(tokens):
        if not token.is_word("as"):
            continue
        opening = place + 1
        while opening < len(tokens) and tokens[opening].is_word("not", "materialized"):
            opening += 1
        if opening < len(tokens) and tokens[opening].is_mark("("):
            yield _name_before(tokens, place), _sources(tokens[opening : _closing(tokens, opening)])


def _name_before(tokens: Sequence[Token], place: int) -> str:
    """Return the name before AS, over a list of columns in parentheses."""
    place -= 1
    if place >= 0 and tokens[place].is_mark(")"):
        while place > 0 and not tokens[place].is_mark("("):
            place -= 1
        place -= 1
    return _name(tokens[place]) if place >= 0 else ""


def _closing(tokens: Sequence[Token], opening: int) -> int:
    depth = 0
    for place in range(opening, len(tokens)):
        depth += tokens[place].is_mark("(") - tokens[place].is_mark(")")
        if depth == 0:
            return place
    return len(tokens)
