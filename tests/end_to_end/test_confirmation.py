"""The user is asked before anything goes to the trash: over stdio and HTTP, in both eras, whatever they say."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
from mcp import Client

from mockserver.fake_process import running_fake
from tests.crm_mcp.safe_writes.playing import Fake, User
from tests.support.mcp_play import both_crms, call, fail
from tests.support.transports import ERAS, Era, over_stdio, serving_http

TRASH = {"project_id": "6001", "fields": {"Deleted": 1}}


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with running_fake("--seed", "demo") as server:
        yield Fake(server.url)


@contextlib.asynccontextmanager
async def connected(fake: Fake, transport: str, era: Era, cwd: Path, user: User | None) -> AsyncGenerator[Client]:
    if transport == "stdio":
        async with over_stdio(both_crms(fake.url), str(cwd), era, user=user) as client:
            yield client
        return
    with serving_http(both_crms(fake.url), str(cwd)) as url:
        async with Client(url, mode=era, elicitation_callback=user) as client:
            yield client


async def refuse_in_every_way(client: Client, user: User, fake: Fake) -> None:
    user.reply = "decline"
    assert "was declined" in await fail(client, "update_project", **TRASH)
    user.reply = "cancel"
    assert "closed without a reply" in await fail(client, "update_project", **TRASH)
    assert fake.writes() == []


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_only_a_yes_lets_a_project_go_to_the_trash(fake: Fake, transport: str, era: Era, tmp_path: Path) -> None:
    fake.reset()
    user = User()

    async def run() -> None:
        async with connected(fake, transport, era, tmp_path, None) as client:
            assert "cannot ask" in await fail(client, "update_project", **TRASH)
        async with connected(fake, transport, era, tmp_path, user) as client:
            assert (client.protocol_version >= "2026") is (era == "auto")
            await refuse_in_every_way(client, user, fake)
            user.reply = "accept"
            assert (await call(client, "update_project", **TRASH))["id"] == "6001"

    asyncio.run(run())
    assert user.asked == ['Move 1 MiniCRM project to the trash: "Third floor, twelve rooms" (6001)?'] * 3
    assert fake.writes() == ["PUT /Api/R3/Project/6001"]
