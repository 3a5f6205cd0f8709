"""Scripts for the chores in MiniCRM."""

from __future__ import annotations

import re

from evaluation.solver.play import Play, ToolFailedError, solves

RUNNING = ("New inquiry", "Site survey", "Offer sent")
DECISION = {"DateTime1202": "2027-01-31"}


async def project_id(play: Play, query: str, **criteria: object) -> str:
    """Return the id of the one project that is found."""
    (project,) = (await play.call("search_projects", query=query, **criteria))["items"]
    return project["id"]


@solves("close-a-task")
async def close_a_task(play: Play) -> str:
    told = await play.call("get_contact_overview", query="Katalin")
    (task,) = [one for one in told["tasks"] if one["project"] == "Reception desk"]
    await play.call("update_task", task_id=task["id"], status="closed")
    return "Closed."


@solves("remind-me")
async def remind_me(play: Play) -> str:
    await play.call(
        "create_task",
        project_id=await project_id(play, "Second surgery"),
        comment="Send Hannah the mirrored plan.",
        deadline="2026-11-27",
        user="me",
    )
    return "I will."


@solves("deal-is-won")
async def deal_is_won(play: Play) -> str:
    project = await project_id(play, "Phone booths")
    await play.call("update_project", project_id=project, fields={"StatusId": "Contracted"})
    return "It is Contracted."


@solves("hand-over-a-project")
async def hand_over_a_project(play: Play) -> str:
    project = await project_id(play, "Hat telefonfülke")
    await play.call("update_project", project_id=project, fields={"UserId": "Tóth Ákos"})
    return "Átadva."


@solves("nobody-of-that-name")
async def nobody_of_that_name(play: Play) -> str:
    project = await project_id(play, "Reception desk")
    return await play.refused("update_project", project_id=project, fields={"UserId": "Kiss Péter"})


@solves("nearly-the-right-status")
async def nearly_the_right_status(play: Play) -> str:
    project = await project_id(play, "Wardrobe quote")
    told = await play.refused("update_project", project_id=project, fields={"StatusId": "Offer send"})
    meant = re.search(r"did you mean (.+?) \(", told)
    assert meant, told
    await play.call("update_project", project_id=project, fields={"StatusId": meant[1]})
    return f"It is {meant[1]}."


@solves("new-lead-with-project")
async def new_lead_with_project(play: Play) -> str:
    person = {"FirstName": "Dénes", "LastName": "Farkas", "Email": "denes.farkas@example.com"}
    contact = await play.call("create_contact", type="Person", fields=person)
    await play.call(
        "create_project", module="Sales", contact_id=contact["id"], name="TV wall", fields={"Int1201": 1500000}
    )
    return "Both are there."


@solves("she-is-there-already")
async def she_is_there_already(play: Play) -> str:
    person = {"FirstName": "Hannah", "LastName": "Brightwater", "Email": "hannah@brightwater.example"}
    return await play.refused("create_contact", type="Person", fields=person)


@solves("holiday-cover")
async def holiday_cover(play: Play) -> str:
    page = await play.call("search_projects", module="Sales", user="Kovács Bálint", status_group="Open")
    ids = [item["id"] for item in page["items"]]
    await play.call("update_project", project_ids=ids, fields={"UserId": "Emma Clarke"})
    return f"{len(ids)} projects."


async def move_decisions(play: Play) -> str:
    """Plan the change of everything that is running, and carry the plan out."""
    page = await play.call("search_projects", module="Sales", limit=100)
    ids = [item["id"] for item in page["items"] if item["status"] in RUNNING]
    plan = await play.call("update_project", project_ids=ids, fields=DECISION)
    try:
        await play.call("update_project", plan_id=plan["plan_id"])
    except ToolFailedError as refusal:
        return f"Nothing was changed: {refusal}"
    return f"{len(ids)} projects were changed."


@solves("move-sixteen-decisions")
async def move_sixteen_decisions(play: Play) -> str:
    return await move_decisions(play)


@solves("sixteen-decisions-declined")
async def sixteen_decisions_declined(play: Play) -> str:
    return await move_decisions(play)


async def trash_espressobar(play: Play) -> str:
    """Try to move the project to the trash."""
    project = await project_id(play, "Espressobar i Aarhus")
    try:
        await play.call("update_project", project_id=project, fields={"Deleted": 1})
    except ToolFailedError as refusal:
        return f"It was not moved: {refusal}"
    return "It is in the trash."


@solves("into-the-trash")
async def into_the_trash(play: Play) -> str:
    return await trash_espressobar(play)


@solves("trash-declined")
async def trash_declined(play: Play) -> str:
    return await trash_espressobar(play)


@solves("trash-without-a-person")
async def trash_without_a_person(play: Play) -> str:
    return await trash_espressobar(play)


@solves("out-of-the-trash")
async def out_of_the_trash(play: Play) -> str:
    project = await project_id(play, "Entered twice", deleted=True)
    await play.call("update_project", project_id=project, fields={"Deleted": 0})
    return "It is back."


@solves("delivery-address")
async def delivery_address(play: Play) -> str:
    (lilla,) = (await play.call("search_contacts", query="Lilla Molnár"))["items"]
    address = {"CountryId": "Hungary", "PostalCode": "2000", "City": "Szentendre", "Address": "Malom utca 3."}
    await play.call("create_address", contact_id=lilla["id"], name="Raktár", fields=address)
    return "Added."


@solves("new-phone-number")
async def new_phone_number(play: Play) -> str:
    (timea,) = (await play.call("search_contacts", query="Tímea"))["items"]
    await play.call("update_contact", contact_id=timea["id"], fields={"Phone": "+36 30 555 0199"})
    return "Changed."


@solves("only-tell-what-would-change")
async def only_tell_what_would_change(play: Play) -> str:
    project = await project_id(play, "Reception desk")
    told = await play.call("update_project", project_id=project, fields={"StatusId": "Contracted"}, dry_run=True)
    (change,) = told["changes"]
    return f"{change['field']} would go from {change['before']} to {change['after']}."


@solves("bad-line")
async def bad_line(play: Play) -> str:
    (soren,) = (await play.call("search_contacts", query="Søren"))["items"]
    asked = {"module": "Sales", "contact_id": soren["id"], "name": "Bar counter", "idempotency_key": "bar-counter-1"}
    first = await play.call("create_project", **asked)
    again = await play.call("create_project", **asked)
    assert first["id"] == again["id"]
    return f"Project {first['id']}."


@solves("file-for-excel")
async def file_for_excel(play: Play) -> str:
    told = await play.call("export_search", tool="search_projects", arguments={"module": "Sales"}, format="csv")
    return f"{told['rows']} rows: {told['uri']}"
