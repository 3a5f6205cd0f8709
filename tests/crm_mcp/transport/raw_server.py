"""A server of raw sockets that does to each request what a test says, however odd."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

Act = Callable[[socket.socket], bool]
"""What is done once a request was read; whether the connection is kept for another one."""


def say(*pieces: bytes, pause_s: float = 0.0, keep: bool = True) -> Act:
    """Send these bytes, with a pause before each but the first, and keep the connection or end it."""

    def act(connection: socket.socket) -> bool:
        for number, piece in enumerate(pieces):
            time.sleep(pause_s if number else 0)
            connection.sendall(piece)
        return keep

    return act


def reset(connection: socket.socket) -> bool:
    """Reset the connection without a word."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    return False


def response(body: bytes = b'{"Id":7}', status: str = "200 OK", *headers: str) -> bytes:
    """Return a whole response."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body


@dataclass
class RawServer:
    """What a server saw.

    Attributes:
        requests: The first line of each request, with the number of the connection it came on.
    """

    url: str
    acts: Iterator[Act]
    requests: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    connections: int = 0

    def serve(self, connection: socket.socket) -> None:
        """Do to each request of a connection what comes next."""
        self.connections += 1
        number = self.connections
        with connection, contextlib.suppress(OSError):
            while request := _read(connection):
                self.requests.append((number, request.split(b"\r\n")[0].decode()))
                if not next(self.acts)(connection):
                    return


def _read(connection: socket.socket) -> bytes:
    """Read a request with its body; empty where the caller has gone."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return received


@contextlib.contextmanager
def raw_server(*acts: Act) -> Generator[RawServer]:
    """Serve on a free port of loopback; each request, on whatever connection, gets the next of `acts`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(f"http://127.0.0.1:{listener.getsockname()[1]}", iter(acts))

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=server.serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
