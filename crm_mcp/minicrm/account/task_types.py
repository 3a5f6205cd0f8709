"""What the types of tasks are called: MiniCRM lists them nowhere, but the detail of a task tells its own by label.

A list of tasks tells types by id (documented), so one task of each type that is not known yet is read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from crm_mcp.crm.concurrency import map_bounded
from crm_mcp.crm.expiring import CACHE_TTL_S, ExpiringMap
from crm_mcp.errors import CrmError
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import Task

MOST_READS = 5
"""Most tasks that are read for one list: there are few types."""


class TaskTypes:
    """The labels of task types by id, as far as tasks have told them, kept a while."""

    def __init__(self, client: MinicrmClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._known = ExpiringMap[str, str](CACHE_TTL_S, clock=clock)

    async def add_labels(self, tasks: Sequence[Task]) -> None:
        """Add the label of its type to each task that has an id alone; a label that cannot be read changes nothing."""
        unknown = {
            task.get("type_id", ""): task["id"] for task in tasks if _lacks_label(task) and not self._label(task)
        }
        try:
            read = await map_bounded(list(unknown.values())[:MOST_READS], self._client.get_task)
        except CrmError:
            read = []
        for type_id, task in zip(unknown, read, strict=False):
            self._known.put(type_id, task.get("type", ""))
        for task in tasks:
            if _lacks_label(task) and (label := self._label(task)):
                task["type"] = label

    def _label(self, task: Task) -> str:
        return self._known.get(task.get("type_id", "")) or ""


def _lacks_label(task: Task) -> bool:
    return "type_id" in task and "type" not in task
