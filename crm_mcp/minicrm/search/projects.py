"""A search of projects: its pages, narrower searches, all rows, their labels and values."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from crm_mcp.crm.all_pages import MAX_ROWS, AllPages, read_all_pages
from crm_mcp.crm.call import Steps
from crm_mcp.crm.paging import Page
from crm_mcp.errors import RateLimitedError, RefusedError
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import PROJECT
from crm_mcp.minicrm.models import PAGE_RULES, Project, Schema
from crm_mcp.minicrm.wire.bodies import read_date

EVERY_PROJECT: Mapping[str, object] = {"UpdatedSince": "1990-01-01"}
"""A criterion that all projects fulfil, since live servers refuse a search without one (observed)."""

_NONE: Mapping[str, object] = {}
FindHeld = Callable[[Mapping[str, object], int], Awaitable[Page[Project] | None]]
"""Returns a page of a search from what is held; None where the CRM is to be asked."""


class ProjectSearch:
    """A search of projects by criteria, API names to values; without any it finds all projects."""

    def __init__(
        self,
        client: MinicrmClient,
        directory: Directory,
        criteria: Mapping[str, object],
        steps: Steps,
        find_held: FindHeld | None = None,
    ) -> None:
        self.client = client
        self.directory = directory
        self.criteria = criteria
        self.steps = steps
        self._find_held = find_held

    @property
    def module_id(self) -> str:
        """The module that is searched; empty for all."""
        return str(self.criteria.get("CategoryId", ""))

    @property
    def wants_trash(self) -> bool:
        """Whether projects in the trash are searched for."""
        return "Deleted" in self.criteria

    async def read_page(self, number: int = 0, narrower: Mapping[str, object] = _NONE) -> Page[Project]:
        """Read one page, under further criteria; from what is held where that is enough."""
        criteria = {**self.criteria, **narrower}
        if self._find_held is not None and (held := await self._find_held(criteria, number)) is not None:
            return held
        return await self.client.search_projects(criteria or EVERY_PROJECT, number)

    async def read_all(
        self,
        first: Page[Project] | None = None,
        narrower: Mapping[str, object] = _NONE,
        *,
        max_rows: int = MAX_ROWS,
    ) -> AllPages[Project]:
        """Read all pages from `first` on, under further criteria; projects in the trash only where it is searched."""
        found = await read_all_pages(
            lambda page: self.read_page(page, narrower), PAGE_RULES, self.steps, first=first, max_rows=max_rows
        )
        if self.wants_trash or not any(row.get("deleted") for row in found.rows):
            return found
        return AllPages([row for row in found.rows if not row.get("deleted")], found.incomplete_reason)

    async def add_labels(self, rows: Sequence[Project]) -> None:
        """Add the labels of status, user and module to rows, which have ids alone; see `Directory.add_labels`."""
        await self.directory.add_labels(rows, self.module_id)

    async def read_users(self) -> dict[str, str]:
        """Return the names of all users by id."""
        return {key: name for schema in await self.read_schemas("") for key, name in schema["users"].items()}

    async def read_schemas(self, module_id: str) -> list[Schema]:
        """Return the schemas of one module, or of all; those that cannot be read are left out."""
        try:
            return await self.directory.project_schemas(module_id)
        except RateLimitedError:
            raise
        except RefusedError:
            return []


def fields_in_rows(rows: Sequence[Project]) -> frozenset[str]:
    """Return the API names of the fields that these rows of a search hold; newer servers send contacts as well."""
    return PROJECT.in_rows(newer=any("contact_id" in row for row in rows))


def value_of(project: Project, field: str) -> object:
    """Return a project's value of an API field as the CRM has it; None for an empty one."""
    known = PROJECT.by_name.get(field)
    value = project.get(known.key) if known and known.key else project["fields"].get(field)
    return read_date(value) if isinstance(value, str) else value


def project_entry(row: Project) -> dict[str, Any]:
    """Return a labelled row as it is listed: `{id, name, module, status, user}`."""
    labels = {
        "module": row.get("module"),
        "status": row.get("status") or row.get("status_id"),
        "user": row.get("user") or row.get("user_id"),
    }
    return {"id": row["id"], "name": row["name"], **{key: label for key, label in labels.items() if label}}
