"""The fake and the clients that properties use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fake_process import FakeServer, running_fake
from tests.properties.clients import Clients


@pytest.fixture(scope="module")
def fake_server() -> Iterator[FakeServer]:
    """A fake for one file alone: no other test's faults strike here."""
    with running_fake("--seed", "empty") as server:
        yield server


@pytest.fixture(scope="module")
def clients(fake_server: FakeServer) -> Iterator[Clients]:
    with Clients(fake_server.url) as opened:
        yield opened
