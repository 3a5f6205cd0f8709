"""Small JSON documents at addresses of their own, read without any login."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from crm_mcp.transport.bodies import BodyTooLargeError, UnreadableEncodingError, read_body

if TYPE_CHECKING:
    from crm_mcp.transport.connections import ConnectionPool

_TIMEOUT_S = 5.0
_MAX_BYTES = 512 * 1024


class DocumentUnavailableError(Exception):
    """The document cannot be had now; the text says why, without anything of it."""


async def fetch_json(pool: ConnectionPool, url: str) -> object:
    """Return the JSON document at a URL.

    Raises:
        DocumentUnavailableError: There is none.
    """
    import httpx  # see `connections`

    try:
        async with asyncio.timeout(_TIMEOUT_S), pool.client(url).stream("GET", url) as response:
            if not response.is_success:
                raise DocumentUnavailableError(f"status {response.status_code}")
            encoding = response.headers.get("content-encoding", "")
            body = await read_body(response.aiter_raw(), encoding, is_refusal=False, most_bytes=_MAX_BYTES)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, BodyTooLargeError, UnreadableEncodingError) as error:
        raise DocumentUnavailableError(type(error).__name__) from None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise DocumentUnavailableError("it is not JSON") from None
