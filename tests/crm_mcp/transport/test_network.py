"""Proxies and certificates are taken from the environment, and what is wrong there is named and harms nobody else."""

from __future__ import annotations

import asyncio
import os
import socket
import socketserver
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import certifi
import pytest

from crm_mcp.crm.messages import Request
from crm_mcp.errors import SettingsError, UnreachableError
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin
from crm_mcp.transport.network import find_proxy
from crm_mcp.transport.session import Session
from tests.crm_mcp.transport.local_server import Handler, fresh, serving, write_certificate

SECRET = "s3cret-Passw0rd"
REMOTE = "https://crm.example"
LOOPBACK = ("http://127.0.0.1:8080", "https://localhost", "http://[::1]:8080")


@pytest.fixture(autouse=True)
def _no_network_settings(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(name)


def get(url: str, *, ca_file: Path | None = None) -> int:
    async def run() -> int:
        pool = ConnectionPool(timeout_s=30, ca_file=ca_file)
        async with pool.open():
            session = Session(pool, crm="MiniCRM", base_url=url, login=BasicLogin("10001", "fake-api-key"))
            return (await session.send(Request("GET", "/x"))).status

    return asyncio.run(run())


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    ("value", "says"),
    [
        (f"http://me:{SECRET}@proxy.example:port", "port"),
        (f"http://{SECRET}.example:99999", "port"),
        (f"http://{SECRET}.example:-1", "port"),
        ("http://[::1", "cannot be read"),
        ("http://", "names no host"),
        ("http://:3128", "names no host"),
        (f"socks4://{SECRET}.example:1080", "socks5"),
        (f"socks://{SECRET}.example:1080", "socks5"),
        (f"ftp://{SECRET}.example", "http, https, socks5"),
        (f"http://{SECRET} .example:3128", "a space"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable_and_never_by_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"{variable}: .*{says}") as caught:
        Session(ConnectionPool(), crm="MiniCRM", base_url=REMOTE, login=BasicLogin("a", "b"))
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)
    for url in LOOPBACK:
        Session(ConnectionPool(), crm="MiniCRM", base_url=url, login=BasicLogin("a", "b"))


def test_a_wrong_variable_that_another_one_overrules_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks9://nobody")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:port")
    monkeypatch.setenv("HTTPS_PROXY", " proxy.example:3128\t")
    proxy = find_proxy(REMOTE)
    assert proxy is not None
    assert (proxy.url, proxy.variable) == ("http://proxy.example:3128", "HTTPS_PROXY")


@pytest.mark.parametrize(
    ("no_proxy", "excepted"),
    [
        ("crm.example", True),
        ("example", True),
        (".example", True),
        ("*.example", True),
        (" other.org , CRM.Example ", True),
        ("crm.example:443", True),
        ("https://crm.example", True),
        ("*", True),
        ("m.example", False),
        ("crm.example.org", False),
        ("[::1", False),
        ("[::1],::1,10.0.0.0/8,<local>,http://[,:,//,.,,", False),
    ],
)
def test_no_proxy_is_read_however_it_is_written(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str, *, excepted: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (find_proxy(REMOTE) is None) is excepted


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "all_proxy"])
def test_a_proxy_is_used(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    handler = fresh(Handler)
    with serving(handler) as proxy:
        monkeypatch.setenv(variable, proxy)
        assert get("http://crm.example") == 200
    assert handler.seen[0]["host"] == "crm.example"


class Socks(socketserver.BaseRequestHandler):
    """A SOCKS5 proxy that answers for the host it is asked to reach."""

    def handle(self) -> None:
        """Shake hands, then answer as the host would."""
        self.request.recv(2 + self.request.recv(2, 2)[1])  # version and methods; 2 is MSG_PEEK
        self.request.sendall(b"\x05\x00")
        self.request.recv(100)
        self.request.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
        Handler(self.request, self.client_address, self.server)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def socks_proxy() -> Iterator[str]:
    Handler.seen = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Socks) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_socks_proxy_works(monkeypatch: pytest.MonkeyPatch, socks_proxy: str, scheme: str) -> None:
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://{socks_proxy}")
    assert get("http://crm.example") == 200
    assert Handler.seen[0]["host"] == "crm.example"


@pytest.mark.slow
def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{SECRET}@127.0.0.1:9")
    with pytest.raises(UnreachableError, match="through the proxy that HTTPS_PROXY names") as caught:
        get(REMOTE)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("value", ["/nope.pem", __file__])
def test_certificates_that_cannot_be_read_are_named_by_their_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable):
        Session(ConnectionPool(), crm="MiniCRM", base_url=REMOTE, login=BasicLogin("a", "b"))
    Session(ConnectionPool(), crm="MiniCRM", base_url=LOOPBACK[0], login=BasicLogin("a", "b"))


def test_a_broken_certificate_is_named_by_its_variable_when_it_is_first_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pem"
    kind = "CERTIFICATE"
    broken.write_text(f"-----BEGIN {kind}-----\nnonsense\n-----END {kind}-----\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(broken))
    with pytest.raises(SettingsError, match=r"SSL_CERT_FILE: no certificates .* \(SSLError\)"):
        get(REMOTE)


@pytest.mark.slow
def test_wrong_certificates_do_not_matter_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nope.pem")
    with serving(fresh(Handler)) as url:
        assert get(url) == 200


@pytest.mark.slow
def test_the_authority_of_the_settings_is_trusted_beside_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = write_certificate(tmp_path)
    with serving(fresh(Handler), certificate) as url:
        monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
        assert get(url, ca_file=certificate) == 200
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert get(url) == 200


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep certificates where no test can put one")
def test_the_systems_store_is_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine whose store holds the root of a company: here the store is a file of this test's."""
    certificate = write_certificate(tmp_path)
    paths = ssl.get_default_verify_paths()._replace(cafile=None, capath=None)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr("truststore._openssl._CA_FILE_CANDIDATES", [str(certificate)])
    with serving(fresh(Handler), certificate) as url:
        assert get(url) == 200
        with pytest.raises(UnreachableError, match=r"certificate is not trusted \(Hostname mismatch"):
            get(url.replace("127.0.0.1", "localhost"))


def refuse(connection: socket.socket) -> None:
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def say(words: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(words)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "says"),
    [
        (refuse, "the connection was cut before the response was complete (Connection reset by peer)"),
        (say(b"SSH-2.0-OpenSSH\r\n\r\n"), "what it sent is not HTTP"),
        (say(b""), "the connection was cut before the response was complete"),
        (
            say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
            "the connection was cut before the response was complete",
        ),
    ],
)
def test_a_connection_that_is_cut_at_once_is_not_told_as_a_long_wait(
    act: Callable[[socket.socket], None], says: str
) -> None:
    class Odd(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(10_000)
            act(self.request)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Odd) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        with pytest.raises(UnreachableError) as caught:
            get(f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
    assert says in str(caught.value)
    assert "no complete response in" not in str(caught.value)


@pytest.mark.slow
def test_a_closed_port_is_told_by_its_own_reason() -> None:
    with pytest.raises(UnreachableError, match=r"did not respond: no connection could be made \(Connection refused\)"):
        get("http://127.0.0.1:9")


@pytest.mark.slow
def test_a_proxy_that_refuses_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(fresh(Handler)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(UnreachableError, match=r"proxy that HTTPS_PROXY names: the proxy refused \(501"):
            get(REMOTE)
