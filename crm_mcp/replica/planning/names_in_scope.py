"""Which tables a statement names and by which aliases, as far as its errors need to know. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_mcp.replica.planning.tokens import Token

_NOT_ALIASES = """on using where group order left right inner outer cross natural full join limit union except
intersect having window indexed not as select set offset"""
_NOT_AN_ALIAS = frozenset(_NOT_ALIASES.split())


class Scope:
    """The tables of a statement and what they are called in it.

    Attributes:
        names: Every table, alias and name of WITH, in order.
    """

    def __init__(self, tokens: Sequence[Token], tables: Mapping[str, Sequence[str]]) -> None:
        self._table_of: dict[str, str] = {}
        self._others = set[str]()
        for place, token in enumerate(tokens):
            following = [*(one.name for one in tokens[place + 1 : place + 3]), "", ""]
            alias = following[1] if following[0] == "as" else following[0]
            if token.name in tables:
                self._table_of[token.name] = token.name
                if alias and alias not in _NOT_AN_ALIAS:
                    self._table_of[alias] = token.name
            elif token.is_mark(")") and alias and alias not in _NOT_AN_ALIAS:
                self._others.add(alias)
            elif token.name and following[0] == "as":
                self._others.add(token.name)
        self.names = [*self._table_of, *sorted(self._others - self._table_of.keys())]

    def has(self, name: str) -> bool:
        """Return whether the statement calls anything by that name."""
        return name.lower() in self._table_of or name.lower() in self._others

    def tables_of(self, alias: str) -> list[str]:
        """Return the table of that alias, or all tables of the statement where there is none."""
        if table := self._table_of.get(alias.lower()):
            return [table]
        return sorted(set(self._table_of.values()))
