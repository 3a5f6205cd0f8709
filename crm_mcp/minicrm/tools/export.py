"""All rows of a search of projects or contacts, for a file: values as the CRM sends them, and requested details."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from crm_mcp.crm.all_pages import AllPages, read_all_pages
from crm_mcp.crm.call import Steps
from crm_mcp.crm.fetch_many import read_details
from crm_mcp.crm.field_labels import FieldLabels
from crm_mcp.mcp.arguments import take_fields
from crm_mcp.mcp.connector import ExportRows, SearchExport
from crm_mcp.minicrm.account.directory import Directory, merge_schemas
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import PAGE_RULES, Contact, Project, Schema
from crm_mcp.minicrm.search.criteria import (
    ContactCriteria,
    ProjectCriteria,
    contact_criteria,
    project_criteria,
)
from crm_mcp.minicrm.search.pages import check_asked, merge_detail, shown_keys
from crm_mcp.minicrm.search.projects import ProjectSearch

MAX_ROWS = 10_000
MAX_READS = 1_000
"""Most objects that are read one by one, the newest, where rows lack a requested field."""

_Item = TypeVar("_Item", Project, Contact)


class ExportRowsReader:
    """Reads searches of one account to their end."""

    def __init__(self, client: MinicrmClient, directory: Directory, zone: ZoneInfo) -> None:
        self._client = client
        self._directory = directory
        self._zone = zone

    def all(self) -> Mapping[str, SearchExport]:
        """Return each export by the name of the search tool whose arguments it takes."""
        return {
            "search_projects": SearchExport(self.read_projects),
            "search_contacts": SearchExport(self.read_contacts),
        }

    async def read_projects(self, arguments: dict[str, Any], steps: Steps) -> ExportRows:
        """Read all projects that the arguments of search_projects find."""
        criteria = await project_criteria(self._directory, self._zone, take_fields(ProjectCriteria, arguments))
        search = ProjectSearch(self._client, self._directory, criteria, steps)
        found = await search.read_all(max_rows=MAX_ROWS)
        await search.add_labels(found.rows)

        async def schema() -> Schema:
            return merge_schemas(await search.read_schemas(search.module_id))

        return await _completed(
            found, arguments, self._client.recent.get_project, schema, steps, self._directory.labels
        )

    async def read_contacts(self, arguments: dict[str, Any], steps: Steps) -> ExportRows:
        """Read all contacts that the arguments of search_contacts find."""
        criteria = await contact_criteria(self._directory, self._zone, take_fields(ContactCriteria, arguments))
        found = await read_all_pages(
            lambda page: self._client.search_contacts(criteria, page), PAGE_RULES, steps, max_rows=MAX_ROWS
        )

        schema = self._directory.merged_contact_schema
        return await _completed(
            found, arguments, self._client.recent.get_contact, schema, steps, self._directory.labels
        )


async def _completed(
    found: AllPages[_Item],
    arguments: Mapping[str, Any],
    get: Callable[[str], Awaitable[_Item]],
    schema: Callable[[], Awaitable[Schema]],
    steps: Steps,
    labels: FieldLabels,
) -> ExportRows:
    """Return rows with the requested `fields`, or with `detail`, from their details where the rows lack them."""
    fields = labels.names_of(arguments["fields"])
    rows: Sequence[_Item] = found.rows
    await check_asked(None, fields, schema)
    wanted = shown_keys(fields)
    if not rows or not (arguments["detail"] or any(not _have(rows, name) for name in wanted)):
        return ExportRows([_with_only(row, wanted, labels) for row in rows], found.incomplete_reason)
    newest = sorted((row["id"] for row in rows), key=int, reverse=True)[:MAX_READS]
    details = await read_details(newest, get, steps, crm=PAGE_RULES.crm)
    problems = [found.incomplete_reason, details.incomplete_reason]
    if len(newest) < len(rows):
        problems.append(f"Only the {len(newest)} newest of {len(rows)} have all fields: narrow the search.")
    merged = [merge_detail(row, details.found[row["id"]]) if row["id"] in details.found else row for row in rows]
    return ExportRows([_with_only(row, wanted, labels) for row in merged], " ".join(filter(None, problems)))


def _have(rows: Sequence[_Item], name: str) -> bool:
    return any(name in row or name in row["fields"] for row in rows)


def _with_only(row: _Item, wanted: Sequence[str], labels: FieldLabels) -> Mapping[str, Any]:
    if not wanted:
        return {**row, "fields": labels.by_label(row["fields"])}
    kept = {key: value for key, value in row.items() if key in ("id", "name") or key in wanted}
    return kept | {"fields": labels.by_label({name: value for name, value in row["fields"].items() if name in wanted})}
