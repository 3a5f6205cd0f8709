"""How many calls fail when the CRM's reads do: `python -m tests.soak.read_faults [CALLS]` prints it for 1, 10 and 30 %.

Every call goes through an MCP client, the server and a real socket to the fake, which lets a share of all reads fail,
in every way that passes, with a fixed seed. Writes meet no fault, and no wait between two attempts is slept.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from mcp import Client
from mcp.types import CallToolResult, TextContent

from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.transport.connections import ConnectionPool
from mockserver.fake_process import running_fake
from mockserver.testing.crm_fake import CrmFake

SHARES = (0.01, 0.1, 0.3)
CALLS = 100
CALLS_A_SERVER = 5
"""What a server knows of an account it reads once: each new one reads it under faults too."""
FAULTS: tuple[Mapping[str, object], ...] = (
    *({"kind": "status", "status": status} for status in (500, 502, 503, 504)),
    {"kind": "status", "status": 503, "headers": {"Retry-After": "2"}},
    *({"kind": kind} for kind in ("reset", "reset_after_commit", "truncate", "malformed", "html")),
    {"kind": "html", "status": 200},
    {"kind": "latency", "delay_s": 0.02},
    {"kind": "drip", "delay_s": 0.02},
)
CONTACTS = tuple(str(number) for number in range(5101, 5111))
PROJECTS = tuple(str(number) for number in range(6001, 6021))


@dataclass
class Tally:
    """What became of the calls of one kind.

    Attributes:
        lacking: Calls that were answered without all that was asked, and said so.
        failures: What the calls that failed said.
    """

    calls: int = 0
    lacking: int = 0
    failures: list[str] = field(default_factory=list[str])
    took_s: float = 0.0

    def __str__(self) -> str:
        failed = len(self.failures)
        share = failed / self.calls if self.calls else 0.0
        return f"{failed:>4} of {self.calls} failed ({share:.1%}), {self.lacking} lacked something, {self.took_s:.0f} s"


Call = Callable[[Client], Awaitable["Answer"]]


@dataclass(frozen=True)
class Answer:
    """What a call said."""

    is_error: bool
    text: str
    structured: dict[str, Any]

    @property
    def lacks(self) -> bool:
        """Whether it says that something could not be read, or written."""
        return "could not be read" in self.text or "were not read" in self.text or '"ok":false' in self.text


def tool(name: str, *choices: dict[str, Any]) -> Call:
    """Return what calls a tool, with each of these arguments in turn."""
    turns = itertools.cycle(choices or ({},))

    async def call(client: Client) -> Answer:
        return await ask(client, name, next(turns))

    return call


async def ask(client: Client, name: str, arguments: dict[str, Any]) -> Answer:
    """Call a tool."""
    result = await client.call_tool(name, arguments)
    assert isinstance(result, CallToolResult)
    text = "".join(block.text for block in result.content if isinstance(block, TextContent))
    return Answer(bool(result.is_error), text, result.structured_content or {})


def plan_of_twenty() -> Call:
    """Return what plans a change of twenty projects."""
    users = itertools.cycle(("101", "102"))

    async def make(client: Client) -> Answer:
        return await plan(client, next(users))

    return make


def written_plan_of_twenty() -> Call:
    """Return what plans a change of twenty projects, however often that takes, and writes the plan."""
    users = itertools.cycle(("103", "101", "102"))  # never the one that the last plan wrote

    async def write(client: Client) -> Answer:
        user = next(users)
        planned = await plan(client, user)
        while planned.is_error:
            planned = await plan(client, user)
        return await ask(client, "update_project", {"plan_id": planned.structured["plan_id"]})

    return write


async def plan(client: Client, user: str) -> Answer:
    """Plan to give twenty projects to a user."""
    arguments = {"project_ids": PROJECTS, "fields": {"UserId": user}, "dry_run": True}
    return await ask(client, "update_project", arguments)


def calls_by_name() -> dict[str, Call]:
    """Return what is measured."""
    return {
        "get_contact_overview": tool("get_contact_overview", *({"contact_id": one} for one in CONTACTS)),
        "list_open_tasks": tool("list_open_tasks", {}, {"due": "overdue"}, {"user": "Nagy Eszter"}),
        "find_stale_projects": tool("find_stale_projects", {}, {"days": 5, "without_open_task": True}),
        "summarize_projects": tool("summarize_projects", {"group_by": ["status"]}, {"module": "Sales"}),
        "plan of 20": plan_of_twenty(),
        "writing a plan of 20": written_plan_of_twenty(),
    }


def fault_rules(share: float) -> list[dict[str, object]]:
    """Return rules by which this share of all reads fails, in all ways alike."""
    each = 1 - (1 - share) ** (1 / len(FAULTS))
    return [{"match": {"method": "GET"}, "probability": each, "fault": fault} for fault in FAULTS]


@asynccontextmanager
async def assistant_of(fake: CrmFake) -> AsyncGenerator[Client]:
    """Connect a client to a new server on a workspace of the fake."""

    async def sleep(_: float) -> None:
        await asyncio.sleep(0)

    pool = ConnectionPool(timeout_s=10, patience_s=25, sleep=sleep)
    with patch.dict(os.environ, {**fake.env, "CRM_MCP_UNCONFIRMED_WRITES": "1", "CRM_MCP_STORE": "memory"}):
        server = build_server(connect(pool), pool)
    async with Client(server) as client:
        yield client


async def measure(fake: CrmFake, call: Call, calls: int) -> Tally:
    """Make these calls, each few of them with a server that knows nothing yet."""
    tally = Tally()
    began_s = time.monotonic()
    while tally.calls < calls:
        async with assistant_of(fake) as client:
            for _ in range(min(CALLS_A_SERVER, calls - tally.calls)):
                answer = await call(client)
                tally.calls += 1
                tally.lacking += answer.lacks and not answer.is_error
                tally.failures += [answer.text] if answer.is_error else []
    tally.took_s = time.monotonic() - began_s
    return tally


def measure_all(share: float, calls: int) -> dict[str, Tally]:
    """Measure every kind of call while a share of all reads fails."""
    tallies: dict[str, Tally] = {}
    with running_fake() as server, server.new_workspace("demo") as fake:
        for number, (name, call) in enumerate(calls_by_name().items()):
            fake.faults(*fault_rules(share), seed=number)
            tallies[name] = asyncio.run(measure(fake, call, calls))
    return tallies


def main() -> None:
    """Print the figures for each share of faults, and the commonest failures."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    for share in SHARES:
        print(f"{share:.0%} of all reads fail")
        for name, tally in measure_all(share, calls).items():
            print(f"  {name:<22}{tally}")
            for text, times in Counter(tally.failures).most_common(3):
                print(f"      {times} x {text[:200]}")


if __name__ == "__main__":
    main()
