"""`crm-mock proxy` stands in for the CRMs' real hosts, by real clients over real sockets, and goes out to nobody."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator

import httpx
import pytest

from mockserver.fake_process import FakeServer
from mockserver.testing.crm_fake import CrmFake
from mockserver.testing.tls import FakeTls

MINICRM = "https://r3.minicrm.hu/Api/R3"
CONTACT = {"Type": "Person", "FirstName": "Ada", "Email": "ada@example.com"}


@pytest.fixture
def fake(fake_server: FakeServer) -> Iterator[CrmFake]:
    with fake_server.new_workspace("demo") as workspace:
        yield workspace


@pytest.fixture
def tls(fake: CrmFake) -> FakeTls:
    return fake.tls


def new_client(tls: FakeTls, **options: object) -> httpx.Client:
    trust = ssl.create_default_context(cafile=str(tls.ca_file))
    return httpx.Client(proxy=tls.proxy, verify=trust, timeout=60, **options)  # pyright: ignore[reportArgumentType]


def address_of(tls: FakeTls) -> tuple[str, int]:
    return "127.0.0.1", int(tls.proxy.rpartition(":")[2])


def talk(tls: FakeTls, *sent: bytes) -> bytes:
    """Send bytes as they are, and return all that comes until the fake closes the connection."""
    with socket.create_connection(address_of(tls), timeout=60) as connection:
        for piece in sent:
            connection.sendall(piece)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def build_basic_auth(login: tuple[str, str]) -> str:
    return f"Basic {b64encode(':'.join(login).encode()).decode()}"


def read_reasons(fake_server: FakeServer) -> list[str]:
    return [entry["reason"] for entry in httpx.get(f"{fake_server.url}/_control/requests").json()]


@pytest.mark.parametrize("host", ["r3.minicrm.hu", "r3.minicrm.io", "R3.MiniCRM.hu"])
def test_a_program_with_the_real_address_reads_and_writes_in_the_fake(fake: CrmFake, tls: FakeTls, host: str):
    with new_client(tls, auth=fake.minicrm) as client:
        made = client.put(f"https://{host}/Api/R3/Contact", json=CONTACT)
        found = client.get(f"https://{host}/Api/R3/Contact/{made.json()['Id']}").json()

    assert found["FirstName"] == "Ada"
    assert fake.requests()[-1]["path"] == f"/Api/R3/Contact/{found['Id']}"


def test_what_the_fake_says_of_its_own_address_is_the_real_one(fake: CrmFake, tls: FakeTls):
    with new_client(tls, auth=fake.minicrm) as client:
        page = client.get(f"{MINICRM}/Project?StatusGroup=Open").json()

    assert all(row["Url"].startswith("https://r3.minicrm.hu/") for row in page["Results"].values())


def test_the_portal_of_the_documents_is_answered_too(fake: CrmFake, tls: FakeTls):
    with new_client(tls, auth=fake.ivinex) as client:
        found = client.get("https://demo.ivinex.com/API/Records.php?CollectionTypeID=1001")

    assert found.json()["Records"]


def test_a_tunnel_serves_many_requests_and_bodies_of_unknown_length(fake: CrmFake, tls: FakeTls):
    pieces = (piece for piece in (json.dumps(CONTACT)[:9].encode(), json.dumps(CONTACT)[9:].encode()))
    with new_client(tls, auth=fake.minicrm) as client:
        opened: set[object] = set()
        for _ in range(5):
            opened.add(client.get(f"{MINICRM}/Category").extensions["network_stream"])
        made = client.put(f"{MINICRM}/Contact", content=pieces)

    assert len(opened) == 1
    assert made.status_code == 200


def test_http_2_is_not_offered(tls: FakeTls):
    context = ssl.create_default_context(cafile=str(tls.ca_file))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(address_of(tls), timeout=60) as connection,
        context.wrap_socket(connection, server_hostname="r3.minicrm.hu") as secured,
    ):
        assert secured.selected_alpn_protocol() == "http/1.1"


@pytest.mark.parametrize("url", ["https://api.example.com/", "http://api.example.com/Api/R3/Category"])
def test_every_other_host_is_refused_with_what_to_do(fake_server: FakeServer, fake: CrmFake, tls: FakeTls, url: str):
    with new_client(tls, auth=fake.minicrm) as client:
        try:
            said = client.get(url).text
        except httpx.ProxyError as error:
            said = str(error)

    assert "api.example.com" in said
    reason = read_reasons(fake_server)[-1]
    assert "--ivinex-host api.example.com" in reason
    assert "NO_PROXY" in reason


def test_a_refused_tunnel_says_why_in_its_body_too(tls: FakeTls):
    said = talk(tls, b"CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n")

    assert said.startswith(b"HTTP/1.1 403 This fake answers for no api.example.com\r\n")
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"start crm-mock proxy with" in body
    assert f"content-length: {len(body)}".encode() in head.lower()


@pytest.mark.parametrize(
    "address", ["127.0.0.1:1", "localhost:1", "[::1]:1", "r3.minicrm.hu.example.com:443", "", ":", "[:443"]
)
def test_what_only_resembles_a_known_host_is_refused(tls: FakeTls, address: str):
    said = talk(tls, f"CONNECT {address or '/'} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    assert said.startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 400 "))


def test_a_caller_may_send_its_first_bytes_with_the_head(tls: FakeTls):
    head = b"CONNECT r3.minicrm.hu:80 HTTP/1.0\r\n\r\n"
    said = talk(tls, head + b"GET /Api/R3/Category HTTP/1.1\r\nHost: r3.minicrm.hu\r\nConnection: close\r\n\r\n")

    assert said.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 401")


@pytest.mark.parametrize(
    "target", ["http://r3.minicrm.hu/Api/R3/Category", "https://r3.minicrm.hu/Api/R3/Category", "/Api/R3/Category"]
)
def test_addresses_are_taken_without_a_tunnel(fake: CrmFake, tls: FakeTls, target: str):
    # axios of many versions asks a proxy for https addresses in this way.
    login = f"Authorization: {build_basic_auth(fake.minicrm)}"
    head = f"GET {target} HTTP/1.1\r\nHost: r3.minicrm.hu\r\n{login}\r\nConnection: close\r\n\r\n"
    said = talk(tls, head.encode())

    assert said.startswith(b"HTTP/1.1 200 ")


def test_the_proxy_steers_the_fake_on_its_own_port(tls: FakeTls):
    assert httpx.get(f"{tls.proxy}/_control/health").json()["status"] == "ok"
    with httpx.Client(proxy=tls.proxy, timeout=60) as client:
        assert client.get(f"{tls.proxy}/_control/health").json()["status"] == "ok"
    with new_client(tls) as client:
        assert client.get("https://r3.minicrm.hu/_control/health").status_code == 403


def test_a_caller_who_does_not_trust_the_ca_is_explained_in_the_journal(fake_server: FakeServer, tls: FakeTls):
    with httpx.Client(proxy=tls.proxy, timeout=60) as client, pytest.raises(httpx.ConnectError):
        client.get(f"{MINICRM}/Category")

    assert "NODE_EXTRA_CA_CERTS" in read_reasons(fake_server)[-1]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        # CPython tells a reset under TLS as an end (gh-115627).
        *((kind, {"ReadError", "RemoteProtocolError"}) for kind in ("reset", "reset_after_commit")),
        ("truncate", {"RemoteProtocolError"}),
        *((kind, {200}) for kind in ("drip", "latency")),
    ],
)
def test_faults_reach_through_the_tunnel(fake: CrmFake, tls: FakeTls, kind: str, expected: set[object]):
    fake.faults({"times": 1, "fault": {"kind": kind, "delay_s": 0.05}})
    with new_client(tls, auth=fake.minicrm) as client:
        try:
            status = client.get(f"{MINICRM}/Category").status_code
        except httpx.TransportError as error:
            status = type(error).__name__
        again = client.get(f"{MINICRM}/Category").status_code

    assert status in expected
    assert again == 200


def test_workspaces_are_told_by_their_logins_through_the_proxy(fake_server: FakeServer, fake: CrmFake, tls: FakeTls):
    with fake_server.new_workspace("empty") as other, new_client(tls) as client:
        ids = [client.put(f"{MINICRM}/Contact", json=CONTACT, auth=one.minicrm).json()["Id"] for one in (fake, other)]
        assert client.get(f"{MINICRM}/Contact/{ids[0]}", auth=fake.minicrm).status_code == 200
        assert len(other.requests()) == 1


def test_callers_who_stop_in_the_middle_harm_nobody(fake: CrmFake, tls: FakeTls):
    connect = b"CONNECT r3.minicrm.hu:443 HTTP/1.1\r\nHost: r3.minicrm.hu:443\r\n\r\n"
    beginnings = [
        b"",
        b"CONN",
        connect,
        connect + b"\x16",
        connect + b"\x16\x03\x01\x02\x00\x01\x00",
        connect + b"\x00" * 50,
    ]
    held = [socket.create_connection(address_of(tls), timeout=60) for _ in beginnings]
    for connection, beginning in zip(held, beginnings, strict=True):
        connection.sendall(beginning)
    with new_client(tls, auth=fake.minicrm) as client:
        assert client.get(f"{MINICRM}/Category").status_code == 200
        for connection in held:
            connection.close()
        assert client.get(f"{MINICRM}/Category").status_code == 200


def test_many_tunnels_at_once_are_each_answered(fake: CrmFake, tls: FakeTls):
    async def ask_all() -> list[int]:
        trust = ssl.create_default_context(cafile=str(tls.ca_file))
        async with httpx.AsyncClient(
            proxy=tls.proxy, verify=trust, auth=fake.minicrm, timeout=60, limits=httpx.Limits(max_connections=30)
        ) as client:
            done = await asyncio.gather(*(client.get(f"{MINICRM}/Category") for _ in range(60)))
            return [response.status_code for response in done]

    assert set(asyncio.run(ask_all())) == {200}


@pytest.mark.slow
def test_it_ends_cleanly_while_tunnels_and_half_made_ones_are_open():
    command = [sys.executable, "-W", "error", "-m", "mockserver", "proxy", "--port", "0", "--seed", "empty", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("listening on ").strip()
        port = int(url.rpartition(":")[2])
        context = ssl.create_default_context(cadata=httpx.get(f"{url}/_control/ca.pem").text)
        with (
            socket.create_connection(("127.0.0.1", port), timeout=60) as whole,
            socket.create_connection(("127.0.0.1", port), timeout=60) as half,
        ):
            for connection in (whole, half):
                connection.sendall(b"CONNECT r3.minicrm.hu:443 HTTP/1.1\r\nHost: r3.minicrm.hu:443\r\n\r\n")
                assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
            half.sendall(b"\x16\x03\x01\x02\x00")
            with context.wrap_socket(whole, server_hostname="r3.minicrm.hu") as secured:
                secured.sendall(b"GET /_control/health HTTP/1.1\r\nHost: r3.minicrm.hu\r\n\r\n")
                assert secured.recv(100).startswith(b"HTTP/1.1 403 ")
                process.terminate()
                out, err = process.communicate(timeout=60)

    assert (process.returncode, out, err) == (0, "", "")
