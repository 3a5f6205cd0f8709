"""Two minutes of a team's service whose servers are killed: `python -m tests.soak.team`, or `make soak`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from tests.soak.story import show_figures, tell_stories
from tests.soak.team.play import Size, play
from tests.support.postgres import running_postgres
from tests.support.warm_commands import WARM


def main() -> int:
    parser = argparse.ArgumentParser(description="End a service's servers at random; 1 where a client was told wrong.")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--servers", type=int, default=3)
    parser.add_argument("--assistants", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    size = Size(given.seconds, given.servers, given.assistants, (0.5, 3.0), given.seed)
    with (
        contextlib.closing(WARM),
        tempfile.TemporaryDirectory() as folder,
        running_postgres() as postgres,
        postgres.new_database() as store,
    ):
        report = asyncio.run(play(size, Path(folder), postgres, store))
        print(show_figures(report))
        print("\n".join(report.problems[:20]))
        print(tell_stories(report))
        if report.violations or report.problems:
            for log in sorted(Path(folder).glob("server-*.log")):
                print(log.name, log.read_text(encoding="utf-8")[-3000:])
    return 1 if report.violations or report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
