"""A CRM that sends far too much, while others call: `python -m tests.soak.hostile_crm`.

For each kind of flood a server of its own is called for lists and records of both CRMs. It must grow by less than
150 MB, and who calls it meanwhile must wait for less than 200 ms. A busy machine keeps waiting too: that is measured
in the same run, by the same callers without a flood, and by how much longer a sleep of this process takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from mcp import Client

from tests.support.floods import ROWS, flooding_process
from tests.support.mcp_play import both_crms
from tests.support.process_facts import read_facts
from tests.support.transports import http_process

KINDS = ("endless", "endless_refusal", "endless_headers", "drip", "bomb", "nested_bomb", "bomb_in_bomb", "lists", *ROWS)
MOST_MB = 150
LONGEST_WAIT_MS = 200
_CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("search_records", {"module": "contact", "limit": 100}),
    ("get_record", {"module": "contact", "record_id": "1"}),
    ("search_contacts", {"query": "Anna", "limit": 100}),
    ("get_contact", {"contact_id": "1"}),
)
_EVERY_S = 0.02
_QUIET_S = 2.0
_LIMITS = {"CRM_MCP_TIMEOUT_S": "5", "CRM_MCP_CALL_BUDGET_S": "6"}
"""A drip is given up, and what may pass is asked for again."""


@dataclass
class Waits:
    """The longest of each kind while one thing went on, in milliseconds."""

    health: float = 0.0
    tool: float = 0.0
    sleep: float = 0.0

    async def follow(self, kind: str, wait: Callable[[], Awaitable[object]], *, less_s: float = 0.0) -> None:
        """Wait again and again, until cancelled."""
        while True:
            begun_s = time.monotonic()
            await wait()
            took_ms = 1000 * (time.monotonic() - begun_s - less_s)
            setattr(self, kind, max(getattr(self, kind), took_ms))
            await asyncio.sleep(0 if less_s else _EVERY_S)


@dataclass
class Flooded:
    """What a flood did."""

    kind: str
    tool: str
    quiet: Waits
    waits: Waits
    grown_mb: float
    took_s: float
    said: str = field(repr=False)

    @property
    def noise_ms(self) -> float:
        """How long the machine itself kept waiting."""
        return max(self.quiet.health, self.quiet.tool, self.waits.sleep)

    def is_held(self) -> bool:
        """Whether the server kept within its limits."""
        longest = max(self.waits.health, self.waits.tool)
        return self.grown_mb < MOST_MB and longest < LONGEST_WAIT_MS + self.noise_ms

    def __str__(self) -> str:
        return (
            f"{'ok  ' if self.is_held() else 'FAIL'} {self.kind:16} {self.tool:15} {self.grown_mb:4.0f} MB more, "
            f"{self.took_s:4.1f} s; others waited: /health {self.waits.health:4.0f} ms, tool {self.waits.tool:4.0f} ms "
            f"(noise {self.noise_ms:3.0f} ms); {self.said[:70]!r}"
        )


@contextlib.asynccontextmanager
async def _others(url: str, client: Client) -> AsyncGenerator[Waits]:
    """Let others call while the block runs."""
    waits = Waits()
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        going_on = [
            asyncio.create_task(waits.follow("health", lambda: http.get(url.replace("/mcp", "/health")))),
            asyncio.create_task(waits.follow("tool", lambda: client.call_tool("list_modules", {"crm": "ivinex"}))),
            asyncio.create_task(waits.follow("sleep", lambda: asyncio.sleep(_EVERY_S), less_s=_EVERY_S)),
        ]
        try:
            yield waits
            await asyncio.sleep(_EVERY_S * 5)  # what was asked for during the flood's last moment is answered
        finally:
            for one in going_on:
                one.cancel()
            await asyncio.gather(*going_on, return_exceptions=True)


def _highest_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _forget_highest(process: int) -> None:
    Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")


async def flood(kind: str, url: str, process: int, quiet_s: float = _QUIET_S) -> list[Flooded]:
    """Have a server that is connected to one kind of flood called, and return what that did."""
    found: list[Flooded] = []
    async with Client(url) as flooded, Client(url) as other:
        async with _others(url, other):  # the first calls import what they need
            await asyncio.sleep(quiet_s / 4)
        async with _others(url, other) as quiet:
            await asyncio.sleep(quiet_s)
        before_mb = read_facts(process)["resident kB"] / 1024
        for tool, arguments in _CALLS:
            _forget_highest(process)
            begun_s = time.monotonic()
            async with _others(url, other) as waits:
                result = await flooded.call_tool(tool, arguments)
                took_s = time.monotonic() - begun_s
            said = "".join(str(getattr(block, "text", "")) for block in result.content)
            grown_mb = _highest_mb(process) - before_mb
            found.append(Flooded(kind, tool, quiet, waits, grown_mb, took_s, said))
    return found


def main() -> int:
    kinds = sys.argv[1:] or KINDS
    failed = 0
    with flooding_process() as crm, tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            with http_process({**both_crms(f"{crm}/{kind}"), **_LIMITS}, folder) as (process, url):
                for one in asyncio.run(flood(kind, url, process.pid)):
                    print(one, flush=True)
                    failed += not one.is_held()
    print(f"{failed} beyond {MOST_MB} MB, or {LONGEST_WAIT_MS} ms and the machine's own noise")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
