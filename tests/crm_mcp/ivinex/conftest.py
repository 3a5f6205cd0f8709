"""A portal with option fields."""

from __future__ import annotations

import pytest

from tests.crm_mcp.ivinex.option_records import search_options
from tests.support.crm_stub import RECORDS, CrmStub


@pytest.fixture
def portal(crms: CrmStub) -> CrmStub:
    """Answer every search of Ivinex by three records, one after the other option."""
    crms.answer(f"GET {RECORDS}", search_options)
    return crms
