"""Requests as bytes on a socket, with what client libraries would not send or would hide."""

from __future__ import annotations

import base64
import socket
import struct
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.server.http_protocol import explain_unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.fake_process import FakeServer
    from mockserver.testing.crm_fake import CrmFake

pytestmark = pytest.mark.slow

JSON = "Content-Type: application/json\r\n"


@pytest.fixture
def fake(fake_server: FakeServer) -> Iterator[CrmFake]:
    with fake_server.new_workspace("demo") as made:
        yield made


def build_head(fake: CrmFake, line: str, *more: str) -> bytes:
    login = base64.b64encode(":".join(fake.minicrm if "/R3/" in line else fake.ivinex).encode()).decode()
    return "\r\n".join([line, "Host: x", f"Authorization: Basic {login}", "Connection: close", *more, "", ""]).encode()


def exchange(fake: CrmFake, *pieces: bytes) -> str:
    url = httpx.URL(fake.url)
    with socket.create_connection((url.host, url.port or 80), timeout=60) as connection:
        for piece in pieces:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")


def test_raw_utf8_in_an_address_is_taken(fake: CrmFake):
    came = exchange(fake, build_head(fake, "GET /Api/R3/Contact?Query=Vörös HTTP/1.1"))

    assert came.startswith("HTTP/1.1 200")
    assert "V\\u00f6r\\u00f6s" in came
    entry = fake.requests()[-1]
    assert entry["query"] == {"Query": "Vörös"}
    assert "were not encoded" in entry["hints"][0]


def test_raw_utf8_is_taken_in_whatever_pieces_it_comes(fake: CrmFake):
    head = build_head(
        fake,
        'GET /API/Records.php?CollectionTypeID=1001&Filters=[{"Field":"last_name","Operand":"Equal",'
        '"Value":"Tóth"}] HTTP/1.1',
    )
    came = exchange(fake, *(head[i : i + 1] for i in range(len(head))))

    assert came.startswith("HTTP/1.1 200")
    assert fake.requests()[-1]["filters"][0]["Value"] == "Tóth"


def test_the_next_request_of_a_connection_is_read_as_the_first(fake: CrmFake):
    head = build_head(fake, "GET /Api/R3/Contact?Query=Vörös HTTP/1.1").replace(b"close", b"keep-alive")
    plain = build_head(fake, "GET /Api/R3/Category HTTP/1.1")
    url = httpx.URL(fake.url)
    with socket.create_connection((url.host, url.port or 80), timeout=60) as connection:
        for request in (head, head, plain):
            connection.sendall(request)
            came = b""
            while not came.endswith(b"}"):
                came += connection.recv(65536)
            assert came.startswith(b"HTTP/1.1 200")

    assert [bool(entry["hints"]) for entry in fake.requests()] == [True, True, False]


def test_an_address_in_another_encoding_is_taken_and_said_to_be_one(fake: CrmFake):
    head = build_head(fake, "GET /Api/R3/Contact?Query=V?r?s HTTP/1.1").replace(b"V?r?s", "Vörös".encode("iso8859-2"))
    came = exchange(fake, head)

    assert came.startswith("HTTP/1.1 200")
    assert any("not UTF-8" in hint for hint in fake.requests()[-1]["hints"])


def test_a_body_beside_a_raw_address_is_left_alone(fake: CrmFake):
    body = '{"Records": [{"CollectionTypeID": 1001, "last_name": "Vörös"}]}'.encode()
    head = build_head(fake, "POST /API/Records.php?x=ö HTTP/1.1", f"Content-Length: {len(body)}")

    assert '"Success"' in exchange(fake, head + body)
    assert fake.requests()[-1]["body"]["Records"][0]["last_name"] == "Vörös"


def test_an_address_as_to_a_proxy_is_taken(fake: CrmFake):
    came = exchange(fake, build_head(fake, "GET https://r3.minicrm.hu/Api/R3/Category HTTP/1.1"))

    assert came.startswith("HTTP/1.1 200")
    assert fake.requests()[-1]["path"] == "/Api/R3/Category"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("GET /API/Records.php?OrderBy=created_date DESC HTTP/1.1", "encode it as %20"),
        ("GET /Api/R3/Category HTTP/1.1\r\nBad Header", "breaks HTTP/1.1"),
    ],
)
def test_what_cannot_be_read_is_explained_to_the_caller_and_in_the_journal(
    fake: CrmFake, fake_server: FakeServer, line: str, why: str
):
    came = exchange(fake, build_head(fake, line))

    assert came.startswith("HTTP/1.1 400")
    assert why in came
    entry: dict[str, Any] = httpx.get(f"{fake_server.url}/_control/requests?limit=1").json()[0]
    assert entry["status"] == 400
    assert why in entry["reason"]
    assert entry["path"].startswith("/A")


@pytest.mark.parametrize(
    ("line", "error", "why"),
    [
        (b"\x16\x03\x01\x02\x00", "illegal request line", "begins with http://"),
        (b"GET /x?" + b"x" * 2000, "Receive buffer too long", "longer than 64 KB"),
        (b"\xff", "no request line \u2026 received", "breaks HTTP/1.1"),
    ],
)
def test_what_rarely_cannot_be_read_is_explained_too(line: bytes, error: str, why: str):
    assert why in explain_unreadable(line, error)


def test_a_caller_who_waits_for_leave_is_refused_before_the_body(fake: CrmFake):
    head = build_head(fake, "POST /API/Records.php HTTP/1.1", "Content-Length: 99999999", "Expect: 100-continue")

    came = exchange(fake, head.replace(b"Basic ", b"Basic x"))

    assert came.startswith("HTTP/1.1 401")


def test_a_caller_who_waits_for_leave_is_given_it(fake: CrmFake):
    head = build_head(fake, "POST /API/Records.php HTTP/1.1", "Content-Length: 14", "Expect: 100-continue")

    assert "HTTP/1.1 100" in exchange(fake, head, b'{"Records":[]}')


def test_callers_who_leave_in_mid_body_leave_no_traceback():
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--seed", "empty", "--log-level", "info"]
    login = "Authorization: Basic ZGVtbzpkZW1vLXBhc3N3b3Jk\r\n"
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        for header in ("Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"):
            for authorization in ("", login):
                for body in (b'5\r\n{"Rec', b"not a chunk\r\n\r\n", b"x" * 100_000):
                    for linger in (False, True):
                        leave(
                            port,
                            f"POST /API/Records.php HTTP/1.1\r\nHost: x\r\n{authorization}{header}\r\n",
                            body,
                            linger,
                        )
        httpx.get(f"http://127.0.0.1:{port}/_control/health")
        process.terminate()
        said = process.communicate(timeout=60)[1]

    assert "Traceback" not in said
    assert "ERROR" not in said


def leave(port: int, head: str, body: bytes, resets: bool) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head.encode() + body)
        if resets:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
