"""The one place that does HTTP: a `Request` goes in, a `Response` comes out, or an error that says what happened.

What stands here is true of every CRM. What a status or a body means belongs to each CRM's wire codec.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import metadata
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import InputError, UnexpectedAnswerError, UnreachableError

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from crm_mcp.transport.logins import Login
    from crm_mcp.transport.rate_limit import RateLimit

MAX_URL_BYTES = 8_000
"""Longer URLs are refused before sending: common web servers cut or refuse them at 8 KiB."""


class ConnectionPool:
    """The process's one HTTP client, open for as long as the server runs.

    Args:
        timeout_s: Time for one request from beginning to end, in seconds.
        ca_file: A private certificate authority (PEM) to trust beside the public ones; None is no other.
    """

    def __init__(self, *, timeout_s: float = 30.0, ca_file: Path | None = None) -> None:
        self.timeout_s = timeout_s
        self._ca_file = ca_file
        self._client: httpx.AsyncClient | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Hold connections open inside the block."""
        import httpx  # imported where it is first used: it costs a good part of the start-up time

        verify = httpx.create_ssl_context()
        if self._ca_file is not None:
            verify.load_verify_locations(self._ca_file)
        async with httpx.AsyncClient(
            timeout=self.timeout_s,
            verify=verify,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # a login is in every request; none is kept
            mounts=dict.fromkeys(("all://127.0.0.1", "all://localhost", "all://[::1]")),  # no proxy to this machine
            headers={"User-Agent": f"crm-mcp-server/{metadata.version('crm-mcp-server')}"},
        ) as client:
            self._client = client
            try:
                yield
            finally:
                self._client = None

    @property
    def client(self) -> httpx.AsyncClient:
        """The open HTTP client."""
        if self._client is None:
            raise RuntimeError("the connection pool is not open: use `async with pool.open()`")
        return self._client


class Session:
    """Sends requests to one CRM account.

    Args:
        pool: The connections, shared by all accounts.
        crm: The CRM's title, for errors.
        base_url: Scheme, host and perhaps a folder, without a trailing slash and without a login.
        login: What each request logs in with.
        rate_limit: None is no limit.
    """

    def __init__(
        self,
        pool: ConnectionPool,
        *,
        crm: str,
        base_url: str,
        login: Login,
        rate_limit: RateLimit | None = None,
    ) -> None:
        self._pool = pool
        self._crm = crm
        self._base_url = base_url
        self._login = login
        self._rate_limit = rate_limit

    async def send(self, request: Request) -> Response:
        """Send one request and return the response, refusals included.

        Raises:
            InputError: The request cannot be written as HTTP; nothing was sent.
            UnreachableError: No complete response came.
            UnexpectedAnswerError: The response cannot be decompressed.
        """
        outgoing = self._encode(request)
        if self._rate_limit is not None:
            await self._rate_limit.wait()
        return await self._exchange(request, outgoing)

    def _encode(self, request: Request) -> httpx.Request:
        import httpx  # see ConnectionPool.open

        query_length = len(urlencode(request.query, errors="replace"))
        if query_length > MAX_URL_BYTES:
            raise self._too_long(query_length)
        try:
            content = None if request.body is None else _json_bytes(request.body)
            outgoing = self._pool.client.build_request(
                request.method,
                self._base_url + request.path,
                params=list(request.query) or None,
                content=content,
                headers={
                    "Accept": "application/json",
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
                received = await self._pool.client.send(outgoing)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise self._unreachable(error, sent=False, request=request) from error
        except httpx.DecodingError as error:
            raise UnexpectedAnswerError(
                f"{self._crm} sent an answer that cannot be decompressed.",
                hint=request.unknown_outcome or "Try again; if it stays, check proxies on the way.",
            ) from error
        except (httpx.TransportError, TimeoutError) as error:
            raise self._unreachable(error, sent=True, request=request) from error
        body = received.content if received.is_success else self._without_login(received.content)
        headers = {name.lower(): value for name, value in received.headers.items()}
        return Response(received.status_code, body, headers.get("content-type", ""), request, headers)

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
        reason = str(error) or f"no complete answer in {self._pool.timeout_s:g} s"
        return UnreachableError(
            f"{self._crm} at {self._base_url} did not answer ({type(error).__name__}: {reason}).",
            hint=unknown or "Nothing was changed. Check the address, the network and proxies, then try again.",
            may_have_been_done=bool(unknown),
            may_be_under_way=bool(unknown) and _is_out_of_time(error),
        )


def _is_out_of_time(error: Exception) -> bool:
    import httpx  # see ConnectionPool.open

    return isinstance(error, TimeoutError | httpx.TimeoutException)


def _json_bytes(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
