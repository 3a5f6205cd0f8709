"""A stub of MiniCRM that issues invoices, on a day that does not end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crm_mcp.minicrm.tools.money.books import NOW, Books
from tests.support.crm_stub import CrmStub


@pytest.fixture
def books(crms: CrmStub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Books:
    """Open the books, with a store that all servers of a test share."""
    monkeypatch.setenv("MINICRM_NOW", NOW)
    monkeypatch.setenv("CRM_MCP_STORE", str(tmp_path / "store"))
    opened = Books(crms)
    opened.open()
    return opened
