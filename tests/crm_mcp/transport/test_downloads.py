"""A file is read from the vendor's hosts alone, without a login, up to a size; its address is never told."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import logging
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import pytest
import respx

from crm_mcp.errors import CrmError, InputError, NotFoundError, UnexpectedAnswerError, UnreachableError
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.downloads import Download, Downloads, FileHosts
from tests.crm_mcp.transport.local_server import serving

TOKEN = "e=Zk3vQ9sLm2Xw8TtB4nRp7Yc1Jd6Ha0"
NAMES = frozenset({"r3.crm.example", "cdn.crm.example"})
VENDOR = FileHosts("MiniCRM", "https://own.example:8443", NAMES, ("files.example",))
MOST = 1_000


async def public(_host: str) -> Sequence[str]:
    return ["93.184.216.34"]


def fetch(
    url: str, hosts: FileHosts = VENDOR, *, most_bytes: int = MOST, resolve: Callable[[str], Any] = public
) -> Download:
    async def run() -> Download:
        pool = ConnectionPool(timeout_s=30)
        async with pool.open():
            return await Downloads(pool, hosts, resolve).fetch(url, most_bytes=most_bytes)

    return asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    [
        "https://r3.crm.example/900001/Download/S3/?t=doc&inline=0&e=abc",
        "https://R3.CRM.example:443/x",
        "HTTPS://cdn.crm.example/doc/2013/04-25/A",
        "https://eu.files.example/árajánlat 2.pdf?a=b@c",
        "https://own.example:8443/x",
        " https://r3.crm.example/x\n",
    ],
)
def test_the_vendors_own_places_are_asked(url: str) -> None:
    assert VENDOR.check(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/900001/Download/S3/?e=abc",
        "//r3.crm.example/x",
        "file:///etc/passwd",
        "ftp://r3.crm.example/x",
        "javascript:alert(1)",
        "data:text/plain,x",
        "http://r3.crm.example/x",
        "https://r3.crm.example:8443/x",
        "https://r3.crm.example:0443443/x",
        "https://r3.crm.example:22/x",
        "https://evil.example/x",
        "https://evil.example/https://r3.crm.example/x",
        "https://r3.crm.example.evil.example/x",
        "https://evilr3.crm.example/x",
        "https://evilfiles.example/x",
        "https://files.example/x",
        "https://r3.crm.example./x",
        "https://r3.crm.example@evil.example/x",
        "https://user:password@r3.crm.example/x",
        "https://@r3.crm.example/x",
        "https://r3.crm.example\\@evil.example/x",
        "https://evil.example\\.files.example/x",
        "https://evil.example#.files.example/x",
        "https://evil.example?.files.example/x",
        "https://evil.example%2f.files.example/x",
        "https://r3.crm.example\t.evil.example/x",
        "https://r3.crm.example/x\r\nHost: evil.example",
        "https://r3.crm.example/\x00",
        "https:/r3.crm.example/x",
        "https:r3.crm.example/x",
        "https://r3。crm。example/x",
        "https://ⓡ3.crm.example/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://own.example/x",
        "http://own.example:8443/x",
        "https://own.example:8444/x",
        "https://own.example:8443@evil.example/x",
    ],
)
def test_no_other_place_is_asked_and_no_address_is_told(url: str) -> None:
    with pytest.raises(InputError) as refused:
        VENDOR.check(url + ("?" + TOKEN if "?" not in url and "\r" not in url else ""))
    assert "Zk3vQ9" not in str(refused.value)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "::1", "fe80::1%eth0"])
def test_a_vendors_host_that_leads_to_a_private_address_is_not_asked(address: str) -> None:
    async def rebound(_host: str) -> Sequence[str]:
        return ["93.184.216.34", address]

    with respx.mock, pytest.raises(InputError, match="private address"):
        fetch(f"https://r3.crm.example/?{TOKEN}", resolve=rebound)


def test_a_host_that_is_not_found_is_said() -> None:
    async def nowhere(_host: str) -> Sequence[str]:
        raise OSError

    with pytest.raises(UnreachableError, match=r"r3\.crm\.example that keeps this file was not found"):
        fetch("https://r3.crm.example/x", resolve=nowhere)


@respx.mock
def test_a_file_comes_with_its_name_and_media_type_and_no_login_went_out() -> None:
    headers = {"Content-Type": "text/csv", "Content-Disposition": "attachment; filename*=UTF-8''%C3%A1rak.csv"}
    route = respx.get("https://r3.crm.example/S3/").mock(httpx.Response(200, content=b"a;b", headers=headers))
    found = fetch(f"https://r3.crm.example/S3/?t=doc&{TOKEN}")
    assert (found.content, found.media_type, found.name) == (b"a;b", "text/csv", "árak.csv")
    sent = route.calls.last.request.headers
    assert not {"authorization", "cookie", "proxy-authorization", "referer"} & {name.lower() for name in sent}


@respx.mock
def test_a_redirect_is_followed_within_the_vendors_hosts_alone() -> None:
    respx.get("https://r3.crm.example/a").mock(httpx.Response(302, headers={"Location": "/b"}))
    respx.get("https://r3.crm.example/b").mock(
        httpx.Response(307, headers={"Location": "https://eu.files.example/c?x=1"})
    )
    last = respx.get("https://eu.files.example/c").mock(httpx.Response(200, content=b"x"))
    assert fetch("https://r3.crm.example/a").content == b"x"
    assert "authorization" not in last.calls.last.request.headers
    for place in ("https://evil.example/", "http://r3.crm.example/", "//evil.example/x", "https://u:p@r3.crm.example/"):
        respx.get("https://r3.crm.example/b").mock(httpx.Response(302, headers={"Location": place + "?" + TOKEN}))
        with pytest.raises(InputError) as refused:
            fetch("https://r3.crm.example/a")
        assert "Zk3vQ9" not in str(refused.value)


@respx.mock
def test_redirects_in_a_circle_end() -> None:
    route = respx.get("https://r3.crm.example/a").mock(httpx.Response(302, headers={"Location": "/a"}))
    with pytest.raises(UnexpectedAnswerError, match="more than 3 times"):
        fetch("https://r3.crm.example/a")
    assert route.call_count == 4


@respx.mock
@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (404, NotFoundError, "does not have this file any more"),
        (410, NotFoundError, "does not have this file any more"),
        (403, UnexpectedAnswerError, "no login is ever sent"),
        (401, UnexpectedAnswerError, "no login is ever sent"),
        (302, UnexpectedAnswerError, "answered 302"),
        (503, UnexpectedAnswerError, "Try again later"),
    ],
)
def test_a_refusal_says_what_it_means_and_not_where_the_file_is(status: int, kind: type[CrmError], words: str) -> None:
    respx.get("https://r3.crm.example/a").mock(httpx.Response(status, text=f"gone: {TOKEN}"))
    with pytest.raises(kind, match=words) as refused:
        fetch(f"https://r3.crm.example/a?{TOKEN}")
    assert "Zk3vQ9" not in str(refused.value)


@respx.mock
def test_no_log_tells_the_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="crm_mcp")
    respx.get("https://r3.crm.example/a").mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(UnreachableError, match="did not respond") as failed:
        fetch(f"https://r3.crm.example/a?{TOKEN}")
    assert "Zk3vQ9" not in str(failed.value)
    assert failed.value.__cause__ is None
    assert not [one for one in caplog.records if one.name.startswith("crm_mcp")]


class Sending(BaseHTTPRequestHandler):
    """Sends as much as the path says: `/length/N` says so before, `/endless` never ends, `/gzip/N` compresses it."""

    sent = 0

    def do_GET(self) -> None:
        _, kind, *amount = self.path.split("/")
        size = int(amount[0]) if amount else 0
        body = gzip.compress(b"x" * size) if kind == "gzip" else b"x" * size
        self.send_response(200)
        if kind == "gzip":
            self.send_header("Content-Encoding", "gzip")
        if kind != "endless":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the client hangs up
            self.wfile.write(body)
            while kind == "endless":
                Sending.sent += self.wfile.write(b"x" * 65536)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet."""


@pytest.mark.slow
def test_a_file_that_is_too_large_is_stopped_where_it_may_not_go_on() -> None:
    with serving(Sending) as url:
        own = FileHosts("MiniCRM", url)
        assert len(fetch(f"{url}/length/1000", own).content) == MOST
        assert len(fetch(f"{url.replace('127.0.0.1', 'localhost')}/gzip/1000", own).content) == MOST
        for kind in ("length/1001", "gzip/100000000", "endless"):
            with pytest.raises(InputError, match="larger than"):
                fetch(f"{url}/{kind}", own)
    assert Sending.sent < 50_000_000
