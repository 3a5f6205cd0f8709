"""A statement that gives no more rows than are wanted, so that SQLite need not sort the others. Pure."""

from __future__ import annotations

from crm_mcp.replica.planning.tokens import joined, tokens_of


def limited(sql: str, most_rows: int) -> str:
    """Return a planned statement with a LIMIT, where it has none and can have one."""
    tokens = tokens_of(sql)
    depth = 0
    outermost: list[str] = []
    for token in tokens:
        depth += token.is_mark("(") - token.is_mark(")")
        if depth == 0 and token.is_word("select", "values", "limit"):
            outermost.append(token.name)
    return f"{joined(tokens)} limit {most_rows}" if outermost and outermost[-1] == "select" else sql
