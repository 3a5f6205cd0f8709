"""How many searches by id a second the fake answers at 16 connections, its journal on, and what it costs to have it.

    python benchmarks/fake_throughput.py [--connections 16] [--seconds 4] [--rounds 3]

The same load goes to a bare Starlette endpoint under the same uvicorn settings, in turns within the same run, so that a
busy machine slows both. Also: the time from the start of the process to the first answer, and its resident memory. The
load comes from `wrk` where that is installed, else from this script.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.loopback import LOGINS, Caller, Server, running

CONDITION = [{"Field": "collection_id", "Operand": "Equal", "Value": "8"}]
TARGET = f"/API/Records.php?{urlencode({'CollectionTypeID': 1001, 'Filters': json.dumps(CONDITION)})}"
AUTHORIZATION = f"Basic {base64.b64encode(LOGINS['ivinex'].encode()).decode()}"
FAKE = ("-m", "mockserver", "serve", "--port", "0")
BARE = ("-m", "benchmarks.bare_starlette")


def load(server: Server, connections: int, seconds: float) -> float:
    """Return the answers a second under a load of this many connections."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return asyncio.run(_load_from_here(server, connections, seconds))
    command = [wrk, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-H", f"Authorization: {AUTHORIZATION}"]
    url = f"http://{server.host}:{server.port}{TARGET}"
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)  # noqa: S603 - found on the PATH
    found = re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)
    if found is None or "Non-2xx" in done.stdout:
        raise SystemExit(done.stdout)
    return float(found[1])


async def _load_from_here(server: Server, connections: int, seconds: float) -> float:
    end = time.perf_counter() + seconds
    started = time.perf_counter()
    counts = await asyncio.gather(*(_call_until(server, end) for _ in range(connections)))
    return sum(counts) / (time.perf_counter() - started)


async def _call_until(server: Server, end: float) -> int:
    head = f"GET {TARGET} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\nAuthorization: {AUTHORIZATION}\r\n\r\n"
    reader, writer = await asyncio.open_connection(server.host, server.port)
    count = 0
    while time.perf_counter() < end:
        writer.write(head.encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(answer.decode())
        length = re.search(rb"content-length: ([0-9]+)", answer)
        await reader.readexactly(int(length[1]) if length else 0)
        count += 1
    writer.close()
    return count


def measure_start() -> tuple[float, float]:
    """Return the seconds from the start of the process to the first answer, and its memory in MB then."""
    started = time.perf_counter()
    with running(*FAKE) as server:
        Caller(server, "ivinex").get("/API/Records.php", {"CollectionTypeID": 1001})
        return time.perf_counter() - started, server.read_resident_mb()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How fast the fake answers, and what it costs.")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    fake: list[float] = []
    bare: list[float] = []
    with running(*FAKE) as faked, running(*BARE) as plain:
        for _ in range(options.rounds):
            bare.append(load(plain, options.connections, options.seconds))
            fake.append(load(faked, options.connections, options.seconds))
        loaded_mb = faked.read_resident_mb()
    starts = [measure_start() for _ in range(5)]
    answers, plain_answers = statistics.median(fake), statistics.median(bare)
    rows = (
        ("load from", "wrk" if shutil.which("wrk") else "this script", ""),
        ("bare Starlette, answers a second", f"{plain_answers:.0f}", ""),
        ("fake, answers a second", f"{answers:.0f}", ""),
        ("ratio", f"{answers / plain_answers:.2f}", "at least 0.50"),
        (
            "start to first answer",
            f"{min(starts)[0]:.2f} s, median {statistics.median(each[0] for each in starts):.2f} s",
            "at most 0.60 s",
        ),
        ("resident after the first answer", f"{max(each[1] for each in starts):.0f} MB", "at most 60 MB"),
        ("resident after the load", f"{loaded_mb:.0f} MB", "at most 60 MB"),
    )
    for name, value, target in rows:
        print(f"{name:<36}{value:<28}{target}")


if __name__ == "__main__":
    main()
