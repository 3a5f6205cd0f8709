"""How long a tool call over HTTP takes on a kept connection, and how long it would on a socket without a protocol.

    python benchmarks/service_latency.py [--calls 50]

asyncio switches the delay of small packets off (TCP_NODELAY) only on sockets that name their protocol. The reference is
the same service on a socket that names none, as `socket.create_server` makes them, in turns with the real one.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

ROOT = Path(__file__).resolve().parents[1]
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
VERSION = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "benchmark", "version": "1"}}
SETTINGS = {
    "MINICRM_URL": "http://127.0.0.1:9",
    "MINICRM_SYSTEM_ID": "1",
    "MINICRM_API_KEY": "fake",
    "CRM_MCP_STORE": "memory",
    "CRM_MCP_SETTINGS": "off",
}
ROUNDS = 5


def serve(*, names_protocol: bool) -> None:
    """Serve as `crm-mcp` does, on one kind of socket or the other."""
    from crm_mcp import cli
    from crm_mcp.http_service import serving

    def listen_without_protocol(host: str, port: int) -> socket.socket:
        return socket.create_server((host, port))

    if not names_protocol:
        serving.listen = listen_without_protocol
    cli.main(["serve", "--transport", "http", "--port", "0"])


@contextmanager
def session(kind: str) -> Generator[tuple[http.client.HTTPConnection, dict[str, str]]]:
    """Start the service; yield a kept connection and the headers of an open session."""
    command = [sys.executable, __file__, "--serve", kind]
    environment = {**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603
        try:
            assert process.stderr is not None
            port = int(process.stderr.readline().rsplit(":", 1)[1].partition("/")[0])
            connection = http.client.HTTPConnection("127.0.0.1", port)
            hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": VERSION}
            connection.request("POST", "/mcp", json.dumps(hello), HEADERS)
            response = connection.getresponse()
            response.read()
            yield connection, {**HEADERS, "Mcp-Session-Id": str(response.getheader("mcp-session-id"))}
        finally:
            process.terminate()
            process.wait()


def measure_ms(connection: http.client.HTTPConnection, headers: dict[str, str], calls: int) -> float:
    """Return the median time of a ping, in milliseconds."""
    took_ms: list[float] = []
    for number in range(calls):
        begun_s = time.perf_counter()
        connection.request("POST", "/mcp", json.dumps({"jsonrpc": "2.0", "id": number, "method": "ping"}), headers)
        connection.getresponse().read()
        took_ms.append(1000 * (time.perf_counter() - begun_s))
    return statistics.median(took_ms)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--serve", choices=["named", "unnamed"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(names_protocol=options.serve == "named")
        return
    with session("named") as named, session("unnamed") as unnamed:
        rounds = [(measure_ms(*named, options.calls), measure_ms(*unnamed, options.calls)) for _ in range(ROUNDS)]
    ours, reference = (min(column) for column in zip(*rounds, strict=True))
    print(f"a ping over HTTP, median      {ours:6.1f} ms")
    print(f"on a socket without protocol  {reference:6.1f} ms")
    print(f"ratio                         {reference / ours:6.1f}      at least 3")


if __name__ == "__main__":
    main()
