"""The HTTP service answers a crowd, and holds no more after many visits than before; `make soak` takes longer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import pytest

from tests.soak.crowd import call_at_once
from tests.soak.served import Served, serving
from tests.soak.service import soak_service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of descriptors in files"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    with serving(str(folder / "store"), folder, users=3) as served:
        yield served


def test_each_of_a_crowd_that_calls_at_once_gets_its_own_answer(served: Served) -> None:
    crowd, _ = asyncio.run(call_at_once(served, 60))
    assert [one.wrong for one in crowd if one.wrong] == []


def test_what_the_service_holds_does_not_grow_with_visits(served: Served) -> None:
    soak = soak_service(served, 4, at_once=3)
    assert not soak.visitors.problems, soak.show()
    assert not soak.find_rows_left(), soak.show()
    assert soak.held[-1].facts["descriptors"] < soak.held[0].facts["descriptors"] + 30, soak.show()
