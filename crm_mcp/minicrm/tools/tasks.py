"""The tools for the tasks of one MiniCRM project: list, get, create, update. `open_tasks` lists those of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, cast

from pydantic import Field, WithJsonSchema

from crm_mcp.crm.name_matching import did_you_mean, resolve_choice, shown
from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.errors import BadRequestError, CrmError, InputError
from crm_mcp.mcp.arguments import Id, Text, TextFrom
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import CREATE, READ, UPDATE, CrmTool, build_tool
from crm_mcp.minicrm.account.field_values import Resolved
from crm_mcp.minicrm.account.task_types import seen_task_types
from crm_mcp.minicrm.field_table import TASK
from crm_mcp.minicrm.models import Task, Tasks, Written
from crm_mcp.minicrm.search.criteria import User
from crm_mcp.minicrm.search.pages import build_page, rows_after, show_object
from crm_mcp.minicrm.tools.context import Ids, ToolContext, one_or_several
from crm_mcp.minicrm.wire.checks import check_create, check_id
from crm_mcp.minicrm.writes.held_values import find_in_project
from crm_mcp.minicrm.writes.lost_creates import find_alike_tasks
from crm_mcp.minicrm.writes.targets import Creation, Record
from crm_mcp.minicrm.writes.task_updates import TaskUpdates
from crm_mcp.rendering.shortening import CONTINUED_TEXT, OBJECT_TEXT, RenderOptions
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.tool import WriteTool

_NOUN = "MiniCRM task"
_API_STATUS = {"Open": "open", "Closed": "closed", "All": "all"}
_CONTINUATION = "get_task(..., text_from={at})"
_WRONG_VALUE = 400
_CREATED = "Creating a task cannot be undone; update_task can close it."
_CANNOT_UNDO = "MiniCRM's API deletes no task: close it with update_task, or delete it in MiniCRM."
_CLOSED = "Closing a task cannot be undone: MiniCRM does not open it again."
_TYPE_IS_UNCHECKED = ("MiniCRM lists no task types, so `type` is checked only when the task is written.",)

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
            build(
                self.create_task,
                writer,
                title="Create MiniCRM tasks",
                annotations=CREATE,
                restore=restore_as(self._creation),
                takes_records=True,
            ),
            build(
                self.update_task,
                writer,
                title="Update or close MiniCRM tasks",
                annotations=UPDATE,
                restore=restore_as(self._updates),
                takes_records=True,
            ),
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
        if not mend_text(comment):
            raise InputError("A task needs a comment.", hint="Write into `comment` what is to be done.")
        owner: dict[str, object] = {"ProjectId": check_id("project_id", project_id)}
        resolved = await self.context.written_fields.of_task(comment=comment, deadline=deadline, user=user, type=type)
        sent = {**owner, **resolved.sent}
        check_create(TASK, sent)
        change = Change(sent, {**owner, **resolved.shown}, notes=(*self._notes_on(sent), _CREATED))
        return Draft(self._creation, [change], needs_refresh=True, warnings=_TYPE_IS_UNCHECKED if type else ())

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
                    f"status takes closed alone, not {shown(status)}.",
                    hint="A done task is closed; one that is closed cannot be opened again: create a new one.",
                )
            resolved.sent["Status"] = "Closed"
        if not resolved.sent:
            raise InputError("There is nothing to change.", hint="Give comment, deadline, user, type or status.")
        notes = (*self._notes_on(resolved.sent), *((_CLOSED,) if status else ()))
        draft = self._updates.draft(ids, resolved.sent, is_batch=bool(task_ids), notes=notes)
        return replace(draft, warnings=_TYPE_IS_UNCHECKED if type else ())

    @cached_property
    def _creation(self) -> Creation:
        client, moved = self.context.client, self.context.moved_links
        return Creation(_NOUN, client, self._create, find_alike_tasks, _CANNOT_UNDO, moved=moved)

    @cached_property
    def _updates(self) -> TaskUpdates:
        client = self.context.client
        return TaskUpdates(_NOUN, TASK, client, client.get_task, self._update, self._check, find_in_project(client))

    async def _check(self, _: Record, fields: Mapping[str, object]) -> Resolved:
        return await self.context.written_fields.of_resolved_task(fields)

    def _notes_on(self, sent: Mapping[str, object]) -> tuple[str, ...]:
        deadline = str(sent.get("Deadline", ""))
        now = self.context.now().replace(tzinfo=None).isoformat(" ", "seconds")
        return (f"The deadline {deadline} is in the past.",) if deadline and deadline < now else ()

    async def _create(self, fields: Mapping[str, object]) -> Written:
        try:
            return await self.context.client.create_task(fields)
        except BadRequestError as error:
            raise await self._explained(error, fields, str(fields["ProjectId"])) from error

    async def _update(self, task_id: str, fields: Mapping[str, object]) -> Written:
        try:
            return await self.context.client.update_task(task_id, fields)
        except BadRequestError as error:
            raise await self._explained_by_task(error, task_id, fields) from error

    async def _explained_by_task(
        self, error: BadRequestError, task_id: str, fields: Mapping[str, object]
    ) -> BadRequestError:
        """Return the refusal of an update with its reason, as far as the task itself tells it."""
        if error.status != _WRONG_VALUE:
            return error
        try:
            task = await self.context.client.get_task(task_id)
        except CrmError:
            return error
        if task.get("status") == "Closed":
            return BadRequestError(
                f"Task {task_id} is closed, and MiniCRM changes open tasks only. Nothing was changed.",
                status=error.status,
                hint="Create a new one with create_task.",
            )
        return await self._explained(error, fields, task.get("project_id", ""))

    async def _explained(
        self, error: BadRequestError, fields: Mapping[str, object], project_id: str
    ) -> BadRequestError:
        """Return the refusal of a task with what no schema lists: the types that there are."""
        if "Type" not in fields or not project_id or error.status != _WRONG_VALUE:
            return error
        seen = await seen_task_types(self.context.client, self.context.directory, project_id)
        if {str(fields["Type"])} & {*seen, *seen.values()}:
            return error
        names = [f"{label} ({type_id})" for type_id, label in seen.items()]
        listed = (
            f"Types seen in this account: {', '.join(names)}." if names else "No task seen in this account has a type."
        )
        meant = did_you_mean(str(fields["Type"]), seen.values())
        return BadRequestError(
            f"{error.args[0]} Perhaps there is no task type {shown(fields['Type'])}{meant}.",
            status=error.status,
            hint=listed,
        )
