"""The page of webhooks: set one up, see what became of the changes, take all away."""

from __future__ import annotations

import json

from mockserver.seeds.load import read_seed
from tests.mockserver.conftest import StartFake
from tests.mockserver.page.reading import open_page, parse_page, post
from tests.mockserver.page.test_actions import list_ids
from tests.support.in_process import MINICRM_LOGIN, InProcessFake

_URL = "http://shop:secret@127.0.0.1:9/changed"


def start_demo(start_fake: StartFake) -> InProcessFake:
    return start_fake(dict(read_seed("demo")))


def change_status(fake: InProcessFake) -> None:
    fake.client.put("/Api/R3/Project/6002", json={"StatusId": 2104}, auth=MINICRM_LOGIN).raise_for_status()


def test_a_webhook_is_set_up_and_its_changes_are_shown_without_its_login(start_fake: StartFake):
    fake = start_demo(start_fake)

    response = post(fake, "/_page/webhooks/add", url=_URL, kind="Project", category_id="11", fields="StatusId, Name")
    change_status(fake)

    assert response.headers["location"] == "/_page/webhooks?done=add"
    (webhook,) = fake.client.get("/_control/webhooks").json()
    assert webhook["kinds"] == ["Project"]
    assert webhook["category_id"] == 11
    assert webhook["fields"] == ["StatusId", "Name"]
    page = open_page(fake, "/_page/webhooks")
    assert "http://***:***@127.0.0.1:9/changed" in page.text
    assert "secret" not in page.text
    row = page.find("tbody").find("tr").text
    assert [word for word in ("Project 6002", "StatusId", "not sent yet", "0 of 7") if word not in row] == []


def test_one_more_webhook_leaves_what_is_on_its_way_to_another(start_fake: StartFake):
    fake = start_demo(start_fake)
    post(fake, "/_page/webhooks/add", url=_URL)
    change_status(fake)

    post(fake, "/_page/webhooks/add", url="http://127.0.0.1:9/other")

    first, second = fake.client.get("/_control/webhooks").json()
    assert (first["deliveries"]["pending"], second["deliveries"]["pending"]) == (1, 0)
    assert list_ids(open_page(fake, "/_page/journal?outcome=sent")) == []  # nothing sends in a test's process


def test_an_address_that_is_refused_says_why_and_keeps_the_form(start_fake: StartFake):
    fake = start_demo(start_fake)

    response = post(fake, "/_page/webhooks/add", url="http://192.0.2.1/x", fields="<b>")

    page = parse_page(response.text)
    assert response.status_code == 422
    assert "start crm-mock with --webhook-host 192.0.2.1" in page.find(role="alert").text
    assert page.find("input", id="url").attributes["value"] == "http://192.0.2.1/x"
    assert page.find("input", id="fields").attributes["value"] == "<b>"
    assert fake.client.get("/_control/webhooks").json() == []


def test_all_webhooks_are_taken_away(start_fake: StartFake):
    fake = start_demo(start_fake)
    fake.client.put("/_control/webhooks", content=json.dumps([{"url": _URL}]))

    assert post(fake, "/_page/webhooks/clear").status_code == 303
    assert fake.client.get("/_control/webhooks").json() == []
    assert "Nothing is sent any more." in open_page(fake, "/_page/webhooks?done=clear").text
