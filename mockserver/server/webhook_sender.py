"""Sends what webhooks have to send, beside the requests that the server answers.

A try is a POST on a connection of its own; redirects are not followed. Content type, user agent and the time that a
receiver has are assumed.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mockserver.version import read_version
from mockserver.workspaces.all import Workspaces
from mockserver.workspaces.webhooks.delivery import Delivery, Outcome
from mockserver.workspaces.webhooks.faulty import FaultyTry
from mockserver.workspaces.webhooks.webhook import is_loopback
from mockserver.workspaces.workspace import Workspace

if TYPE_CHECKING:
    import httpx

RECEIVER_TIMEOUT_S = 10.0
"""How long a receiver may take for its answer (assumed)."""
MOST_AT_ONCE = 20
_MOST_ANSWER_BYTES = 64 * 1024
_ASKED_AGAIN_S = 0.01
_LONGEST_SLEEP_S = 60.0


class WebhookSender:
    """Sends for all workspaces of a server, as long as its event loop runs."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._woken = asyncio.Event()
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._sending: set[asyncio.Task[None]] = set()
        for workspace in workspaces.list_all():
            workspace.webhooks.wake = self._woken.set

    async def run(self) -> None:
        """Send whatever is due until cancelled; what waits then is lost."""
        try:
            while True:
                self._woken.clear()
                for workspace in self._workspaces.list_all():
                    for delivery in workspace.webhooks.take_due():
                        self._begin(workspace, delivery)
                await self._sleep_until_due()
        finally:
            for task in self._sending:
                task.cancel()
            for client in self._clients.values():
                await client.aclose()

    async def _sleep_until_due(self) -> None:
        try:
            async with asyncio.timeout(self._seconds_until_due()):
                await self._woken.wait()
        except TimeoutError:
            pass

    def _seconds_until_due(self) -> float | None:
        """Return how long to sleep; None where only a change, or another time of a clock, makes anything due."""
        found = (workspace.webhooks.seconds_until_due() for workspace in self._workspaces.list_all())
        waits = [seconds for seconds in found if seconds is not None]
        return min(max(min(waits), _ASKED_AGAIN_S), _LONGEST_SLEEP_S) if waits else None

    def _begin(self, workspace: Workspace, delivery: Delivery) -> None:
        task = asyncio.create_task(self._send(workspace, delivery))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, workspace: Workspace, delivery: Delivery) -> None:
        path = urlsplit(delivery.webhook.url).path or "/"
        hit = self._workspaces.match_fault(workspace, "POST", path, is_webhook=True)
        async with self._at_once:
            outcome = await (
                self._post(delivery, delivery.body) if hit is None else self._fail(delivery, FaultyTry(hit))
            )
        workspace.webhooks.finish(delivery, outcome)
        self._woken.set()

    async def _fail(self, delivery: Delivery, faulty: FaultyTry) -> Outcome:
        """Make a try that meets a fault."""
        await asyncio.sleep(faulty.delay_s)
        outcome = Outcome(0)
        if faulty.reaches_receiver:
            outcome = await self._post(delivery, faulty.spoil(delivery.body))
        return faulty.spoil_outcome(outcome)

    async def _post(self, delivery: Delivery, sent: bytes) -> Outcome:
        import httpx

        begun_s = time.perf_counter()
        webhook = delivery.webhook
        user, _, password = webhook.login.partition(":")
        try:
            async with (
                asyncio.timeout(RECEIVER_TIMEOUT_S),
                self._open_client(webhook.url).stream(
                    "POST",
                    webhook.url,
                    content=sent,
                    auth=(user, password) if webhook.login else None,
                    headers={"Content-Type": "application/json", "User-Agent": f"crm-mock/{read_version()}"},
                ) as response,
            ):
                body = await _read_some(response)
        except (TimeoutError, httpx.TimeoutException):
            problem = f"the receiver did not answer within {RECEIVER_TIMEOUT_S:g} s"
            return Outcome(0, problem=problem, took_s=time.perf_counter() - begun_s)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            problem = f"the receiver cannot be reached, or went away: {error or type(error).__name__}"
            return Outcome(0, problem=problem, took_s=time.perf_counter() - begun_s)
        content_type = response.headers.get("content-type", "")
        return Outcome(response.status_code, body, content_type, took_s=time.perf_counter() - begun_s)

    def _open_client(self, url: str) -> httpx.AsyncClient:
        """Return the client for a host; on this machine a certificate is whatever the receiver made for itself."""
        import httpx  # slow to import, and only webhooks need it

        is_here = is_loopback(urlsplit(url).hostname or "")
        if is_here not in self._clients:
            limits = httpx.Limits(max_keepalive_connections=0)  # a kept one may be closed just when it is used again
            self._clients[is_here] = httpx.AsyncClient(
                verify=not is_here, trust_env=not is_here, timeout=RECEIVER_TIMEOUT_S, limits=limits
            )
        return self._clients[is_here]


async def _read_some(response: httpx.Response) -> bytes:
    """Return the beginning of an answer."""
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) >= _MOST_ANSWER_BYTES:
            break
    return body[:_MOST_ANSWER_BYTES]
