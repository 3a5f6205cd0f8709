"""What MiniCRM tools share: the client and the account they work with, types of arguments, and checks of these.

Each check raises an `InputError`.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import Field, WithJsonSchema

from crm_mcp.crm.call import Steps
from crm_mcp.crm.paging import Page, PageCache
from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import CallContext, Fields, Id, Limit
from crm_mcp.mcp.calls.shapes import CrmFields
from crm_mcp.mcp.tool import CrmTool
from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.account.field_values import WrittenFields
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import ADDRESS, CONTACT, PROJECT, STATUS_GROUPS, names_by_use
from crm_mcp.minicrm.models import PAGE_RULES
from crm_mcp.minicrm.search.criteria import ProjectCriteria, project_criteria
from crm_mcp.minicrm.search.projects import ProjectSearch
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.minicrm.writes.moved_records import MovedLinks, MovedRecords
from crm_mcp.safe_writes.gate import SafeWriter

if TYPE_CHECKING:
    from crm_mcp.minicrm.replica.questions.reads import ReplicaReads
    from crm_mcp.minicrm.replica.source import MinicrmSource
    from crm_mcp.transport.downloads import Downloads

Ids = list[Id]
"""Several at once, in place of the one id."""
ApiFields = Annotated[
    Fields,
    Field(description="API field to value, see describe_module"),
    CrmFields(names_by_use(CONTACT, PROJECT, ADDRESS, written=True)),
]
MaxReads = Annotated[
    int, Field(ge=1, le=5000, description="most projects to read, a request each"), WithJsonSchema({"type": "integer"})
]
"""Most objects to read one by one: at 60 requests a minute a call reads about 40, and the next ones go on there."""
MaxItems = Annotated[Limit, WithJsonSchema({"type": "integer"})]
"""A limit whose range is not in the schema; the refusal of a wrong one names it."""
StatusGroupName = Annotated[str, Field(description=", ".join(STATUS_GROUPS)), WithJsonSchema({"type": "string"})]
"""A status group; the schema of search_projects lists them, and a wrong one is refused with all."""


class Tools(Protocol):
    """Some tools of one account."""

    def tools(self) -> Sequence[CrmTool]:
        """Return them."""
        ...


def one_or_several(name: str, one: str, several: Sequence[str]) -> list[str]:
    """Return the ids of a call that takes one object by `name`, or several by its plural."""
    if bool(one) == bool(several):
        raise InputError(
            f"Give either {name} or {name}s.", hint=f"{name}s is for one change of several, records for a change each."
        )
    ids = [check_id(name, each) for each in several or [one]]
    if twice := next((each for each in ids if ids.count(each) > 1), ""):
        raise InputError(f"{name}s names {twice} twice.", hint="Name each once.")
    return ids


def refuse_trashed(fields: Mapping[str, object]) -> None:
    """Refuse to create what would be in the trash from the beginning."""
    if "Deleted" in fields:
        raise InputError("A new record cannot be created in the trash.", hint="Leave Deleted out of `fields`.")


def refuse_twice(given: Mapping[str, object], fields: Mapping[str, object]) -> None:
    """Refuse a value that stands both in an argument of its own and in `fields`."""
    if twice := [name for name in given if name in fields]:
        raise InputError(
            f"{' and '.join(twice)} is given by an argument already.", hint=f"Leave {twice[0]} out of `fields`."
        )


@dataclass(frozen=True)
class ToolContext:
    """What the tools of one account share.

    `source` opens the replica, `clock` returns the time in a zone, `downloads` fetches files where there is a network.
    """

    client: MinicrmClient
    directory: Directory
    zone: ZoneInfo
    source: Callable[[], MinicrmSource]
    clock: Callable[[ZoneInfo], datetime] = datetime.now
    page_cache: PageCache = field(default_factory=lambda: PageCache(PAGE_RULES))
    writer: SafeWriter = field(default_factory=SafeWriter)
    crm_clock: CrmClock = field(default_factory=CrmClock)
    downloads: Callable[[], Downloads] | None = None

    def reads(self, steps: Steps) -> ReplicaReads:
        """Return the replica for one call."""
        from crm_mcp.minicrm.replica.questions.reads import ReplicaReads

        return ReplicaReads(self.source(), steps)

    def moved_records(self, search: Callable[[Mapping[str, object]], Awaitable[Page[Any]]]) -> MovedRecords:
        """Return what tells, by a search that takes `UpdatedSince`, which objects changed since a plan read them."""
        return MovedRecords(search, self.crm_clock, self.zone)

    @property
    def moved_links(self) -> MovedLinks:
        """Return what tells which of the objects changed that new ones are linked to."""
        search_contacts, search_projects = self.client.search_contacts, self.client.search_projects
        return MovedLinks(self.moved_records(search_contacts), self.moved_records(search_projects))

    @property
    def written_fields(self) -> WrittenFields:
        """What resolves and checks the fields of a write."""
        return WrittenFields(self.directory, self.zone)

    def now(self) -> datetime:
        """Return the account's local time."""
        return self.clock(self.zone)

    async def search_projects(self, criteria: ProjectCriteria, call: CallContext) -> ProjectSearch:
        """Return a search of projects, answered by what is held or was read in the last minute where that is enough."""
        from crm_mcp.minicrm.replica.questions.held_pages import find_held_page

        api_criteria = await project_criteria(self.directory, self.zone, criteria)
        steps = Steps(call)
        held = functools.partial(find_held_page, self.reads(steps))
        return ProjectSearch(self.client.recent, self.directory, api_criteria, steps, held)


ToolRoom = Callable[[ToolContext], Tools]
"""Makes the tools of one file."""
