"""On a CRM that is late or drips, calls return in their time over stdio and HTTP, in both eras, and go on behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.client.extension import ClientExtension, advertise
from mcp.types import CallToolResult

from mockserver.fake_process import FakeServer, running_fake
from tests.support.mcp_play import both_crms
from tests.support.task_play import TASKS, over, start
from tests.support.transports import ERAS, Era, over_stdio, serving_http

pytestmark = pytest.mark.slow
BUDGET_S = 1.0
FAULTS: dict[str, dict[str, Any]] = {
    "late": {"kind": "latency", "delay_s": 2.5},
    "dripping": {"kind": "drip", "delay_s": 2.5},
}


@pytest.fixture(scope="module")
def demo_fake() -> Iterator[FakeServer]:
    with running_fake("--seed", "demo") as server:
        yield server


def control(fake: FakeServer, method: str, name: str, body: object = None) -> Any:
    return httpx.request(method, f"{fake.url}/_control/{name}", json=body, trust_env=False).raise_for_status().json()


def be_slow(fake: FakeServer, fault: str, method: str = "*") -> None:
    control(fake, "POST", "reset")
    control(fake, "DELETE", "requests")
    match = {"path": "/Api/R3/*"} | ({} if method == "*" else {"method": method})
    control(fake, "PUT", "faults", {"rules": [{"match": match, "fault": FAULTS[fault]}]})


@asynccontextmanager
async def connected(
    fake: FakeServer, transport: str, era: Era, cwd: Path, *extensions: ClientExtension
) -> AsyncGenerator[Client]:
    settings = both_crms(fake.url) | {"CRM_MCP_CALL_BUDGET_S": str(BUDGET_S)}
    if transport == "stdio":
        async with over_stdio(settings, str(cwd), era) as client:
            yield client
        return
    with serving_http(settings, str(cwd)) as url:
        async with Client(url, mode=era, extensions=extensions) as client:
            yield client


async def until_result(client: Client, tool: str, arguments: dict[str, Any]) -> tuple[Any, int]:
    """Call until there is a result; return it, and how many calls returned without it before."""
    for earlier in range(30):
        result = await client.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        if result.is_error or "next_step" in (result.structured_content or {}):
            assert f"all {tool} " in str(result.content), "it says what to call next"
        else:
            return result.structured_content, earlier
    raise AssertionError(f"no result of {tool}")


@pytest.mark.parametrize("transport", ["stdio", "http"])
@pytest.mark.parametrize("era", ERAS)
def test_slow_reads_and_writes_return_in_time_and_the_same_calls_get_their_results(
    demo_fake: FakeServer, transport: str, era: Era, tmp_path: Path
) -> None:
    async def run() -> None:
        async with connected(demo_fake, transport, era, tmp_path) as client:
            be_slow(demo_fake, "dripping")
            read, earlier = await until_result(client, "get_project", {"project_id": "6001"})
            assert read["id"] == "6001"
            assert earlier, "a call returned before the CRM did"
            be_slow(demo_fake, "late", "PUT")
            written, earlier = await until_result(
                client, "update_project", {"project_id": "6001", "fields": {"Name": "Renamed"}}
            )
            assert written["id"] == "6001"
            assert earlier, "a call returned before the CRM did"
        sent = [one for one in control(demo_fake, "GET", "requests") if one["method"] == "PUT" and "Api" in one["path"]]
        assert len(sent) == 1

    asyncio.run(run())


def test_a_call_that_takes_long_is_a_task_over_http(demo_fake: FakeServer, tmp_path: Path) -> None:
    async def run() -> Any:
        async with connected(demo_fake, "http", "auto", tmp_path, advertise(TASKS)) as client:
            be_slow(demo_fake, "late")
            task = await start(client, "get_project", project_id="6001")
            assert task["resultType"] == "task"
            return await over(client, task["taskId"])

    assert asyncio.run(run())["result"]["structuredContent"]["id"] == "6001"
