"""The tools for MiniCRM projects: search, get, create, update. Their criteria are `search.criteria.ProjectCriteria`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import Detail, FieldNames, Id, Limit, Module, Text, TextFrom
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import CREATE, READ, UPDATE, CrmTool, build_tool
from crm_mcp.minicrm.account.field_values import Resolved
from crm_mcp.minicrm.field_table import PROJECT
from crm_mcp.minicrm.models import Project, ProjectPage
from crm_mcp.minicrm.search.criteria import ProjectCriteria, project_criteria
from crm_mcp.minicrm.search.pages import (
    NAMED,
    add_contact_names,
    build_page,
    check_asked,
    complete,
    show_object,
    shown_keys,
    without_false_flags,
)
from crm_mcp.minicrm.tools.context import ApiFields, Ids, ToolContext, one_or_several, refuse_trashed, refuse_twice
from crm_mcp.minicrm.wire.checks import check_create, check_id, check_update
from crm_mcp.minicrm.writes.held_values import find_by_search
from crm_mcp.minicrm.writes.lost_creates import find_alike_projects
from crm_mcp.minicrm.writes.project_creation import ProjectCreation
from crm_mcp.minicrm.writes.targets import Creation, Record, Updates
from crm_mcp.rendering.shortening import RenderOptions, list_options, object_options
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.tool import WriteTool

NOUN = "MiniCRM project"
"""What the audit calls what these tools write."""
_CREATED = "A new project cannot be deleted; undo_write moves it to the trash."
_WITHOUT_SCHEMA = frozenset({"Name", "Deleted", "ReferenceId"})
"""Fields whose values need no schema to be checked."""
_FITS_ANY_SCHEMA = 100
"""Characters of a text that fit each schema seen: the shortest name is Text(128) (documented)."""


@dataclass(frozen=True)
class ProjectTools:
    """The tools for projects of one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tools, those that read first."""
        build, writer = WriteTool.build, self.context.writer
        return (
            build_tool(self.search_projects, title="Search projects", annotations=READ),
            build_tool(self.get_project, title="Get a project", annotations=READ),
            build(
                self.create_project,
                writer,
                title="Create MiniCRM projects",
                annotations=CREATE,
                restore=restore_as(self._creation),
                takes_records=True,
            ),
            build(
                self.update_project,
                writer,
                title="Update MiniCRM projects",
                annotations=UPDATE,
                restore=restore_as(self._updates),
                takes_records=True,
            ),
        )

    async def search_projects(
        self,
        criteria: ProjectCriteria,
        limit: Limit = 20,
        cursor: Cursor = FIRST_PAGE,
        fields: FieldNames = [],  # noqa: B006  # pydantic copies defaults
        detail: Detail = False,
    ) -> ProjectPage:
        """Search MiniCRM projects (cards); all criteria must hold, at least one is needed.

        Rows have name, status, user and module; other `fields`, or `detail`, cost one request a row. For counts and
        sums use summarize_projects.
        """
        client, labels = self.context.client, self.context.directory.labels
        fields = labels.names_of(fields)
        api_criteria = await project_criteria(self.context.directory, self.context.zone, criteria)
        rows, total, more = await self.context.page_cache.read_slice(
            f"Project {api_criteria}",
            lambda page: client.search_projects(api_criteria, page),
            offset=cursor.offset,
            last_id=cursor.last_id,
            limit=limit,
        )
        module_id = str(api_criteria.get("CategoryId", ""))
        rows = await complete(
            rows,
            [NAMED.get(name, name) for name in fields],
            get=client.get_project,
            schema=lambda: self.context.directory.merged_project_schema(module_id),
            always=detail and not fields,
        )
        options = list_options("get_project", fields=shown_keys(fields), detail=detail, labels=labels)
        await self._add_labels(rows, options, module_id)
        shown = rows if detail else without_false_flags(rows)
        is_named = not options.only or not NAMED.keys().isdisjoint(options.only)
        note = await add_contact_names(shown, self.context.directory.contact_names) if is_named else ""
        if (
            criteria.contact_id
            and not rows
            and not await self.context.directory.contact_names.read([criteria.contact_id])
        ):
            note = f"No contact {criteria.contact_id} could be read: search_contacts finds contacts and their ids."
        page = build_page(shown, options, cursor, more=more, total=total)
        return cast("ProjectPage", {**page, "note": note} if note else page)

    async def get_project(
        self,
        project_id: Id = "",
        reference_id: Text = "",
        fields: FieldNames = [],  # noqa: B006
        detail: Detail = False,
        text_from: TextFrom = 0,
    ) -> Project:
        """Read one MiniCRM project by its id, or by reference_id, the id it has in another system."""
        labels = self.context.directory.labels
        fields = labels.names_of(fields)
        options = object_options(
            "get_project", fields=shown_keys(fields), detail=detail, text_from=text_from, labels=labels
        )
        if bool(project_id) == bool(reference_id):
            raise InputError("Give either project_id or reference_id.", hint="search_projects finds ids.")
        client = self.context.client
        found = client.get_project(project_id) if project_id else client.get_project_by_reference(reference_id)
        project = await found
        module_id = project.get("module_id", "")
        await check_asked(project, fields, lambda: self.context.directory.merged_project_schema(module_id))
        await self._add_labels([project], options, "")
        return show_object(project, options)

    async def create_project(self, module: Module, contact_id: Id, name: Text = "", fields: ApiFields = {}) -> Draft:  # noqa: B006
        """Create a project (card) for a contact in a MiniCRM module."""
        fields = self.context.directory.labels.by_name(fields)
        given = {"ContactId": check_id("contact_id", contact_id), **({"Name": name} if name else {})}
        refuse_twice({"CategoryId": "", **given}, fields)
        refuse_trashed(fields)
        module_id = await self.context.directory.module_id(module)
        asked = {**fields, "Name": name} if len(name) > _FITS_ANY_SCHEMA else fields
        resolved = await self.context.written_fields.of_project(module_id, asked)
        sent: dict[str, object] = {**given, "CategoryId": module_id, **resolved.sent}
        check_create(PROJECT, sent)
        change = Change(sent, {**sent, "CategoryId": module, **resolved.shown}, notes=(_CREATED,))
        return Draft(self._creation, [change], needs_refresh=True)

    async def update_project(self, project_id: Id = "", fields: ApiFields = {}, project_ids: Ids = []) -> Draft:  # noqa: B006
        """Change fields of a MiniCRM project, or of several; fields not named stay.

        `Deleted: 1` moves to the trash, 0 back.
        """
        ids = one_or_several("project_id", project_id, project_ids)
        fields = self.context.directory.labels.by_name(fields)
        check_update(PROJECT, fields)
        return self._updates.draft(ids, fields, is_batch=bool(project_ids))

    @cached_property
    def _creation(self) -> Creation:
        client, moved = self.context.client, self.context.moved_links
        return ProjectCreation(
            NOUN, client, client.create_project, find_alike_projects, moved=moved, updates=self._updates
        )

    @cached_property
    def _updates(self) -> Updates:
        client = self.context.client
        find = find_by_search(client.search_projects, _in_same_place)
        moved = self.context.moved_records(client.search_projects)
        return Updates(NOUN, PROJECT, client, client.get_project, client.update_project, self._check, find, moved)

    async def _check(self, project: Record, fields: Mapping[str, object]) -> Resolved:
        """Check names, choices and values by the schema of the project's own module."""
        if _fit_any_schema(fields):
            return self.context.written_fields.of_plain_project(fields)
        return await self.context.written_fields.of_project(str(project.get("module_id") or ""), fields)

    async def _add_labels(self, rows: Sequence[Project], options: RenderOptions, module_id: str) -> None:
        """Add labels where they are shown; they may cost a request for each module, once in a while."""
        if not options.only or {"status", "user", "module"} & set(options.only):
            await self.context.directory.add_labels(rows, module_id)


def _in_same_place(project: Record) -> dict[str, object]:
    """Return criteria of the projects of the same contact in the same module."""
    trash = {"Deleted": 1} if project.get("deleted") else {}
    return {"ContactId": project.get("contact_id", ""), "CategoryId": project.get("module_id", ""), **trash}


def _fit_any_schema(fields: Mapping[str, object]) -> bool:
    """Tell whether fields of a project can be checked without the schema of its module."""
    return _WITHOUT_SCHEMA.issuperset(fields) and all(len(str(value)) <= _FITS_ANY_SCHEMA for value in fields.values())
