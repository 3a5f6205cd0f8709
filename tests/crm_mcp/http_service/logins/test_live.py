"""How many servers of logins run, and when one ends."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_mcp.http_service.callers import NamedCallers
from crm_mcp.http_service.limits.limits import Limits
from crm_mcp.http_service.logins.by_subject import BySubject
from crm_mcp.http_service.logins.live import LiveLogins
from crm_mcp.http_service.logins.making import ServerMaker
from crm_mcp.http_service.logins.served import ServedLogin
from crm_mcp.logins.watched import WatchedLogins
from crm_mcp.store.engine import Store
from crm_mcp.toolsets import DEFAULT_TOOLSETS
from crm_mcp.transport.connections import ConnectionPool
from tests.support.logins_file import write_text

MOST = 3


class Team:
    """Users `u0` to `u5`, and the servers that run for them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = 0.0
        self.write(*(f"u{at}" for at in range(6)))
        pool, store = ConnectionPool(), Store()
        watched = WatchedLogins(path, pool, clock=lambda: self.now)
        maker = ServerMaker(pool, store, DEFAULT_TOOLSETS, read_only=False, limits=Limits())
        self.live = LiveLogins(watched, maker, most=MOST, clock=lambda: self.now)

    def write(self, *subjects: str, api_key: str = "k") -> None:
        entries = (f'["{one}".minicrm]\nsystem_id = "1"\napi_key = "{api_key}"' for one in subjects)
        write_text(self.path, "\n".join(entries))

    async def find(self, subject: str) -> ServedLogin:
        self.now += 2
        served = await self.live.find(subject)
        assert served is not None
        return served


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path / "logins.toml")


def play(team: Team, scene: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        try:
            await scene()
        finally:
            await team.live.close()

    asyncio.run(run())


def server_of(served: ServedLogin) -> weakref.ref[NamedCallers]:
    """Return what is there for as long as the MCP server is, which holds it."""
    return weakref.ref(served.callers)


async def gone(server: weakref.ref[NamedCallers]) -> bool:
    """Tell whether nothing is left of a server, once what ends it had its time."""
    for _ in range(30):
        if server() is None:
            return True
        await asyncio.sleep(0.02)
        gc.collect()
    return False


def test_a_login_has_one_server_however_many_calls_come_at_once(team: Team) -> None:
    async def scene() -> None:
        found = await asyncio.gather(*(team.live.find("u0") for _ in range(5)), team.live.find("u1"))
        assert len(set(map(id, found))) == 2

    play(team, scene)


def test_no_more_servers_stay_than_may_and_those_used_last_do(team: Team) -> None:
    async def scene() -> None:
        servers = {f"u{at}": server_of(await team.find(f"u{at}")) for at in range(4)}
        assert await gone(servers["u0"])
        assert (await team.find("u1")).callers is servers["u1"]()
        await team.find("u4")
        assert await gone(servers["u2"])
        assert [name for name, server in servers.items() if server() is not None] == ["u1", "u3"]

    play(team, scene)


def test_a_server_that_answers_a_call_is_not_ended_for_want_of_room(team: Team) -> None:
    async def scene() -> None:
        first = await team.find("u0")
        with first.in_flight():
            for at in range(1, 6):
                await team.find(f"u{at}")
            assert await team.find("u0") is first

    play(team, scene)


def test_a_server_that_nobody_uses_for_long_is_ended(team: Team) -> None:
    async def scene() -> None:
        unused, used = server_of(await team.find("u0")), await team.find("u1")
        team.now += 1_700
        await team.find("u1")
        team.now += 200
        team.live.sweep()
        assert await gone(unused)
        assert await team.find("u1") is used

    play(team, scene)


def test_who_is_removed_is_found_no_more_and_the_server_ends_after_its_calls(team: Team) -> None:
    async def scene() -> None:
        served = await team.find("u0")
        left = server_of(served)
        with served.in_flight():
            team.write("u1")
            team.now += 2
            assert await team.live.find("u0") is None
        del served
        assert await gone(left)

    play(team, scene)


def test_another_login_is_served_by_another_server_at_once(team: Team) -> None:
    async def scene() -> None:
        before = await team.find("u0")
        with before.in_flight():
            team.write("u0", api_key="another")
            after = await team.find("u0")
            assert after is not before
            assert after.callers.logins != before.callers.logins

    play(team, scene)


def test_without_a_login_of_its_own_the_server_refuses_its_own_token(team: Team) -> None:
    app = Starlette()
    app.mount("/mcp", BySubject(None, team.live))
    with TestClient(app) as client:
        refused = client.post("/mcp")
    assert refused.status_code == 403
    assert "CRM_MCP_LOGINS" in refused.json()["error_description"]
