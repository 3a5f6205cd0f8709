"""Scripts for what happened with a card, and its mails."""

from __future__ import annotations

from evaluation.solver.play import Play, solves


@solves("who-contracted-it")
async def who_contracted_it(play: Play) -> str:
    (project,) = (await play.call("search_projects", query="Third floor"))["items"]
    history = await play.call("get_project_history", project_id=project["id"])
    (change, *_) = [one for one in history["items"] if one["status"] == "Contracted"]
    return f"{change['at']} by {change['user']}"


@solves("mennyi-ideig-volt-ajanlaton")
async def mennyi_ideig_volt_ajanlaton(play: Play) -> str:
    history = await play.call("get_project_history", project_id="6001")
    return ", ".join(f"{one['days']} nap" for one in history["time_in_status"] if one["status"] == "Offer sent")


@solves("did-james-open-it")
async def did_james_open_it(play: Play) -> str:
    mails = (await play.call("list_emails", project_id="6006"))["items"]
    return "; ".join(f"{one.get('opened_at', 'not opened')}: {one['body']}" for one in mails)


@solves("mit-valaszolt-dorottya")
async def mit_valaszolt_dorottya(play: Play) -> str:
    (project,) = (await play.call("search_projects", query="corner", module="Sales"))["items"]
    mails = (await play.call("list_emails", project_id=project["id"]))["items"]
    return "; ".join(one["body"] for one in mails if one["status"] == "Received")


@solves("mails-never-opened")
async def mails_never_opened(play: Play) -> str:
    mails = (await play.call("list_emails", project_id="6002"))["items"]
    return "; ".join(one["subject"] for one in mails if "opened_at" not in one)
