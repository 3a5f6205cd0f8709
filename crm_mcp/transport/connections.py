"""The process's connections to CRMs: made when they are first used, kept while the server runs."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import metadata
from typing import TYPE_CHECKING

from crm_mcp.errors import SettingsError
from crm_mcp.languages import Texts
from crm_mcp.transport.network import find_proxy, trusted_certificates

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

_texts = Texts(__file__)


_MOST_KEPT = 20
"""Connections that are kept for the next read."""


class ConnectionPool:
    """The process's connections to CRMs, kept for as long as the server runs.

    Args:
        timeout_s: Time for one request from beginning to end, in seconds.
        ca_file: A private certificate authority (PEM) to trust beside those of the system; None is no other.
        patience_s: The longest that a call works, in seconds, waits and further attempts of its requests included; 0 is
            that none waits and none is sent again.
        sleep: How to wait before a request is sent again.
    """

    def __init__(
        self,
        *,
        timeout_s: float = 30.0,
        ca_file: Path | None = None,
        patience_s: float = 0.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.timeout_s = timeout_s
        self.patience_s = patience_s
        self.sleep = sleep
        self._ca_file = ca_file
        self._clients: dict[tuple[str, bool], httpx.AsyncClient] | None = None
        self._trust: ssl.SSLContext | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Hold connections open inside the block."""
        clients: dict[tuple[str, bool], httpx.AsyncClient] = {}
        self._clients = clients
        try:
            yield
        finally:
            self._clients = None
            for client in clients.values():
                await client.aclose()

    def client(self, base_url: str, *, reads: bool = True) -> httpx.AsyncClient:
        """Return the HTTP client for one address; it is made when it is first used.

        One that is not for `reads` opens a connection for each request: on a kept one, which the CRM may be about to
        close, a write is lost and nobody can tell whether it was carried out.
        """
        if self._clients is None:
            raise RuntimeError("the connection pool is not open: use `async with pool.open()`")
        if (base_url, reads) not in self._clients:
            self._clients[base_url, reads] = self._make_client(base_url, most_kept=_MOST_KEPT if reads else 0)
        return self._clients[base_url, reads]

    def _make_client(self, base_url: str, *, most_kept: int) -> httpx.AsyncClient:
        import httpx  # imported where it is first used: it costs a good part of the start-up time

        proxy = find_proxy(base_url)
        is_private_proxy = proxy is not None and proxy.url.startswith("https:")
        needs_trust = is_private_proxy or base_url.startswith("https:")
        # Where nobody is to be trusted, nobody is: building the whole context takes time.
        verify = self._trusted() if needs_trust else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            via = proxy and httpx.Proxy(proxy.url, ssl_context=verify if is_private_proxy else None)
        except (ValueError, httpx.InvalidURL):
            raise SettingsError(
                _texts.later("{variable}: its address cannot be read.", variable=proxy and proxy.variable)
            ) from None
        return httpx.AsyncClient(
            timeout=self.timeout_s,
            verify=verify,
            proxy=via,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=most_kept),
            trust_env=False,  # `network` reads it, and says which variable is wrong
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # a login is in every request; none is kept
            headers={"User-Agent": f"crm-mcp-server/{metadata.version('crm-mcp-server')}"},
        )

    def _trusted(self) -> ssl.SSLContext:
        self._trust = self._trust or trusted_certificates(self._ca_file)
        return self._trust
