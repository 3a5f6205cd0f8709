"""The pipeline app in a real browser, in a page that plays an MCP Apps host over a real server and the fake."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from crm_mcp.languages import use
from mockserver.fake_process import FakeServer, running_fake
from tests.support.app_play import CHROMIUM, AppHost, ToolCall, launched, overflow_of, read_contrasts, shown
from tests.support.mcp_play import both_crms

SUMMARY: dict[str, Any] = {"module": "Sales", "group_by": ["status"], "measures": ["sum:Int1201", "count"]}
IN_ORDER = ["New inquiry", "Site survey", "Offer sent", "Contracted", "Lost"]
LONG = "Megvalósíthatósági tanulmánnyal és árvíztűrő tükörfúrógéppel megerősített szerződéskötés-előkészítés"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


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
    monkeypatch.setenv("MINICRM_LABELS", "Int1201=Budget (HUF)")
    return fake.url


@pytest.fixture
def host(demo: str) -> Iterator[AppHost]:  # noqa: ARG001
    with AppHost() as host:
        yield host


def summary(**answer: Any) -> ToolCall:
    """Return a summary that no CRM gave."""
    result: dict[str, Any] = {"structuredContent": {"total": 3, "exact": True, **answer}, "content": []}
    return ToolCall("summarize_projects", {"group_by": ["status"], "account": "acme"}, result)


def test_the_page_reaches_out_to_nowhere_and_runs_nothing_but_its_own_script(host: AppHost) -> None:
    html, media_type = host.read_page("summarize_projects")
    assert media_type == "text/html;profile=mcp-app"
    assert not [word for word in ("http://", "https://", "innerHTML", "insertAdjacent", "eval(") if word in html]
    assert "default-src 'none'; script-src 'sha256-" in html
    assert len(html) < 30_000


def test_stages_stand_in_the_order_of_the_account_closed_ones_apart_and_sums_by_label(
    browser: Browser, host: AppHost
) -> None:
    call = host.call("summarize_projects", SUMMARY)
    with shown(browser, host, call, theme="dark", locale="hu-HU") as (_, app):
        expect(app.get_by_role("heading", name="Closed")).to_be_visible()
        assert app.locator(".label").all_text_contents() == IN_ORDER
        expect(app.get_by_role("list", name="Closed").get_by_role("button")).to_have_count(2)
        expect(app.get_by_role("button", name="Contracted")).to_contain_text("33 800 000 Ft")
        expect(app.get_by_role("heading", level=2)).to_have_text(["Open 100 780 000 Ft", "Closed 37 800 000 Ft"])
        expect(app.get_by_role("status")).to_contain_text("24 cards · Budget (HUF), total: 138 580 000 Ft")
        app.get_by_role("button", name="Cards", exact=True).click()
        expect(app.get_by_role("button", name="Offer sent 5")).to_be_visible()


def test_the_cards_of_a_stage_are_read_by_keyboard_alone_and_one_is_asked_about(
    browser: Browser, host: AppHost
) -> None:
    call = host.call("summarize_projects", SUMMARY)
    with shown(browser, host, call) as (page, app):
        expect(app.get_by_role("heading", name="Closed")).to_be_visible()
        app.get_by_role("button", name="New inquiry").press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        offers = app.get_by_role("list", name="Offer sent")
        expect(offers.get_by_role("button")).to_have_count(5)
        assert app.get_by_role("button", name="Offer sent").get_attribute("aria-expanded") == "true"
        offers.get_by_role("button", name="Reception desk").press("Enter")
        page.wait_for_function("window.said.length")
        assert json.loads(page.evaluate("JSON.stringify(said)"))[0]["content"][0]["text"].endswith("project 6002.")
        page.evaluate("options.isDeaf = true")
        offers.get_by_role("button", name="Reception desk").press("Enter")
        expect(app.get_by_role("alert")).to_contain_text("Write it yourself: Tell me about MiniCRM project 6002.")
        assert page.evaluate("tearDown()") == {}
        assert page.evaluate("errors") == []


def test_another_module_is_chosen_and_shown(browser: Browser, host: AppHost) -> None:
    call = host.call("summarize_projects", SUMMARY)
    with shown(browser, host, call) as (_, app):
        app.get_by_label("Module").select_option("Support")
        expect(app.get_by_role("heading", name="Pipeline: Support")).to_be_visible()


def test_many_stages_with_long_names_fit_a_narrow_host_and_are_readable_in_the_dark(
    browser: Browser, host: AppHost
) -> None:
    groups = [{"status": f"{number}. {LONG}", "count": number, "sum:Budget (EUR)": 10.5} for number in range(1, 41)]
    for theme, width in (("dark", 320), ("light", 380)):
        with shown(browser, host, summary(groups=groups), width=width, theme=theme, canCall=False) as (page, app):
            expect(app.get_by_text(f"40. {LONG}")).to_be_visible()
            expect(app.get_by_text("Account: acme")).to_be_visible()
            assert overflow_of(app) == 0
            assert min(read_contrasts(app)) >= 4.5
            assert page.evaluate("sizes.at(-1).height") > 1000


def test_nothing_has_no_bar_and_what_is_below_nothing_has_another_than_what_is_above(
    browser: Browser, host: AppHost
) -> None:
    amounts: list[dict[str, float]] = [{"sum:Budget (HUF)": amount} for amount in (5, 0, -5)]
    groups = [{"status": "A", **one} for one in (*amounts, {})]
    with shown(browser, host, summary(groups=groups), canCall=False) as (_, app):
        expect(app.get_by_role("listitem")).to_have_text(["A HUF 5", "A HUF 0", "A -HUF 5", "A \u2013"])
        looks = "bars => bars.map(one => one.firstChild && getComputedStyle(one.firstChild).backgroundColor)"
        above, nothing, below, absent = app.locator(".track").evaluate_all(looks)
    assert above != below
    assert nothing is absent is None


def test_colours_of_a_host_that_cannot_be_read_are_not_taken(browser: Browser, host: AppHost) -> None:
    pale = {"--color-text-primary": "#bbbbbb", "--color-background-primary": "#ffffff"}
    with shown(browser, host, summary(groups=[{"status": "A", "count": 1}]), canCall=False, variables=pale) as (
        page,
        app,
    ):
        expect(app.get_by_text("A", exact=True)).to_be_visible()
        assert min(read_contrasts(app)) >= 4.5
        dark = {"--color-text-primary": "#eeeeee", "--color-background-primary": "#101010"}
        page.evaluate("dark => changeContext({ theme: 'dark', styles: { variables: dark } })", dark)
        expect(app.locator("body")).to_have_css("background-color", "rgb(16, 16, 16)")


def test_what_is_empty_refused_awaited_or_cancelled_is_said(browser: Browser, host: AppHost) -> None:
    with shown(browser, host, summary(groups=[], total=0), canCall=False) as (_, app):
        expect(app.get_by_text("No card matches.")).to_be_visible()
    refused = ToolCall("summarize_projects", {}, {"isError": True, "content": [{"type": "text", "text": "No module."}]})
    with shown(browser, host, refused) as (_, app):
        expect(app.get_by_role("alert")).to_have_text("No module.")
    with shown(browser, host, summary(groups=[]), cancelled=True) as (_, app):
        expect(app.get_by_role("alert")).to_have_text("The call was cancelled.")
    with shown(browser, host, summary(groups=[]), isMute=True) as (page, app):
        assert page.evaluate("ready")
        expect(app.get_by_role("status")).to_have_text("Waiting for the answer…")


def test_cards_that_cannot_be_read_say_why_and_are_tried_again(browser: Browser, host: AppHost, demo: str) -> None:
    call = host.call("summarize_projects", SUMMARY)
    with shown(browser, host, call) as (_, app):
        expect(app.get_by_role("heading", name="Closed")).to_be_visible()
        refused = {
            "match": {"path": "/Api/R3/Project"},
            "times": 1,
            "fault": {"kind": "status", "status": 403, "body": "no"},
        }
        httpx.put(f"{demo}/_control/faults", json={"rules": [refused]}, trust_env=False).raise_for_status()
        app.get_by_role("button", name="Offer sent").click()
        expect(app.get_by_role("alert").filter(has_text="The cards could not be read")).to_be_visible()
        httpx.delete(f"{demo}/_control/faults", trust_env=False).raise_for_status()
        app.get_by_role("button", name="Try again").click()
        expect(app.get_by_role("button", name="Reception desk")).to_be_visible()


def test_hostile_names_stay_text(browser: Browser, host: AppHost, demo: str) -> None:
    hostile = {"Name": "<img src=x onerror='window.parent.said.push(1)'>"}
    httpx.put(f"{demo}/Api/R3/Project/6002", json=hostile, auth=("10001", "demo-api-key"), trust_env=False)
    call = host.call("summarize_projects", SUMMARY)
    with shown(browser, host, call) as (page, app):
        app.get_by_role("button", name="Offer sent").click()
        expect(app.get_by_role("button", name="<img src=x")).to_be_visible()
        assert app.locator("img").count() == 0
        assert page.evaluate("said.length") == 0


def test_the_page_speaks_hungarian_where_the_server_does(browser: Browser, host: AppHost) -> None:
    call = host.call("summarize_projects", SUMMARY)
    use("hu")
    try:
        with shown(browser, host, call) as (_, app):
            expect(app.get_by_role("heading", name="Lezárt")).to_be_visible()
            expect(app.locator("html")).to_have_attribute("lang", "hu")
    finally:
        use("en")
