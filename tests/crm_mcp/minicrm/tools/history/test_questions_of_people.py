"""Questions as people ask them, in English and Hungarian, answered from the demo data by one or two calls."""

from __future__ import annotations

import pytest

from mockserver.testing.crm_fake import CrmFake
from tests.crm_mcp.minicrm.tools.history.asking import ask

pytestmark = [pytest.mark.slow, pytest.mark.crm_fake(seed="demo", profile="observed")]


@pytest.fixture(autouse=True)
def demo(crm_fake: CrmFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect the demo data on the morning for which it is written."""
    for name, value in {**crm_fake.env, "MINICRM_NOW": "2026-11-23T09:00:00", "CRM_MCP_STORE": "memory"}.items():
        monkeypatch.setenv(name, value)


def card(name: str) -> str:
    """Return the id of the one card of a name."""
    (found,) = ask("search_projects", query=name)["items"]
    return found["id"]


def test_who_moved_the_reception_desk_to_offer_sent_and_how_long_is_it_there() -> None:
    newest = ask("get_project_history", project_id=card("Reception desk"))["items"][0]
    assert (newest["status"], newest["user"], newest["at"]) == ("Offer sent", "Nagy Eszter", "2026-11-12 15:47:00")
    assert newest["days"] == pytest.approx(10.72, abs=0.01)


def test_how_many_days_was_the_third_floor_an_offer() -> None:
    stays = {one["status"]: one["days"] for one in ask("get_project_history", project_id=6001)["time_in_status"]}
    assert stays["Offer sent"] == pytest.approx(5.97, abs=0.01)


def test_did_katalin_open_our_offer_and_click_in_it() -> None:
    (offer,) = (one for one in ask("list_emails", project_id=6001)["items"] if one["subject"].startswith("Your offer"))
    assert (offer["opened_at"], offer["clicked_at"]) == ("2026-11-09 18:12:00", "2026-11-09 18:13:00")


def test_mit_irt_a_feher_hollo_a_gyereksarokrol() -> None:
    (letter,) = (one for one in ask("list_emails", project_id=6005)["items"] if one["subject"] == "Gyereksarok")
    assert letter["status"] == "Received"
    assert "az idei keretünkbe nem fér bele" in letter["body"]


def test_mi_all_a_gyartasi_rajzokon() -> None:
    text = ask("read_attachment", task_id=7022)["text"]
    assert "Szekrény: 1200 x 2400 x 620 mm, dió furnér" in text


def test_what_is_the_total_in_the_offer_on_the_reception_desk() -> None:
    assert "Total: 2 650 000 HUF" in ask("read_attachment", project_id=card("Reception desk"))["text"]


def test_how_many_sheets_of_plain_walnut_are_on_the_list() -> None:
    assert '"Walnut, plain",22,61' in ask("read_attachment", task_id=7005)["text"]
