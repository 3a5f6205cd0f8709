"""The pipeline app in a real browser, in a page that plays an MCP Apps host over a real server and the fake."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.types import TextResourceContents
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from mockserver.fake_process import FakeServer, running_fake
from tests.support.mcp_play import assistant, both_crms

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOST = Path(__file__).with_name("app_host.html").read_text(encoding="utf-8")
SUMMARY = {"module": "Sales", "group_by": ["status"], "measures": ["sum:Int1201"]}

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with running_fake("--seed", "demo") as server:
        yield server


@pytest.fixture
def demo(fake: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Connect assistants to the demo data."""
    monkeypatch.chdir(tmp_path)
    httpx.post(f"{fake.url}/_control/reset", trust_env=False).raise_for_status()
    for name, value in both_crms(fake.url).items():
        monkeypatch.setenv(name, value)
    return fake.url


def ask(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Call a tool as a host does for its app; return the whole result."""

    async def run() -> dict[str, Any]:
        async with assistant() as client:
            result = await client.call_tool(tool, arguments)
            return result.model_dump(mode="json", by_alias=True, exclude_none=True)

    return asyncio.run(run())


async def app_of(client: Client) -> tuple[str, str]:
    """Return the app's HTML and media type by following the tool's own reference to it."""
    (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "summarize_projects"]
    assert tool.meta is not None
    (content,) = (await client.read_resource(tool.meta["ui"]["resourceUri"])).contents
    assert isinstance(content, TextResourceContents)
    return content.text, content.mime_type or ""


def read_app() -> tuple[str, str]:
    async def run() -> tuple[str, str]:
        async with assistant() as client:
            return await app_of(client)

    return asyncio.run(run())


@contextmanager
def summary_shown(browser: Browser) -> Generator[tuple[Page, FrameLocator]]:
    """Show the app in a host that has just summarized the Sales module."""
    with ThreadPoolExecutor(1) as elsewhere:  # the browser's own event loop runs in this thread

        def call_tool(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
            return elsewhere.submit(ask, name, arguments).result()

        html, _ = elsewhere.submit(read_app).result()
        page = browser.new_page()
        page.expose_function("callTool", call_tool)  # pyright: ignore[reportUnknownMemberType]
        page.set_content(HOST)
        call = {"arguments": SUMMARY, "result": call_tool("summarize_projects", SUMMARY)}
        page.evaluate("([app, call]) => show(app, call)", [html, call])
        yield page, page.frame_locator("iframe")
        page.close()


@pytest.fixture
def opened(browser: Browser, demo: str) -> Iterator[tuple[Page, FrameLocator]]:  # noqa: ARG001
    with summary_shown(browser) as shown:
        yield shown


@pytest.mark.usefixtures("demo")
def test_the_tool_names_the_app_and_the_app_reaches_out_to_nowhere() -> None:
    html, media_type = read_app()
    assert media_type == "text/html;profile=mcp-app"
    assert "http://" not in html
    assert "https://" not in html
    assert "innerHTML" not in html


def test_the_chart_shows_every_status_with_its_count_and_amount(opened: tuple[Page, FrameLocator]) -> None:
    _, app = opened
    expect(app.get_by_role("heading", name="Pipeline: Sales")).to_be_visible()
    expect(app.get_by_role("row", name="Offer sent 5")).to_be_visible()
    app.get_by_role("button", name="sum:Int1201").click()
    expect(app.get_by_role("row", name="Contracted 33,800,000")).to_be_visible()


def test_the_board_reads_the_cards_of_each_column_by_keyboard_alone(opened: tuple[Page, FrameLocator]) -> None:
    page, app = opened
    app.get_by_role("button", name="Board").press("Enter")
    offers = app.get_by_role("region", name="Offer sent")
    expect(offers.get_by_role("button", name="Reception desk Nagy Eszter")).to_be_visible()
    expect(offers.get_by_role("listitem")).to_have_count(5)
    offers.get_by_role("button", name="Reception desk").press("Enter")
    page.wait_for_function("window.said.length")
    assert json.loads(page.evaluate("JSON.stringify(window.said)"))[0]["content"][0]["text"].endswith("project 6002.")


def test_hostile_names_stay_text(browser: Browser, demo: str) -> None:
    hostile = {"Name": "<img src=x onerror='window.parent.said.push(1)'>"}
    httpx.put(f"{demo}/Api/R3/Project/6002", json=hostile, auth=("10001", "demo-api-key"), trust_env=False)
    with summary_shown(browser) as (page, app):
        app.get_by_role("button", name="Board").click()
        expect(app.get_by_role("button", name="<img src=x")).to_be_visible()
        assert app.locator("img").count() == 0
        assert page.evaluate("window.said.length") == 0
