"""What the tools that answer questions need of the replica, brought up to date before it is used."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_mcp.crm.call import Steps, current_call
from crm_mcp.crm.fetch_many import read_each
from crm_mcp.errors import AuthenticationError, CrmError
from crm_mcp.languages import Texts
from crm_mcp.minicrm.models import PAGE_RULES
from crm_mcp.minicrm.replica.columns import PROJECTS, TASKS
from crm_mcp.minicrm.replica.source import MinicrmSource
from crm_mcp.replica.source import Need, Todo

_texts = Texts(__file__)

OUTDATED = 1.0
"""What was written since it was read counts as read at this time, see `own_writes`."""
Row = dict[str, Any]
"""Values by the names that a statement gives them."""


@dataclass
class ReplicaReads:
    """The replica for one call of a tool.

    Attributes:
        problems: Why the rows may not be all, or not up to date, as sentences.
    """

    source: MinicrmSource
    steps: Steps
    problems: list[str] = field(default_factory=list[str])

    async def refresh_projects(self, module_id: str = "", columns: Sequence[str] = ()) -> None:
        """Bring the projects of a module, or of all, up to date where they are older than a minute.

        Raises:
            CrmError: The CRM cannot be asked, and nothing is held.
        """
        tables = await self.source.tables()
        name = next((one.name for one in tables if one.part_of == PROJECTS and one.part == module_id), PROJECTS)
        need = Need({name: columns}, self.source.replica.clock())
        try:
            await self.source.refresh(need)
        except AuthenticationError:
            raise
        except CrmError as error:
            if not await self.rows({"id": "id"}, f"{PROJECTS} limit 1"):
                raise
            self.problems.append(f"Projects are as read before, since the CRM could not be asked again: {error}")
        await self.steps.advance(_texts.later("projects"))
        lacks = [*(one.what for one in await self.source.lacks(need)), *self._unreadable_modules(module_id)]
        if lacks:
            self.problems.append(f"Not all projects were read: {'; '.join(lacks)}.")

    def _unreadable_modules(self, module_id: str) -> list[str]:
        """Say of which modules no project is held, since MiniCRM does not give their fields."""
        schema = self.source.facts.schema
        asked = {one: name for one, name in schema.modules.items() if module_id in ("", one)}
        return [
            f"those of {name}, whose fields cannot be read" for one, name in asked.items() if one not in schema.projects
        ]

    async def rows(self, columns: Mapping[str, str], rest: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return what a statement over the stored tables finds: columns by name, and what follows `from`."""
        shown = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
        sql = f"select {shown} from {rest}"
        found = await self.source.replica.run(lambda transaction: transaction.execute(sql, parameters))
        return [dict(zip(columns, row, strict=True)) for row in found]

    async def due_tasks(self, project_ids: Sequence[int]) -> list[int]:
        """Return the projects whose tasks were not read, or are too old to be used."""
        need = Need({}, self.source.replica.clock())
        return list((await self.source.select({f"{TASKS}[]": project_ids}, need)).lists.get(TASKS, ()))

    async def read_tasks(self, project_ids: Sequence[int]) -> None:
        """Read the tasks of projects; why some could not be read is a problem."""
        begun_at = self.source.replica.clock()
        read = await read_each(
            project_ids,
            lambda one: self.source.read(Todo(lists={TASKS: [one]}, selected_at=begun_at)),
            self.steps,
            _name_of,
        )
        self.problems += filter(None, [read.incomplete_reason(PAGE_RULES.crm, _name_of)])

    async def listed(self, project_ids: Sequence[int]) -> list[int]:
        """Return of which projects the tasks are held; whoever waits for the call is told how old the oldest are."""
        found = await self.rows(
            {"id": "project_id", "listed_at": "listed_"},
            f"{TASKS} where holder_ = 1 and listed_ > ? and project_id in (select value from json_each(?))",
            (OUTDATED, json.dumps(project_ids)),
        )
        call = current_call()
        if found and call is not None:
            age_s = self.source.replica.clock() - min(row["listed_at"] for row in found)
            call.oldest_read_s = max(call.oldest_read_s, age_s)
        return [row["id"] for row in found]


def _name_of(project_id: int) -> str:
    return _texts.later("tasks of project {id}", id=project_id)
