"""A CRM that sends what no CRM should: raw bytes for each request, whatever they are."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Generator

Sent = bytes | Callable[[bytes], bytes]
"""What is sent back, or what makes it of the request."""


def http(body: bytes, *headers: str, status: str = "200 OK", content_type: str = "application/json") -> bytes:
    """Return a response that is closed behind its body."""
    told = (f"Content-Type: {content_type}", f"Content-Length: {len(body)}", "Connection: close")
    lines = (f"HTTP/1.1 {status}", *(told if not headers else (told[0], told[2], *headers)), "", "")
    return "\r\n".join(lines).encode("latin-1") + body


class HostileCrm:
    """Listens on loopback; answers each request as it was last told to."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked: list[bytes] = []
        self.sends: Sent = b""

    def run(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # or a thread would go on waiting for the next one
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _answer(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(10)
            asked = b""
            while b"\r\n\r\n" not in asked and (piece := client.recv(65_536)):
                asked += piece
            if not asked:
                return
            self.asked.append(asked)
            client.sendall(self.sends(asked) if callable(self.sends) else self.sends)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65_536):
                pass


@contextlib.contextmanager
def hostile_crm() -> Generator[HostileCrm]:
    crm = HostileCrm()
    thread = threading.Thread(target=crm.run, daemon=True)
    thread.start()
    try:
        yield crm
    finally:
        crm.close()
        thread.join(5)
