"""Pages in Chromium as pictures: those of the fake, and of the MCP Apps in a host, `docs/images/*.png`.

Clocks stand still and addresses are the fake's usual ones, so a picture changes with what it shows.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
from PIL import Image, ImageChops
from playwright.sync_api import Browser, sync_playwright

from mockserver.fake_process import FakeServer, running_fake
from tests.support.app_play import CHROMIUM, AppHost, ToolCall, shown
from tests.support.in_process import IVINEX_LOGIN, MINICRM_LOGIN
from tests.support.mcp_play import both_crms

FOLDER = Path(__file__).parents[2] / "docs" / "images"
NOW = "2026-11-23T09:00:00"
_ADDRESS = "localhost:8080"
_SIZE = (1280, 800)
_ROUNDING = 8
"""By how much a color, from 0 to 255, may differ where nothing does."""
_PAGES = {
    "page-home": "/",
    "page-records": "/_page/minicrm/person",
    "page-card": "/_page/minicrm/project-11/6002",
    "page-journal": "/_page/journal",
    "page-faults": "/_page/faults",
    "page-home-hu": "/?lang=hu",
}
_SUMMARY: dict[str, Any] = {"module": "Sales", "group_by": ["status"], "measures": ["sum:Budget (HUF)", "count"]}
# When a request was made is told by the real clock.
_STOP_TIMES = "document.querySelectorAll('time').forEach((each) => { each.textContent = '09:00:00 UTC'; })"


def take_all() -> None:
    """Take every picture anew."""
    with running_fake("--seed", "demo") as fake, sync_playwright() as playwright:
        httpx.put(f"{fake.url}/_control/clock", json={"now": NOW, "frozen": True}, trust_env=False).raise_for_status()
        mapped = f"--host-resolver-rules=MAP {_ADDRESS} {fake.url.removeprefix('http://')}"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", mapped])
        for name, taken in (*_take_apps(browser, fake), *_take_pages(browser, fake)):
            _write(name, taken)
        browser.close()


def _take_pages(browser: Browser, fake: FakeServer) -> Iterator[tuple[str, bytes]]:
    httpx.delete(f"{fake.url}/_control/requests", trust_env=False).raise_for_status()
    _ask_as_programs_do(fake)
    for name, path in _PAGES.items():
        page = browser.new_page(
            viewport={"width": _SIZE[0], "height": _SIZE[1]}, color_scheme="light", reduced_motion="reduce"
        )
        page.goto(f"http://{_ADDRESS}{path}")
        page.evaluate(_STOP_TIMES)
        yield name, page.screenshot(animations="disabled")
        page.close()


def _ask_as_programs_do(fake: FakeServer) -> None:
    """Fill the journal: requests that are carried out, and some that are refused."""
    with httpx.Client(base_url=fake.url, trust_env=False) as client:
        client.get("/Api/R3/Project", params={"StatusGroup": "Open"}, auth=MINICRM_LOGIN)
        client.get("/Api/R3/ToDos/7005", auth=MINICRM_LOGIN)
        client.put("/Api/R3/ToDo/7005", json={"Status": "Closed"}, auth=MINICRM_LOGIN)
        client.get("/API/Records.php", params={"CollectionTypeID": "1001", "Limit": "many"}, auth=IVINEX_LOGIN)
        client.get("/API/Records.php", params={"CollectionTypeID": "1004", "Limit": "3"}, auth=IVINEX_LOGIN)


def _take_apps(browser: Browser, fake: FakeServer) -> Iterator[tuple[str, bytes]]:
    settings = {
        **both_crms(fake.url),
        "MINICRM_NOW": NOW,
        "MINICRM_REQUESTS_PER_MINUTE": "0",
        "MINICRM_LABELS": "Int1201=Budget (HUF)",
    }
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, settings):
        os.chdir(folder)  # a .env of the checkout is not for pictures
        with AppHost() as host:
            yield "app-pipeline", _take_app(browser, host, host.call("summarize_projects", _SUMMARY), "Closed", 760)
            overdue = host.call_tool("list_open_tasks", {"due": "overdue"})["structuredContent"]["items"]
            change = {"task_ids": [each["id"] for each in overdue], "deadline": "2026-11-30", "dry_run": True}
            plan = host.call("update_task", change)
            yield "app-plan", _take_app(browser, host, plan, "All 11", 900)
            yield "app-plan-phone", _take_app(browser, host, plan, "All 11", 380, theme="dark")
        os.chdir(FOLDER)


def _take_app(browser: Browser, host: AppHost, call: ToolCall, wait_for: str, width: int, **options: Any) -> bytes:
    with shown(browser, host, call, width=width, height=640, **options) as (page, app):
        app.get_by_text(wait_for, exact=True).first.wait_for()
        tall = app.locator("body").evaluate("body => Math.ceil(body.getBoundingClientRect().height)")
        page.wait_for_function("tall => sizes.at(-1)?.height === tall", arg=tall)  # the host gives it its height
        return page.screenshot(animations="disabled")


def _write(name: str, taken: bytes) -> None:
    """Write a picture with the colors it needs, which makes it a third as large; one that looks the same stays."""
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"{name}.png"
    picture = Image.open(io.BytesIO(taken)).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=3)
    if not (file.exists() and _look_the_same(Image.open(file), picture)):
        picture.save(file, optimize=True)


def _look_the_same(one: Image.Image, other: Image.Image) -> bool:
    """Tell whether two pictures differ by no more than Chromium's rounding of corners from one run to the next."""
    if one.size != other.size:
        return False
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return difference.point([int(value > _ROUNDING) for value in range(256)] * 3).getbbox() is None
