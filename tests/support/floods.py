"""A CRM that sends far too much, another kind under each path: `http://127.0.0.1:1/wide_rows` is one's base address.

`python -m tests.support.floods` serves it as a process of its own, so that sending takes no time of who measures.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Generator, Iterable
from functools import cache
from http.server import BaseHTTPRequestHandler
from itertools import repeat
from typing import Any

from tests.crm_mcp.transport.local_server import serving

MEGABYTE = b" " * 2**20
_SMALL: dict[str, object] = {"Category": {"3": "Sales"}, "Schema": {"Name": "Text(128)"}}
"""What MiniCRM is asked before a search or a record."""


def gzip_bomb(megabytes: int) -> bytes:
    """Return so many megabytes of spaces, compressed a thousand times over."""
    return _zip(repeat(MEGABYTE, megabytes))


def _zip(pieces: Iterable[bytes]) -> bytes:
    deflate = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join(deflate.compress(piece) for piece in pieces) + deflate.flush()


@cache
def _bomb() -> bytes:
    return gzip_bomb(1000)


def _small_row(_: int) -> bytes:
    return b'"Name": "Anna"'


def _wide_row(_: int) -> bytes:
    return '"Name": "Árvíztűrő", "Text": "{}"'.format("x" * 610).encode()


def _many_values(at: int) -> bytes:
    return b", ".join(b'"Field%d": "value %06d of row %d"' % (one, at, one) for one in range(12))


def _many_names(_: int) -> bytes:
    return b", ".join(b'"Name%d": "value %06d"' % (one, one) for one in range(990_000))


def _long_text(_: int) -> bytes:
    return b'"Text": "%s"' % ("x" * (2**25 - 500) + "\N{GRINNING FACE}").encode()


def _escapes(_: int) -> bytes:
    return b'"Text": "%s"' % (b"\\u00e1" * 5_500_000)


def _short_names(_: int) -> bytes:
    return b", ".join(b'"Name%d": %d' % (one, one) for one in range(240_000))


def _long_list(_: int) -> bytes:
    return b'"Numbers": [%s]' % b",".join(b"%d" % one for one in range(990_000))


def _widest_text(_: int) -> bytes:
    return b'"Text": "%s"' % ("x" * (2**23 - 500) + "\N{GRINNING FACE}").encode()


def _accents(_: int) -> bytes:
    return b'"Text": "%s"' % ("ő" * (2**24 - 500)).encode()


def _deep(_: int) -> bytes:
    return b'"Text": [%s]' % b",".join([b"[" * 35 + b"]" * 35] * 1_400)


ROWS: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "small_rows": (1_000_000, _small_row),
    "wide_rows": (45_000, _wide_row),
    "many_values": (9_900, _many_values),
    "many_names": (1, _many_names),
    "short_names": (1, _short_names),
    "long_list": (1, _long_list),
    "long_text": (1, _long_text),
    "widest_text": (1, _widest_text),
    "accents": (1, _accents),
    "escapes": (1, _escapes),
    "deep": (1, _deep),
}
"""How many rows, and what stands in each beside its id."""


@cache
def rows(kind: str, *, of_minicrm: bool) -> bytes:
    """Return a whole page of a kind, as each CRM writes its pages."""
    count, inside = ROWS[kind]
    if of_minicrm:
        return b'{"Count": %d, "Results": {%s}}' % (
            count,
            b",".join(b'"%d":{"Id": %d, %s}' % (at, at, inside(at)) for at in range(1, count + 1)),
        )
    return b'{"Records": [%s]}' % b",".join(b'{"id": %d, %s}' % (at, inside(at)) for at in range(1, count + 1))


class Flooding(BaseHTTPRequestHandler):
    """Answers by what the first part of the path names."""

    def do_GET(self) -> None:
        kind, _, rest = self.path.lstrip("/").partition("/")
        small = next((answer for word, answer in _SMALL.items() if f"/{word}" in rest), None)
        with contextlib.suppress(OSError):  # the client hangs up
            if small is not None:
                self.send(json.dumps(small).encode())
            elif kind in ROWS:
                self.send(rows(kind, of_minicrm=rest.startswith("Api/R3")))
            else:
                getattr(self, f"_send_{kind}")()

    def _begin(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, body: bytes, *, encoding: str = "identity") -> None:
        """Send a whole body, which is encoded so."""
        self._begin(Content_Length=str(len(body)), Content_Encoding=encoding)
        self.wfile.write(body)

    def _send_endless(self) -> None:
        self._begin()
        while True:
            self.wfile.write(MEGABYTE)

    def _send_endless_refusal(self) -> None:
        self._begin(500)
        while True:
            self.wfile.write(b"Hiba" * 2**18)

    def _send_endless_headers(self) -> None:
        self.send_response(200)
        self.flush_headers()
        while True:
            self.wfile.write(b"X-More: and more\r\n" * 1_000)

    def _send_drip(self) -> None:
        self._begin()
        while True:
            self.wfile.write(b" ")
            time.sleep(0.05)

    def _send_bomb(self) -> None:
        self.send(_bomb(), encoding="gzip")

    def _send_nested_bomb(self) -> None:
        self.send(_zip([_bomb()]), encoding="gzip, gzip")

    def _send_bomb_in_bomb(self) -> None:
        self.send(_zip([_bomb()]), encoding="gzip")

    def _send_lists(self) -> None:
        self._begin()
        self.wfile.write(b'{"Records": [' + b"[]," * 5_000_000 + b"[]]}")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's signature
        """Keep quiet."""


@contextlib.contextmanager
def flooding_process() -> Generator[str]:
    """Serve floods from a process of their own; yield the address that kinds are appended to."""
    command = [sys.executable, "-m", "tests.support.floods"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


if __name__ == "__main__":
    with serving(Flooding) as url:
        print(url, flush=True)
        sys.stdin.read()
