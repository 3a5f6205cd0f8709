"""All rows of a search of records, for a file: untouched values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_mcp.crm.progress import Steps
from crm_mcp.ivinex.account.schema_cache import SchemaCache
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import PAGE_LIMIT
from crm_mcp.ivinex.settings import IvinexSettings
from crm_mcp.ivinex.tools.whole_search import read_all_pages
from crm_mcp.mcp.connector import ExportReader, ExportRows

MAX_ROWS = 10_000


class ExportRowsReader:
    """Reads whole searches of one portal."""

    def __init__(self, client: IvinexClient, settings: IvinexSettings, schemas: SchemaCache) -> None:
        self._client = client
        self._settings = settings
        self._schemas = schemas

    def all(self) -> Mapping[str, ExportReader]:
        """Return each reader by the name of the search tool whose arguments it takes."""
        return {"search_records": self.read_records}

    async def read_records(self, arguments: dict[str, Any], steps: Steps) -> ExportRows:
        """Read all records that the arguments of search_records find."""
        module_id = self._settings.module_id(arguments["module"])
        filters = await self._schemas.resolve_filters(module_id, arguments["filters"])
        found = await read_all_pages(
            lambda offset: self._client.search_records(
                module_id,
                filters=filters,
                order_by=arguments["order_by"],
                descending=arguments["descending"],
                limit=PAGE_LIMIT,
                offset=offset or None,
                option_labels=arguments["option_labels"],
            ),
            steps,
            max_rows=MAX_ROWS,
        )
        fields: list[str] = arguments["fields"]
        if not fields:
            return ExportRows(found.records, found.incomplete_reason)
        await self._schemas.check_shown(module_id, fields, found.records)
        rows = [
            {"id": one["id"], "fields": {name: one["fields"].get(name) for name in fields}} for one in found.records
        ]
        return ExportRows(rows, found.incomplete_reason)
