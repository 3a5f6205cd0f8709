"""The one place that does HTTP: a `Request` goes in, a `Response` comes out, or an error that says what happened.

What stands here is true of every CRM. What a status or a body means belongs to each CRM's wire codec.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import metadata
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from crm_mcp.crm.messages import Request, Response
from crm_mcp.crm.progress import sleep_told
from crm_mcp.errors import InputError, SettingsError, UnexpectedAnswerError, UnreachableError
from crm_mcp.transport.bodies import (
    ACCEPTED_ENCODING,
    MAX_BODY_BYTES,
    BodyTooLargeError,
    UnreadableEncodingError,
    read_body,
)
from crm_mcp.transport.network import check_way_to, find_proxy, trusted_certificates
from crm_mcp.transport.retry import Patience

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from crm_mcp.transport.logins import Login
    from crm_mcp.transport.rate_limit import RateLimit

MAX_URL_BYTES = 8_000
"""Longer URLs are refused before sending: common web servers cut or refuse them at 8 KiB."""


class ConnectionPool:
    """The process's connections to CRMs, kept for as long as the server runs.

    Args:
        timeout_s: Time for one request from beginning to end, in seconds.
        ca_file: A private certificate authority (PEM) to trust beside those of the system; None is no other.
        patience_s: How long a request may wait that a CRM refuses for haste, in seconds; 0 is not at all.
    """

    def __init__(self, *, timeout_s: float = 30.0, ca_file: Path | None = None, patience_s: float = 0.0) -> None:
        self.timeout_s = timeout_s
        self.patience_s = patience_s
        self._ca_file = ca_file
        self._clients: dict[str, httpx.AsyncClient] | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Hold connections open inside the block."""
        clients: dict[str, httpx.AsyncClient] = {}
        self._clients = clients
        try:
            yield
        finally:
            self._clients = None
            for client in clients.values():
                await client.aclose()

    def client(self, base_url: str) -> httpx.AsyncClient:
        """Return the HTTP client for one address; it is made when it is first used."""
        if self._clients is None:
            raise RuntimeError("the connection pool is not open: use `async with pool.open()`")
        if base_url not in self._clients:
            self._clients[base_url] = self._make_client(base_url)
        return self._clients[base_url]

    def _make_client(self, base_url: str) -> httpx.AsyncClient:
        import httpx  # imported where it is first used: it costs a good part of the start-up time

        proxy = find_proxy(base_url)
        is_private_proxy = proxy is not None and proxy.url.startswith("https:")
        needs_trust = is_private_proxy or base_url.startswith("https:")
        # Where nobody is to be trusted, nobody is: building the whole context takes time.
        verify = trusted_certificates(self._ca_file) if needs_trust else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            via = proxy and httpx.Proxy(proxy.url, ssl_context=verify if is_private_proxy else None)
        except (ValueError, httpx.InvalidURL):
            raise SettingsError(f"{proxy and proxy.variable}: its address cannot be read.") from None
        return httpx.AsyncClient(
            timeout=self.timeout_s,
            verify=verify,
            proxy=via,
            trust_env=False,  # `network` reads it, and says which variable is wrong
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # a login is in every request; none is kept
            headers={"User-Agent": f"crm-mcp-server/{metadata.version('crm-mcp-server')}"},
        )


class Session:
    """Sends requests to one CRM account.

    Args:
        pool: The connections, shared by all accounts.
        crm: The CRM's title, for errors.
        base_url: Scheme, host and perhaps a folder, without a trailing slash and without a login.
        login: What each request logs in with.
        rate_limit: None is no limit.
        sleep: How to wait after a refusal for haste.
        login_note: What looks wrong with the login, as sentences without it; said where the CRM refuses it.

    Raises:
        SettingsError: What the environment says of proxies and certificates cannot be used for this address.
    """

    def __init__(
        self,
        pool: ConnectionPool,
        *,
        crm: str,
        base_url: str,
        login: Login,
        rate_limit: RateLimit | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        login_note: str = "",
    ) -> None:
        check_way_to(base_url)
        self._pool = pool
        self._crm = crm
        self._base_url = base_url
        self._login = login
        self._rate_limit = rate_limit
        self._sleep = sleep
        self._login_note = login_note

    async def send(self, request: Request) -> Response:
        """Send one request and return the response, refusals included; one for haste is waited for and sent again.

        Raises:
            InputError: The request cannot be written as HTTP; nothing was sent.
            UnreachableError: No complete response came.
            UnexpectedAnswerError: The response is too long, or cannot be decompressed.
        """
        outgoing = self._encode(request)
        patience = Patience(self._pool.patience_s)
        while True:
            if self._rate_limit is not None:
                await self._rate_limit.wait()
            response = await self._exchange(request, outgoing)
            wait_s = patience.next_wait_s(response)
            if not wait_s:
                return replace(response, waited_s=patience.waited_s)
            await sleep_told(wait_s, f"{self._crm} takes no more requests for now", self._sleep)

    def _encode(self, request: Request) -> httpx.Request:
        import httpx  # see ConnectionPool.open

        query_length = len(urlencode(request.query, errors="replace"))
        if query_length > MAX_URL_BYTES:
            raise self._too_long(query_length)
        try:
            content = None if request.body is None else _json_bytes(request.body)
            outgoing = self._pool.client(self._base_url).build_request(
                request.method,
                self._base_url + request.path,
                params=list(request.query) or None,
                content=content,
                headers={
                    "Accept": "application/json",
                    "Accept-Encoding": ACCEPTED_ENCODING,
                    **({} if content is None else {"Content-Type": "application/json"}),
                    **self._login.headers(),
                },
            )
        except (UnicodeEncodeError, ValueError, TypeError, httpx.InvalidURL) as error:
            raise InputError(
                f"{self._crm}: the request holds text or a number that cannot be sent ({type(error).__name__}).",
                hint="Remove unpaired surrogates, NaN and infinite numbers, then call again.",
            ) from error
        if len(str(outgoing.url)) > MAX_URL_BYTES:
            raise self._too_long(len(str(outgoing.url)))
        return outgoing

    def _too_long(self, length: int) -> InputError:
        return InputError(
            f"{self._crm}: the search is too long to send ({length} bytes of URL, at most {MAX_URL_BYTES}).",
            hint="Use fewer or shorter filter values, in several calls.",
        )

    async def _exchange(self, request: Request, outgoing: httpx.Request) -> Response:
        import httpx  # see ConnectionPool.open

        try:
            async with asyncio.timeout(self._pool.timeout_s):
                received = await self._pool.client(self._base_url).send(outgoing, stream=True)
                async with contextlib.aclosing(received):
                    content = await _read(received)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise self._unreachable(error, sent=False, request=request) from error
        except BodyTooLargeError as error:
            raise UnexpectedAnswerError(
                f"{self._crm} sent more than {MAX_BODY_BYTES // 2**20} MB in response to {request.method} "
                f"{request.path}, which is too much to read.",
                hint=request.unknown_outcome or "Ask for less at a time, by more filters or a smaller limit.",
            ) from error
        except (httpx.DecodingError, UnreadableEncodingError) as error:
            raise UnexpectedAnswerError(
                f"{self._crm} at {self._base_url} sent a response that cannot be decompressed.",
                hint=request.unknown_outcome or "Try again; if it goes on, check the proxies on the way.",
            ) from error
        except (httpx.TransportError, TimeoutError) as error:
            raise self._unreachable(error, sent=True, request=request) from error
        is_data = received.is_success and content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
        body = content if is_data else self._without_login(content)
        headers = {name.lower(): value for name, value in received.headers.items()}
        content_type = headers.get("content-type", "")
        return Response(received.status_code, body, content_type, request, headers, login_note=self._login_note)

    def _without_login(self, body: bytes) -> bytes:
        """Replace the login by ***, however it is written: some error pages print the request they refuse."""
        *texts, secret = self._login.secrets()
        plain = [*texts, secret, quote(secret), quote(secret, safe="")]
        written = [*plain, *(json.dumps(text)[1:-1] for text in plain)]
        for text in (*written, *(one.replace("/", "\\/") for one in written)):  # PHP's JSON escapes slashes
            if len(text) > 3:  # a shorter one is no secret, and would blot out every word
                body = body.replace(text.encode(), b"***")
        return body

    def _unreachable(self, error: Exception, *, sent: bool, request: Request) -> UnreachableError:
        """Build the error for a request without a response; once it was `sent`, a write may have been done."""
        unknown = request.unknown_outcome if sent else ""
        proxy = find_proxy(self._base_url)
        way = f" through the proxy that {proxy.variable} names" if proxy else ""
        what, next_step = describe_failure(error, self._pool.timeout_s)
        return UnreachableError(
            f"{self._crm} at {self._base_url} did not respond{way}: {what}.",
            hint=unknown or f"Nothing was changed. {next_step}",
            may_have_been_done=bool(unknown),
            may_be_under_way=bool(unknown) and _is_out_of_time(error),
        )


async def _read(received: httpx.Response) -> bytes:
    if received.is_stream_consumed:  # it came whole, from a transport within the process
        return received.content
    encoding = received.headers.get("content-encoding", "")
    return await read_body(received.aiter_raw(), encoding, is_refusal=not received.is_success)


def describe_failure(error: Exception, timeout_s: float) -> tuple[str, str]:
    """Return why no complete response came, and what to do about it, as sentences without anything that was sent."""
    import httpx  # see ConnectionPool.open

    causes = _causes(error)
    if _is_out_of_time(error):
        what = f"no complete response in {timeout_s:g} s"
        return what, "Try again; if it goes on, check the network, or allow more time with CRM_MCP_TIMEOUT_S."
    if isinstance(error, httpx.ProxyError):
        return f"the proxy refused ({error})", "Check the proxy's address and login."
    if untrusted := next((one for one in causes if isinstance(one, ssl.SSLCertVerificationError)), None):
        return (
            f"its certificate is not trusted ({untrusted.verify_message.rstrip('.')})",
            "Where it is signed by an authority of your own, CRM_MCP_CA_FILE can name that authority's file (PEM).",
        )
    reason = next((_reason(one) for one in causes if isinstance(one, OSError) and one.errno), "")
    if isinstance(error, httpx.ConnectError):
        what = f"no connection could be made ({reason or str(error) or 'it was cut at once'})"
        return what, "Check the address, the network and proxies, then try again."
    if "illegal" in str(error):
        return "what it sent is not HTTP", "Check the address and its port."
    what = "the connection was cut before the response was complete"
    return f"{what} ({reason})" if reason else what, "Try again; if it goes on, check the network and proxies."


def _causes(error: BaseException | None) -> list[BaseException]:
    """Return an error with what led to it, the latest first; one that was raised twice may stand in its own chain."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _reason(error: OSError) -> str:
    """Return an error of the system's in its own words, without the address that Python adds."""
    is_systems = not isinstance(error, ssl.SSLError | socket.gaierror) and error.errno
    return os.strerror(error.errno) if is_systems and error.errno else str(error.strerror)


def _is_out_of_time(error: Exception) -> bool:
    import httpx  # see ConnectionPool.open

    return isinstance(error, TimeoutError | httpx.TimeoutException)


def _json_bytes(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
