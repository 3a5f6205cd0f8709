"""Files from a vendor's own hosts: read as far as they may be, without a login, and from nowhere else.

The address of a file is a secret, since whoever has it can read the file: it stands in no error and no log. It comes
out of a CRM, where strangers write: only whole addresses of known hosts are asked, and each redirect is checked again.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from crm_mcp.errors import CrmError, InputError, NotFoundError, UnexpectedAnswerError, UnreachableError
from crm_mcp.setting_values import LOOPBACK_HOSTS
from crm_mcp.transport.bodies import ACCEPTED_ENCODING, BodyTooLargeError, UnreadableEncodingError, read_body
from crm_mcp.transport.failures import describe_failure, may_pass
from crm_mcp.transport.network import find_proxy
from crm_mcp.transport.observed import FILE, observed

if TYPE_CHECKING:
    import httpx

    from crm_mcp.transport.connections import ConnectionPool

MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?:[/?#][^\x00-\x1f\x7f\\]*)?",
    re.IGNORECASE,
)
_PORTS = {"https": 443, "http": 80}
_SHOWN_HOST = 80

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the addresses of a host, as text."""


@dataclass(frozen=True, slots=True)
class FileHosts:
    """Where the files of one account may lie.

    Attributes:
        crm: The CRM's title, for errors.
        base_url: The account's own address, whose scheme, host and port must be met exactly.
        names: Other hosts of the vendor's, asked by https on its own port.
        domains: Domains whose hosts are the vendor's too.
    """

    crm: str
    base_url: str
    names: frozenset[str] = frozenset()
    domains: tuple[str, ...] = ()

    def check(self, url: str) -> str:
        """Return an address that may be asked, without white space round it.

        Raises:
            InputError: It may not; the error names its host at most.
        """
        url = url.strip()
        parts = _ADDRESS.fullmatch(url)
        if parts is None:
            raise InputError(
                f"{self.crm} holds no whole address for this file.", hint="Open the record in the CRM and look there."
            )
        if self.is_own(url):
            return url
        scheme, host = parts["scheme"].lower(), parts["host"].lower()
        is_vendors = host in self.names or host.endswith(tuple(f".{domain}" for domain in self.domains))
        if not is_vendors or _place(url) != ("https", host, 443):
            where = host[:_SHOWN_HOST] if not is_vendors else f"{scheme}, port {_place(url)[2]} of {host[:_SHOWN_HOST]}"
            raise InputError(
                f"The file lies at {where}, which is no place where {self.crm} keeps files: it was not asked for.",
                hint="Open it in the CRM if you trust it.",
            )
        return url

    def is_own(self, url: str) -> bool:
        """Tell whether an address lies at the account's own, which the settings name."""
        return _place(url) == _place(self.base_url)


def _place(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address that `_ADDRESS` fits; this machine has one name."""
    parts = _ADDRESS.fullmatch(url)
    if parts is None:
        return "", "", 0
    scheme, host = parts["scheme"].lower(), parts["host"].lower()
    return scheme, "localhost" if host.strip("[]") in LOOPBACK_HOSTS else host, int(parts["port"] or _PORTS[scheme])


def _origin_of(url: str) -> str:
    """Return scheme, host and port of a checked address, as it is written."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class Download:
    """A file: its bytes, the media type as sent or empty, and the name that the host gives it, if any."""

    content: bytes = field(repr=False)
    media_type: str
    name: str


async def resolve_host(host: str) -> Sequence[str]:
    """Return the addresses of a host, as the system knows them."""
    import socket

    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class Downloads:
    """Reads files of one account.

    Args:
        pool: The connections; none of them carries a login.
        hosts: Where files may lie.
        resolve: Returns the addresses of a host that is not the account's own: a private one is never asked.
    """

    def __init__(self, pool: ConnectionPool, hosts: FileHosts, resolve: Resolve = resolve_host) -> None:
        self._pool = pool
        self._hosts = hosts
        self._resolve = resolve

    async def fetch(self, url: str, *, most_bytes: int) -> Download:
        """Read a file.

        Raises:
            InputError: It lies where no file of this CRM lies, or is larger than `most_bytes`.
            NotFoundError: It is not there any more.
            UnreachableError: No complete response came.
            UnexpectedAnswerError: The host answered otherwise than by a file.
        """
        for _ in range(MOST_REDIRECTS + 1):
            url = self._hosts.check(url)
            await self._refuse_private(url)
            answer = await self._ask(url, most_bytes)
            if isinstance(answer, Download):
                return answer
            url = urljoin(url, answer)
        raise UnexpectedAnswerError(f"{self._hosts.crm} passed this file on more than {MOST_REDIRECTS} times.")

    async def _refuse_private(self, url: str) -> None:
        """Refuse a host whose name leads into this machine's own networks; a proxy looks up names by itself."""
        if self._hosts.is_own(url) or find_proxy(url) is not None:
            return
        host = urlsplit(url).hostname or ""
        try:
            async with asyncio.timeout(self._pool.timeout_s):
                addresses = await self._resolve(host)
        except (OSError, TimeoutError):
            raise UnreachableError(
                f"The host {host} that keeps this file was not found.", hint="Check the network.", is_transient=True
            ) from None
        if not addresses or not all(ipaddress.ip_address(one.partition("%")[0]).is_global for one in addresses):
            raise InputError(f"The host {host} leads to a private address: it was not asked.")

    async def _ask(self, url: str, most_bytes: int) -> Download | str:
        """Return the file, or where it is instead."""
        import httpx  # see `connections`

        host = urlsplit(url).hostname
        try:
            client = self._pool.client(_origin_of(url))
            request = client.build_request("GET", url, headers={"Accept-Encoding": ACCEPTED_ENCODING})
            async with asyncio.timeout(self._pool.timeout_s):
                with observed(self._hosts.crm, request.method, FILE) as seen:
                    received = await client.send(request, stream=True, auth=None)
                    seen.status = received.status_code
                async with contextlib.aclosing(received):
                    return await self._read(received, most_bytes)
        except (httpx.InvalidURL, ValueError):
            raise InputError(f"{self._hosts.crm} holds no address for this file that can be asked.") from None
        except BodyTooLargeError:
            raise self._too_large(most_bytes) from None
        except (httpx.DecodingError, UnreadableEncodingError):
            raise UnexpectedAnswerError(f"{self._hosts.crm} sent a file that cannot be decompressed.") from None
        except (httpx.TransportError, TimeoutError) as error:
            what, next_step = describe_failure(error, self._pool.timeout_s)
            raise UnreachableError(
                f"The host {host} that keeps this file did not respond: {what}.",
                hint=next_step,
                is_transient=may_pass(error),
            ) from None

    async def _read(self, received: httpx.Response, most_bytes: int) -> Download | str:
        if received.status_code in _REDIRECTS and (location := received.headers.get("location")):
            return location
        if not received.is_success:
            raise self._refusal(received.status_code)
        length = received.headers.get("content-length", "")
        if length.isdigit() and int(length[:18]) > most_bytes:
            raise BodyTooLargeError
        if received.is_stream_consumed:  # it came whole, from a transport within the process
            content = received.content
            if len(content) > most_bytes:
                raise BodyTooLargeError
        else:
            encoding = received.headers.get("content-encoding", "")
            content = await read_body(received.aiter_raw(), encoding, is_refusal=False, most_bytes=most_bytes)
        return Download(content, received.headers.get("content-type", ""), _name_in(received.headers))

    def _refusal(self, status: int) -> CrmError:
        crm = self._hosts.crm
        if status in (404, 410):
            return NotFoundError(f"{crm} does not have this file any more ({status}).", status=status)
        if status in (401, 403):
            return UnexpectedAnswerError(
                f"{crm} refused this file ({status}); no login is ever sent with such a request.",
                hint="Its address may have expired: read the record again, or open the file in the CRM.",
            )
        return UnexpectedAnswerError(
            f"{crm} answered {status} where the file should be.", hint="Try again later.", is_transient=status >= 500
        )

    def _too_large(self, most_bytes: int) -> InputError:
        return InputError(
            f"The file is larger than {most_bytes / 2**20:,.0f} MB, the most that is read.", hint="Open it in the CRM."
        )


def _name_in(headers: httpx.Headers) -> str:
    """Return the name of a file as `Content-Disposition` has it, without folders; empty where there is none."""
    message = Message()
    message["Content-Disposition"] = headers.get("content-disposition", "")
    try:
        return file_name(message.get_filename() or "")
    except (LookupError, ValueError, TypeError):
        return ""


def file_name(text: str) -> str:
    """Return the last part of a path, or of an address, as a name that can be shown; empty where it has none."""
    path = unquote(urlsplit(text).path) if "://" in text else text
    return "".join(char for char in re.split(r"[\\/]", path)[-1] if char.isprintable())[:120].strip()
