"""Nothing is lost or doubled while a team's servers are ended at random; `make soak` is the same for two minutes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.soak.story import show_figures, tell_stories
from tests.soak.team.play import Size, play
from tests.support.postgres import running_postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SMALL = Size(seconds=6, servers=2, assistants=3, pause_s=(0.2, 1.0))


def test_nothing_is_lost_or_doubled_while_servers_are_ended_at_random(tmp_path: Path) -> None:
    # A PostgreSQL of its own: it is stopped in the midst of all.
    with running_postgres() as postgres, postgres.new_database() as store:
        report = asyncio.run(play(SMALL, tmp_path, postgres, store))
    told = f"{show_figures(report)}\n{tell_stories(report)}"
    assert not report.violations, told
    assert not report.problems, f"{report.problems}\n{told}"
    assert report.figures["ended by SIGKILL"] + report.figures["ended by SIGTERM"] > 1, told
    assert report.figures["told last: done"], told
