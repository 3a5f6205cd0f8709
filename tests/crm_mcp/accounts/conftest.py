"""The two companies, once for all tests of this folder in a process; a test leaves what it writes there."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from mockserver.fake_process import FakeServer
from tests.crm_mcp.accounts.companies import Companies, two_companies


@pytest.fixture(scope="session")
def companies(fake_server: FakeServer, tmp_path_factory: pytest.TempPathFactory) -> Generator[Companies]:
    """Both."""
    with two_companies(fake_server, tmp_path_factory.mktemp("accounts")) as found:
        yield found
