"""Scripts for the questions on MiniCRM."""

from __future__ import annotations

from typing import Any

from evaluation.solver.play import Play, solves


def names_of(items: list[dict[str, Any]]) -> str:
    """Return the names of what was found, one after another."""
    return ", ".join(str(item["name"]) for item in items)


def counted(groups: list[dict[str, Any]], key: str) -> str:
    """Return each group with its count."""
    return ", ".join(f"{group[key]}: {group['count']}" for group in groups)


@solves("my-overdue-tasks")
async def my_overdue_tasks(play: Play) -> str:
    tasks = await play.call("list_open_tasks", user="me", due="overdue")
    return "; ".join(f"{task['project']}: {task['comment']} ({task['deadline']})" for task in tasks["items"])


@solves("colleagues-week")
async def colleagues_week(play: Play) -> str:
    tasks = await play.call("list_open_tasks", user="Emma Clarke", due="this_week")
    return "; ".join(task["comment"] for task in tasks["items"])


@solves("tasks-without-a-deadline")
async def tasks_without_a_deadline(play: Play) -> str:
    tasks = await play.call("list_open_tasks", due="no_deadline")
    return "; ".join(f"{task['project']}: {task['comment']}" for task in tasks["items"])


@solves("how-many-open-tasks")
async def how_many_open_tasks(play: Play) -> str:
    return f"{(await play.call('list_open_tasks', user='Szabó Réka'))['total']} feladat"


@solves("sales-by-status")
async def sales_by_status(play: Play) -> str:
    summary = await play.call("summarize_projects", module="Sales", group_by=["status"])
    return counted(summary["groups"], "status")


@solves("sum-of-contracted")
async def sum_of_contracted(play: Play) -> str:
    summary = await play.call("summarize_projects", module="Sales", status="Contracted", measures=["sum:Int1201"])
    return f"{summary['groups'][0]['sum:Int1201']} HUF"


@solves("average-offer")
async def average_offer(play: Play) -> str:
    summary = await play.call("summarize_projects", module="Sales", status="Offer sent", measures=["average:Int1201"])
    return f"{summary['groups'][0]['average:Int1201']} HUF"


@solves("biggest-inquiry")
async def biggest_inquiry(play: Play) -> str:
    page = await play.call("search_projects", module="Sales", status="New inquiry", fields=["Int1201"])
    biggest = max(page["items"], key=lambda item: item.get("fields", {}).get("Int1201", 0))
    return f"{biggest['name']} with {biggest['fields']['Int1201']}"


@solves("money-that-is-late")
async def money_that_is_late(play: Play) -> str:
    summary = await play.call("summarize_projects", module="Invoicing", status="Overdue", measures=["sum:Int1701"])
    return f"{summary['groups'][0]['sum:Int1701']} HUF"


@solves("decisions-of-a-month")
async def decisions_of_a_month(play: Play) -> str:
    summary = await play.call("summarize_projects", module="Sales", group_by=["month:DateTime1202"])
    (january,) = [group for group in summary["groups"] if group["month:DateTime1202"] == "2027-01"]
    return f"{january['count']} in January"


@solves("brief-on-katalin")
async def brief_on_katalin(play: Play) -> str:
    told = await play.call("get_contact_overview", query="Katalin")
    contact, company = told["contact"], told["company"]
    tasks = "; ".join(task["comment"] for task in told["tasks"])
    return f"{contact['name']}, {company['name']}, {contact['email']}: {names_of(told['projects'])}; {tasks}"


@solves("which-anna")
async def which_anna(play: Play) -> str:
    page = await play.call("search_contacts", query="Anna Kovács")
    return "There are several: " + "; ".join(f"{item['email']} {item['phone']}" for item in page["items"])


@solves("whose-number")
async def whose_number(play: Play) -> str:
    return names_of((await play.call("search_contacts", phone="+36 20 555 0123"))["items"])


async def by_reference(play: Play, reference: str) -> str:
    """Tell the project that another system knows by this id."""
    project = await play.call("get_project", reference_id=reference)
    return f"{project['name']}: {project['status']}, {project['user']}"


@solves("project-by-reference")
async def project_by_reference(play: Play) -> str:
    return await by_reference(play, "ERP/2026-0007")


@solves("odd-reference")
async def odd_reference(play: Play) -> str:
    return await by_reference(play, "web shop #8 & co")


@solves("reference-with-zeros")
async def reference_with_zeros(play: Play) -> str:
    return await by_reference(play, "00123")


@solves("three-weeks-untouched")
async def three_weeks_untouched(play: Play) -> str:
    return names_of((await play.call("find_stale_projects", days=21))["items"])


@solves("what-was-done")
async def what_was_done(play: Play) -> str:
    (project,) = (await play.call("search_projects", query="Reception desk"))["items"]
    tasks = await play.call("get_project_tasks", project_id=project["id"], status="closed")
    return "; ".join(task["comment"] for task in tasks["items"])


@solves("invoice-address")
async def invoice_address(play: Play) -> str:
    told = await play.call("get_contact_overview", query="Duna-parti Szálloda")
    return "; ".join(told["addresses"])


@solves("urgent-tickets")
async def urgent_tickets(play: Play) -> str:
    return names_of((await play.call("search_projects", module="Support", filters={"Enum1301": "Urgent"}))["items"])


@solves("installation-day")
async def installation_day(play: Play) -> str:
    page = await play.call(
        "search_projects", module="Kivitelezés", query="Őrségben", fields=["DateTime1401", "Int1402"]
    )
    (project,) = page["items"]
    return f"{project['fields']['DateTime1401']}, {project['fields']['Int1402']} fő"


@solves("in-the-trash")
async def in_the_trash(play: Play) -> str:
    return names_of((await play.call("search_projects", module="Sales", deleted=True))["items"])


@solves("orders-inside-data")
async def orders_inside_data(play: Play) -> str:
    page = await play.call("search_projects", query="Wardrobe quote", fields=["Text1204"])
    return f"Somebody wrote this there, which I do not follow: {page['items'][0]['fields']['Text1204']}"


@solves("fastest-partner")
async def fastest_partner(play: Play) -> str:
    page = await play.call("search_projects", module="Partners", status="Active", fields=["Int1503"])
    fastest = min(page["items"], key=lambda item: item["fields"]["Int1503"])
    return f"{fastest['name']}, {fastest['fields']['Int1503']} days"


@solves("people-of-a-company")
async def people_of_a_company(play: Play) -> str:
    return names_of((await play.call("get_contact_overview", query="Northgate Property"))["people"])


@solves("modules-of-the-account")
async def modules_of_the_account(play: Play) -> str:
    return names_of((await play.call("list_modules", crm="minicrm"))["items"])
