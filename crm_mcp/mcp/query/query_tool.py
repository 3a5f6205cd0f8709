"""The tool that answers a SELECT over everything that was read from the connected CRMs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from crm_mcp.mcp.query.queries import Queries
from crm_mcp.mcp.tool import READ, CrmTool, build_tool

MAX_BYTES = 30_000
"""Most bytes of the rows of a result."""
MaxRows = Annotated[int, Field(ge=1, le=1_000), WithJsonSchema({"type": "integer"})]
Sql = Annotated[str, Field(description="one SELECT, SQLite's SQL")]


class QueryResult(TypedDict):
    """The rows of a statement: `exact` unless something that it reads was not read yet, which `note` says."""

    columns: list[str]
    rows: list[list[Any]]
    as_of: NotRequired[str]
    exact: bool
    note: NotRequired[str]


@dataclass(frozen=True)
class QueryTools:
    """`query_crm` over all connected CRMs."""

    queries: Queries

    def all(self) -> Sequence[CrmTool]:
        """Return the tool."""
        return (build_tool(self.query_crm, title="Query in SQL", annotations=READ),)

    async def query_crm(self, sql: Sql, max_rows: MaxRows = 100, fresh: bool = False) -> QueryResult:
        """Answer questions that count, sum, join or compare records in one SELECT over a synced copy of the CRMs.

        Tables and columns: resource crm://replica/schema, or select * from TABLE limit 1; describe_module names a
        module's table. It refreshes what it needs; exact false: the note says what lacks. fold(text) ignores case and
        accents, digits(text) keeps digits; today() and now() are local.
        """
        answer = await self.queries.engine.query(sql, max_rows=max_rows, max_bytes=MAX_BYTES, is_fresh=fresh)
        result: QueryResult = {
            "columns": list(answer.columns),
            "rows": [list(row) for row in answer.rows],
            "exact": answer.exact,
        }
        if answer.as_of:
            result["as_of"] = answer.as_of
        if answer.note:
            result["note"] = answer.note
        return result
