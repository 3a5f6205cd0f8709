"""The one place that does HTTP: a `Request` goes in, a `Response` comes out, or an error that says what happened.

What stands here is true of every CRM. What a status or a body means belongs to each CRM's wire codec.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode

from crm_mcp.crm.messages import Request, Response
from crm_mcp.crm.operations import PARSED_APART_BYTES, parse_response
from crm_mcp.errors import InputError, UnexpectedAnswerError, UnreachableError
from crm_mcp.languages import Later, Texts
from crm_mcp.store.account import Account
from crm_mcp.store.engine import Store
from crm_mcp.transport.attempts import Attempts
from crm_mcp.transport.bodies import (
    ACCEPTED_ENCODING,
    MAX_BODY_BYTES,
    BodyTooLargeError,
    UnreadableEncodingError,
    read_body,
)
from crm_mcp.transport.failures import describe_failure, is_out_of_time, may_pass
from crm_mcp.transport.network import check_way_to, find_proxy
from crm_mcp.transport.observed import observed
from crm_mcp.transport.rate_limit import RateLimit
from crm_mcp.transport.retry import FIRST_WAIT_S, TOO_MANY_REQUESTS, Patience

if TYPE_CHECKING:
    import httpx

    from crm_mcp.transport.connections import ConnectionPool
    from crm_mcp.transport.logins import Login

_texts = Texts(__file__)

_T = TypeVar("_T")

_LEAST_IN_PAGES = 4
_LEAST_IN_DATA = 12
MAX_URL_BYTES = 8_000
"""Longer URLs are refused before sending: common web servers cut or refuse them at 8 KiB."""


class Session:
    """Sends requests to one CRM account.

    Args:
        pool: The connections, shared by all accounts.
        crm: The CRM's title, for errors.
        base_url: Scheme, host and perhaps a folder, without a trailing slash and without a login.
        login: What each request logs in with.
        rate_limit: What lets its requests go; None is no limit but the CRM's own refusals, in this process alone.
        login_note: What looks wrong with the login, as sentences without it; said where the CRM refuses it.
        login_place: Where the login stands if not in the environment's variables, see `crm_mcp.settings_file.sections`.

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
        login_note: str = "",
        login_place: str = "",
    ) -> None:
        check_way_to(base_url)
        self._pool = pool
        self._crm = crm
        self._base_url = base_url
        self._login = login
        self._rate_limit = rate_limit or RateLimit(Store(), Account(crm, base_url, "", ""), 0)
        self._login_note = login_note
        self._login_place = login_place

    async def perform(self, request: Request, parse: Callable[[Response], _T]) -> _T:
        """Send a request and return what `parse` makes of the response; again after a failure that may pass.

        Raises:
            CrmError: What `send` or `parse` raises at the last attempt.
        """
        if not self._pool.patience_s:
            return await parse_response(await self.send(request), parse)
        attempts = Attempts(
            request,
            within_s=self._pool.patience_s,
            reason=_texts.later("{crm} is busy or down for the moment", crm=self._crm),
            sleep=self._pool.sleep,
        )

        async def attempt() -> _T:
            return await parse_response(await self.send(request), parse)

        return await attempts.run(attempt)

    async def send(self, request: Request) -> Response:
        """Send one request and return the response, refusals included; one for haste is waited for and sent again.

        What cannot be undone is sent once: then its refusal is the response.

        Raises:
            InputError: The request cannot be written as HTTP; nothing was sent.
            UnreachableError: No complete response came.
            UnexpectedAnswerError: The response is too long, or cannot be decompressed.
        """
        outgoing = self._encode(request)
        patience = Patience(self._pool.patience_s if request.is_repeatable else 0.0)
        while True:
            await self._rate_limit.wait(self._crm, self._pool.patience_s, self._pool.sleep)
            with observed(self._crm, request.method, request.route) as seen:
                response = await self._exchange(request, outgoing, self._pool.timeout_s)
                seen.status = response.status
            wait_s = patience.next_wait_s(response)
            if response.status == TOO_MANY_REQUESTS:
                await self._rate_limit.pause(wait_s or response.retry_after_s or FIRST_WAIT_S)
            if not wait_s:
                return replace(response, waited_s=patience.waited_s)

    def _client_for(self, request: Request) -> httpx.AsyncClient:
        return self._pool.client(self._base_url, reads=request.is_read)

    def _encode(self, request: Request) -> httpx.Request:
        import httpx  # see `connections`

        query_length = len(urlencode(request.query, errors="replace"))
        if query_length > MAX_URL_BYTES:
            raise self._too_long(query_length)
        try:
            content = None if request.body is None else _json_bytes(request.body)
            outgoing = self._client_for(request).build_request(
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

    async def _exchange(self, request: Request, outgoing: httpx.Request, timeout_s: float) -> Response:
        import httpx  # see `connections`

        try:
            async with asyncio.timeout(timeout_s):
                received = await self._client_for(request).send(outgoing, stream=True)
                async with contextlib.aclosing(received):
                    content = await _read(received)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise self._unreachable(error, timeout_s, sent=False, request=request) from error
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
                is_transient=True,
            ) from error
        except (httpx.TransportError, TimeoutError) as error:
            raise self._unreachable(error, timeout_s, sent=True, request=request) from error
        is_data = received.is_success and content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
        least = _LEAST_IN_DATA if is_data else _LEAST_IN_PAGES
        if len(content) < PARSED_APART_BYTES:
            body = self._without_login(content, least=least)
        else:
            body = await asyncio.to_thread(self._without_login, content, least=least)
        headers = {name.lower(): value for name, value in received.headers.items()}
        content_type = headers.get("content-type", "")
        return Response(
            received.status_code,
            body,
            content_type,
            request,
            headers,
            login_note=self._login_note,
            login_place=self._login_place,
        )

    def _without_login(self, body: bytes, *, least: int) -> bytes:
        """Replace the login by ***, however it is written: some error pages print the request they refuse.

        Parts of it shorter than `least` stay: they are no secrets, and would blot out words.
        """
        *texts, secret = self._login.secrets()
        plain = [*texts, secret, quote(secret), quote(secret, safe="")]
        written = [*plain, *(json.dumps(text)[1:-1] for text in plain)]
        for text in (*written, *(one.replace("/", "\\/") for one in written)):  # PHP's JSON escapes slashes
            if len(text) >= least:
                body = body.replace(text.encode(), b"***")
        return body

    def _unreachable(self, error: Exception, timeout_s: float, *, sent: bool, request: Request) -> UnreachableError:
        """Build the error for a request without a response; once it was `sent`, a write may have been done.

        Of a read nothing is said about changes: it may be part of a call that made some.
        """
        unknown = request.unknown_outcome if sent else ""
        unsent = "" if sent or request.is_read else _texts.later("The change was not sent. ")
        proxy = find_proxy(self._base_url)
        way = _texts.later(" through the proxy that {variable} names", variable=proxy.variable) if proxy else ""
        what, next_step = describe_failure(error, timeout_s)
        return UnreachableError(
            _texts.later(
                "{crm} at {url} did not respond{way}: {what}.", crm=self._crm, url=self._base_url, way=way, what=what
            ),
            hint=unknown or Later.joined([unsent, next_step], ""),
            is_transient=may_pass(error),
            was_sent=sent,
            may_have_been_done=bool(unknown),
            is_out_of_time=is_out_of_time(error),
            what=what,
        )


async def _read(received: httpx.Response) -> bytes:
    if received.is_stream_consumed:  # it came whole, from a transport within the process
        return received.content
    encoding = received.headers.get("content-encoding", "")
    return await read_body(received.aiter_raw(), encoding, is_refusal=not received.is_success)


def _json_bytes(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
