"""The tools for the tasks of one MiniCRM project: list, get, create, update. `open_tasks` lists those of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, cast

from pydantic import Field, WithJsonSchema

from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import Id, Text, TextFrom
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import CREATE, READ, UPDATE, CrmTool, build_tool
from crm_mcp.minicrm.account.field_values import Resolved
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import TASK
from crm_mcp.minicrm.models import Task, Tasks
from crm_mcp.minicrm.search.criteria import User
from crm_mcp.minicrm.search.duplicates import find_alike_tasks
from crm_mcp.minicrm.search.pages import build_page, rows_after, show_object
from crm_mcp.minicrm.tools.context import Ids, ToolContext, one_or_several
from crm_mcp.minicrm.tools.targets import Creation, Record, Updates
from crm_mcp.minicrm.wire.checks import check_create, check_id
from crm_mcp.rendering.shortening import CONTINUED_TEXT, OBJECT_TEXT, RenderOptions
from crm_mcp.safe_writes.draft import Change, Draft
from crm_mcp.safe_writes.tool import WriteTool

_NOUN = "MiniCRM task"
_API_STATUS = {"Open": "open", "Closed": "closed", "All": "all"}
_CONTINUATION = "get_task(..., text_from={at})"
_TYPE_IS_UNCHECKED = ("No schema lists the types of tasks: MiniCRM itself will judge `type`.",)

TaskStatus = Annotated[str, WithJsonSchema({"type": "string", "enum": list(_API_STATUS.values())})]
Closed = Annotated[str, WithJsonSchema({"type": "string", "enum": ["closed"]})]
Deadline = Annotated[str, Field(description="ISO date (its end) or date-time")]


@dataclass(frozen=True)
class TaskTools:
    """The tools for tasks of one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tools, those that read first."""
        build, writer = WriteTool.build, self.context.writer
        return (
            build_tool(self.get_project_tasks, title="Get a project's tasks", annotations=READ),
            build_tool(self.get_task, title="Get a task", annotations=READ),
            build(self.create_task, writer, title="Create a MiniCRM task", annotations=CREATE),
            build(self.update_task, writer, title="Update or close MiniCRM tasks", annotations=UPDATE, is_bulk=True),
        )

    async def get_project_tasks(
        self, project_id: Id, status: TaskStatus = "open", cursor: Cursor = FIRST_PAGE
    ) -> Tasks:
        """List the tasks of one MiniCRM project. For tasks across projects use list_open_tasks."""
        api_status = resolve_choice("status", status, _API_STATUS)
        tasks = rows_after(cursor, (await self.context.client.list_tasks(project_id, api_status)).items)
        await self.context.directory.add_labels(tasks)
        await self.context.directory.add_type_labels(tasks)
        return cast("Tasks", build_page(tasks, RenderOptions(_CONTINUATION), cursor))

    async def get_task(self, task_id: Id, text_from: TextFrom = 0) -> Task:
        """Read one MiniCRM task."""
        options = RenderOptions(_CONTINUATION, OBJECT_TEXT)
        if text_from:
            options = RenderOptions(_CONTINUATION, CONTINUED_TEXT, text_from, only=("comment",))
        return show_object(await self.context.client.get_task(task_id), options)

    async def create_task(
        self,
        project_id: Id,
        comment: Text,
        deadline: Deadline = "",
        user: User = "",
        type: Id = "",  # noqa: A002
    ) -> Draft:
        """Create a task on a MiniCRM project. `type` is a task type's id or label."""
        if not comment.strip():
            raise InputError("A task needs a comment.", hint="Say in `comment` what is to be done.")
        owner: dict[str, object] = {"ProjectId": check_id("project_id", project_id)}
        resolved = await self.context.written_fields.of_task(comment=comment, deadline=deadline, user=user, type=type)
        change = Change({**owner, **resolved.sent}, {**owner, **resolved.shown})
        check_create(TASK, change.sent)
        client = self.context.client
        target = Creation(_NOUN, client, client.create_task, _with_project_name, find_alike_tasks)
        return Draft(target, [change], warnings=_TYPE_IS_UNCHECKED if type else ())

    async def update_task(
        self,
        task_id: Id = "",
        comment: Text = "",
        deadline: Deadline = "",
        user: User = "",
        type: Id = "",  # noqa: A002
        status: Closed = "",
        task_ids: Ids = [],  # noqa: B006
    ) -> Draft:
        """Change an open MiniCRM task, or several, or close with `status`. A closed task cannot be opened again."""
        ids = one_or_several("task_id", task_id, task_ids)
        resolved = await self.context.written_fields.of_task(comment=comment, deadline=deadline, user=user, type=type)
        if status:
            if status.casefold() != "closed":
                raise InputError(
                    "A task can only be closed; MiniCRM does not open one again.", hint="Create a new one."
                )
            resolved.sent["Status"] = "Closed"
        if not resolved.sent:
            raise InputError("There is nothing to change.", hint="Give comment, deadline, user, type or status.")

        async def check(_: Record) -> Resolved:
            return resolved

        client = self.context.client
        target = Updates(_NOUN, TASK, client.get_task, client.update_task, check)
        draft = target.draft(ids, resolved.sent, is_batch=bool(task_ids))
        return replace(draft, warnings=_TYPE_IS_UNCHECKED if type else ())


async def _with_project_name(client: MinicrmClient, change: Change) -> Change:
    project = await client.get_project(str(change.sent["ProjectId"]))
    return replace(change, shown={**change.shown, "ProjectId": project["name"]})
