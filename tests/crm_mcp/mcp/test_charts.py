"""A summary can be had as a picture, where the host cannot draw it itself."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.types import CallToolResult, ImageContent, TextContent

from crm_mcp.mcp import charts
from crm_mcp.mcp.charts import draw_bars, in_order
from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.transport.connections import ConnectionPool
from tests.support.crm_stub import CrmStub

pytestmark = pytest.mark.slow

PNG = b"\x89PNG\r\n\x1a\n"
STAGES = [{"collection_id": "1", "stage": "New", "amount": "5"}, {"collection_id": "2", "stage": "Won", "amount": "7"}]


def summarize(**options: Any) -> CallToolResult:
    async def run() -> CallToolResult:
        pool = ConnectionPool(timeout_s=30)
        async with Client(build_server(connect(pool), pool), **options) as client:
            arguments = {"module": "contact", "group_by": ["stage"], "measures": ["sum:amount"], "chart": True}
            result = await client.call_tool("summarize_records", arguments)
            assert isinstance(result, CallToolResult)
            return result

    return asyncio.run(run())


def test_a_picture_stands_beside_the_numbers(crms: CrmStub) -> None:
    crms.answer("GET /API/Records.php", {"Records": STAGES})
    text, image = summarize().content
    assert isinstance(text, TextContent)
    assert isinstance(image, ImageContent)
    assert image.mime_type == "image/png"
    assert base64.b64decode(image.data).startswith(PNG)


def test_a_host_that_draws_apps_gets_no_picture(crms: CrmStub) -> None:
    crms.answer("GET /API/Records.php", {"Records": STAGES})
    result = summarize(extensions=[advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})])
    assert [block.type for block in result.content] == ["text"]


def test_nothing_found_gives_no_picture(crms: CrmStub) -> None:
    crms.answer("GET /API/Records.php", {"Records": []})
    assert [block.type for block in summarize().content] == ["text"]


def test_without_the_extra_a_picture_is_refused_before_anything_is_asked(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_nothing(_: str) -> None:
        return None

    monkeypatch.setattr(charts, "find_spec", find_nothing)
    result = summarize()
    (block,) = result.content
    assert isinstance(block, TextContent)
    assert result.is_error
    assert "crm-mcp-server[charts]" in block.text
    assert crms.calls == []


def test_statuses_stand_in_the_order_of_the_pipeline_and_unknown_ones_last() -> None:
    groups: list[dict[str, Any]] = [{"status": name, "count": 1} for name in ("Won", "Gone", "New", "Offer")]
    shown = in_order(groups, ["New", "Offer", "Won"])
    assert [group["status"] for group in shown] == ["New", "Offer", "Won", "Gone"]
    assert in_order(groups, ()) == groups


def test_formulas_and_letters_that_the_font_lacks_are_shown_as_they_are(tmp_path: Path) -> None:
    groups = [
        {"status": "$x^$ _y \\frac", "count": 3},
        {"status": "\u6771\u4eac", "count": 2.5},
        {"status": None, "count": 0},
    ]
    (tmp_path / "bars.png").write_bytes(draw_bars(groups, "count", "$by status$"))
    assert (tmp_path / "bars.png").read_bytes().startswith(PNG)
