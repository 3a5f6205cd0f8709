"""The table of a plan in a real browser, in a page that plays an MCP Apps host over a real server and the fake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, expect

from crm_mcp.languages import use
from tests.crm_mcp.safe_writes.playing import Fake, User
from tests.support.app_play import CHROMIUM, AppHost, ToolCall, launched, overflow_of, read_contrasts, show_call, shown

PROJECTS = list(range(6001, 6015))
RENAME: dict[str, Any] = {"project_ids": PROJECTS, "fields": {"Name": "Same", "Int1201": 2500000}, "dry_run": True}
HOSTILE = "<img src=x onerror='window.parent.said.push(1)'>\u202e{count}"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def user() -> User:
    return User()


@pytest.fixture
def host(fake: Fake, user: User) -> Iterator[AppHost]:  # noqa: ARG001
    with AppHost(user) as host:
        yield host


def ticks(app: FrameLocator) -> Locator:
    return app.get_by_role("table").get_by_role("checkbox")


def test_a_plan_is_narrowed_asked_about_written_found_again_and_undone_by_keyboard_alone(
    browser: Browser, host: AppHost, user: User, fake: Fake
) -> None:
    call = host.call("update_project", RENAME)
    with shown(browser, host, call) as (page, app):
        expect(app.get_by_role("button", name="Write 14 records")).to_be_enabled()
        ticks(app).first.focus()
        for key in ("Space", "ArrowDown", "ArrowDown", "Space"):
            page.keyboard.press(key)
        expect(app.get_by_text("12 of 14 chosen")).to_be_visible()
        assert app.get_by_role("checkbox", name="All 14").evaluate("tick => tick.indeterminate")
        for _ in range(12):  # past the ticks below
            page.keyboard.press("Tab")
        assert app.locator(":focus").inner_text() == "Write 12 of 14 records"
        assert app.locator(":focus").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
        assert user.asked == []
        page.keyboard.press("Enter")
        expect(app.get_by_role("heading", name="Written")).to_be_focused()
        assert app.locator("#told").text_content() == "12 written, 2 left out."
        assert "Change 12 MiniCRM projects" in user.asked[0]
        assert "2 of the 14 shown are left out." in user.asked[0]
        assert len(fake.writes()) == 12
        assert "Do not apply it again" in str(page.evaluate("learned"))
        show_call(page, host, call)  # the host was loaded anew
        expect(app.locator("#told")).to_have_text("12 written, 2 left out.")
        app.get_by_role("button", name="Undo 12 records").press("Enter")
        expect(app.locator("#told")).to_have_text("2 left out, 12 taken back.")
        assert fake.read("Project/6002")["Name"] == "Reception desk"
        assert len(user.asked) == 2


def test_a_no_a_cancel_and_a_closed_page_write_nothing(browser: Browser, host: AppHost, user: User, fake: Fake) -> None:
    call = host.call("update_project", RENAME)
    user.reply = "decline"
    with shown(browser, host, call) as (page, app):
        ticks(app).nth(3).click()
        app.get_by_role("button", name="Write 13 of 14").click()
        expect(app.get_by_role("alert")).to_contain_text("Nothing was written")
        expect(ticks(app).nth(3)).to_be_checked(checked=False)
        app.get_by_role("button", name="Cancel").click()
        expect(app.get_by_role("heading", name="Cancelled")).to_be_focused()
        assert "not to be" in str(page.evaluate("learned.at(-1)"))
        assert page.evaluate("tearDown()") == {}
    assert fake.writes() == []


def test_a_connection_lost_while_writing_or_undoing_leaves_nobody_believing_a_wrong_state(
    browser: Browser, host: AppHost, fake: Fake
) -> None:
    call = host.call("update_project", RENAME)
    with shown(browser, host, call) as (page, app):
        for button, told, then in (
            ("Write 14 records", "some records may be written", "14 written."),
            ("Undo 14 records", "some records may be taken back", "14 taken back."),
        ):
            expect(app.get_by_role("button", name=button)).to_be_enabled()
            page.evaluate("options.losesResults = true")
            app.get_by_role("button", name=button).click()
            expect(app.get_by_role("heading", name="It is not known what became of it")).to_be_focused()
            expect(app.locator("#told")).to_contain_text(told)
            assert app.get_by_role("button").all_inner_texts() == ["Look again"]
            assert ticks(app).count() == 0
            assert "not known" in str(page.evaluate("learned.at(-1)"))
            page.evaluate("options.losesResults = false")
            app.get_by_role("button", name="Look again").click()
            expect(app.locator("#told")).to_have_text(then)
    assert len(fake.writes()) == 28


def test_a_host_that_never_answers_keeps_nobody_from_seeing_what_became_of_the_plan(
    browser: Browser, host: AppHost, fake: Fake
) -> None:
    call = host.call("update_project", RENAME)
    with shown(browser, host, call) as (page, app):
        page.clock.install()
        show_call(page, host, call)
        expect(app.get_by_role("button", name="Write 14 records")).to_be_enabled()
        page.evaluate("options.isSilent = true")
        app.get_by_role("button", name="Write 14 records").click()
        page.clock.fast_forward(16_000)
        expect(app.get_by_text("No answer yet.")).to_be_visible()
        page.evaluate("options.isSilent = false")
        app.get_by_role("button", name="Look again").click()
        expect(app.locator("#told")).to_contain_text("Nothing was written yet.")
        host.call_tool("update_project", {"plan_id": call.result["structuredContent"]["plan_id"]})
        app.get_by_role("button", name="Look again").click()
        expect(app.locator("#told")).to_have_text("14 written.")
        expect(app.get_by_role("button", name="Undo 14 records")).to_be_enabled()
    assert len(fake.writes()) == 14


def test_a_cancel_tells_what_another_client_had_written_meanwhile(browser: Browser, host: AppHost) -> None:
    call = host.call("update_project", RENAME)
    with shown(browser, host, call) as (page, app):
        expect(app.get_by_role("button", name="Write 14 records")).to_be_enabled()
        host.call_tool("update_project", {"plan_id": call.result["structuredContent"]["plan_id"]})
        app.get_by_role("button", name="Cancel").click()
        expect(app.locator("#told")).to_have_text("14 written.")
        assert page.evaluate("learned") == []


def test_a_call_that_was_cancelled_is_said_to_have_written_nothing_only_where_it_cannot_have(
    browser: Browser, host: AppHost
) -> None:
    plan = host.call("update_project", RENAME)
    plan_id = plan.result["structuredContent"]["plan_id"]
    host.call_tool("update_project", {"plan_id": plan_id})
    for arguments, told in (
        (RENAME, "The call was cancelled. Nothing was written."),
        ({"project_id": 6001, "fields": {"Name": "New"}}, "Some records may be written"),
        ({"plan_id": plan_id}, "14 written."),
    ):
        call = ToolCall(plan.tool, arguments, plan.result)
        with shown(browser, host, call, cancelled=True) as (_, app):
            expect(app.locator("#told")).to_contain_text(told)


def test_a_host_that_hands_on_texts_alone_hears_nothing_untrue(browser: Browser, host: AppHost) -> None:
    call = host.call("update_project", {"project_id": 6001, "fields": {"Name": "New"}})
    del call.result["structuredContent"]
    with shown(browser, host, call) as (_, app):
        expect(app.locator("#told")).to_have_text("1 written.")
    lost = {"content": [{"type": "text", "text": "It may be written."}], "isError": True}
    with shown(browser, host, ToolCall(call.tool, {"plan_id": "plan-1"}, lost), canCall=False) as (_, app):
        expect(app.get_by_role("alert")).to_have_text("It may be written.")
        assert "Nothing was written" not in app.locator("body").inner_text()


def test_an_undo_without_a_plan_says_which_records_were_left_and_why(
    browser: Browser, host: AppHost, fake: Fake
) -> None:
    call = host.call("update_project", {"project_ids": [6001, 6002], "fields": {"Name": "Same"}})
    fake.change("Project/6002", Name="A colleague's")
    with shown(browser, host, call) as (page, app):
        app.get_by_role("button", name="Undo 2 records").click()
        expect(app.locator("#told")).to_have_text("1 written, 1 taken back.")
        expect(app.get_by_role("rowgroup").filter(has_text="6002")).to_contain_text("A colleague's")
        assert '"written":1' in str(page.evaluate("learned.at(-1)"))


def test_where_the_host_cannot_ask_or_call_nothing_can_be_written_from_the_page(browser: Browser, fake: Fake) -> None:
    with AppHost(None) as host:
        call = host.call("update_project", RENAME)
        with shown(browser, host, call) as (_, app):
            expect(app.get_by_text("a question that this host cannot put to you")).to_be_visible()
            expect(app.get_by_role("button", name="Write 14 records")).to_be_disabled()
        with shown(browser, host, call, canCall=False) as (_, app):
            expect(app.get_by_role("alert")).to_contain_text("plan_id would be refused")
    assert fake.writes() == []


def test_what_was_changed_meanwhile_is_told_and_shown_anew(browser: Browser, host: AppHost, fake: Fake) -> None:
    call = host.call("update_project", RENAME)
    with shown(browser, host, call) as (_, app):
        expect(app.get_by_role("button", name="Write 14 records")).to_be_enabled()
        fake.change("Project/6003", Name="A colleague's")
        app.get_by_role("button", name="Write 14 records").click()
        expect(app.locator("#told")).to_have_text("13 written, 1 not written.")
        expect(app.get_by_text("it was changed after the plan was made")).to_be_visible()
        app.get_by_role("button", name="Show these anew").click()
        expect(app.get_by_role("button", name="Write 1 record")).to_be_enabled()
        expect(app.locator("#told")).to_contain_text("13 stay as they are.")
        assert ticks(app).count() == 1


def test_a_plan_that_is_gone_is_made_anew(browser: Browser, host: AppHost) -> None:
    call = host.call("update_project", RENAME)
    gone = {**call.result, "structuredContent": {**call.result["structuredContent"], "plan_id": "plan-gone"}}
    with shown(browser, host, ToolCall(call.tool, call.arguments, gone)) as (_, app):
        expect(app.get_by_role("alert")).to_contain_text("There is no plan 'plan-gone'")
        app.get_by_role("button", name="Make the plan anew").click()
        expect(app.get_by_role("button", name="Write 14 records")).to_be_enabled()


def test_long_texts_emptied_values_and_trash_are_plain_on_a_narrow_host_in_the_dark(
    browser: Browser, host: AppHost, fake: Fake
) -> None:
    long = "Árvíztűrő tükörfúrógép. " * 30
    fake.change("Project/6001", Text1204=long)
    fields = {"Text1204": "", "Deleted": 1}
    call = host.call("update_project", {"project_ids": [6001, 6002], "fields": fields, "dry_run": True})
    for theme, width in (("dark", 320), ("light", 380)):
        with shown(browser, host, call, theme=theme, width=width) as (_, app):
            first = app.get_by_role("rowgroup").filter(has=app.get_by_role("checkbox")).first
            expect(first).to_contain_text("emptied")
            expect(first).to_contain_text("to the trash")
            expect(app.get_by_text("You will be asked once more")).to_be_visible()
            app.get_by_role("button", name="Show all").first.click()
            expect(first).to_contain_text(long.strip())
            assert overflow_of(app) == 0
            assert min(read_contrasts(app)) >= 4.5


def test_long_texts_are_cut_to_where_they_begin_to_differ(browser: Browser, host: AppHost, fake: Fake) -> None:
    long = "Árvíztűrő tükörfúrógép. " * 30
    fake.change("Project/6001", Text1204=long)
    changed = {"project_id": 6001, "fields": {"Text1204": f"{long}Not any more."}, "dry_run": True}
    with shown(browser, host, host.call("update_project", changed)) as (_, app):
        expect(app.get_by_role("table")).to_contain_text("Not any more.")


def test_five_hundred_rows_are_found_paged_and_chosen_together(browser: Browser, host: AppHost) -> None:
    records = [{"first_name": f"Person {number:03}", "last_name": HOSTILE} for number in range(500)]
    call = host.call("create_records", {"module": "contact", "records": records})
    with shown(browser, host, call) as (page, app):
        expect(app.get_by_role("button", name="Write 500 records")).to_be_enabled()
        assert ticks(app).count() == 25
        app.get_by_role("button", name="Next").click()
        expect(app.get_by_text("Page 2 of 20")).to_be_visible()
        app.get_by_role("searchbox", name="Find in the plan").fill("person 49")
        expect(app.get_by_role("checkbox", name="All 10 found")).to_be_checked()
        app.get_by_role("checkbox", name="All 10 found").click()
        app.get_by_role("searchbox").fill("")
        expect(app.get_by_role("button", name="Write 490 of 500 records")).to_be_enabled()
        expect(app.get_by_text("<img src=x").first).to_be_visible()
        assert app.locator("img").count() == 0
        assert page.evaluate("said.length") == 0


def test_a_write_without_a_plan_is_told_with_its_undo_in_the_language_of_the_server(
    browser: Browser, host: AppHost, fake: Fake
) -> None:
    call = host.call("update_project", {"project_id": 6001, "fields": {"Name": "Új név"}})
    use("hu")
    try:
        with shown(browser, host, call) as (_, app):
            app.get_by_role("button", name="1 rekord visszavonása").click()
            expect(app.locator("#told")).to_have_text("1 visszavonva.")
    finally:
        use("en")
    assert fake.read("Project/6001")["Name"] != "Új név"
