"""The HTTP service holds no more after many visits than before, in small; `make soak` takes ten minutes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.soak.crowd import gather_crowd
from tests.soak.service import soak_service

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

_VISITS_S = 6
_KINDS_AT_LEAST = 6


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of descriptors in files")
def test_what_the_service_holds_does_not_grow_with_visits(tmp_path: Path) -> None:
    soak = soak_service(_VISITS_S, where=str(tmp_path / "store"), folder=tmp_path, at_once=3)
    assert not soak.visitors.problems, soak.show()
    assert not soak.find_rows_left(), soak.show()
    assert len(soak.visitors.done) >= _KINDS_AT_LEAST, soak.show()
    assert soak.held[-1].facts["descriptors"] < soak.held[0].facts["descriptors"] + 30, soak.show()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of descriptors in files")
def test_each_of_two_hundred_callers_at_once_gets_its_own_answer(tmp_path: Path) -> None:
    (crowd,), _ = gather_crowd(str(tmp_path / "store"), tmp_path, count=200, users=20, rounds=1)
    assert [one.wrong for one in crowd if one.wrong] == []
