"""Statements on open tasks over the stored tables, for `ReplicaReads`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from crm_mcp.minicrm.replica.columns import PROJECTS, TASKS, USERS
from crm_mcp.minicrm.replica.questions.reads import ReplicaReads, Row

_FINISHED = "coalesce(p.status_group in ('Success', 'Failed'), 0)"


async def find_projects(reads: ReplicaReads, module_id: str, *, is_finished: bool) -> list[int]:
    """Return the finished projects of a module, or of all, or the others; not those in the trash, the newest first."""
    rows = await reads.rows(
        {"id": "p.id"},
        f"{PROJECTS} as p where p.deleted = 0 and ? in ('', p.part_) and {_FINISHED} = ? order by p.id desc",
        [module_id, int(is_finished)],
    )
    return [row["id"] for row in rows]


async def list_open_tasks(
    reads: ReplicaReads, project_ids: Sequence[int], due_at: str, now: str, condition: str, *, user_id: int, limit: int
) -> list[Row]:
    """Return the first open tasks of these projects by deadline, with how many there are as `total` of each.

    Args:
        reads: The replica.
        project_ids: Whose.
        due_at: SQL of the deadline of a row `t`.
        now: The present time, as that has it.
        condition: SQL of which rows `t` are wanted.
        user_id: Whose tasks; 0 for everybody's.
        limit: How many.
    """
    columns = {name: f"t.{name}" for name in ("id", "comment", "deadline", "user", "type")}
    columns |= {"overdue": f"{due_at} < '{now}'", "project_id": "p.id", "project": "p.name"}
    of_user = f"? = 0 or t.user_id = ? or (t.user_id is null and t.user = (select name from {USERS} where id = ?))"
    return await reads.rows(
        {**columns, "total": "count(*) over ()"},
        f"{TASKS} as t join {PROJECTS} as p on p.id = t.project_id where t.status = 'Open' and t.holder_ = 0 "
        f"and p.deleted = 0 and p.id in (select value from json_each(?)) and ({condition}) and ({of_user}) "
        f"order by {due_at} is null, {due_at}, t.id limit ?",
        [json.dumps(project_ids), user_id, user_id, user_id, limit],
    )
