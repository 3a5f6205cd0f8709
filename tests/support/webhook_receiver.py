"""A program that webhooks are sent to, on a port of its own: it keeps what came, and answers as it is told."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[Mapping[str, Any]], int]
"""Returns the status for a body; 0 closes the connection without one."""


@dataclass
class Receiver:
    """What came, in order: bodies, and the headers of each by lower-case name."""

    url: str = ""
    answer: Answer = lambda _body: 200
    bodies: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url_with_login(self, login: str) -> str:
        """Return the address with a login in it."""
        return self.url.replace("http://", f"http://{login}@")


@contextlib.contextmanager
def receiving(answer: Answer = lambda _body: 200) -> Generator[Receiver]:
    """Yield a receiver that listens at `http://127.0.0.1:PORT/changed`."""
    receiver = Receiver(answer=answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            except ValueError:
                self.send_error(400)
                return
            with receiver.lock:
                receiver.bodies.append(body)
                receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
            status = receiver.answer(body)
            if status:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the base class
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/changed"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
