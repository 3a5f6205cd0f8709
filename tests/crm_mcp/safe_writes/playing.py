"""Plays writing tools on the fake's demo data: a client whose user replies as a test says, and the fake's journal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import httpx
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult, ErrorData

from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.store.engine import Store
from crm_mcp.transport.connections import ConnectionPool

Reply = Literal["accept", "decline", "cancel"]
Era = Literal["legacy", "auto"]
MODULES = "contact=1001,note=1002,company=1003,deal=1004"

_T = TypeVar("_T")
_NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""The fake speaks no TLS: to read the authorities of the web for each request takes longer than the request."""


class User:
    """The user of the client: gives one reply to all questions, until told another, and remembers them."""

    def __init__(self, reply: Reply = "accept") -> None:
        self.reply: Reply = reply
        self.asked: list[str] = []

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult | ErrorData:
        """Answer one question."""
        del context
        assert isinstance(params, ElicitRequestFormParams)
        self.asked.append(params.message)
        await asyncio.sleep(0)
        return ElicitResult(action=self.reply, content={"confirm": True} if self.reply == "accept" else None)


class Yes:
    """Agrees to everything and remembers how far it was told to be."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    async def require_confirmation(self, question: str) -> None:
        """Agree."""
        assert question

    async def report_progress(self, done: int, total: int) -> None:
        """Remember."""
        self.seen.append((done, total))


@dataclass
class Fake:
    """A running fake, as far as these tests look at it."""

    url: str

    def reset(self) -> None:
        """Go back to the seed, with no fault and an empty journal."""
        for method, name in (("POST", "reset"), ("DELETE", "faults"), ("DELETE", "requests")):
            self._control(method, name)

    def requests(self) -> list[str]:
        """Return every request so far as method and path."""
        return [f"{one['method']} {one['path']}" for one in self._journal()]

    def writes(self) -> list[str]:
        """Return every request that writes, as method and path below the API's root."""
        return [f"{one['method']} {one['path']}" for one in self._journal() if one["method"] in ("PUT", "POST")]

    def bodies(self) -> list[Any]:
        """Return the body of every request that writes."""
        return [one["body"] for one in self._journal() if one["method"] in ("PUT", "POST")]

    def break_writes(self, path: str, kind: str, *, times: int = 1, skip: int = 0, **fault: Any) -> None:
        """Let the next requests that write to a path meet a fault."""
        method = "POST" if path.endswith(".php") else "PUT"
        match: dict[str, Any] = {"method": method, "path": path}
        if skip:
            match["nth"] = skip + 1
        rule = {"match": match, "times": times, "fault": {"kind": kind, **fault}}
        self._control("PUT", "faults", {"rules": [rule]})

    def lose(self, path: str, *, reads_from: int) -> None:
        """Make the next write to a path and lose its response, and refuse to read it from the so many-th time on."""
        lost = {"match": {"method": "PUT", "path": path}, "times": 1, "fault": {"kind": "reset_after_commit"}}
        unread = {
            "match": {"method": "GET", "path": path, "nth": reads_from},
            "fault": {"kind": "status", "status": 400, "body": "no"},
        }
        self._control("PUT", "faults", {"rules": [lost, unread]})

    def mend(self) -> None:
        """Let no request meet a fault any more."""
        self._control("DELETE", "faults")

    def answer_late(self, *paths: str, delay_s: float) -> None:
        """Answer what reads these paths late, by what was true when it was asked."""
        fault = {"kind": "latency", "delay_s": delay_s}
        self._control(
            "PUT", "faults", {"rules": [{"match": {"method": "GET", "path": path}, "fault": fault} for path in paths]}
        )

    def change(self, path: str, **fields: Any) -> None:
        """Change something behind the server's back, as a colleague would."""
        self._api("PUT", path, json=fields)

    def read(self, path: str) -> Any:
        """Read something of MiniCRM past the server."""
        return self._api("GET", path).json()

    def _api(self, method: str, path: str, **options: Any) -> httpx.Response:
        login = ("10001", "demo-api-key")
        return self._send(method, f"Api/R3/{path}", auth=login, **options)

    def _journal(self) -> list[dict[str, Any]]:
        listed = self._control("GET", "requests?limit=1000").json()
        return [one for one in listed if not one["path"].startswith("/_control")]

    def _control(self, method: str, name: str, body: object = None) -> httpx.Response:
        return self._send(method, f"_control/{name}", json=body)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        url = f"{self.url}/{path}"
        return httpx.request(method, url, trust_env=False, verify=_NO_TRUST, **options).raise_for_status()


@contextlib.asynccontextmanager
async def connected(user: User | None, era: Era, *, read_only: bool, timeout_s: float) -> AsyncGenerator[Client]:
    """Connect a client, with a user or with nobody who can be asked, to a server on the environment's CRMs."""
    patience_s = float(os.environ.get("CRM_MCP_CALL_BUDGET_S", "0"))
    pool, store = ConnectionPool(timeout_s=timeout_s, patience_s=patience_s), Store(os.environ["CRM_MCP_STORE"])
    server = build_server(connect(pool, store), pool, store=store, read_only=read_only)
    async with Client(server, mode=era, elicitation_callback=user) as client:
        yield client


def play(
    scene: Callable[[Client], Awaitable[_T]],
    *,
    user: User | None = None,
    era: Era = "auto",
    read_only: bool = False,
    timeout_s: float = 10,
) -> _T:
    """Play some calls with one server: with a store in a folder, as one process of several."""

    async def run() -> _T:
        async with connected(user, era, read_only=read_only, timeout_s=timeout_s) as client:
            return await scene(client)

    return asyncio.run(run())
