"""The tool that reads one contact with its company or people, projects, open tasks and addresses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypeVar, cast

from typing_extensions import TypedDict

from crm_mcp.crm.call import Steps
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import AuthenticationError, CrmError, InputError, NotFoundError
from crm_mcp.languages import Texts
from crm_mcp.mcp.arguments import CallContext, Id, JsonObject, Text
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import Contact, Project
from crm_mcp.minicrm.search.criteria import ContactCriteria, contact_criteria
from crm_mcp.minicrm.search.projects import ProjectSearch, project_entry
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.tools.deadlines import DueFilter, due_filter
from crm_mcp.minicrm.tools.open_tasks import (
    find_open_projects,
    newest_first,
    read_open_tasks,
    sorted_by_deadline,
    task_entry,
)
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.rendering.shortening import list_options, shorten

_texts = Texts(__file__)

_T = TypeVar("_T")
ReadInvoices = Callable[[Collection[str]], Awaitable[tuple[Mapping[str, Any], str]]]
"""Returns what is unpaid on these projects, and what that lacks; see `read_open_invoices`."""

MOST = 20
"""Most people, projects, tasks and addresses of one result."""
MAX_CANDIDATES = 10
MAX_TASK_READS = 10
"""Most projects whose open tasks are read; where there are more, unfinished ones first."""


class ContactOverview(TypedDict):
    """One contact with what belongs to it; or, where several match, only `candidates` to choose from.

    Beside `contact` stand `company` or `people`, `projects`, their open `tasks`, `addresses`, where the account has any
    `open_invoices`, `{unpaid, overdue, amount}`, and in `note` what was left out, always unless `exact`.
    """

    contact: NotRequired[JsonObject]
    candidates: NotRequired[list[JsonObject]]
    exact: bool


@dataclass(frozen=True)
class ContactOverviewTools:
    """`get_contact_overview` over one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool."""
        return (build_tool(self.get_contact_overview, title="Contact overview", annotations=READ),)

    async def get_contact_overview(
        self, ctx: CallContext, contact_id: Id = "", query: Text = "", email: str = "", phone: Text = ""
    ) -> ContactOverview:
        """Read a MiniCRM contact with company or people, projects, open tasks, addresses; several give candidates."""
        context = self.context
        steps = Steps(ctx)
        due = due_filter("all", context.now())
        reader = OverviewReader(context.client.recent, context.directory, steps, due, self._invoices(steps))
        if contact_id and not (query or email or phone):
            return await reader.read(check_id("contact_id", contact_id))
        if contact_id or not (query or email or phone):
            raise InputError("Give either contact_id, or query, email or phone.", hint="A name goes into query.")
        asked = ContactCriteria(query=query, email=email, phone=phone)
        found = await reader.find(await contact_criteria(context.directory, context.zone, asked))
        return await reader.read(found) if isinstance(found, str) else found

    def _invoices(self, steps: Steps) -> ReadInvoices:
        async def read(project_ids: Collection[str]) -> tuple[Mapping[str, Any], str]:
            from crm_mcp.minicrm.replica.questions.open_invoices import read_open_invoices

            return await read_open_invoices(self.context.reads(steps), project_ids, self.context.now().date())

        return read


class OverviewReader:
    """Reads what belongs to a contact; `due` holds the account's time, to find what is overdue."""

    def __init__(
        self, client: MinicrmClient, directory: Directory, steps: Steps, due: DueFilter, invoices: ReadInvoices
    ) -> None:
        self._client = client
        self._directory = directory
        self._steps = steps
        self._due = due
        self._invoices = invoices
        self._problems: list[str] = []
        self._notes: list[str] = []

    async def find(self, criteria: Mapping[str, object]) -> str | ContactOverview:
        """Return the id of the one contact that matches, or the candidates where several do.

        Raises:
            InputError: None does.
        """
        page = await self._client.search_contacts(criteria)
        await self._steps.advance(_texts.later("contacts searched"))
        if not page.items:
            raise InputError(
                "No contact matches.", hint="Try fewer or other words, or part of the phone number: search_contacts."
            )
        if len(page.items) == 1:
            return page.items[0]["id"]
        candidates = [_contact_entry(contact) for contact in page.items[:MAX_CANDIDATES]]
        note = f"{page.total or len(page.items)} contacts match: call again with the contact_id of one."
        return cast("ContactOverview", {"candidates": candidates, "exact": True, "note": note})

    async def read(self, contact_id: str) -> ContactOverview:
        """Return the overview of a contact; a part that the CRM fails to give is left out and named."""
        contact = await self._client.get_contact(contact_id)
        await self._steps.advance(_texts.later("contact"))
        own = shorten(contact["fields"], list_options("get_contact"))
        overview: dict[str, Any] = {"contact": {**_contact_entry(contact), **own}}
        parts = {
            "people" if contact.get("type") == "Business" else "company": self._read_company_or_people,
            "projects": self._read_projects_and_tasks,
            "addresses": self._read_addresses,
        }
        for part in await map_bounded(parts.items(), lambda one: self._read_part(one[0], one[1](contact))):
            overview |= part
        overview["exact"] = not self._problems
        if notes := [*self._problems, *self._notes]:
            overview["note"] = " ".join(notes)
        return cast("ContactOverview", overview)

    async def _read_part(self, name: str, reading: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        """Return a part of the overview; nothing, and a problem said, where the CRM does not give it."""
        try:
            return await reading
        except AuthenticationError:
            raise
        except CrmError as error:
            self._problems.append(f"The {name} could not be read: {error.args[0]}")
            return {}

    async def _read_company_or_people(self, contact: Contact) -> dict[str, Any]:
        if contact.get("type") == "Business":
            page = await self._client.search_contacts({"BusinessId": contact["id"]})
            await self._steps.advance(_texts.later("people"))
            people = [person for person in page.items if person["id"] != contact["id"]]
            return {"people": [_contact_entry(person) for person in self._cut(people, "people", page.total)]}
        business_id = contact.get("business_id")
        if not business_id:
            return {}
        try:
            business = await self._client.get_contact(business_id)
        except NotFoundError:
            self._problems.append(f"Its company {business_id} does not exist.")
            return {}
        await self._steps.advance(_texts.later("company"))
        return {"company": _contact_entry(business)}

    async def _read_projects_and_tasks(self, contact: Contact) -> dict[str, Any]:
        # A company's projects are its own and those of its people (observed), a person's only their own.
        criterion = "MainContactId" if contact.get("type") == "Business" else "ContactId"
        search = ProjectSearch(self._client, self._directory, {criterion: contact["id"]}, self._steps)
        found = await search.read_all()
        self._problems += filter(None, [found.incomplete_reason])
        projects = newest_first(found.rows)
        shown = self._cut(projects, "projects", None)
        await search.add_labels(shown)
        parts = (("tasks", self._read_tasks(search, projects)), ("open invoices", self._read_invoices(found.ids)))
        read = await map_bounded(parts, lambda one: self._read_part(*one))
        return {"projects": [project_entry(project) for project in shown], **read[0], **read[1]}

    async def _read_invoices(self, project_ids: Collection[str]) -> dict[str, Any]:
        if not project_ids:
            return {}
        found, problem = await self._invoices(project_ids)
        self._problems += filter(None, [problem])
        return {"open_invoices": found} if found else {}

    async def _read_tasks(self, search: ProjectSearch, projects: list[Project]) -> dict[str, Any]:
        asked = projects
        if len(projects) > MAX_TASK_READS:
            unfinished, problem = await find_open_projects(search)
            self._problems += filter(None, [problem])
            known = {project["id"] for project in unfinished}
            asked = [*unfinished, *(project for project in projects if project["id"] not in known)][:MAX_TASK_READS]
            self._problems.append(
                f"Tasks of {len(asked)} of {len(projects)} projects were read; get_project_tasks reads one project's."
            )
        tasks = await read_open_tasks(search, asked)
        self._problems += filter(None, [tasks.incomplete_reason])
        users = await search.read_users() if tasks.tasks else {}
        listed = self._cut(sorted_by_deadline(tasks.tasks), "tasks", None)
        return {"tasks": [task_entry(task, project, self._due, users) for task, project in listed]}

    async def _read_addresses(self, contact: Contact) -> dict[str, Any]:
        page = await self._client.list_addresses(contact["id"])
        await self._steps.advance(_texts.later("addresses"))
        return {"addresses": [row["label"] for row in self._cut(page.items, "addresses", page.total)]}

    def _cut(self, items: Sequence[_T], what: str, total: int | None) -> Sequence[_T]:
        """Return the first items; where there are more, a note says how many."""
        if (number := max(len(items), total or 0)) > MOST:
            self._notes.append(f"{MOST} of {number} {what} are shown.")
        return items[:MOST]


def _contact_entry(contact: Contact) -> dict[str, Any]:
    keys = ("id", "name", "type", "email", "phone", "business_id")
    return {key: value for key, value in contact.items() if key in keys}
