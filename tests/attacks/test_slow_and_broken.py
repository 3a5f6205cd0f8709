"""Clients that stop, leave, read nothing or come in crowds: the next caller is served all the same."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Generator

import pytest

from tests.attacks.target import TOKEN, Target, call, call_tool, read_all, request

pytestmark = pytest.mark.slow

LIST = call("tools/list", {})
HALVES = {
    "nothing": b"",
    "a letter": b"P",
    "half a header": request(body=b"").partition(b"Accept")[0],
    "half a body": LIST[:-20],
    "half a chunk": request("POST", "/mcp", b"ff\r\n{", ("Transfer-Encoding", "chunked"), without=["Content-Length"]),
    "a body that is waited for": request("POST", "/mcp", b"", ("Content-Length", "100"), ("Expect", "100-continue")),
}


@contextlib.contextmanager
def many(target: Target, sent: bytes, count: int) -> Generator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(target.connect()) for _ in range(count)]
        for client in clients:
            client.sendall(sent)
        yield clients


def reset(client: socket.socket) -> None:
    """Close a connection so that the server meets a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.parametrize("name", HALVES)
def test_who_sends_half_and_waits_keeps_nobody_out(target: Target, name: str) -> None:
    with many(target, HALVES[name], 40):
        assert target.send(LIST).status == 200
    target.check_alive_and_quiet()


@pytest.mark.parametrize("name", HALVES)
def test_who_leaves_in_the_middle_leaves_no_trace(target: Target, name: str) -> None:
    with many(target, HALVES[name], 10) as clients:
        for client in clients[:5]:
            reset(client)
        for client in clients[5:]:
            client.shutdown(socket.SHUT_WR)
            assert read_all(client).status in (0, 100, 400, 408)
    assert target.send(LIST).status == 200
    target.check_alive_and_quiet()


def test_who_leaves_before_the_response_leaves_no_trace(target: Target) -> None:
    search = call_tool("query_crm", {"sql": "select name from minicrm_projects"})
    for sent in (LIST, search, request()):
        with many(target, sent, 10) as clients:
            for client in clients:
                reset(client)
    assert target.send(LIST).status == 200
    target.check_alive_and_quiet()


def test_who_reads_no_response_holds_nobody_up(target: Target) -> None:
    kept = LIST.replace(b"Connection: close", b"Connection: keep-alive")
    with many(target, kept * 20, 6):  # most of a megabyte of responses for each, which nobody reads
        assert target.send(LIST).status == 200
    target.check_alive_and_quiet()


def test_requests_in_a_row_are_answered_in_a_row(target: Target) -> None:
    kept = LIST.replace(b"Connection: close", b"Connection: keep-alive")
    health = request("GET", "/health", b"", token=None)
    answer = target.send(kept * 5 + health)
    assert answer.responses == 6
    assert answer.raw.count(b'{"status":"ok"}') == 1
    assert answer.raw.endswith(b'{"status":"ok"}')


def test_a_crowd_without_a_token_keeps_nobody_out(target: Target) -> None:
    refused: list[int] = []

    def press() -> None:
        refused.extend(target.send(request(token=f"guess-{number}")).status for number in range(25))

    crowd = [threading.Thread(target=press) for _ in range(8)]
    for one in crowd:
        one.start()
    assert target.send(LIST).status == 200
    for one in crowd:
        one.join()
    assert refused == [401] * 200
    assert TOKEN not in target.grown_log()
    assert target.send(call("server/discover", {})).status == 200
    target.check_alive_and_quiet()
