"""What it costs to be observed: a tool call that asks a CRM, over HTTP, of servers that are observed or are not.

    python benchmarks/observed.py [--calls 400]

All servers run at once, on one fake, and are called in turns; the receiver of OpenTelemetry's data is this process. The
time is that of the server's CPU, which other programs on the machine hardly change. For Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mcp import Client

from mockserver.fake_process import running_fake
from tests.support.mcp_play import both_crms, call
from tests.support.otlp_receiver import receiving
from tests.support.transports import http_process

ROUNDS = 10


def cpu_ms(process_id: int) -> float:
    """Return how long a process has worked so far, in milliseconds."""
    times = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[11:13]
    return 1000 * sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


async def measure(servers: Mapping[str, tuple[int, str]], calls: int) -> Mapping[str, float]:
    """Return how long each server worked for a call, in milliseconds."""
    took = dict.fromkeys(servers, 0.0)
    async with AsyncExitStack() as open_:
        clients = {kind: await open_.enter_async_context(Client(url)) for kind, (_, url) in servers.items()}
        for client in clients.values():
            await call(client, "get_project", project_id="6001")
        for _ in range(ROUNDS):
            for kind, client in clients.items():
                before_ms = cpu_ms(servers[kind][0])
                for _ in range(calls // ROUNDS):
                    await call(client, "get_project", project_id="6001")
                took[kind] += cpu_ms(servers[kind][0]) - before_ms
    return {kind: ms / calls for kind, ms in took.items()}


def main() -> None:
    """Print the times, and the ratio of each to that of the server that nobody observes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=400)
    calls = parser.parse_args().calls
    with ExitStack() as open_:
        folder = open_.enter_context(TemporaryDirectory())
        settings = both_crms(open_.enter_context(running_fake("--seed", "demo")).url)
        log = {"CRM_MCP_LOG_FILE": f"{folder}/log"}
        otel = {"OTEL_EXPORTER_OTLP_ENDPOINT": open_.enter_context(receiving()).url}
        kinds = {"not observed": {}, "log file": log, "OpenTelemetry": otel, "both": {**log, **otel}}
        servers: dict[str, tuple[int, str]] = {}
        for kind, more in kinds.items():
            process, url = open_.enter_context(http_process(settings | more, folder))
            servers[kind] = process.pid, url
        took = asyncio.run(measure(servers, calls))
    for kind, ms in took.items():
        print(f"{kind:<16}{ms:8.2f} ms{ms / took['not observed']:8.2f}")


if __name__ == "__main__":
    main()
