"""No write is lost, doubled or misreported, whatever fails and whoever is killed; `make soak` is the same, longer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.soak.run import Size, soak
from tests.soak.story import show_figures, tell_stories

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SMALL = Size(writes=80, kills=1, callers=3, things=10)


def test_no_write_is_lost_doubled_or_misreported_under_faults_and_kills(tmp_path: Path) -> None:
    report = asyncio.run(soak(SMALL, tmp_path))
    assert not report.violations, f"{show_figures(report)}\n{tell_stories(report)}"
    assert report.figures["kills of a server"] == report.figures["kills of the fake"] == SMALL.kills
