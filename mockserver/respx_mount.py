"""Mounts the fake in the test's process, in front of the CRMs' real addresses, for httpx clients: no socket, no port.

While `mounted_fake` is open, respx hands every request of an `httpx.Client` or `httpx.AsyncClient` here. The mounted
addresses are answered by the fake; anything else is refused, so that nothing reaches a network. What a fault does to a
connection becomes the exception that httpx raises for it.

respx holds back httpx alone. Requests of httpx2, requests, aiohttp or urllib still go out: give httpx2 the fake itself,
`httpx2.AsyncClient(transport=httpx2.ASGITransport(app=fake.app))`, and the others the address of a socket fake.

Needs httpx and respx, which the distribution's extra `test` brings; nothing else of the fake imports either.
"""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import anyio
import httpx
import respx
from respx.models import AllMockedAssertionError

from mockserver.crm.api import ApiResponse, Delivery
from mockserver.crm.entry import CrmEntry
from mockserver.crm.profiles import Language, Profile, ProfileName, check_names
from mockserver.http.asgi import HttpRequest, read_head, split_into_drips
from mockserver.registry import CRMS, list_deviations
from mockserver.server.app import MockApp, create_app
from mockserver.testing.control_client import ControlError, explain_refusal
from mockserver.testing.crm_fake import CrmFake, locate_seed, read_document
from mockserver.workspaces.workspace import DEFAULT_NAME

__tracebackhide__ = True

# The last one first: the address of the whole fake has always been that of its last CRM.
REAL_URLS = tuple(entry.real_url for entry in reversed(CRMS))


class MountedFake(CrmFake):
    """The fake that answers at the mounted addresses; it is steered as any `CrmFake` is.

    Attributes:
        app: The ASGI application, for clients that respx does not hold back.
        router: The respx router, for further routes of a test's own.
    """

    def __init__(
        self,
        app: MockApp,
        router: respx.MockRouter,
        urls: tuple[str, ...],
        *,
        seed: str | Mapping[str, object],
        folder: str | Path,
    ) -> None:
        self.app = app
        self.router = router
        super().__init__(
            _InProcessControl(app, urls[0]),
            DEFAULT_NAME,
            logins=_read_logins(app),
            urls={entry.name: _choose_url(entry, urls) for entry in CRMS},
            seed=seed,
            folder=folder,
        )

    def _call(self, method: str, name: str, query: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
        response = super()._call(method, name, query, body)
        self.logins = _read_logins(self.app)  # they are part of the data
        return response


@contextmanager
def mounted_fake(
    *urls: str,
    seed: str | Path | Mapping[str, object] = "demo",
    profile: ProfileName = "documented",
    language: Language = "en",
    deviations: Mapping[str, bool] | None = None,
    folder: str | Path = "",
) -> Generator[MountedFake]:
    """Answer at the CRMs' addresses from inside this process until the `with` block ends.

    Args:
        *urls: The addresses, such as `https://r3.minicrm.hu`; every API answers at each. A CRM's in `env` is the first
            that has the CRM's `host_word` in it; where it has no such word, the first that has no other CRM's. Without
            any they are `REAL_URLS`.
        seed: `demo`, `documented`, `empty`, a seed file, or a seed document.
        profile: `documented` answers as the documents print, `observed` as live servers do.
        language: Language of MiniCRM's labels and error texts.
        deviations: Deviations to turn on or off by name, whatever the profile has.
        folder: What the path of a seed file is relative to.

    Raises:
        ValueError: An address is more or less than scheme, host and port.
        SeedError: The seed cannot be loaded.
        DeviationError: There is no such deviation.
    """
    check_names(deviations or {}, list_deviations())
    addresses = tuple(url.rstrip("/") for url in urls) or REAL_URLS
    router = _NotingRouter(addresses)
    chosen = locate_seed(seed, folder)
    own_profile = Profile(profile, language, deviations or {})
    app = create_app(read_document(chosen), own_profile, seed_name=str(seed) if chosen is seed else "")
    mount = _Mount(app)
    with closing(app):
        for address in addresses:
            router.route(**_read_address(address)).side_effect = mount.respond
        with router:
            yield MountedFake(app, router, addresses, seed=chosen, folder=folder)


def _read_address(address: str) -> dict[str, Any]:
    """Return what respx is to look for in a request's address."""
    url = httpx.URL(address)
    if url.scheme not in {"http", "https"} or not url.host or url.raw_path != b"/" or url.userinfo or url.fragment:
        raise ValueError(f"{address!r} is no address to mount at: write scheme and host, such as {REAL_URLS[0]}")
    return {"scheme": url.scheme, "host": url.host, "port": url.port or {"http": 80, "https": 443}[url.scheme]}


class _NotingRouter(respx.MockRouter):
    """Refuses what no route matches, says why, and makes a late response wait."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        super().__init__(assert_all_called=False, assert_all_mocked=True)
        self._note = f"The fake is mounted at {', '.join(addresses)} only, and no request may go out to another host."

    def handler(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a synchronous client."""
        try:
            response = super().handler(request)
        except AllMockedAssertionError as error:
            error.add_note(self._note)
            raise
        if _DELAY in response.extensions:
            time.sleep(response.extensions[_DELAY])
        return _raise_error(response)

    async def async_handler(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an asynchronous client."""
        try:
            response = await super().async_handler(request)
        except AllMockedAssertionError as error:
            error.add_note(self._note)
            raise
        if _DELAY in response.extensions:
            await anyio.sleep(response.extensions[_DELAY])
        return _raise_error(response)


# What a response takes from the route, which cannot wait, to the router, which can.
_DELAY = "mockserver.delay_s"
_ERROR = "mockserver.error"


def _raise_error(response: httpx.Response) -> httpx.Response:
    if _ERROR in response.extensions:
        raise response.extensions[_ERROR]
    return response


class _Mount:
    """Turns httpx's requests into the fake's, and the fake's responses into httpx's."""

    def __init__(self, app: MockApp) -> None:
        self._app = app
        self._lock = threading.Lock()  # clients of several threads share the fake, which answers one at a time

    def respond(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, with the delay and the error that a fault has for it."""
        with self._lock:
            response = self._app.respond(_read_request(request))
        return _deliver(response, request)


def _read_request(request: httpx.Request) -> HttpRequest:
    raw_path, _, raw_query = request.url.raw_path.partition(b"?")
    scope = {
        "method": request.method,
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": raw_query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
    }
    return replace(read_head(scope), body=request.read())


def _deliver(response: ApiResponse, request: httpx.Request) -> httpx.Response:
    is_empty = request.method == "HEAD" or response.status in {204, 304}
    headers = {"content-type": response.content_type, "content-length": str(len(response.body)), **response.headers}
    stream = _Stream(b"" if is_empty else response.arriving_body, 0 if is_empty else len(response.body))
    extensions: dict[str, object] = {}
    if response.delivery:
        extensions = _plan_delivery(response.delivery, response.body, request)
    return httpx.Response(response.status, headers=headers, stream=stream, extensions=extensions)


def _plan_delivery(delivery: Delivery, body: bytes, request: httpx.Request) -> dict[str, object]:
    patience_s: float | None = request.extensions.get("timeout", {}).get("read")
    # A client's patience begins anew with each piece of a body that drips.
    silence_s = delivery.delay_s / len(split_into_drips(body)) if delivery.is_dripped else delivery.delay_s
    if patience_s is not None and silence_s > patience_s:
        message = f"the fault {delivery.fault} is silent for {silence_s:g} s, the client waits {patience_s:g} s"
        return {_ERROR: httpx.ReadTimeout(message, request=request)}
    planned: dict[str, object] = {_DELAY: delivery.delay_s} if delivery.delay_s else {}
    if delivery.is_reset:
        planned[_ERROR] = httpx.ReadError("[Errno 104] Connection reset by peer", request=request)
    return planned


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that may end before its length, as a connection does that breaks."""

    def __init__(self, body: bytes, length: int) -> None:
        self._body = body
        self._length = length

    def __iter__(self) -> Iterator[bytes]:
        yield self._body
        self._check_end()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body
        self._check_end()

    def _check_end(self) -> None:
        if len(self._body) < self._length:
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body"
                f" (received {len(self._body)} bytes, expected {self._length})"
            )


class _InProcessControl:
    """Calls the control endpoints of an application in this process."""

    def __init__(self, app: MockApp, url: str) -> None:
        self._app = app
        self._url = url

    @property
    def url(self) -> str:
        """The first mounted address."""
        return self._url

    def call(self, method: str, name: str, query: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
        """Carry out one control request; `ControlClient.call` says what it means."""
        headers = {b"host": b"127.0.0.1"}
        parameters = [(key, value) for key, value in (query or {}).items() if value]
        response = self._app.respond(HttpRequest(method, f"/_control/{name}", parameters, headers, body, "", "http"))
        if response.status >= 400:
            raise ControlError(explain_refusal(method, name, response.status, response.body))
        return response.body


def _read_logins(app: MockApp) -> dict[str, tuple[str, str]]:
    return {entry.name: app.workspace.list_logins(entry.name)[0] for entry in CRMS}


def _choose_url(entry: CrmEntry, urls: tuple[str, ...]) -> str:
    """Return the address that a client of this CRM is to use."""
    others = [other.host_word for other in CRMS if other.host_word]
    for url in urls:
        if entry.host_word in url if entry.host_word else not any(word in url for word in others):
            return url
    return urls[0]
