"""A second, small server of both APIs, written from the documents and field notes.

`python -m tests.contract.self_test.second_server` serves it.

It shares no code with the bundled fake: the contract asks both the same. Its shapes are those of live servers.
`GET /writes` tells how many writing requests it has seen.
"""

from __future__ import annotations

import argparse
import base64
import json
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.contract.self_test.second_server.data import IVINEX_LOGIN, MINICRM_LOGIN
from tests.contract.self_test.second_server.ivinex import Ivinex
from tests.contract.self_test.second_server.minicrm import Minicrm

if TYPE_CHECKING:
    from tests.contract.self_test.second_server.ivinex import Reply

_MINICRM = "/Api/R3/"


class SecondServer(ThreadingHTTPServer):
    """The server with its two accounts."""

    daemon_threads = True

    def __init__(self, port: int, requests_per_minute: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.ivinex = Ivinex()
        self.minicrm = Minicrm()
        self.writes = 0
        self._limit = requests_per_minute
        self._seen: deque[float] = deque()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def is_too_fast(self) -> bool:
        """Count a request to MiniCRM and tell whether it is one too many for this minute."""
        now = time.monotonic()
        while self._seen and now - self._seen[0] > 60:
            self._seen.popleft()
        self._seen.append(now)
        return 0 < self._limit < len(self._seen)


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    server: SecondServer  # pyright: ignore[reportIncompatibleVariableOverride] - it is this one
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body go out together, or the second would wait for the first to be acknowledged

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path == "/writes":
            self._send((200, "application/json", json.dumps({"writes": self.server.writes})))
            return
        if self.command not in {"GET", "HEAD", "OPTIONS"}:
            self.server.writes += 1
        self._send(self._ask(path, query, body))

    def _ask(self, path: str, query: dict[str, str], body: bytes) -> Reply:
        if path == "/API/Records.php":
            if not self._is_login(IVINEX_LOGIN):
                return self.server.ivinex.refuse_login()
            return self.server.ivinex.answer(self.command, query, body)
        if path.startswith(_MINICRM):
            if self.server.is_too_fast():
                return 429, "text/plain; charset=utf-8", "Túl sok kérés!"
            if not self._is_login(MINICRM_LOGIN):
                return self.server.minicrm.refuse_login(self.command)
            root = f"{self.server.url}{_MINICRM.rstrip('/')}"
            return self.server.minicrm.answer(self.command, path.removeprefix(_MINICRM), query, body, root)
        return 404, "text/plain; charset=utf-8", "Not found"

    def _is_login(self, login: tuple[str, str]) -> bool:
        wanted = base64.b64encode(":".join(login).encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def _send(self, reply: Reply) -> None:
        status, media_type, text = reply
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="A second, small server of both APIs, with live shapes.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--requests-per-minute", type=int, default=0, help="of MiniCRM; 0 is no limit")
    arguments = parser.parse_args()
    with SecondServer(arguments.port, arguments.requests_per_minute) as server:
        print(f"listening on {server.url}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
