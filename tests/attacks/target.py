"""A real server over a real socket, and how attacks are sent to it, byte for byte, and judged."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import socket
import subprocess
import sys
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.processes import wait_for_address
from tests.support.transports import quiet_environment

TOKEN = "A-long-random-Fake-token"
WEBHOOK_LOGIN = "crm:a-made-up:word"
ACCEPT = "application/json, text/event-stream"
MODERN = "2026-07-28"
HELLO: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {"elicitation": {}},
        "clientInfo": {"name": "t", "version": "1"},
    },
}
PING = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
SECRETS = (TOKEN, "a-made-up:word", "demo-api-key", "demo-password")
_TIMEOUT_S = 20.0
_MOST_LOGGED = 1_000
_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Answer:
    """What came back until the server closed the connection."""

    raw: bytes

    @property
    def status(self) -> int:
        """The status of the first response; 0 where there is none."""
        found = re.match(rb"(?:HTTP/1\.1 100 [^\r\n]*\r\n\r\n)?HTTP/1\.1 (\d{3}) ", self.raw)
        return int(found[1]) if found else 0

    @property
    def responses(self) -> int:
        return len(re.findall(rb"HTTP/1\.1 [2-5]\d\d ", self.raw))

    @property
    def headers(self) -> dict[str, str]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def text(self) -> str:
        return self.raw.partition(b"\r\n\r\n")[2].decode("utf-8", "replace")

    @property
    def message(self) -> dict[str, Any]:
        """The JSON of the response, or of the first event of its stream."""
        return next(self.messages())

    def messages(self) -> Generator[dict[str, Any]]:
        """Yield each JSON object that stands on a line of its own."""
        for line in self.text.splitlines():
            bare = line.removeprefix("data:").strip()
            if bare.startswith("{"):
                yield json.loads(bare)


@dataclass(frozen=True)
class Attack:
    """What is sent, and what has to be said to it."""

    name: str
    sent: bytes
    status: int
    says: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass
class Target:
    """A server that is attacked."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]
    _read: int = field(default=0)

    def connect(self) -> socket.socket:
        address = urlsplit(self.url)
        return socket.create_connection((str(address.hostname), address.port or 0), timeout=_TIMEOUT_S)

    def send(self, sent: bytes) -> Answer:
        """Send bytes on a connection of their own, and return what comes back until it is closed."""
        with self.connect() as client:
            with contextlib.suppress(OSError):  # it may be refused before all of it is read
                client.sendall(sent)
            return read_all(client)

    def grown_log(self) -> str:
        """Return what was logged since this was last asked."""
        logged = self.log.read_bytes()
        new, self._read = logged[self._read :], len(logged)
        return new.decode()

    def check_alive_and_quiet(self) -> None:
        """Check that the server answers the next caller, and that its log tells no secret and obeys no attacker."""
        assert self.send(request("GET", "/health", body=b"")).status == 200
        logged = self.grown_log()
        assert "Traceback" not in logged
        assert len(logged) < _MOST_LOGGED, logged[:_MOST_LOGGED]
        assert not _UNPRINTABLE.search(logged), repr(logged)
        assert not any(secret in logged for secret in SECRETS), logged

    def meets(self, attack: Attack) -> Answer:
        """Send an attack; check that it is refused as it should be, and harmed nobody."""
        answer = self.send(attack.sent)
        assert (answer.status, answer.responses) == (attack.status, 1), answer.raw[:500]
        assert attack.says in answer.text
        assert not any(secret in answer.text for secret in SECRETS)
        if attack.status >= 400 and not attack.sent.startswith(b"HEAD "):
            check_is_clear(answer)
        self.check_alive_and_quiet()
        return answer


def check_is_clear(answer: Answer) -> None:
    """Check that a refusal is JSON that says what is wrong."""
    assert answer.headers["content-type"].startswith("application/json"), answer.raw[:500]
    said = answer.message
    described = said["error_description"] if "error_description" in said else said["error"]["message"]
    assert len(described) > 8


def read_all(client: socket.socket) -> Answer:
    """Read until the server closes the connection."""
    received = bytearray()
    with contextlib.suppress(ConnectionError):
        while piece := client.recv(65_536):
            received += piece
    return Answer(bytes(received))


Header = tuple[str, str | bytes]


def request(
    method: str = "POST",
    target: str | bytes = "/mcp",
    body: bytes | Mapping[str, Any] = HELLO,
    *headers: Header,
    token: str | None = TOKEN,
    without: Iterable[str] = (),
    version: str = "1.1",
) -> bytes:
    """Return a request that is fine but for what is given; a header that is given replaces the usual one."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    usual: list[Header] = [
        ("Host", "127.0.0.1"),
        ("Accept", ACCEPT),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(content))),
        *([("Authorization", f"Bearer {token}")] if token is not None else []),
    ]
    given = {name.lower() for name, _ in headers} | {name.lower() for name in without}
    lines = [(name, value) for name, value in usual if name.lower() not in given]
    head = b"".join(_bytes(name) + b": " + _bytes(value) + b"\r\n" for name, value in [*lines, *headers])
    return b"%s %s HTTP/%s\r\n%sConnection: close\r\n\r\n%s" % (
        method.encode(),
        _bytes(target),
        version.encode(),
        head,
        content,
    )


def call(method: str, params: Mapping[str, Any], *headers: Header, token: str = TOKEN, **capabilities: Any) -> bytes:
    """Return a request of the protocol since 2026, which needs no session."""
    meta: dict[str, Any] = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}, **capabilities},
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
    }
    named = str(params.get("name", params.get("uri", "")))
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
    usual: list[Header] = [("Mcp-Protocol-Version", MODERN), ("Mcp-Method", method)]
    if named.isascii() and named.isprintable() and named:
        usual.append(("Mcp-Name", named))
    elif named:  # as the protocol writes what no header can carry
        usual.append(("Mcp-Name", f"=?base64?{base64.b64encode(named.encode()).decode()}?="))
    given = {name.lower() for name, _ in headers}
    return request(
        "POST", "/mcp", message, *(one for one in usual if one[0].lower() not in given), *headers, token=token
    )


def call_tool(tool: str, arguments: Mapping[str, Any], *, token: str = TOKEN, **more: Any) -> bytes:
    return call("tools/call", {"name": tool, "arguments": arguments, **more}, token=token)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


@contextlib.contextmanager
def attacked(settings: Mapping[str, str], folder: Path, *options: str) -> Generator[Target]:
    """Start `crm-mcp serve` with these settings on a free port, its log in a file."""
    log = folder / "log"
    command = [sys.executable, "-m", "crm_mcp", "serve", "--transport", "http", "--port", "0", *options]
    with (
        log.open("wb") as stderr,
        subprocess.Popen(command, env=quiet_environment(settings), cwd=folder, stderr=stderr) as process,
    ):
        try:
            target = Target(wait_for_address(log, process), log, process)
            target.grown_log()
            yield target
        finally:
            process.terminate()
            process.wait(timeout=10)
