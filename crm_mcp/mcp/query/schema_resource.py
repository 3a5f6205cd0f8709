"""What a host can attach on the tables of `query_crm`: all of them in short, or one whole.

| address | gives |
|---|---|
| `crm://replica/schema` | all tables, the rules, and questions with their SQL |
| `crm://replica/schema/{table}` | one table with all its columns and choices |
"""

from __future__ import annotations

from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from crm_mcp.errors import CrmError, InputError
from crm_mcp.mcp.query.queries import Queries
from crm_mcp.mcp.resources import TakesResources

_TEXT = "text/markdown"


def add_schema_resources(server: TakesResources, queries: Queries) -> None:
    """Register the resources of these replicas."""

    async def read(table: str) -> str:
        from crm_mcp.replica.schema_text import read_schema  # it costs start-up time

        try:
            return await read_schema(queries.sources, table)
        except InputError as error:
            raise ResourceNotFoundError(str(error)) from error
        except CrmError as error:
            raise ResourceError(str(error)) from error

    @server.resource(
        "crm://replica/schema",
        name="replica-schema",
        title="Tables for SQL",
        description="Tables and columns of query_crm, with worked questions.",
        mime_type=_TEXT,
    )
    async def schema() -> str:  # pyright: ignore[reportUnusedFunction]  # registered by the decorator
        return await read("")

    @server.resource(
        "crm://replica/schema/{table}",
        name="replica-table",
        title="A table for SQL",
        description="One table of query_crm whole.",
        mime_type=_TEXT,
    )
    async def table_schema(table: str) -> str:  # pyright: ignore[reportUnusedFunction]
        return await read(table)
