"""A portal with option fields, and the demo data of the fake."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.testing.crm_fake import CrmFake
from tests.crm_mcp.ivinex.option_records import search_options
from tests.support.crm_stub import RECORDS, CrmStub


@pytest.fixture
def portal(crms: CrmStub) -> CrmStub:
    """Answer every search of Ivinex by three records, one after the other option."""
    crms.answer(f"GET {RECORDS}", search_options)
    return crms


@pytest.fixture
def demo(crm_fake: CrmFake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CrmFake:
    """Connect Ivinex alone to the demo data, with all of its modules."""
    monkeypatch.chdir(tmp_path)
    for name, value in (crm_fake.env | {"MINICRM_SYSTEM_ID": "", "MINICRM_API_KEY": ""}).items():
        monkeypatch.setenv(name, value)
    return crm_fake
