"""A balancer in front of several servers: each request goes to the next one that can be reached."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Generator, Sequence
from itertools import count

import httpx
import uvicorn
from starlette.types import Receive, Scope, Send


class RoundRobin:
    """Passes requests on, bodies and streams as they come; `behind` may change while it runs."""

    def __init__(self, behind: Sequence[str]) -> None:
        self.behind = list(behind)
        self.passed: list[str] = []
        self._numbers = count()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._http = httpx.AsyncClient(timeout=60, trust_env=False, limits=limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = [(name, value) for name, value in scope["headers"] if name not in (b"host", b"connection")]
        passing = asyncio.create_task(self._pass(scope["method"], headers, body, send))
        leaving = asyncio.create_task(_wait_for_the_end(receive))
        await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in (passing, leaving):
            task.cancel()
        passed, _ = await asyncio.gather(passing, leaving, return_exceptions=True)
        if isinstance(passed, httpx.TransportError):  # in the midst of a response, which the client is to see broken
            raise ConnectionError

    async def _pass(self, method: str, headers: list[tuple[bytes, bytes]], body: bytes, send: Send) -> None:
        for _ in self.behind:
            address = self.behind[next(self._numbers) % len(self.behind)]
            request = self._http.build_request(method, address, content=body, headers=headers)
            try:
                response = await self._http.send(request, stream=True)
            except httpx.ConnectError:
                continue
            except httpx.TransportError:  # it may have been carried out: it is not for another one
                break
            async with contextlib.aclosing(response):
                self.passed.append(address)
                await _give(response, send)
            return
        await send({"type": "http.response.start", "status": 502, "headers": []})
        await send({"type": "http.response.body"})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._http.aclose()
        await send({"type": "lifespan.shutdown.complete"})


async def _give(response: httpx.Response, send: Send) -> None:
    """Give a response on to its end."""
    hop_by_hop = (b"connection", b"transfer-encoding", b"keep-alive")
    headers = [(name.lower(), value) for name, value in response.headers.raw if name.lower() not in hop_by_hop]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    async for piece in response.aiter_raw():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body"})


async def _wait_for_the_end(receive: Receive) -> None:
    await receive()


@contextlib.contextmanager
def balancing(*addresses: str) -> Generator[tuple[RoundRobin, str]]:
    """Yield a balancer in front of these addresses of `/mcp`, and its own."""
    balancer = RoundRobin(addresses)
    listener = socket.create_server(("127.0.0.1", 0))
    # What it would log are servers that died under a response.
    config = uvicorn.Config(balancer, log_config=None, log_level="critical", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield balancer, f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
