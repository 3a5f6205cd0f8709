"""How long the server takes from its start to the end of `tools/list`, beside a server that does nothing.

    python benchmarks/start.py [--rounds 15]

Both are started in turns, as processes of their own that speak over stdio, in each protocol era. Other work on the
machine only ever adds: the fastest starts say the most, and the processor's time until then, which only Linux tells.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.loopback import ROOT, read_resident_mb

COMMANDS = {
    "no-op": (sys.executable, "-m", "benchmarks.no_op_server"),
    "crm-mcp": (sys.executable, "-m", "crm_mcp"),
}
SETTINGS = {
    "IVINEX_URL": "https://crm.example",
    "IVINEX_USERNAME": "nobody",
    "IVINEX_PASSWORD": "fake",
    "IVINEX_MODULES": "contact=1001,note=1002,company=1003",
    "MINICRM_URL": "https://crm.example",
    "MINICRM_SYSTEM_ID": "1",
    "MINICRM_API_KEY": "fake",
    "CRM_MCP_SETTINGS": "off",
}
_PEER = {"name": "benchmark", "version": "1"}
_INITIALIZED = {"method": "notifications/initialized"}
_CALLER = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": _PEER,
    "io.modelcontextprotocol/clientCapabilities": {},
}
ERAS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "2025-11-25, initialize": (
        {
            "id": 1,
            "method": "initialize",
            "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": _PEER},
        },
        _INITIALIZED,
        {"id": 2, "method": "tools/list"},
    ),
    "2026-07-28, discover": (
        {"id": 1, "method": "server/discover", "params": {"_meta": _CALLER}},
        {"id": 2, "method": "tools/list", "params": {"_meta": _CALLER}},
    ),
}


@dataclass(frozen=True, slots=True)
class Start:
    """One start.

    Attributes:
        clock_ms: From before the process was made until `tools/list` was read.
        cpu_ms: The processor's time until then.
        resident_mb: Its memory then.
        listed_bytes: The line that `tools/list` is.
    """

    clock_ms: float
    cpu_ms: float
    resident_mb: float
    listed_bytes: int


def measure(command: Sequence[str], messages: Sequence[Mapping[str, Any]]) -> Start:
    """Start a server in an empty home, and send it messages, each after the response to the one before."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, **SETTINGS, "HOME": home, "XDG_DATA_HOME": home, "PYTHONPATH": str(ROOT)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
        begun_s = time.perf_counter()
        with subprocess.Popen(  # noqa: S603  # of this folder's own
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=home
        ) as process:
            *_, listed = _exchange(process, messages)
            took_s = time.perf_counter() - begun_s
            cpu_ms, resident_mb = _read_cpu_ms(process.pid), read_resident_mb(process.pid)
            assert process.stdin is not None
            process.stdin.close()
        left_behind = list(Path(home).iterdir())
    if b'"tools":' not in listed or left_behind:
        raise SystemExit(f"{command} answered {listed[:300]!r} and left behind {left_behind}")
    return Start(took_s * 1000, cpu_ms, resident_mb, len(listed))


def _exchange(process: subprocess.Popen[bytes], messages: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    """Send each message; yield the lines that answer those that ask."""
    assert process.stdin is not None
    assert process.stdout is not None
    for message in messages:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        process.stdin.flush()
        if "id" in message:
            yield process.stdout.readline().strip()


def _read_cpu_ms(pid: int) -> float:
    """Return the processor's time of a process until now, to some ten milliseconds; only Linux tells."""
    try:
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return float("nan")
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK") * 1000


def compare(era: str, rounds: int) -> None:
    """Start both servers in turns, and print their figures side by side."""
    starts: dict[str, list[Start]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, command in COMMANDS.items():
            start = measure(command, ERAS[era])
            if number:  # the first writes bytecode
                starts[name].append(start)
    print(f"{era:34}{''.join(f'{name:>10}' for name in COMMANDS)}{'ratio':>8}")
    for title, figure in _FIGURES.items():
        reference, ours = (figure(starts[name]) for name in COMMANDS)
        print(f"  {title:32}{reference:10.0f}{ours:10.0f}{ours / reference:8.2f}")


_FIGURES: Mapping[str, Callable[[Sequence[Start]], float]] = {
    "milliseconds, fastest": lambda starts: min(one.clock_ms for one in starts),
    "milliseconds, median": lambda starts: statistics.median(one.clock_ms for one in starts),
    "milliseconds of CPU, fastest": lambda starts: min(one.cpu_ms for one in starts),
    "milliseconds of CPU, median": lambda starts: statistics.median(one.cpu_ms for one in starts),
    "MB resident": lambda starts: statistics.median(one.resident_mb for one in starts),
    "bytes of tools/list": lambda starts: max(one.listed_bytes for one in starts),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    for era in ERAS:
        compare(era, rounds)


if __name__ == "__main__":
    main()
