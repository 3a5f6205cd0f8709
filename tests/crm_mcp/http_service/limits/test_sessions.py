"""A client that begins ever more sessions costs neither memory nor the store, and no other user a session."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from crm_mcp.http_service.limits.sessions import SessionsPerUser
from crm_mcp.http_service.sessions import rows
from crm_mcp.http_service.sessions.rows import MOST_OF_OWNER, SessionRow
from crm_mcp.store.engine import Store
from crm_mcp.store.transaction import Transaction
from tests.crm_mcp.http_service.app_client import ACCEPT, HELLO, TOKEN, served

AUTHORIZED = {**ACCEPT, "Authorization": f"Bearer {TOKEN}"}
ANNA = AuthenticatedUser(AccessToken(token="a", client_id="a", scopes=[], subject="anna"))
PING = {"jsonrpc": "2.0", "id": 2, "method": "ping"}


@pytest.fixture
def client() -> Generator[TestClient]:
    """Give a client of the application whose users may have one session, and all who have the token ten."""
    with served(sessions_per_user="1") as client:
        yield client


def begin(client: TestClient) -> str:
    response = client.post("/mcp", json=HELLO, headers=AUTHORIZED)
    assert response.status_code == 200
    return response.headers["mcp-session-id"]


def ping(client: TestClient, session_id: str) -> int:
    return client.post("/mcp", json=PING, headers=AUTHORIZED | {"Mcp-Session-Id": session_id}).status_code


@pytest.mark.slow
@pytest.mark.usefixtures("crms")
def test_the_session_that_rested_longest_gives_way(client: TestClient) -> None:
    first, second, *others = (begin(client) for _ in range(10))
    assert ping(client, first) == 200
    begin(client)
    assert [ping(client, one) for one in (first, second, *others)] == [200, 404, *[200] * 8]


@pytest.mark.slow
@pytest.mark.usefixtures("crms")
def test_a_session_that_its_client_ended_takes_no_place(client: TestClient) -> None:
    kept = begin(client)
    for _ in range(12):
        ended = begin(client)
        assert client.delete("/mcp", headers=AUTHORIZED | {"Mcp-Session-Id": ended}).status_code == 200
    assert ping(client, kept) == 200


class Sessions:
    """What holds sessions, in place of the SDK."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.ended: list[str] = []
        self.over = asyncio.Event()

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        given = dict(scope["headers"]).get(b"mcp-session-id", b"").decode()
        if scope["method"] == "DELETE":
            self.ended.append(given)
            self.open.remove(given)
        elif given:
            await self.over.wait()
        else:
            given = f"s{len(self.open) + len(self.ended)}"
            self.open.append(given)
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"mcp-session-id", given.encode())]},
        )
        await send({"type": "http.response.body"})


def test_a_session_at_work_never_gives_way_and_one_that_only_listens_does() -> None:
    async def run() -> list[int]:
        sessions = Sessions()
        app = SessionsPerUser(sessions, 2)
        statuses: list[int] = []

        async def ask(method: str, session_id: str = "") -> None:
            async def send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    statuses.append(message["status"])

            headers = [(b"mcp-session-id", session_id.encode())] if session_id else []
            scope = {"type": "http", "method": method, "path": "/mcp", "headers": headers, "user": ANNA}
            await app(scope, asyncio.Event().wait, send)  # type: ignore[arg-type]

        await ask("POST")
        await ask("POST")
        working = [asyncio.create_task(ask("POST", "s0")), asyncio.create_task(ask("GET", "s1"))]
        await asyncio.sleep(0)
        await ask("POST")
        assert sessions.ended == ["s1"]
        working.append(asyncio.create_task(ask("POST", "s2")))
        await asyncio.sleep(0)
        await ask("POST")
        assert sessions.open == ["s0", "s2"]
        sessions.over.set()
        await asyncio.gather(*working)
        return statuses

    assert asyncio.run(run())[:4] == [200, 200, 200, 429]


@pytest.mark.parametrize("where", ["memory", "folder"])
def test_the_store_keeps_so_many_sessions_of_one_owner_and_forgets_the_oldest(where: str, tmp_path: Path) -> None:
    clock = iter(range(10_000))

    def begin_many(transaction: Transaction) -> list[tuple[str, int]]:
        rows.keep(transaction, "of another", SessionRow("bela", "{}"))
        for number in range(MOST_OF_OWNER + 20):
            rows.keep(transaction, f"s{number}", SessionRow("anna", "{}"))
            transaction.execute(
                "update http_sessions set used_at = ? where session_id = ?", (next(clock), f"s{number}")
            )
        return transaction.execute("select owner, count(*) from http_sessions group by owner order by owner")

    store = Store("memory" if where == "memory" else str(tmp_path))
    assert asyncio.run(store.run(begin_many)) == [("anna", MOST_OF_OWNER), ("bela", 1)]
