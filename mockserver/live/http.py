"""The HTTP client of live accounts: TLS is verified, no redirect followed, no cookie kept, no login told.

The login goes to the account's own address and nowhere else, and stands in no message.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import email.utils
import os
import ssl
from collections.abc import Awaitable, Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx

from mockserver.live.accounts import LOOPBACK_HOSTS, Account, AccountError
from mockserver.live.pacing import Pace
from mockserver.version import read_version

MOST_TRIES = 3
BUSY = 429
_USUAL_WAIT_S = 60.0
_LONGEST_WAIT_S = 120.0

Notify = Callable[[str], None]
"""Takes what people at the terminal should know meanwhile."""


class UnreachableError(Exception):
    """No complete response came; the message says from where, and what to check."""


class AccountClient:
    """Sends requests to one account, at the pace it allows; `open_client` makes the connections."""

    def __init__(
        self,
        account: Account,
        client: httpx.AsyncClient,
        pace: Pace,
        notify: Notify,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.account = account
        self._client = client
        self._pace = pace
        self._notify = notify
        self._sleep = sleep

    async def send(
        self, method: str, target: bytes, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> httpx.Response:
        """Send one request and return the response, whatever its status.

        A GET that meets 429 is sent again after a while, up to `MOST_TRIES` times; nothing else is ever sent twice.

        Args:
            method: The HTTP method.
            target: Path and query as they go over the wire, encoded.
            headers: Headers; without `Authorization` among them, the account's own login is used.
            body: The raw body.

        Raises:
            UnreachableError: No complete response came.
        """
        for _ in range(MOST_TRIES - 1):
            response = await self._send_once(method, target, headers or {}, body)
            if response.status_code != BUSY or method != "GET":
                return response
            wait_s = _read_wait(response)
            self._notify(
                f"{self.account.title} answers 429, too many requests: waiting {wait_s:.0f} s, then asking again"
            )
            await self._sleep(wait_s)
        return await self._send_once(method, target, headers or {}, body)

    async def _send_once(self, method: str, target: bytes, headers: Mapping[str, str], body: bytes) -> httpx.Response:
        waited_s = await self._pace.wait()
        if waited_s >= 1:
            self._notify(
                f"{self.account.title}: waited {waited_s:.0f} s to stay below {self._pace.per_minute} a minute"
            )
        base = httpx.URL(self.account.url)
        target = base.raw_path.rstrip(b"/") + target
        sent = httpx.Headers({"Accept": "*/*", **headers})
        if self.account.login:
            sent.setdefault("Authorization", self.account.entry.login_scheme.format(*self.account.login))
        try:
            url = base.copy_with(raw_path=target)
            request = self._client.build_request(method, url, headers=sent, content=body or None)
            # The target as it came, so that an encoding is neither mended nor spoiled on the way.
            request.extensions["target"] = target
            return await self._client.send(request)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            # Not the error's own text: it may quote what was sent.
            raise UnreachableError(
                f"{self.account.title} at {self.account.url} did not answer ({type(error).__name__}): "
                "check the address, the network, and proxies on the way."
            ) from None


def open_client(*, timeout_s: float = 30.0, ca_file: Path | None = None, is_local: bool = False) -> httpx.AsyncClient:
    """Return the connections to live accounts, for `async with`; `ca_file` (PEM) is trusted beside the public ones.

    Where `is_local`, all accounts are plain HTTP on this machine, and neither proxies nor certificates matter.

    Raises:
        AccountError: No certificates can be read from that file, or a variable of proxies or certificates is wrong.
    """
    verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_local else _usual_certificates()
    if ca_file is not None:
        try:
            verify.load_verify_locations(ca_file)
        except OSError as error:
            raise AccountError(
                f"CRM_MCP_CA_FILE: no certificates can be read from it ({type(error).__name__})."
            ) from None
    try:
        return httpx.AsyncClient(
            timeout=timeout_s,
            verify=verify,
            trust_env=not is_local,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            mounts=dict.fromkeys(f"all://{f'[{host}]' if ':' in host else host}" for host in LOOPBACK_HOSTS),
            headers={"User-Agent": f"crm-mock/{read_version()}", "Accept-Encoding": "identity"},
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        names = " or ".join(sorted(one for one in os.environ if one.upper().endswith("_PROXY"))) or "the system's proxy"
        raise AccountError(f"{names}: this proxy cannot be used. Correct or unset it.") from None


def _usual_certificates() -> ssl.SSLContext:
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not file and folder and not Path(folder).is_dir():
        raise AccountError("SSL_CERT_DIR: there is no such folder. Correct or unset it.")
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise AccountError(f"SSL_CERT_FILE: no certificates can be read from it ({type(error).__name__}).") from None


def _read_wait(response: httpx.Response) -> float:
    """Return how long to wait after a 429, in seconds: what it asks for within reason, or a minute."""
    text = response.headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_WAIT_S)
    try:
        until = email.utils.parsedate_to_datetime(text) - dt.datetime.now(dt.UTC)
    except (TypeError, ValueError):
        return _USUAL_WAIT_S
    return min(max(until.total_seconds(), 1.0), _LONGEST_WAIT_S)
