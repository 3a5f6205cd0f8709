"""What the fake carried out, by its own journal: when each marker was written, whatever the caller was told."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from tests.soak.faults import CARRIED_OUT
from tests.soak.plan import MARKER
from tests.soak.processes import FakeProcess

_POLL_S = 0.4
"""The fake keeps its last thousand requests."""


@dataclass(frozen=True)
class Carried:
    """One request that wrote a marker."""

    at_s: float
    was_carried_out: bool
    line: str


@dataclass
class Journal:
    """Collects the requests that write, until the fake is killed, and of its next life on."""

    fake: FakeProcess
    by_marker: dict[str, list[Carried]] = field(default_factory=lambda: defaultdict[str, list[Carried]](list))
    requests: int = 0
    _since: dict[str, int] = field(default_factory=dict[str, int])
    _in_this_life: int = 0

    async def follow(self) -> None:
        """Collect until cancelled."""
        while True:
            await self.collect()
            await asyncio.sleep(_POLL_S)

    async def collect(self) -> None:
        """Take what came since the last time; a fake that is down is left alone."""
        try:
            for method in ("PUT", "POST"):
                path = f"requests?method={method}&since={self._since.get(method, 0)}"
                for entry in (await self.fake.control("GET", path)).json():
                    self._take(entry)
            newest = (await self.fake.control("GET", "requests?limit=1")).json()
        except (httpx.HTTPError, json.JSONDecodeError):
            return
        self._in_this_life = max([self._in_this_life, *(entry["id"] for entry in newest)])

    def begin_life(self) -> None:
        """Count the requests of the next life from its beginning."""
        self.requests += self._in_this_life
        self._in_this_life = 0
        self._since = {}

    def _take(self, entry: Mapping[str, Any]) -> None:
        self._since[entry["method"]] = entry["id"]
        text = json.dumps(entry["body"], ensure_ascii=False)
        carried = entry["fault"] in CARRIED_OUT and entry["status"] in (0, 200)
        line = f"{entry['at']} {entry['method']} {entry['path']} {text} -> {entry['status']} {entry['fault'] or ''}"
        at_s = datetime.fromisoformat(entry["at"]).timestamp()
        for marker in set(MARKER.findall(text)):
            self.by_marker[marker].append(Carried(at_s, carried, f"{line} {entry['response']!s:.200}"))
