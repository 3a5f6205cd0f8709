"""Calls that read many pages: they tell how far they are, and stop asking the CRM when the caller gives up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import call
from tests.support.question_play import account, sale
from tests.support.transports import ERAS, Era, over_stdio, serving_http

pytestmark = pytest.mark.crm_fake(profile="observed", deviations={"requests-are-limited": False})
PROJECTS = 120


@asynccontextmanager
async def connected(fake: CrmFake, transport: str, era: Era, cwd: str) -> AsyncGenerator[Client]:
    settings = fake.env | {"IVINEX_URL": "", "IVINEX_USERNAME": "", "IVINEX_PASSWORD": ""}
    if transport == "stdio":
        async with over_stdio(settings, cwd, era) as client:
            yield client
        return
    with serving_http(settings, cwd) as url:
        async with Client(url, mode=era) as client:
            yield client


@pytest.mark.parametrize("transport", ["stdio", "http"])
@pytest.mark.parametrize("era", ERAS)
def test_a_cancelled_call_asks_the_crm_no_more(crm_fake: CrmFake, transport: str, era: Era, tmp_path: Path) -> None:
    crm_fake.seed(account([sale(number, Int1=1) for number in range(1, PROJECTS + 1)]))
    crm_fake.faults({"match": {"path": "/Api/R3/Project/*"}, "fault": {"kind": "latency", "delay_s": 0.05}})

    async def run() -> None:
        async with connected(crm_fake, transport, era, str(tmp_path)) as client:
            messages: list[str] = []
            under_way = asyncio.Event()

            async def on_progress(progress: float, total: float | None, message: str | None) -> None:
                del total
                messages.append(message or "")
                if progress >= 5:
                    under_way.set()

            arguments = {"module": "Sales", "measures": ["sum:Int1"]}
            reading = asyncio.create_task(
                client.call_tool("summarize_projects", arguments, progress_callback=on_progress)
            )
            await under_way.wait()
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            await call(client, "list_modules")  # answered after the cancellation has been heard
            after_it = len(crm_fake.requests())
            await call(client, "search_projects", module="Sales", limit=100, fields=["Int1"])
            assert "page 1" in messages[0]
            assert after_it < PROJECTS
            seen = [one["path"] for one in crm_fake.requests()]
            assert len(seen) - after_it <= 1 + 100 + 6, "only the second call asked on"

    asyncio.run(run())
