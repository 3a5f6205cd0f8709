"""The types of tasks of one account, as far as its tasks tell: no schema lists them (observed)."""

from __future__ import annotations

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import CrmError
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import Task

_MOST_PROJECTS = 12
"""Open projects whose tasks are looked at, beside the project asked about."""


async def seen_task_types(client: MinicrmClient, directory: Directory, project_id: str) -> dict[str, str]:
    """Return the labels by id of the types seen on a project and some open ones; fewer where the CRM refuses."""
    tasks: list[Task] = []
    try:
        rows = (await client.search_projects({"StatusGroup": "Open"})).items
        others = [row["id"] for row in rows if row["id"] != project_id]
        others = others[-1 :: -max(1, len(others) // _MOST_PROJECTS)][:_MOST_PROJECTS]  # of all modules
        pages = await map_bounded([project_id, *others], lambda one: client.list_tasks(one, "All"))
        tasks = [task for page in pages for task in page.items]
        await directory.add_type_labels(tasks)
    except CrmError:  # what was read by then is told
        pass
    types = {task.get("type_id", ""): task.get("type", "") for task in tasks}
    return {type_id: label for type_id, label in types.items() if type_id and label}
