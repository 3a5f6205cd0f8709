"""A fake with the demo data, and an environment that connects both CRMs to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.fake_process import FakeServer, running_fake
from tests.crm_mcp.safe_writes.playing import MODULES, Fake
from tests.support.mcp_play import both_crms


@pytest.fixture(scope="session")
def demo_fake() -> Iterator[FakeServer]:
    """One fake with the demo data for each test process."""
    with running_fake("--seed", "demo") as server:
        yield server


@pytest.fixture
def fake(demo_fake: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fake:
    """Connect both CRMs to the demo data as it was seeded; nobody is "me"."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRM_MCP_UNCONFIRMED_WRITES", raising=False)
    for name, value in (both_crms(demo_fake.url) | {"IVINEX_MODULES": MODULES}).items():
        monkeypatch.setenv(name, value)
    fake = Fake(demo_fake.url)
    fake.reset()
    return fake
