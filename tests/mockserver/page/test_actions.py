from __future__ import annotations

import json

import pytest

from mockserver.page.faults import SWITCHES, Switch
from tests.mockserver.conftest import StartFake
from tests.mockserver.page.reading import Element, open_page, parse_page, post, read_form
from tests.mockserver.page.test_home import call_like_curl, read_words
from tests.support.in_process import InProcessFake, build_seed


def read_plan(fake: InProcessFake) -> list[dict[str, object]]:
    return fake.client.get("/_control/faults").json()["rules"]


def list_ids(page: Element) -> list[str]:
    return [each.attributes["data-id"] for each in page.find_all("li") if "data-id" in each.attributes]


def test_the_journal_shows_the_newest_first_with_reasons_and_commands_that_work(start_fake: StartFake):
    fake = start_fake()
    fake.search(Limit="3")
    fake.filter({"Field": "first_name", "Operand": "equal", "Value": "<i>Ann's</i>"})

    page = open_page(fake, "/_page/journal")

    entries = page.find("ul", id="entries").find_all("li", **{"data-id": "2"})
    assert list_ids(page) == ["2", "1"]
    assert 'Did you mean "Equal"' in entries[0].text
    commands = [each.text for each in page.find("ul", id="entries").find_all("pre")]
    statuses = [call_like_curl(fake.client, read_words(command)) for command in commands]
    assert statuses == [400, 200]
    assert fake.read_journal()[-2]["query"] == fake.read_journal()[1]["query"]


def test_a_command_of_the_journal_sends_the_same_body(start_fake: StartFake):
    fake = start_fake()
    fake.write({"CollectionTypeID": 1001, "first_name": 'D\'Arc "é" $HOME\n`x`'})

    command = open_page(fake, "/_page/journal/1").find("pre", id="curl").text
    assert call_like_curl(fake.client, read_words(command)) == 200

    first, second = fake.read_journal()
    assert first["body"] == second["body"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["3", "2", "1"]),
        ("outcome=refused", ["3", "2"]),
        ("outcome=refused&text=birthday", ["3"]),
        ("outcome=fault", []),
        ("text=LIMIT%3D3", ["1"]),
    ],
)
def test_the_journal_is_filtered(start_fake: StartFake, query: str, ids: list[str]):
    fake = start_fake()
    fake.search(Limit="3")
    fake.search(Limit="no")
    fake.write({"CollectionTypeID": 1001, "birthday": "soon"})

    for path in (f"/_page/journal?{query}", f"/_page/journal/rows?{query}"):
        assert list_ids(open_page(fake, path)) == ids


def test_the_journal_is_followed_from_the_last_entry_seen(start_fake: StartFake):
    fake = start_fake()
    fake.search()
    fake.search()

    response = fake.client.get("/_page/journal/rows?after=1")

    assert response.headers["x-last-id"] == "2"
    assert list_ids(parse_page(response.text)) == ["2"]
    assert fake.client.get("/_page/journal/rows?after=2").text.strip() == ""
    assert fake.client.get("/_page/journal/rows?after=x").status_code == 200


def test_an_entry_shows_request_and_answer_decoded(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    fake.filter({"Field": "first_name", "Operand": "Equal", "Value": "Ann"})

    page = open_page(fake, "/_page/journal/1")

    blocks = [each.text for each in page.find_all("pre")]
    assert json.loads(blocks[1]) == [{"Field": "first_name", "Operand": "Equal", "Value": "Ann"}]
    assert json.loads(blocks[2])["Records"][0]["first_name"] == "Ann"
    assert fake.client.get("/_page/journal/7").status_code == 404


def test_the_journal_is_exported_as_an_http_archive(start_fake: StartFake):
    fake = start_fake()
    fake.search(Limit="many")

    link = open_page(fake, "/_page/journal").find("a", download="").attributes["href"]

    response = fake.client.get(link)
    assert response.headers["Content-Disposition"] == 'attachment; filename="crm-mock-default.har"'
    assert response.content == fake.client.get("/_control/requests.har").content
    assert "Limit must be" in response.json()["log"]["entries"][0]["comment"]


def test_the_journal_is_cleared(start_fake: StartFake):
    fake = start_fake()
    fake.search()

    assert post(fake, "/_page/journal").status_code == 303

    assert fake.read_journal() == []


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_a_switch_puts_its_fault_into_the_plan_and_takes_it_out(start_fake: StartFake, switch: Switch):
    fake = start_fake()
    name = switch.name

    def press() -> None:
        buttons = open_page(fake, "/_page/faults").find_all("form", action="/_page/faults/switch")
        form = next(each for each in buttons if read_form(each)["name"] == name)
        assert post(fake, "/_page/faults/switch", **read_form(form)).status_code == 303

    press()
    assert len(read_plan(fake)) == 1
    page = open_page(fake, "/_page/faults")
    on = [each for each in page.find_all("button", role="switch") if each.attributes["aria-checked"] == "true"]
    assert [each.attributes["aria-labelledby"] for each in on] == [f"switch-{name}"]
    press()
    assert read_plan(fake) == []


def test_a_fault_applies_to_programs_and_not_to_the_page_and_shows_in_the_journal(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    post(fake, "/_page/faults/switch", name="busy", on="1")

    assert fake.search().status_code == 429
    assert "Ann" in open_page(fake, "/_page/ivinex/1001").text
    assert "fault: status" in open_page(fake, "/_page/journal?outcome=fault").text


def test_a_rule_is_added_by_a_form_and_removed(start_fake: StartFake):
    fake = start_fake()

    response = post(
        fake,
        "/_page/faults/add",
        kind="status",
        status="503",
        delay_s="0.5",
        method="PUT",
        path="/Api/R3/Project*",
        nth="2",
        probability="50",
        times="1",
    )

    assert response.status_code == 303, response.text
    (rule,) = read_plan(fake)
    assert rule == {
        "match": {"method": "PUT", "path": "/Api/R3/Project*", "nth": 2},
        "probability": 0.5,
        "times": 1,
        "fault": {"kind": "status", "status": 503, "delay_s": 0.5},
    }
    page = open_page(fake, "/_page/faults")
    assert "PUT to /Api/R3/Project*: answer with this status (503), 0.5 s, only request 2, 50% of them" in page.text
    command = page.find("pre", id="curl-plan").text
    assert call_like_curl(fake.client, read_words(command)) == 200
    assert read_plan(fake) == [rule]
    post(fake, "/_page/faults/remove", **read_form(page.find("form", action="/_page/faults/remove")))
    assert read_plan(fake) == []


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"kind": "status"}, "fault.status: is missing"),
        ({"kind": "reset", "status": "503"}, "means nothing to the kind reset"),
        ({"kind": "status", "status": "many"}, "Status: write a whole number"),
        ({"kind": "status", "status": "503", "path": "/v1/x"}, "no API is at"),
        ({"kind": "latency", "delay_s": "long"}, "Delay: write a number"),
        ({"kind": "latency", "delay_s": "nan"}, "delay_s"),
        ({}, "fault.kind"),
    ],
)
def test_a_rule_that_is_refused_says_why_and_keeps_the_form(start_fake: StartFake, form: dict[str, str], message: str):
    fake = start_fake()

    response = post(fake, "/_page/faults/add", **form)

    assert response.status_code == 422
    page = parse_page(response.text)
    assert message in page.find(role="alert").text
    assert form.items() <= read_form(page.find("form", action="/_page/faults/add")).items()
    assert read_plan(fake) == []


def test_reset_goes_back_to_the_seed(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    fake.write({"CollectionTypeID": 1001, "CollectionID": 1, "first_name": "Eve"})

    response = post(fake, "/_page/data/reset")

    assert response.headers["location"] == "/_page/data?done=reset"
    assert fake.get_record("1")["first_name"] == "Ann"


def test_a_seed_is_loaded_by_name_or_as_a_document(start_fake: StartFake):
    fake = start_fake()

    assert post(fake, "/_page/data/seed", name="demo").status_code == 303
    assert fake.get_record("1")["first_name"] == "Ágnes"
    document = json.dumps(build_seed({"first_name": "Zoé"}))
    assert post(fake, "/_page/data/document", document=document).status_code == 303
    assert fake.get_record("1")["first_name"] == "Zoé"


@pytest.mark.parametrize(
    ("action", "form", "message"),
    [
        ("document", {"document": '{"ivinx": {}}'}, "Did you mean"),
        ("document", {"document": "{]"}, "the document"),
        ("seed", {"name": "/etc/passwd"}, "Choose one of"),
        ("clock", {"how": "freeze", "now": "soon"}, "Write a date and time"),
    ],
)
def test_a_refused_change_of_the_data_is_explained(
    start_fake: StartFake, action: str, form: dict[str, str], message: str
):
    fake = start_fake(build_seed({"first_name": "Ann"}))

    response = post(fake, f"/_page/data/{action}", **form)

    assert response.status_code == 422
    assert message in parse_page(response.text).find(role="alert").text
    assert fake.get_record("1")["first_name"] == "Ann"


def test_the_clock_is_stopped_and_freed(start_fake: StartFake):
    fake = start_fake()

    post(fake, "/_page/data/clock", how="freeze", now="2030-05-06 07:08:09")
    assert fake.client.get("/_control/clock").json() == {"now": "2030-05-06T07:08:09", "frozen": True}
    post(fake, "/_page/data/clock", how="free", now="")
    assert fake.client.get("/_control/clock").json()["frozen"] is False


def test_workspaces_are_created_shown_and_dropped(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))

    assert post(fake, "/_page/workspaces/create", name="pr-7", seed="demo").status_code == 303
    assert "fake-password-1" in open_page(fake, "/_page/workspaces").text
    home = open_page(fake, "/_page/w/pr-7")
    assert "fake-user-1:fake-password-1" in home.text
    assert "/_control/reset?workspace=pr-7" in home.text
    assert home.find("a", href="/_page/w/pr-7/journal")
    assert "Ágnes" in open_page(fake, "/_page/w/pr-7/ivinex/1001").text
    assert "Ágnes" not in open_page(fake, "/_page/ivinex/1001").text
    assert fake.client.get("/_page/workspaces/choose?name=pr-7").headers["location"] == "/_page/w/pr-7"
    assert fake.client.get("/_page/workspaces/choose?name=default").headers["location"] == "/"
    post(fake, "/_page/workspaces/drop", name="pr-7")
    assert fake.client.get("/_page/w/pr-7").status_code == 404


@pytest.mark.parametrize(
    ("action", "name", "message"),
    [("create", "../x", "name:"), ("create", "default", "already"), ("drop", "default", "always stays")],
)
def test_a_refused_change_of_workspaces_is_explained(start_fake: StartFake, action: str, name: str, message: str):
    response = post(start_fake(), f"/_page/workspaces/{action}", name=name, seed="demo")

    assert response.status_code == 422
    assert message in parse_page(response.text).find(role="alert").text


@pytest.mark.parametrize("name", ["data", "faults", "workspaces"])
def test_an_action_that_does_not_exist_is_refused(start_fake: StartFake, name: str):
    fake = start_fake()

    assert post(fake, f"/_page/{name}/explode").status_code == 404
    assert fake.client.get(f"/_page/{name}/explode").status_code == 303
