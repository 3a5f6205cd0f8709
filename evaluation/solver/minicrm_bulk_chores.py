"""Scripts for the chores in MiniCRM that are about many records at once."""

from __future__ import annotations

import re
from typing import Any

from evaluation.solver.play import Play, ToolFailedError, solves
from evaluation.task import load_tasks

_ROW = re.compile(r"^(\S+) (\S+) \|([^|]*)\|([^|]*)\|(.*)$", re.MULTILINE)


@solves("paste-of-twenty-five")
async def paste_of_twenty_five(play: Play) -> str:
    (task,) = load_tasks(["paste-of-twenty-five"])
    rows = [_person(*map(str, found)) for found in _ROW.findall(task.prompt)]
    planned = await play.call("create_contact", records=rows)
    written = await play.call("create_contact", plan_id=planned["plan_id"])
    return f"{sum(item['ok'] for item in written['items'])} added. {' '.join(planned['warnings'])}"


def _person(last: str, first: str, email: str, phone: str, company: str) -> dict[str, Any]:
    """Return a row of the table as it was pasted."""
    cells = {"LastName": last, "FirstName": first, "Email": email, "Phone": phone, "Company": company}
    return {"type": "Person", **cells}


@solves("twenty-phone-numbers")
async def twenty_phone_numbers(play: Play) -> str:
    planned = await _plan_phones(play)
    written = await play.call("update_contact", plan_id=planned["plan_id"])
    return f"{sum(item['ok'] for item in written['items'])} numbers changed."


@solves("twenty-phone-numbers-declined")
async def twenty_phone_numbers_declined(play: Play) -> str:
    planned = await _plan_phones(play)
    return await play.refused("update_contact", plan_id=planned["plan_id"])


async def _plan_phones(play: Play) -> Any:  # noqa: ANN401  # any JSON
    people = (await play.call("search_contacts", type="Person", limit=100))["items"]
    records = [{"contact_id": one["id"], "Phone": f"+36 1 700 {one['id'][-4:]}"} for one in people]
    return await play.call("update_contact", records=records)


@solves("a-task-on-sixteen-projects")
async def a_task_on_sixteen_projects(play: Play) -> str:
    found = await play.call("search_projects", module="Sales", limit=100)
    running = [one["id"] for one in found["items"] if one["status"] in ("New inquiry", "Site survey", "Offer sent")]
    task = {"comment": "Ask for the decision", "deadline": "2026-12-04", "user": "Emma Clarke"}
    planned = await play.call("create_task", records=[{"project_id": one, **task} for one in running])
    written = await play.call("create_task", plan_id=planned["plan_id"])
    return f"{sum(item['ok'] for item in written['items'])} tasks."


@solves("tasks-with-a-wrong-one")
async def tasks_with_a_wrong_one(play: Play) -> str:
    comments = {"6002": "Send the drawings", "6099": "Send the offer", "6003": "Fix the date"}
    records = [{"ProjectId": one, "Comment": comment, "UserId": "me"} for one, comment in comments.items()]
    made = await play.call("create_task", records=records)
    return " ".join(item["message"] for item in made["items"] if not item["ok"])


@solves("hand-over-tasks")
async def hand_over_tasks(play: Play) -> str:
    found = await play.call("list_open_tasks", user="Kovács Bálint")
    ids = [one["id"] for one in found["items"]]
    await play.call("update_task", task_ids=ids, user="Emma Clarke")
    return f"{len(ids)} tasks are Emma's now."


@solves("undo-a-handover")
async def undo_a_handover(play: Play) -> str:
    asked = {"module": "Sales", "status_group": "Open", "user": "Kovács Bálint"}
    found = await play.call("search_projects", **asked)
    ids = [one["id"] for one in found["items"]]
    given = await play.call("update_project", project_ids=ids, fields={"UserId": "Emma Clarke"})
    return (await play.call("undo_write", write_id=given["write_id"]))["message"]


@solves("list-with-known-people")
async def list_with_known_people(play: Play) -> str:
    people = [
        ("Brightwater", "Hannah", "hannah@brightwater.example", "Dentist"),
        ("Molnár", "Lilla", "lilla@malom.example", "Founder"),
        ("Fehér", "Kinga", "kinga@fair.example", "Buyer"),
    ]
    names = ("LastName", "FirstName", "Email", "Position")
    rows = [{"type": "Person", "fields": dict(zip(names, one, strict=True))} for one in people]
    made = await play.call("create_contact", records=rows, on_existing="update")
    if failed := [item["message"] for item in made["items"] if not item["ok"]]:
        raise ToolFailedError(" ".join(failed))
    return "Three people."
