"""What people's assistants do at the service in a soak: each visit connects as somebody, does one thing, and goes.

Some go without a word: sessions are left open, calls are cancelled, connections dropped in mid-request.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import httpx2
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.client.extension import advertise
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ElicitRequestParams, ElicitResult

from tests.support.mcp_play import call
from tests.support.task_play import TASKS, finish
from tests.support.token_issuer import Issuer, make_ec_key
from tests.support.transports import ERAS, Era

ONE_TOKEN = "the-token-of-the-soak"
WEBHOOK_LOGIN = ("crm", "a-made-up-word")
SLOW_CONTACT = "5103"
"""Reading it takes so long that the call becomes a task."""
_ACCEPT = {"Accept": "application/json, text/event-stream"}
_HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "soak", "version": "1"}}
_PROJECTS = tuple(str(one) for one in range(6001, 6011))
_WRITTEN = "6003"
_LEAVES_AFTER_S = 0.02


@dataclass
class Visitors:
    """Everybody who visits one service.

    Attributes:
        url: The address of `/mcp`.
        issuer: Who gives them tokens.
        users: How many there are beside the bearers of the one token.
        chance: What is drawn is drawn from here.
        done: How often each kind of visit went well.
        problems: What went otherwise than it should.
        slowest_s: How long the slowest visit took.
        free: Projects that nobody is at.
        numbers: Each once.
    """

    url: str
    issuer: Issuer
    users: int
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter[str])
    problems: list[str] = field(default_factory=list[str])
    slowest_s: float = 0.0
    free: list[str] = field(default_factory=lambda: [str(one) for one in range(6011, 6030)])
    numbers: Iterator[int] = field(default_factory=count)
    _key_id: str = "one"

    async def visit_until(self, end_s: float) -> None:
        """Visit, one after the other, until then."""
        while time.monotonic() < end_s:
            kind = self.chance.choices(list(_KINDS), [weight for _, weight in _KINDS.values()])[0]
            begun_s = time.monotonic()
            try:
                async with asyncio.timeout(60):
                    await _KINDS[kind][0](self)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                self.problems.append(f"{kind}: {_told(error)}")
            else:
                self.done[kind] += 1
            self.slowest_s = max(self.slowest_s, time.monotonic() - begun_s)

    async def warm_up(self) -> None:
        """Let each user call once what begins something that stays: a server, a copy of the account, a thread."""
        for at in range(self.users):
            async with self.connected(token=self.issuer.token(sub=f"user-{at}")) as client:
                await call(client, "get_project", project_id="6001")
                await call(client, "query_crm", sql="select count(*) as n from minicrm_users")

    def rotate_keys(self) -> None:
        """Let the issuer sign by a new key; the old one stays known until the next."""
        self._key_id = f"key-{next(self.numbers)}"
        self.issuer.add_key(self._key_id, make_ec_key())
        del self.issuer.keys[:-2]

    def token(self, **claims: Any) -> str:
        """Return the token of somebody."""
        if not claims and self.chance.random() < 0.2:
            return ONE_TOKEN
        who = f"user-{self.chance.randrange(self.users)}"
        given: dict[str, Any] = {"key_id": self._key_id, "sub": who, "jti": str(self.chance.random()), **claims}
        return self.issuer.token(**given)

    @contextlib.asynccontextmanager
    async def connected(
        self,
        query: str = "",
        reply: str = "accept",
        era: Era | None = None,
        token: str = "",
        *,
        takes_tasks: bool = False,
    ) -> AsyncGenerator[Client]:
        """Connect as somebody, in one era or the other."""
        bearer = {"Authorization": f"Bearer {token or self.token()}"}
        http = httpx2.AsyncClient(headers=bearer, trust_env=False, timeout=60)

        async def answer(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
            del context, params
            return ElicitResult(action=reply, content={"confirm": True} if reply == "accept" else None)  # pyright: ignore[reportArgumentType]

        transport = streamable_http_client(f"{self.url}{query}", http_client=http)
        mode = era or self.chance.choice(ERAS)
        extensions = [advertise(TASKS)] if takes_tasks else []
        async with http, Client(transport, mode=mode, elicitation_callback=answer, extensions=extensions) as client:
            yield client

    async def post(self, message: Mapping[str, Any], headers: Mapping[str, str]) -> httpx.Response:
        """Send one message by itself."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            body = {"jsonrpc": "2.0", "id": 1, **message}
            return await http.post(self.url, json=body, headers={**_ACCEPT, **headers})


async def _read(visitors: Visitors) -> None:
    async with visitors.connected() as client:
        for _ in range(visitors.chance.randrange(1, 8)):
            project = visitors.chance.choice(_PROJECTS)
            assert (await call(client, "get_project", project_id=project))["id"] == project
            page = await call(client, "search_records", module="contact", limit=20)
            assert len(page["items"]) == 20


async def _query(visitors: Visitors) -> None:
    async with visitors.connected() as client:
        found = await call(client, "query_crm", sql="select count(*) as n from minicrm_users")
        assert found["rows"]


async def _list(visitors: Visitors) -> None:
    async with visitors.connected(visitors.chance.choice(("?read_only=1", "?toolsets=default", ""))) as client:
        assert (await client.list_tools()).tools
        assert (await client.list_resources()).resources


async def _answer_question(visitors: Visitors) -> None:
    reply = visitors.chance.choice(("accept", "decline"))
    project = visitors.free.pop()
    async with visitors.connected(reply=reply) as client:
        result: Any = await client.call_tool("update_project", {"project_id": project, "fields": {"Deleted": 1}})
        assert bool(result.is_error) is (reply == "decline"), result.content
        if reply == "accept":
            await call(client, "undo_write", write_id=result.structured_content["write_id"])
    visitors.free.append(project)


async def _plan(visitors: Visitors) -> None:
    marker = f"soak {next(visitors.numbers)}"
    async with visitors.connected() as client:
        records = [{"project_id": _WRITTEN, "comment": f"{marker} {at}"} for at in range(3)]
        plan: Any = await client.call_tool("create_task", {"records": records, "dry_run": True})
        plan_id = plan.structured_content["plan_id"]
        done = await call(client, "create_task", plan_id=plan_id)
        for at, item in enumerate(done["items"]):
            task = await call(client, "get_task", task_id=item["id"])
            assert task["comment"] == f"{marker} {at}"


async def _export(visitors: Visitors) -> None:
    async with visitors.connected() as client:
        arguments = {"tool": "search_projects", "arguments": {"module": "Sales"}, "format": "jsonl"}
        exported = await call(client, "export_search", **arguments)
        (content,) = (await client.read_resource(exported["uri"])).contents
        assert len(getattr(content, "text", "").splitlines()) == exported["rows"]


async def _wait_for_task(visitors: Visitors) -> None:
    async with visitors.connected(era="auto", takes_tasks=True) as client:
        assert (await finish(client, "get_contact", contact_id=SLOW_CONTACT))["id"] == SLOW_CONTACT


async def _cancel(visitors: Visitors) -> None:
    async with visitors.connected() as client:
        calling = asyncio.create_task(client.call_tool("get_contact", {"contact_id": SLOW_CONTACT}))
        await asyncio.sleep(_LEAVES_AFTER_S)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        assert (await call(client, "get_project", project_id="6001"))["id"] == "6001"


async def _abandon(visitors: Visitors) -> None:
    bearer = {"Authorization": f"Bearer {visitors.token()}"}
    begun = await visitors.post({"method": "initialize", "params": _HELLO}, bearer)
    session = {**bearer, "Mcp-Session-Id": begun.headers["mcp-session-id"], "Mcp-Protocol-Version": "2025-11-25"}
    params = {"name": "get_project", "arguments": {"project_id": "6002"}}
    said = await visitors.post({"method": "tools/call", "params": params}, session)
    assert '"6002"' in said.text, said.text


async def _drop(visitors: Visitors) -> None:
    where = urlsplit(visitors.url)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": _HELLO}).encode()
    lines = [f"POST {where.path} HTTP/1.1", f"Host: {where.netloc}", f"Authorization: Bearer {visitors.token()}"]
    lines += [f"{name}: {value}" for name, value in _ACCEPT.items()]
    head = "\r\n".join([*lines, "Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]).encode()
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write((head + body)[: visitors.chance.randrange(1, len(head + body) + 1)])
    await writer.drain()
    await asyncio.sleep(visitors.chance.choice((0, _LEAVES_AFTER_S)))
    writer.transport.abort()


async def _come_without_right(visitors: Visitors) -> None:
    wrong = visitors.chance.choice(({"exp": 1}, {"aud": "another"}, {"key": make_ec_key()}))
    bearer = {"Authorization": f"Bearer {visitors.token(**wrong)}"}
    assert (await visitors.post({"method": "initialize", "params": _HELLO}, bearer)).status_code == 401


async def _tell_of_change(visitors: Visitors) -> None:
    told = {"Id": visitors.chance.choice(_PROJECTS), "Type": "Project", "Data": {"SystemId": "10001"}}
    async with httpx.AsyncClient(trust_env=False, auth=WEBHOOK_LOGIN) as http:
        said = await http.post(visitors.url.replace("/mcp", "/webhooks/minicrm"), json={**told, "Changed": ["Name"]})
    assert said.status_code == 200, said.text


_KINDS: Mapping[str, tuple[Callable[[Visitors], Awaitable[None]], int]] = {
    "read": (_read, 30),
    "query": (_query, 4),
    "list": (_list, 8),
    "question": (_answer_question, 8),
    "plan": (_plan, 8),
    "export": (_export, 5),
    "task": (_wait_for_task, 3),
    "cancelled": (_cancel, 6),
    "abandoned": (_abandon, 8),
    "dropped": (_drop, 10),
    "without right": (_come_without_right, 6),
    "webhook": (_tell_of_change, 4),
}


def _told(error: BaseException) -> str:
    """Return what an error says, and those that it groups."""
    if isinstance(error, BaseExceptionGroup):
        grouped = cast("BaseExceptionGroup[BaseException]", error)
        return "; ".join(_told(one) for one in grouped.exceptions)
    return f"{type(error).__name__} {str(error)[:300]}"
