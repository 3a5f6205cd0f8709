"""A stub in place of both CRMs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import respx

from tests.support.crm_stub import URL, CrmStub
from tests.support.mcp_play import both_crms


@pytest.fixture
def crms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[CrmStub]:
    """Connect both CRMs to a stub; "me" is Jane Roe, whose id is 2."""
    monkeypatch.chdir(tmp_path)
    for name, value in (both_crms(URL) | {"MINICRM_USER": "Jane Roe"}).items():
        monkeypatch.setenv(name, value)
    stub = CrmStub()
    with respx.mock(assert_all_called=False) as router:
        router.route(host="crm.example").mock(side_effect=stub.respond)
        yield stub
