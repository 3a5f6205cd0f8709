"""The tools of People, and what its records are to a `SafeWriter`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NotRequired

from typing_extensions import TypedDict

from crm_mcp.crm.all_pages import read_all_pages
from crm_mcp.crm.call import Steps
from crm_mcp.crm.paging import read_slice
from crm_mcp.mcp.arguments import Fields, Id, Limit
from crm_mcp.mcp.connector import ExportRows
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import CREATE, READ, UPDATE, CrmTool, build_tool
from crm_mcp.rendering.shortening import list_options, show_list
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.tool import WriteTool

from .wire import RULES, PeopleClient, Person


class PersonPage(TypedDict):
    """A page of people."""

    items: list[Person]
    next_cursor: NotRequired[str]
    total: NotRequired[int]


class PeopleTools:
    """Search, read, create and update people."""

    def __init__(self, client: PeopleClient, writer: SafeWriter) -> None:
        self._client = client
        self._writer = writer

    def all(self) -> Sequence[CrmTool]:
        """Return every tool."""
        build, restore = WriteTool.build, restore_as(PeopleTarget(self._client))
        return (
            build_tool(self.search_people, title="Search people", annotations=READ),
            build_tool(self.get_person, title="Get a person", annotations=READ),
            build(self.create_person, self._writer, title="Create a person", annotations=CREATE, restore=restore),
            build(self.update_person, self._writer, title="Update a person", annotations=UPDATE, restore=restore),
        )

    async def search_people(self, name: str = "", limit: Limit = 20, cursor: Cursor = FIRST_PAGE) -> PersonPage:
        """Search people by a part of their name; all without one."""
        found = await read_slice(
            lambda number: self._client.search_people(name, page=number),
            RULES,
            offset=cursor.offset,
            limit=limit,
            last_id=cursor.last_id,
        )
        page: PersonPage = {"items": show_list(found.rows, list_options("get_person"))}
        if found.total is not None:
            page["total"] = found.total
        if next_cursor := cursor.after(found.rows, len(page["items"]), more=found.more):
            page["next_cursor"] = next_cursor
        return page

    async def get_person(self, person_id: Id) -> Person:
        """Read one person."""
        return await self._client.get_person(person_id)

    async def create_person(self, name: str, email: str = "", allow_duplicate: bool = False) -> Draft:
        """Create a person; one whose email is there already is refused."""
        fields = {"name": name, "email": email}
        return Draft(PeopleTarget(self._client), [Change(fields, fields)], needs_refresh=not allow_duplicate)

    async def update_person(self, person_id: Id, fields: Fields) -> Draft:
        """Change fields of a person."""
        return Draft(PeopleTarget(self._client), [Change(fields, fields, record_id=person_id)], needs_refresh=True)

    async def read_people(self, arguments: dict[str, Any], steps: Steps) -> ExportRows:
        """Read all people that the arguments of search_people find."""
        found = await read_all_pages(
            lambda number: self._client.search_people(arguments["name"], page=number), RULES, steps
        )
        return ExportRows(found.rows, found.incomplete_reason)


@dataclass
class PeopleTarget(Target):
    """People to create or to change."""

    client: PeopleClient
    noun: str = "person"

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read who exists as they are now, and look for the email of who does not."""
        return [await self._refresh(change) for change in changes]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Create or change them."""
        return [{"ok": True, "id": (await self._write(change))["id"]} for change in changes]

    async def _refresh(self, change: Change) -> Change:
        if change.record_id:
            person = await self.client.get_person(change.record_id)
            return replace(change, name=person["fields"]["name"], before=person["fields"])
        email = str(change.sent.get("email") or "")
        same = (await self.client.search_people(email=email)).items if email else []
        found = f"Already there with this email: {same[0]['fields']['name']} ({same[0]['id']})." if same else ""
        return replace(change, problem=found)

    async def _write(self, change: Change) -> Person:
        if change.record_id:
            return await self.client.update_person(change.record_id, change.sent)
        return await self.client.create_person(change.sent)
