"""All rows of a statement, read for a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crm_mcp.mcp.connector import ExportRows, SearchExport

if TYPE_CHECKING:
    from crm_mcp.crm.call import Steps
    from crm_mcp.mcp.query.queries import Queries

_WAIT_S = 600.0
"""How long a file waits for what is read; a reading of too many requests for that is not waited for at all."""


def query_export(queries: Queries) -> SearchExport:
    """Return how all rows of a statement are read, up to the most that one gives."""

    async def read(arguments: dict[str, Any], _: Steps) -> ExportRows:
        answer = await queries.engine.query(arguments["sql"], is_fresh=arguments["fresh"], wait_s=_WAIT_S)
        columns = _distinct(answer.columns)
        rows = [{"fields": dict(zip(columns, row, strict=True))} for row in answer.rows]
        if answer.exact and not answer.has_more:
            return ExportRows(rows, "", columns, answer.note)
        return ExportRows(rows, answer.note, columns)

    return SearchExport(read, paging=("max_rows",))


def _distinct(names: Iterable[str]) -> list[str]:
    """Return the names of columns, each once: a further `id` is `id_2`."""
    taken: dict[str, None] = {}
    for name in names:
        number = 1
        distinct = name
        while distinct in taken:
            number += 1
            distinct = f"{name}_{number}"
        taken[distinct] = None
    return list(taken)
