"""A server whose clock stands still, and a CRM of any size to ask it about."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from mcp import Client
from mcp.server import MCPServer

from crm_mcp.minicrm.account.crm_clock import CrmClock
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.replica.source import MinicrmSource
from crm_mcp.minicrm.tools.contact_overview import ContactOverviewTools
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.tools.open_tasks import OpenTaskTools
from crm_mcp.minicrm.tools.stale_projects import StaleProjectTools
from crm_mcp.minicrm.tools.summary import SummaryTools
from crm_mcp.replica.database import Replica
from crm_mcp.store.account import Account
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin
from crm_mcp.transport.session import Session

NOW = datetime.fromisoformat("2026-11-18T12:00:00+01:00")
ZONE = ZoneInfo("Europe/Budapest")
Json = dict[str, Any]


@contextlib.asynccontextmanager
async def asking(environment: Mapping[str, str], *, now: datetime = NOW) -> AsyncGenerator[Client]:
    """Connect a client to the MiniCRM questions alone, at a time of day that stands still."""
    pool = ConnectionPool(timeout_s=30)
    login = BasicLogin(environment["MINICRM_SYSTEM_ID"], environment["MINICRM_API_KEY"])
    client = MinicrmClient(Session(pool, crm="MiniCRM", base_url=environment["MINICRM_URL"], login=login))
    directory = Directory(client, me="Jane")
    replica = Replica(Account("minicrm", environment["MINICRM_URL"], login.username, login.password), Store(), ZONE)
    source = MinicrmSource(replica, client, directory, CrmClock(), ZONE, 0)
    context = ToolContext(client, directory, ZONE, lambda: source, now.astimezone)
    rooms = (SummaryTools, OpenTaskTools, ContactOverviewTools, StaleProjectTools)
    tools = [tool for room in rooms for tool in room(context).tools()]

    @contextlib.asynccontextmanager
    async def lifespan(_: MCPServer[None]) -> AsyncGenerator[None]:
        async with pool.open():
            yield
        await replica.close()

    async with Client(MCPServer("questions", tools=cast("list[Any]", tools), lifespan=lifespan)) as connected:
        yield connected


def account(projects: list[Json], tasks: list[Json] | None = None, **more: object) -> Json:
    """Return a seed of two modules with these projects and tasks; more parts replace what it has."""
    statuses = {
        "1": {"label": "New", "group": "Lead"},
        "2": {"label": "Offer", "group": "Open"},
        "3": {"label": "Won", "group": "Success"},
        "4": {"label": "Lost", "group": "Failed"},
    }
    fields = {
        "Int1": {"type": "Int"},
        "Enum1": {"type": "Enum", "choices": {"1": "Web", "2": "Fair", "3": "Friend"}},
        "Set1": {"type": "Set", "choices": {"1": "Kitchen", "2": "Bath"}},
        "Source": {"type": "Enum", "choices": {"1": "Old", "2": "Young"}},
    }
    support = {"name": "Support", "type": "Generic", "statuses": {"9": {"label": "New", "group": "Open"}}}
    minicrm: Json = {
        "users": {"1": "John", "2": "Jane"},
        "modules": {"3": {"name": "Sales", "type": "Generic", "statuses": statuses, "fields": fields}, "5": support},
        "contacts": [{"Id": 1, "Type": "Person", "FirstName": "Anna", "LastName": "Nagy"}],
        "projects": projects,
        "tasks": tasks or [],
    }
    return {"minicrm": minicrm | more}


def sale(project_id: int, **fields: object) -> Json:
    """Return a project of Sales, John's offer to Anna unless the fields say else."""
    row: Json = {"Id": project_id, "CategoryId": 3, "ContactId": 1, "StatusId": 2, "UserId": 1}
    return {**row, "Name": f"Sale {project_id}", "CreatedAt": "2026-01-01 10:00:00", **fields}
