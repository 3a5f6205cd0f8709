"""The MiniCRM tools that read: what a model reads of each, and what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.crm.page_cache import PageCache
from crm_mcp.crm.paging import Page, Slice
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import Detail, FieldNames, Id, Limit, TextFrom
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.schema import merge_schemas
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import CONTACT_TYPES
from crm_mcp.minicrm.models import (
    Address,
    Addresses,
    AddressRow,
    Contact,
    ContactPage,
    Project,
    ProjectPage,
    Schema,
    Task,
    Tasks,
)
from crm_mcp.minicrm.search.columns_shown import check_asked, complete, shown_keys
from crm_mcp.minicrm.search.criteria import (
    ContactCriteria,
    ProjectCriteria,
    contact_criteria,
    project_criteria,
)
from crm_mcp.minicrm.tools.arguments import TaskStatus
from crm_mcp.rendering.shortening import (
    CONTINUED_TEXT,
    OBJECT_TEXT,
    RenderOptions,
    list_options,
    object_options,
    show_list,
    show_one,
)

_API_STATUS = {"Open": "open", "Closed": "closed", "All": "all"}
_Row = TypeVar("_Row", Project, Contact)
_Listed = TypeVar("_Listed", Task, AddressRow)


class ReadTools:
    """The tools that find and read projects, contacts, tasks and addresses."""

    def __init__(self, client: MinicrmClient, directory: Directory, zone: ZoneInfo, page_cache: PageCache) -> None:
        self._client = client
        self._directory = directory
        self._zone = zone
        self._page_cache = page_cache

    def all(self) -> Sequence[CrmTool]:
        """Return every tool, in the order a reader wants them."""
        return (
            build_tool(self.search_projects, title="Search projects", annotations=READ),
            build_tool(self.get_project, title="Get a project", annotations=READ),
            build_tool(self.search_contacts, title="Search contacts", annotations=READ),
            build_tool(self.get_contact, title="Get a contact", annotations=READ),
            build_tool(self.get_project_tasks, title="Get a project's tasks", annotations=READ),
            build_tool(self.get_task, title="Get a task", annotations=READ),
            build_tool(self.list_addresses, title="List a contact's addresses", annotations=READ),
            build_tool(self.get_address, title="Get an address", annotations=READ),
        )

    async def search_projects(
        self,
        criteria: ProjectCriteria,
        limit: Limit = 20,
        cursor: Cursor = FIRST_PAGE,
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
    ) -> ProjectPage:
        """Search MiniCRM projects (cards); all criteria must hold, at least one is needed.

        Rows have name, status, user and module; other `fields`, or `detail`, cost one request a row. For counts and
        sums use summarize_projects.
        """
        api_criteria = await project_criteria(self._directory, self._zone, criteria)
        rows, total, more = await self._read_rows(
            f"Project {api_criteria}", lambda page: self._client.search_projects(api_criteria, page), cursor, limit
        )
        module_id = str(api_criteria.get("CategoryId", ""))
        rows = await complete(
            rows,
            fields,
            get=self._client.get_project,
            schema=lambda: self._project_schema(module_id),
            always=detail and not fields,
        )
        options = list_options("get_project", fields=shown_keys(fields), detail=detail)
        await self._label(rows, options, module_id)
        page: ProjectPage = {"items": show_list(rows if detail else _without_untold(rows), options)}
        if next_cursor := cursor.after(rows, len(page["items"]), more=more):
            page["next_cursor"] = next_cursor
        if total is not None:
            page["total"] = total
        return page

    async def get_project(
        self,
        project_id: Id = "",
        reference_id: Id = "",
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
        text_from: TextFrom = 0,
    ) -> Project:
        """Read one MiniCRM project by its id, or by reference_id, the id it has in another system."""
        options = object_options("get_project", fields=shown_keys(fields), detail=detail, text_from=text_from)
        if bool(project_id) == bool(reference_id):
            raise InputError("Give either project_id or reference_id.", hint="search_projects finds ids.")
        if project_id:
            project = await self._client.get_project(project_id)
        else:
            project = await self._client.get_project_by_reference(reference_id)
        await check_asked(project, fields, lambda: self._project_schema(project.get("module_id", "")))
        await self._label([project], options, "")
        return show_one(project, options)

    async def search_contacts(
        self,
        criteria: ContactCriteria,
        limit: Limit = 20,
        cursor: Cursor = FIRST_PAGE,
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
    ) -> ContactPage:
        """Search MiniCRM contacts, persons and businesses; all criteria must hold.

        Rows have name, type, email and phone; other `fields`, or `detail`, cost one request a row. For all about one
        contact use get_contact_overview.
        """
        api_criteria = await contact_criteria(self._directory, self._zone, criteria)
        rows, total, more = await self._read_rows(
            f"Contact {api_criteria}", lambda page: self._client.search_contacts(api_criteria, page), cursor, limit
        )
        rows = await complete(
            rows, fields, get=self._client.get_contact, schema=self._contact_schema, always=detail and not fields
        )
        options = list_options("get_contact", fields=shown_keys(fields), detail=detail)
        page: ContactPage = {"items": show_list(rows if detail else _without_untold(rows), options)}
        if next_cursor := cursor.after(rows, len(page["items"]), more=more):
            page["next_cursor"] = next_cursor
        if total is not None:
            page["total"] = total
        return page

    async def get_contact(
        self,
        contact_id: Id,
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
        text_from: TextFrom = 0,
    ) -> Contact:
        """Read one MiniCRM person or business."""
        options = object_options("get_contact", fields=shown_keys(fields), detail=detail, text_from=text_from)
        contact = await self._client.get_contact(contact_id)
        await check_asked(contact, fields, self._contact_schema)
        return show_one(contact, options)

    async def get_project_tasks(
        self, project_id: Id, status: TaskStatus = "open", cursor: Cursor = FIRST_PAGE
    ) -> Tasks:
        """List the tasks of one MiniCRM project. For tasks across projects use list_open_tasks."""
        api_status = resolve_choice("status", status, _API_STATUS)
        tasks = _behind((await self._client.list_tasks(project_id, api_status)).items, cursor)
        await self._directory.add_labels(tasks)
        await self._directory.add_type_labels(tasks)
        page: Tasks = {"items": show_list(tasks, RenderOptions("get_task(..., text_from={at})"))}
        if next_cursor := cursor.after(tasks, len(page["items"]), more=False):
            page["next_cursor"] = next_cursor
        return page

    async def get_task(self, task_id: Id, text_from: TextFrom = 0) -> Task:
        """Read one MiniCRM task."""
        continuation = "get_task(..., text_from={at})"
        options = (
            RenderOptions(continuation, CONTINUED_TEXT, text_from, only=("comment",))
            if text_from
            else RenderOptions(continuation, OBJECT_TEXT)
        )
        return show_one(await self._client.get_task(task_id), options)

    async def list_addresses(self, contact_id: Id, cursor: Cursor = FIRST_PAGE) -> Addresses:
        """List the addresses of a MiniCRM contact, one line each."""
        rows = _behind((await self._client.list_addresses(contact_id)).items, cursor)
        page: Addresses = {"items": show_list(rows, RenderOptions("get_address"))}
        if next_cursor := cursor.after(rows, len(page["items"]), more=False):
            page["next_cursor"] = next_cursor
        return page

    async def get_address(self, address_id: Id) -> Address:
        """Read one MiniCRM address."""
        return show_one(await self._client.get_address(address_id), RenderOptions("the rest is in MiniCRM", max_text=0))

    async def _read_rows(
        self, search: str, read_page: Callable[[int], Awaitable[Page[_Row]]], cursor: Cursor, limit: int
    ) -> Slice[_Row]:
        return await self._page_cache.read_slice(
            search, read_page, offset=cursor.offset, last_id=cursor.last_id, limit=limit
        )

    async def _label(self, rows: Sequence[Project], options: RenderOptions, module_id: str) -> None:
        """Add labels where they are shown; they may cost a request for each module, once in a while."""
        if options.only and not {"status", "user", "module"} & set(options.only):
            return
        await self._directory.add_labels(rows, module_id)

    async def _project_schema(self, module_id: str) -> Schema:
        return merge_schemas(await self._directory.project_schemas(module_id))

    async def _contact_schema(self) -> Schema:
        return merge_schemas([await self._directory.contact_schema(one) for one in CONTACT_TYPES])


def _without_untold(rows: Sequence[_Row]) -> list[_Row]:
    """Return rows without `deleted` where it is false: that is what a search finds."""
    return [cast("_Row", {key: value for key, value in row.items() if key != "deleted" or value}) for row in rows]


def _behind(items: Sequence[_Listed], cursor: Cursor) -> Sequence[_Listed]:
    """Return what follows a cursor in a list that comes whole: behind the item itself, if it is still there."""
    at = next((at for at, item in enumerate(items) if item["id"] == cursor.last_id), cursor.offset - 1)
    return items[at + 1 :]
