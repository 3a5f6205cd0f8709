"""The soak at full size: `python -m tests.soak`, or `make soak`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.soak.run import Size, soak
from tests.soak.story import show_figures, tell_stories


def main() -> int:
    parser = argparse.ArgumentParser(description="Write under faults and kills; 1 where one was misreported.")
    parser.add_argument("--writes", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10, help="of servers, and as many of the fake")
    parser.add_argument("--callers", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    things = max(10, given.writes // given.callers // 40)
    size = Size(given.writes, given.kills, given.callers, things, given.seed, comes_back=True)
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(soak(size, Path(folder)))
    print(show_figures(report))
    print(tell_stories(report))
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
