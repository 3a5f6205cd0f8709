"""The page in a real browser, by keyboard alone, in the dark and on a phone."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from mockserver.fake_process import FakeServer, running_fake
from mockserver.seeds.load import read_seed
from tests.support.in_process import IVINEX_LOGIN

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((path for name in _NAMES if (path := shutil.which(name))), None)
AUDIT = Path(__file__).with_name("audit.js").read_text()
PATIENCE_MS = 20_000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=f"none of {', '.join(_NAMES)} is installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=60_000
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def fake_server() -> Iterator[FakeServer]:
    """A fake for these tests alone, since they leave faults behind."""
    with running_fake() as server:
        yield server


@pytest.fixture
def demo(fake_server: FakeServer) -> str:
    with httpx.Client(base_url=fake_server.url) as client:
        client.delete("/_control/faults").raise_for_status()
        client.put("/_control/seed", json=read_seed("demo")).raise_for_status()
        client.delete("/_control/requests").raise_for_status()
    return fake_server.url


def open_context(browser: Browser, **options: object) -> BrowserContext:
    context = browser.new_context(**options)  # pyright: ignore[reportArgumentType] - the names are playwright's
    context.set_default_timeout(PATIENCE_MS)
    return context


@pytest.fixture
def page(browser: Browser) -> Generator[Page]:
    context = open_context(browser)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


FOCUSED = """() => {
  const element = document.activeElement;
  const labels = element.labels ? Array.from(element.labels, (label) => label.textContent) : [];
  const by = (element.getAttribute("aria-labelledby") || "").split(" ")
    .map((id) => document.getElementById(id)?.textContent);
  return (labels.join(" ") || element.getAttribute("aria-label") || by.join(" ") || element.textContent)
    .replace(/\\s+/g, " ").trim();
}"""


def tab_to(page: Page, label: str) -> None:
    """Press Tab until what is called `label` has the focus, which must show."""
    seen: list[str] = []
    for _ in range(150):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if seen[-1] == label:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert outline != "0px", f"the focus on {label} does not show"
            return
    raise AssertionError(f"Tab does not reach {label!r}, only {seen}")


def press(page: Page, label: str, key: str = "Enter") -> None:
    """Go to a link or button by keyboard and press it, and wait for where it leads."""
    tab_to(page, label)
    with page.expect_navigation():
        page.keyboard.press(key)


def test_the_keyboard_alone_suffices(demo: str, page: Page):
    page.goto(demo)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to the content"
    press(page, "Contacts")

    tab_to(page, "Value")
    with page.expect_navigation():
        page.keyboard.type("kovács")
        page.keyboard.press("Enter")
    press(page, "Ágnes Kovács")

    tab_to(page, "The record as JSON")
    page.keyboard.press("Control+A")
    page.keyboard.type('{"first_name": "Agnes"}')
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_have_text("Agnes Kovács")
    expect(page.get_by_role("status").first).to_contain_text("Saved.")

    press(page, "See the request in the journal")
    expect(page.get_by_role("main")).to_contain_text('"first_name": "Agnes"')
    expect(page.locator("#curl")).to_contain_text("curl -u demo:demo-password")

    press(page, "Faults")
    press(page, "Out of order", "Space")
    expect(page.get_by_role("switch", name="Out of order")).to_be_checked()
    assert ask(demo).status_code == 503

    press(page, "Data")
    press(page, "Reset all data")
    expect(page.get_by_role("status").first).to_contain_text("Everything is as the seed has it.")
    assert ask(demo).status_code == 200


def ask(url: str) -> httpx.Response:
    return httpx.get(f"{url}/API/Records.php", params={"CollectionTypeID": "1001"}, auth=IVINEX_LOGIN)


def test_the_journal_follows_along_and_its_commands_are_copied(demo: str, browser: Browser):
    context = open_context(browser, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{demo}/_page/journal")
    expect(page.locator("#no-entries")).to_be_visible()

    ask(demo)

    entry = page.locator("#entries > li")
    expect(entry).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator("#no-entries")).to_be_hidden()
    entry.locator("summary").press("Enter")
    entry.get_by_role("button", name="Copy curl").press("Enter")
    expect(entry.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == entry.locator("pre").inner_text()
    context.close()


FETCH = """async (url) => {
  try {
    const response = await fetch(url, { headers: { Authorization: "Basic " + btoa("demo:demo-password") } });
    return `${response.status} ${(await response.text()).slice(0, 12)}`;
  } catch (error) {
    return String(error);
  }
}"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Generator[str]:
    """The address of an empty page at another port of this machine, as an integrator's own web application has it."""
    (tmp_path / "index.html").write_text("<!doctype html><title>Elsewhere</title>")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *_args: object) -> None: ...  # noqa: A002 - the base class calls it so

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(tmp_path))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_page_of_another_origin_reaches_the_apis_and_nothing_else(demo: str, elsewhere: str, browser: Browser):
    context = open_context(browser)
    page = context.new_page()
    page.goto(elsewhere)

    assert page.evaluate(FETCH, f"{demo}/API/Records.php?CollectionTypeID=1001&Limit=1") == '200 {"Records":['
    for path in ("/_control/health", "/_control/requests", "/_page/journal", "/"):
        assert page.evaluate(FETCH, demo + path) == "TypeError: Failed to fetch"
    # What a browser sends without asking first: it must have no effect, though the page never sees an response.
    send = "(url) => fetch(url, { method: 'POST', mode: 'no-cors', body: 'x' }).catch(() => null)"
    httpx.put(f"{demo}/_control/faults", json={"rules": [{"match": {"method": "PATCH"}, "fault": {"kind": "reset"}}]})
    for path in ("/_page/journal", "/_page/data/reset", "/_control/reset"):
        page.evaluate(send, demo + path)
    assert len(httpx.get(f"{demo}/_control/requests").json()) == 1
    assert len(httpx.get(f"{demo}/_control/faults").json()["rules"]) == 1
    context.close()


def test_the_page_works_without_script(demo: str, browser: Browser):
    context = open_context(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo}/_page/ivinex/1003/1")
    page.get_by_label("The record as JSON").fill('{"city": "Pécs"}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    expect(page.get_by_label("The record as JSON")).to_have_value(re.compile('"city": "Pécs"'))
    page.get_by_role("link", name="Journal", exact=True).click()
    expect(page.locator("#entries > li")).to_have_count(1)
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    expect(page.get_by_role("button", name="Copy curl")).to_have_count(0)
    context.close()


def test_the_menu_of_a_phone_opens_by_keyboard(demo: str, browser: Browser):
    context = open_context(browser, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(demo)
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()

    tab_to(page, "Menu")
    page.keyboard.press("Enter")
    press(page, "Journal")

    expect(page).to_have_url(re.compile("/_page/journal$"))
    context.close()


PAGES = [
    "/",
    "/_page/ivinex",
    "/_page/ivinex/1001",
    "/_page/ivinex/1001?value=qqqq",
    "/_page/ivinex/1001/40",
    "/_page/minicrm/person?order=BusinessId",
    "/_page/minicrm/person/new",
    "/_page/minicrm/project-11/6001",
    "/_page/minicrm/project-11?field=StatusId&value=qqqq",
    "/_page/journal",
    "/_page/journal/{entry}",
    "/_page/faults",
    "/_page/webhooks?done=add",
    "/_page/data?done=reset",
    "/_page/workspaces",
    "/_page/nothing",
]


@pytest.mark.parametrize(
    "size", [(1920, 1080), (1280, 800), (900, 800), (380, 740)], ids=["wide", "desk", "tablet", "phone"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_labelled_readable_and_fits(demo: str, browser: Browser, size: tuple[int, int], scheme: str):
    assert audit_pages(demo, browser, size, scheme, "en-US") == {}


@pytest.mark.parametrize(("size", "scheme"), [((1280, 800), "dark"), ((380, 740), "light")], ids=["desk", "phone"])
def test_every_page_is_so_in_hungarian_too(demo: str, browser: Browser, size: tuple[int, int], scheme: str):
    assert audit_pages(demo, browser, size, scheme, "hu-HU") == {}


def audit_pages(demo: str, browser: Browser, size: tuple[int, int], scheme: str, language: str) -> dict[str, list[str]]:
    """Return what is wrong with each page, of those with which something is."""
    ask(demo)
    httpx.get(f"{demo}/API/Records.php", params={"Limit": "x" * 400}, auth=IVINEX_LOGIN)
    httpx.put(f"{demo}/_control/faults", json={"rules": [{"fault": {"kind": "reset"}}]})
    entry = httpx.get(f"{demo}/_control/requests").json()[-1]["id"]
    context = open_context(
        browser, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale=language
    )
    page = context.new_page()

    wrong: dict[str, list[str]] = {}
    for path in PAGES:
        page.goto(demo + path.format(entry=entry))
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        found = page.evaluate(AUDIT)
        if found:
            wrong[path] = found
    context.close()
    return wrong
