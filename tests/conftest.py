"""Fixtures that tests of more than one folder need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.fake_process import FakeServer, running_fake

if TYPE_CHECKING:
    from collections.abc import Iterator

# No test is timed: a slow machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def fake_server() -> Iterator[FakeServer]:
    """One empty fake for each test process; a test puts its own data in by `PUT /_control/seed` first."""
    with running_fake("--seed", "empty") as server:
        yield server
