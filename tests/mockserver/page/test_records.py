from __future__ import annotations

import json
from typing import Any

import pytest

from mockserver.crm.profiles import Profile, ProfileName
from mockserver.seeds.load import read_seed
from mockserver.workspaces.workspace import Workspace
from tests.mockserver.conftest import StartFake
from tests.mockserver.page.reading import Element, open_page, parse_page, read_record, save, save_text
from tests.mockserver.page.test_home import call_like_curl, read_words
from tests.support.in_process import MINICRM_LOGIN, InProcessFake, build_seed


def read_rows(page: Element) -> list[list[str]]:
    return [[cell.text.strip() for cell in row.find_all("th", "td")] for row in page.find("tbody").find_all("tr")]


def start_demo(start_fake: StartFake, profile: Profile | None = None) -> InProcessFake:
    return start_fake(dict(read_seed("demo")), profile)


def get_json(fake: InProcessFake, path: str) -> dict[str, Any]:
    return fake.client.get(f"/Api/R3/{path}", auth=MINICRM_LOGIN).json()


def test_every_kind_of_record_of_the_demo_can_be_listed_and_opened(start_fake: StartFake):
    fake = start_demo(start_fake)
    menu = open_page(fake, "/").find("nav", id="menu")
    lists = [a.attributes["href"] for a in menu.find_all("a") if a.attributes["href"].count("/") == 3]
    assert len(lists) == 18

    for path in lists:
        page = open_page(fake, path)
        first = page.find("tbody").find("a")
        record = open_page(fake, first.attributes["href"])
        assert record.find("dl")
        if page.find_all("a", href=f"{path}/new"):  # what feeds made is only read
            assert record.find("form", method="post")
            assert open_page(fake, f"{path}/new").find("form", method="post")


def test_a_list_shows_labels_names_records_and_links_to_others(start_fake: StartFake):
    fake = start_demo(start_fake)

    page = open_page(fake, "/_page/ivinex/1001")

    heads = [each.text for each in page.find("thead").find_all("th")]
    assert heads == ["full_name", "email", "phone", "contact_type", "position", "company"]
    assert read_rows(page)[0][0] == "Ágnes Kovács"
    assert read_rows(page)[0][3] == "Customer"
    assert page.find("tbody").find("a", href="/_page/ivinex/1003/1").text == "Alder Roastery"


@pytest.mark.parametrize("profile", ["documented", "observed"])
def test_contacts_and_companies_are_named_whether_or_not_rows_hold_their_ids(
    start_fake: StartFake, profile: ProfileName
):
    fake = start_demo(start_fake, Profile(profile))

    projects = open_page(fake, "/_page/minicrm/project-11")
    people = open_page(fake, "/_page/minicrm/person")
    project = open_page(fake, "/_page/minicrm/project-11/6001")

    assert projects.find("tbody").find("a", href="/_page/minicrm/person/5101").text == "Katalin Vörös"
    assert people.find("tbody").find("a", href="/_page/minicrm/business/5001").text.startswith("Duna")
    assert project.find("dl").find("a", href="/_page/minicrm/person/5101").text == "Katalin Vörös"


def test_an_id_of_a_record_that_is_gone_is_shown_as_it_is(start_fake: StartFake):
    seed: dict[str, Any] = {
        "minicrm": {"contacts": [{"Id": 1, "Type": "Person", "FirstName": "Ann", "BusinessId": 999}]}
    }
    page = open_page(start_fake(seed), "/_page/minicrm/person/1")
    assert "999 (not there)" in page.find("dl").text


def test_records_are_searched_by_the_apis_own_filters(start_fake: StartFake):
    fake = start_demo(start_fake)

    page = open_page(fake, "/_page/ivinex/1001?field=full_name&operand=StartsWith&value=j")

    assert [row[0][0] for row in read_rows(page)] == ["J"] * len(read_rows(page))
    command = page.find("pre", id="curl-list").text
    assert "StartsWith" in command
    assert call_like_curl(fake.client, read_words(command)) == 200


def test_a_list_is_sorted_and_paged(start_fake: StartFake):
    fake = start_fake(build_seed(*({"first_name": f"{i:02}"} for i in range(60))))

    down = open_page(fake, "/_page/ivinex/1001?order=full_name&down=1")
    second = open_page(fake, down.find("a", rel="next").attributes["href"])
    third = open_page(fake, second.find("a", rel="next").attributes["href"])

    assert [row[0] for row in read_rows(down)][:2] == ["59", "58"]
    assert [row[0] for row in read_rows(second)][:2] == ["34", "33"]
    assert len(read_rows(third)) == 10
    assert third.find_all("a", rel="next") == []
    assert down.find("thead").find("th").attributes["aria-sort"] == "descending"


def test_a_list_that_the_api_cannot_sort_is_sorted_whole_by_the_page(start_fake: StartFake):
    people = [{"Id": number, "Type": "Person", "FirstName": f"P{number * 7919 % 250:03}"} for number in range(1, 251)]
    fake = start_fake({"minicrm": {"contacts": people}})

    up = open_page(fake, "/_page/minicrm/person?order=Name")
    down = open_page(fake, up.find("thead").find("th").find("a").attributes["href"])
    second = open_page(fake, down.find("a", rel="next").attributes["href"])

    assert [row[0] for row in read_rows(up)] == [f"P{number:03}" for number in range(100)]
    assert [row[0] for row in read_rows(down)] == [f"P{number:03}" for number in range(249, 149, -1)]
    assert [row[0] for row in read_rows(second)] == [f"P{number:03}" for number in range(149, 49, -1)]
    assert "250 found, page 2" in second.find("p", role="status").text


def test_a_list_too_long_to_sort_says_how_much_was_sorted(start_fake: StartFake):
    people = [{"Id": number, "Type": "Person", "FirstName": f"P{number}"} for number in range(1, 1202)]
    page = open_page(start_fake({"minicrm": {"contacts": people}}), "/_page/minicrm/person?order=Id&down=1")

    assert read_rows(page)[0][0] == "P1000"
    assert "only the first 1,000 were sorted here" in page.find("p", role="status").text


def test_records_beside_another_are_sorted_too(start_fake: StartFake):
    fake = start_demo(start_fake)

    page = open_page(fake, "/_page/minicrm/project-11/6002?related=Tasks&order=Deadline")

    deadlines = [row[2] for row in read_rows(page.find("section", **{"aria-labelledby": "related-1"}))]
    assert deadlines == sorted(deadlines)
    assert len(deadlines) > 1
    assert "Europe/Budapest" in page.find("section", **{"aria-labelledby": "related-1"}).find("thead").text


def test_a_refused_search_is_explained(start_fake: StartFake):
    fake = start_demo(start_fake)

    page = open_page(fake, "/_page/minicrm/project-11?field=StatusId&value=Contrcted")

    assert "the field has no choice of this text" in page.find(role="alert").text
    assert "did you mean Contracted?" in page.find(role="alert").text


def test_a_search_that_finds_nothing_says_so(start_fake: StartFake):
    assert "Nothing is found" in open_page(start_demo(start_fake), "/_page/ivinex/1001?value=qqqqq").text


def test_a_record_is_shown_with_labels_links_and_what_its_fields_take(start_fake: StartFake):
    fake = start_demo(start_fake)

    contact = open_page(fake, "/_page/ivinex/1001/1").find("main")
    project = open_page(fake, "/_page/minicrm/project-11/6001").find("main")

    values, fields = (list_facts(each) for each in contact.find_all("dl"))
    assert (values["contact_type"], values["newsletter"], values["birthday"]) == ("Customer", "Yes", "\N{EN DASH}")
    assert contact.find("dl").find("a", href="/_page/ivinex/1003/1")
    assert fields["birthday"] == "date"
    assert "14795 Customer" in fields["contact_type"]
    assert "full_name" not in fields  # read only
    values, fields = (list_facts(each) for each in project.find_all("dl"))
    assert values["Budget (HUF) Int1201"] == "18400000"
    assert project.find("dl").find("a", href="/_page/minicrm/person/5101")
    assert "2104 Contracted" in fields["StatusId"]
    assert fields["ContactId"] == "Int needed"


def list_facts(listed: Element) -> dict[str, str]:
    names, texts = ([" ".join(each.text.split()) for each in listed.find_all(tag)] for tag in ("dt", "dd"))
    return dict(zip(names, texts, strict=True))


def test_only_what_was_changed_is_sent_and_it_is_in_the_journal(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann", "last_name": "Lee", "contact_type": "14796", "score": "5"}))

    response = save(fake, "/_page/ivinex/1001/1", first_name="Anna")

    assert response.status_code == 303
    assert response.headers["location"] == "/_page/ivinex/1001/1?done=saved&entry=1"
    (entry,) = fake.read_journal()
    assert entry["body"] == {"Records": [{"first_name": "Anna", "CollectionTypeID": 1001, "CollectionID": 1}]}
    assert entry["path"] == "/API/Records.php"
    assert fake.get_record("1")["full_name"] == "Anna Lee"
    shown = open_page(fake, response.headers["location"])
    assert "Saved." in shown.find(role="status").text
    assert shown.find("a", href="/_page/journal/1")


def test_what_another_client_changed_meanwhile_is_left_alone(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann", "last_name": "Lee"}))
    page = open_page(fake, "/_page/ivinex/1001/1")
    fake.write({"CollectionTypeID": 1001, "CollectionID": 1, "last_name": "Li"})

    save_text(fake, page, json.dumps({**read_record(page), "first_name": "Anna"}))

    assert fake.get_record("1")["full_name"] == "Anna Li"


def test_a_text_left_as_it_is_sends_nothing(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann\r\nLee"}))

    response = save(fake, "/_page/ivinex/1001/1")

    assert response.headers["location"].endswith("?done=unchanged")
    assert fake.read_journal() == []


def test_a_refused_change_keeps_the_text_and_says_where_and_why(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))

    response = save(fake, "/_page/ivinex/1001/1", first_name="Eve", birthday="soon")

    assert response.status_code == 422
    page = parse_page(response.text)
    text = page.find("textarea", id="record").text.removeprefix("\n")
    line = 1 + text[: text.index('"birthday"')].count("\n")
    assert f"Line {line}, column 3: birthday" in page.find(role="alert").text
    assert "birthday must be a date like 2020-04-13" in page.find(role="alert").text
    assert read_record(page)["first_name"] == "Eve"
    assert read_record(page)["birthday"] == "soon"
    assert fake.read_journal()[0]["reason"]
    again = save_text(fake, page, json.dumps({**read_record(page), "birthday": "2020-04-13"}))
    assert again.status_code == 303
    assert fake.get_record("1")["first_name"] == "Eve"
    assert fake.get_record("1")["birthday"] == "2020-04-13"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  "first_name" "Eve"\n}', "not JSON: Expecting ':' delimiter at line 2, column 16"),
        ('{"first_name": "Eve",\n "first_name": "Eva"}', "first_name comes again at line 2, column 2"),
        ('["Eve"]', "write an object such as {}, not a list, at line 1, column 1"),
        ("", "at line 1, column 1"),
    ],
)
def test_a_text_that_is_no_record_is_not_sent_and_says_where(start_fake: StartFake, text: str, message: str):
    fake = start_fake(build_seed({"first_name": "Ann"}))

    response = save_text(fake, open_page(fake, "/_page/ivinex/1001/1"), text)

    assert response.status_code == 422
    page = parse_page(response.text)
    assert message in page.find(role="alert").text
    assert page.find("textarea", id="record").text.strip() == text
    assert fake.read_journal() == []


def test_an_ivinex_record_is_created_and_linked_ones_show_beside_it(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    page = open_page(fake, "/_page/ivinex/1001/1")
    new_note = next(a for a in page.find_all("a") if a.text == "New note").attributes["href"]

    response = save(fake, new_note, description="<b>Hello</b>\nthere")

    assert response.headers["location"].startswith("/_page/ivinex/1002/1?done=created")
    assert fake.get_record("1", "1002")["contact"] == "1"
    assert fake.get_record("1", "1002")["description"] == "<b>Hello</b>\nthere"
    assert "Hello" in open_page(fake, "/_page/ivinex/1001/1").find("section", **{"aria-labelledby": "related-1"}).text
    assert "<b>Hello" not in fake.client.get("/_page/ivinex/1002/1").text


def test_a_minicrm_project_is_edited_by_labels_ids_and_numbers(start_fake: StartFake):
    fake = start_demo(start_fake)
    shown = read_record(open_page(fake, "/_page/minicrm/project-11/6001"))
    assert (shown["StatusId"], shown["Set1206"]) == ("Contracted", "Bathroom, Living room")

    response = save(
        fake, "/_page/minicrm/project-11/6001", StatusId="Site survey", Set1206=9, Int1201=5, Boolean1207="1"
    )

    assert response.status_code == 303, response.text
    (entry,) = fake.read_journal()
    assert (entry["method"], entry["path"]) == ("PUT", "/Api/R3/Project/6001")
    assert entry["body"] == {"StatusId": "Site survey", "Set1206": 9, "Int1201": 5, "Boolean1207": "1"}
    project = get_json(fake, "Project/6001")
    assert (project["StatusId"], project["Set1206"], project["Int1201"]) == ("Site survey", "Kitchen, Office", 5)


def test_a_minicrm_field_is_cleared(start_fake: StartFake):
    fake = start_demo(start_fake)

    assert save(fake, "/_page/minicrm/project-11/6001", Text1204="", Set1206=None).status_code == 303

    assert get_json(fake, "Project/6001")["Text1204"] == ""
    assert get_json(fake, "Project/6001")["Set1206"] == ""


def test_a_minicrm_project_is_trashed(start_fake: StartFake):
    fake = start_demo(start_fake)

    assert save(fake, "/_page/minicrm/project-11/6001", Deleted=1).status_code == 303

    assert "Third floor" not in open_page(fake, "/_page/minicrm/project-11").text


def test_people_businesses_projects_tasks_and_addresses_are_created(start_fake: StartFake):
    fake = start_demo(start_fake)

    business = save(fake, "/_page/minicrm/business/new", Name="Tölgy Ltd").headers["location"]
    business_id = business.partition("?")[0].rpartition("/")[2]
    person = save(fake, f"/_page/minicrm/person/new?BusinessId={business_id}", FirstName="Ada").headers["location"]
    person_id = person.partition("?")[0].rpartition("/")[2]
    project = save(fake, f"/_page/minicrm/project-12/new?ContactId={person_id}", Name="Hinge").headers["location"]
    project_id = project.partition("?")[0].rpartition("/")[2]
    task = save(fake, f"/_page/minicrm/task/new?ProjectId={project_id}", Comment="Call").headers["location"]
    address = save(fake, f"/_page/minicrm/address/new?ContactId={person_id}", Name="Home").headers["location"]

    assert get_json(fake, f"Contact/{person_id}")["BusinessId"] == int(business_id)
    assert get_json(fake, f"Project/{project_id}")["CategoryId"] == 12
    assert "Call" in open_page(fake, project).text
    assert open_page(fake, task).find("a", href=f"/_page/minicrm/project-11/{project_id}")
    assert "Home" in open_page(fake, person).text
    assert "Hinge" in open_page(fake, person).text
    assert "Ada" in open_page(fake, business).text
    assert save(fake, address.partition("?")[0], City="Pécs").status_code == 303


def test_an_address_of_a_record_leads_to_its_own_kind(start_fake: StartFake):
    fake = start_demo(start_fake)
    project_id = next(iter(get_json(fake, "Project?CategoryId=12")["Results"]))

    response = fake.client.get(f"/_page/minicrm/project-11/{project_id}")

    assert response.headers["location"] == f"/_page/minicrm/project-12/{project_id}"


def test_a_business_under_the_address_of_a_person_is_found_in_hungarian_too(start_fake: StartFake):
    fake = start_demo(start_fake, Profile("observed", "hu"))
    business_id = next(iter(get_json(fake, "Contact?Type=Business")["Results"]))

    response = fake.client.get(f"/_page/minicrm/person/{business_id}")

    assert response.headers["location"] == f"/_page/minicrm/business/{business_id}"


def list_switches() -> list[str]:
    workspace = Workspace({})
    try:
        return [each.name for crm in workspace.crms.values() for each in crm.list_deviations()]
    finally:
        workspace.close()


@pytest.mark.parametrize("is_on", [True, False])
def test_records_show_whatever_the_switches_make_of_the_answers(start_fake: StartFake, is_on: bool):
    fake = start_demo(start_fake, Profile().switch(dict.fromkeys(list_switches(), is_on)))

    for path in ("ivinex/1001", "minicrm/person", "minicrm/project-11"):
        page = open_page(fake, f"/_page/{path}")
        record = open_page(fake, page.find("tbody").find("a").attributes["href"])
        assert record.find("form", method="post")
    assert "Sign the contract." in open_page(fake, "/_page/minicrm/project-11/6001").text
    assert read_record(open_page(fake, "/_page/minicrm/project-11/6001"))["StatusId"]
    addresses = open_page(fake, "/_page/minicrm/business/5001").find("section", **{"aria-labelledby": "related-1"})
    assert "Duna-parti Szálloda" in addresses.find("tbody").text


def test_the_page_counts_against_no_request_limit(start_fake: StartFake):
    fake = start_demo(start_fake, Profile("observed"))
    for _ in range(31):
        assert fake.client.get("/_page/minicrm/project-11/6001").status_code == 200
        assert "Third floor" in fake.client.get("/_page/minicrm/project-11").text

    assert fake.client.get("/Api/R3/Category", auth=MINICRM_LOGIN).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/_page/ivinex/999",
        "/_page/ivinex/1001/999",
        "/_page/ivinex/1001/x",
        "/_page/ivinex/1001/1/2",
        "/_page/minicrm/person/99999999",
        "/_page/minicrm/task",
        "/_page/minicrm/nothing",
        "/_page/ivinex/1001/9999999999999999999999",
    ],
)
def test_a_kind_or_record_that_does_not_exist_is_404(start_fake: StartFake, path: str):
    assert start_demo(start_fake).client.get(path).status_code == 404


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7 * 7 }}", "\x00", "é" * 5000])
def test_values_of_records_are_escaped(start_fake: StartFake, value: str):
    fake = start_fake(build_seed({"first_name": value}))
    for path in ("/_page/ivinex/1001", "/_page/ivinex/1001/1"):
        text = fake.client.get(path, params={"value": "" if path.endswith("/1") else value[:50]}).text
        assert "<script>alert" not in text
        assert "<img src" not in text
        assert "49" not in parse_page(text).find("main").text


def test_an_empty_account_says_how_to_begin(start_fake: StartFake):
    fake = start_fake({})

    assert "Load a seed" in open_page(fake, "/_page/ivinex").text


def test_a_value_that_is_no_choice_is_shown_as_it_is(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    document = json.loads(json.dumps(build_seed({"first_name": "Ann", "contact_type": "14796"})))
    document["ivinex"]["modules"]["1001"]["fields"]["contact_type"]["options"] = {}
    assert fake.client.put("/_control/seed", json=document).status_code == 200

    page = open_page(fake, "/_page/ivinex/1001/1")

    assert read_record(page)["contact_type"] == "14796"
    assert list_facts(page.find("main").find("dl"))["contact_type"] == "14796"
