"""The files of tasks and projects: which there are, and which one is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from crm_mcp.crm.wording import listing
from crm_mcp.errors import InputError
from crm_mcp.minicrm.models import Project
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.minicrm.wire.files import FileLink, read_files
from crm_mcp.transport.downloads import file_name

RESOURCE = "crm://minicrm/attachment"
_ATTACHMENTS = "Attachments"


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One file of a record; `others` names the rest, and `uri` is where a host fetches it."""

    link: FileLink
    uri: str
    others: str


@dataclass(frozen=True, slots=True)
class RecordFiles:
    """The files of one account's records. Each method raises an `InputError` where there is no such file."""

    context: ToolContext

    async def of_task(self, task_id: str, index: int) -> RecordFile:
        """Return a file that is attached to a task."""
        task_id = check_id("task_id", task_id)
        task = await self.context.client.get_task(task_id)
        files = read_files(task.get("fields", {}).get(_ATTACHMENTS))
        if not files:
            raise InputError(f"Task {task_id} has no attachment.", hint="get_project_tasks lists a project's tasks.")
        return _chosen(files, index, f"Task {task_id}", f"{RESOURCE}/task/{task_id}")

    async def of_project(self, project_id: str, field: str, index: int) -> RecordFile:
        """Return a file of a project's field; without a field, that of the only one that holds a file."""
        project_id = check_id("project_id", project_id)
        project = await self.context.client.get_project(project_id)
        name = await self._file_field(project, field)
        files = read_files(project["fields"].get(name))
        if not files:
            raise InputError(f"{name} of project {project_id} holds no file.", hint=await self._hint(project))
        return _chosen(
            files,
            index,
            f"{name} of project {project_id}",
            f"{RESOURCE}/project/{project_id}/{quote(name, safe='')}",
        )

    async def _file_field(self, project: Project, field: str) -> str:
        """Return the API name of a field given by that or by its label, or of the only one that holds a file."""
        if field:
            (name,) = self.context.directory.labels.names_of([field])
            if name in project["fields"]:
                return name
            raise InputError(f"Project {project['id']} has no field {name[:60]!r}.", hint=await self._hint(project))
        filled = await self._filled(project)
        if len(filled) == 1:
            return filled[0]
        if filled:
            raise InputError(f"Project {project['id']} has several files.", hint=await self._hint(project))
        raise InputError(f"Project {project['id']} has no file in a field.", hint="Tasks may have some: give task_id.")

    async def _filled(self, project: Project) -> list[str]:
        """Return the File fields of a project that hold a file."""
        schema = await self.context.directory.readable_schema(project.get("module_id", ""))
        kinds = {one["name"]: one["type"] for one in schema["fields"]} if schema else {}
        return [
            name
            for name, value in project["fields"].items()
            if kinds.get(name, "").startswith("File") and read_files(value)
        ]

    async def _hint(self, project: Project) -> str:
        labels = self.context.directory.labels
        filled = [labels.shown_name(name, project["fields"]) for name in await self._filled(project)]
        return f"Fields that hold files: {listing(filled, 10)}." if filled else "None of its File fields holds one."


def _chosen(files: Sequence[FileLink], index: int, holder: str, uri: str) -> RecordFile:
    names = [
        f"{at} {file_name(one.name) or file_name(one.url.partition('?')[0])}".strip() for at, one in enumerate(files)
    ]
    if index >= len(files):
        raise InputError(
            f"{holder} has {len(files)} file{'s' if len(files) > 1 else ''}, and no index {index}.",
            hint=f"`index` counts from 0: {listing(names, 10)}.",
        )
    others = f"{holder} has {len(files)} files; `index`: {listing(names, 10)}." if len(files) > 1 else ""
    return RecordFile(files[index], f"{uri}/{index}", others)
