"""The clients that properties use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fake_process import FakeServer
from tests.properties.clients import Clients


@pytest.fixture(scope="module")
def clients(fake_server: FakeServer) -> Iterator[Clients]:
    with Clients(fake_server.url) as opened:
        yield opened
