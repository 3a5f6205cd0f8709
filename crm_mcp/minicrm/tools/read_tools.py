"""The MiniCRM tools that read: what a model reads of each, and what it does."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar, cast
from zoneinfo import ZoneInfo

from pydantic import Field

from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.crm.page_cache import RecentPages
from crm_mcp.crm.paging import read_slice
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import Cursor, Detail, FieldNames, Id, Limit, Text, TextFrom
from crm_mcp.mcp.cursor import Place, decode_place, encode_cursor
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.labels import add_labels
from crm_mcp.minicrm.account.task_types import TaskTypes
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import (
    Address,
    Addresses,
    AddressRow,
    Contact,
    ContactPage,
    Page,
    Project,
    ProjectPage,
    Schema,
    Task,
    Tasks,
)
from crm_mcp.minicrm.search.columns_shown import check_asked, complete, shown_keys
from crm_mcp.minicrm.search.criteria import contact_criteria, merged, project_criteria
from crm_mcp.minicrm.tools.arguments import (
    CONTACT_TYPES,
    ContactType,
    Filters,
    Module,
    StatusGroup,
    TaskStatus,
    User,
)
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

    def __init__(
        self, client: MinicrmClient, directory: Directory, zone: ZoneInfo, recent: RecentPages | None = None
    ) -> None:
        self._client = client
        self._directory = directory
        self._zone = zone
        self._recent = recent or RecentPages()
        self._task_types = TaskTypes(client)

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
        query: Annotated[Text, Field(description="words in any text field")] = "",
        module: Module = "",
        status: Annotated[Id, Field(description="label or id")] = "",
        status_group: StatusGroup = "",
        user: User = "",
        contact_id: Id = "",
        updated_since: Annotated[str, Field(description="ISO date or date-time")] = "",
        deleted: Annotated[bool, Field(description="the trash instead")] = False,
        filters: Filters = {},  # noqa: B006  # pydantic copies defaults
        limit: Limit = 20,
        cursor: Cursor = "",
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
    ) -> ProjectPage:
        """Search MiniCRM projects (cards); all criteria must hold, at least one is needed.

        Rows have name, status, user and module; other `fields`, or `detail`, cost one request a row. For counts and
        sums use summarize_projects.
        """
        query_id = ["search_projects", query, module, status, status_group, user, contact_id, updated_since]
        query_id += [str(deleted), json.dumps([filters, fields, detail], sort_keys=True)]
        place = decode_place(cursor, query_id)
        criteria = await project_criteria(
            self._directory,
            self._zone,
            query=query,
            module=module,
            status=status,
            status_group=status_group,
            user=user,
            contact_id=contact_id,
            updated_since=updated_since,
            deleted=deleted,
            filters=filters,
        )
        rows, total, more = await self._read_rows(
            f"Project {criteria}", lambda page: self._client.search_projects(criteria, page), place, limit
        )
        module_id = str(criteria.get("CategoryId", ""))
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
        if next_cursor := _cursor_behind(rows, len(page["items"]), place, query_id, more=more):
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
        query: Annotated[Text, Field(description="whole words in any text field")] = "",
        email: str = "",
        phone: Annotated[Text, Field(description="at least the last 6 digits")] = "",
        type: ContactType = "",  # noqa: A002
        filters: Filters = {},  # noqa: B006
        limit: Limit = 20,
        cursor: Cursor = "",
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
    ) -> ContactPage:
        """Search MiniCRM contacts, persons and businesses; all criteria must hold.

        Rows have name, type, email and phone; other `fields`, or `detail`, cost one request a row. For all about one
        contact use get_contact_overview.
        """
        contact_type = resolve_choice("type", type, CONTACT_TYPES) if type else ""
        query_id = ["search_contacts", query, email, phone, contact_type]
        query_id += [json.dumps([filters, fields, detail], sort_keys=True)]
        place = decode_place(cursor, query_id)
        criteria = await contact_criteria(
            self._directory,
            self._zone,
            query=query,
            email=email,
            phone=phone,
            contact_type=contact_type,
            filters=filters,
        )
        rows, total, more = await self._read_rows(
            f"Contact {criteria}", lambda page: self._client.search_contacts(criteria, page), place, limit
        )
        rows = await complete(
            rows, fields, get=self._client.get_contact, schema=self._contact_schema, always=detail and not fields
        )
        options = list_options("get_contact", fields=shown_keys(fields), detail=detail)
        page: ContactPage = {"items": show_list(rows if detail else _without_untold(rows), options)}
        if next_cursor := _cursor_behind(rows, len(page["items"]), place, query_id, more=more):
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

    async def get_project_tasks(self, project_id: Id, status: TaskStatus = "open", cursor: Cursor = "") -> Tasks:
        """List the tasks of one MiniCRM project. For tasks across projects use list_open_tasks."""
        api_status = resolve_choice("status", status, _API_STATUS)
        query_id = ["get_project_tasks", project_id, api_status]
        place = decode_place(cursor, query_id)
        tasks = _behind((await self._client.list_tasks(project_id, api_status)).items, place)
        await add_labels(self._directory, tasks)
        await self._task_types.add_labels(tasks)
        page: Tasks = {"items": show_list(tasks, RenderOptions("get_task(..., text_from={at})"))}
        if next_cursor := _cursor_behind(tasks, len(page["items"]), place, query_id, more=False):
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

    async def list_addresses(self, contact_id: Id, cursor: Cursor = "") -> Addresses:
        """List the addresses of a MiniCRM contact, one line each."""
        query_id = ["list_addresses", contact_id]
        place = decode_place(cursor, query_id)
        rows = _behind((await self._client.list_addresses(contact_id)).items, place)
        page: Addresses = {"items": show_list(rows, RenderOptions("get_address"))}
        if next_cursor := _cursor_behind(rows, len(page["items"]), place, query_id, more=False):
            page["next_cursor"] = next_cursor
        return page

    async def get_address(self, address_id: Id) -> Address:
        """Read one MiniCRM address."""
        return show_one(await self._client.get_address(address_id), RenderOptions("the rest is in MiniCRM", max_text=0))

    async def _read_rows(
        self, search: str, read_page: Callable[[int], Awaitable[Page[_Row]]], place: Place, limit: int
    ) -> tuple[list[_Row], int | None, bool]:
        """Return the rows behind a place, from the page that the slice before came from where that holds them all."""
        kept = self._recent.rows_behind(search, place.last_id, limit)
        if kept is not None:
            return kept
        read_and_keep = self._recent.keeping(search, read_page)
        return await read_slice(read_and_keep, offset=place.offset, last_id=place.last_id, limit=limit)

    async def _label(self, rows: Sequence[Project], options: RenderOptions, module_id: str) -> None:
        """Add labels where they are shown; they may cost a request for each module, once in a while."""
        if options.only and not {"status", "user", "module"} & set(options.only):
            return
        await add_labels(self._directory, rows, module_id)

    async def _project_schema(self, module_id: str) -> Schema:
        return merged(await self._directory.project_schemas(module_id))

    async def _contact_schema(self) -> Schema:
        return merged([await self._directory.contact_schema(one) for one in CONTACT_TYPES])


def _without_untold(rows: Sequence[_Row]) -> list[_Row]:
    """Return rows without `deleted` where it is false: that is what a search finds."""
    return [cast("_Row", {key: value for key, value in row.items() if key != "deleted" or value}) for row in rows]


def _behind(items: Sequence[_Listed], place: Place) -> Sequence[_Listed]:
    """Return what follows a place in a list that comes whole: behind the item itself, if it is still there."""
    at = next((at for at, item in enumerate(items) if item["id"] == place.last_id), place.offset - 1)
    return items[at + 1 :]


def _cursor_behind(
    rows: Sequence[Mapping[str, Any]], shown: int, place: Place, query_id: Sequence[str], *, more: bool
) -> str:
    """Return where the next page starts, which is earlier than asked for where an answer would have been too long."""
    if not shown or not (more or shown < len(rows)):
        return ""
    return encode_cursor(place.offset + shown, query_id, rows[shown - 1]["id"])
