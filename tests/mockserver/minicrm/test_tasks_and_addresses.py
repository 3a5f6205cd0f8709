"""The ToDoList, ToDo, AddressList and Address endpoints."""

from __future__ import annotations

import pytest

from tests.mockserver.minicrm.account import OBSERVED, Account, read_refusal

FIRST_TASK = {
    "Id": "201",
    "Status": "Open",
    "Comment": "Ring.",
    "Deadline": "2026-01-03 10:00:00",
    "UserId": "1",
    "Type": "5",
    "Url": "http://here:1/Api/R3/ToDo/201",
}


def test_a_list_prints_ids_as_text():
    assert Account().get("ToDoList/101", {"Status": "Open"}) == {"Count": 1, "Results": [FIRST_TASK]}


@pytest.mark.parametrize(
    ("query", "ids"), [({}, ["201", "202"]), ({"Status": "All"}, ["201", "202"]), ({"Status": "Closed"}, ["202"])]
)
def test_a_list_is_filtered_by_status(query: dict[str, str], ids: list[str]):
    answer = Account().get("ToDoList/101", query)
    assert [row["Id"] for row in answer["Results"]] == ids
    assert answer["Count"] == len(ids)


def test_a_project_without_tasks_has_an_empty_list():
    assert Account().get("ToDoList/102") == {"Count": 0, "Results": []}


@pytest.mark.parametrize(
    ("path", "query", "want"),
    [
        ("ToDoList/999", {}, (404, "ToDoList (GET): Not found!")),
        ("ToDoList/101", {"Status": "open"}, (400, "ToDoList (GET): Bad parameter: Status")),
        ("ToDo/999", {}, (404, "ToDo (GET): Not found!")),
        ("AddressList/999", {}, (404, "AddressList (GET): Not found!")),
        ("Address/999", {}, (404, "Address (GET): Not found!")),
    ],
)
def test_what_is_not_there_is_refused(path: str, query: dict[str, str], want: tuple[int, str]):
    assert read_refusal(Account().ask("GET", path, query)) == want


def test_a_task_prints_labels_and_its_attachment():
    assert list(Account().get("ToDo/201").items()) == [
        *{"Id": 201, "UserId": "Ada Lovelace", "ProjectId": 101, "Type": "Call", "Status": "Open"}.items(),
        *{"Deadline": "2026-01-03 10:00:00", "Comment": "Ring."}.items(),
        ("Attachments", {"FileName": "plan.pdf", "Url": "https://files.example/plan.pdf"}),
    ]


def test_a_task_without_type_deadline_and_attachment_has_them_empty():
    task = Account().get("ToDo/202")
    assert (task["Type"], task["Deadline"], task["Attachments"]) == ("", "", [])
    assert Account().get("ToDoList/101", {"Status": "Closed"})["Results"][0]["Type"] == "0"


def test_create_takes_the_projects_user_and_is_open():
    account = Account()
    assert account.put("ToDo", {"ProjectId": 102, "Comment": "Go", "Deadline": "2026-02-01", "Type": "Visit"}) == 203
    assert account.get("ToDo/203") == {
        "Id": 203,
        "UserId": "Bálint Kovács",
        "ProjectId": 102,
        "Type": "Visit",
        "Status": "Open",
        "Deadline": "2026-02-01 23:59:59",
        "Comment": "Go",
        "Attachments": [],
    }


def test_update_changes_only_what_is_sent():
    account = Account()
    before = account.get("ToDo/201")
    change = {"Comment": "Do something more.", "Deadline": "2013-01-25 13:30:00"}
    assert account.put("ToDo/201", change) == 201
    assert account.get("ToDo/201") == {**before, **change}


def test_a_closed_task_stays_as_it_is():
    account = Account()
    account.put("ToDo/201", {"Status": "Closed", "ProjectId": 101})
    assert account.get("ToDo/201")["Status"] == "Closed"
    answer = account.ask("PUT", "ToDo/201", body={"Status": "Open"})
    assert read_refusal(answer) == (400, "ToDo (PUT): A closed task can not be changed!")


@pytest.mark.parametrize(
    ("path", "body", "status", "text"),
    [
        ("ToDo", {"Comment": "Go"}, 400, "Missing parameter: ProjectId"),
        ("ToDo", {"ProjectId": 999, "Comment": "Go"}, 400, "Bad parameter: ProjectId"),
        ("ToDo", {"ProjectId": 101, "UserId": 99}, 400, "Bad parameter: UserId"),
        ("ToDo/201", {"ProjectId": 102}, 400, "Can not be changed: ProjectId"),
        ("ToDo/201", {"Status": "Done"}, 400, "Bad parameter: Status"),
        ("ToDo/201", {"Type": "Fax"}, 400, "Bad parameter: Type"),
        ("ToDo/201", {"Deadline": "soon"}, 400, "Bad parameter: Deadline"),
        ("ToDo/201", {"comment": "x"}, 400, "Bad parameter: comment"),
    ],
)
def test_a_task_is_refused(path: str, body: dict[str, object], status: int, text: str):
    account = Account()
    assert read_refusal(account.ask("PUT", path, body=body)) == (status, f"ToDo (PUT): {text}")
    assert account.get("ToDoList/101", {"Status": "Open"})["Results"] == [FIRST_TASK]


def test_a_task_takes_minutes_an_address_a_contact_files_and_members():
    account = Account()
    written = {"Duration": 45, "Reminder": "10", "AddressId": 301, "ContactId": 11}
    members = [{"Entity": "User", "EntityId": 2}]
    files = "https://files.example/a.pdf,https://files.example/b%20c.pdf?x=1,2"
    task = account.put("ToDo", {"ProjectId": 101, "Comment": "Go", **written, "Attachments": files, "Members": members})
    detail = account.get(f"ToDo/{task}")
    assert {name: detail[name] for name in written} == {**written, "Reminder": 10}
    assert detail["Attachments"] == {"FileName": "b c.pdf", "Url": "https://files.example/b%20c.pdf?x=1,2"}
    assert detail["Members"] == [{"Entity": "User", "EntityId": "2"}]
    account.put(f"ToDo/{task}", {"Members": None, "Duration": ""})
    assert {"Members", "Duration"}.isdisjoint(account.get(f"ToDo/{task}"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Duration", "long"),
        ("AddressId", 999),
        ("ContactId", 999),
        ("Attachments", "plan.pdf"),
        ("Attachments", ["https://files.example/a.pdf"]),
        ("Members", "Ada"),
        ("Members", {"Entity": "User"}),
        ("Members", [{"Entity": "User"}]),
        ("Members", [{"Entity": "User", "EntityId": True}]),
        ("Notes", []),
        ("ClosedAt", "2026-01-01 00:00:00"),
    ],
)
def test_a_task_is_refused_what_it_can_not_hold(name: str, value: object):
    answer = Account().ask("PUT", "ToDo/201", body={name: value})
    assert read_refusal(answer) == (400, f"ToDo (PUT): Bad parameter: {name}")


def test_a_task_without_a_comment_is_taken_and_noted():
    answer = Account().ask("PUT", "ToDo", body={"ProjectId": 101})
    assert answer.status == 200
    assert answer.hints == ("a task without a Comment says nothing",)


@pytest.mark.parametrize("said", [{"Status": "Closed"}, {}])
def test_a_post_closes_a_task_as_of_the_day_that_it_says(said: dict[str, str]):
    account = Account(profile=OBSERVED)
    answer = account.ask("POST", "ToDo/201", body={**said, "ClosedAt": "2009-01-09", "Comment": "Done."})
    assert (answer.status, answer.body) == (200, b'{"Id":201}')
    task = account.get("ToDo/201")
    assert (task["Status"], task["ClosedAt"], task["ClosedBy"]) == ("Closed", "2009-01-09 23:59:59", "MiniCRM")
    assert (task["Comment"], task["UpdatedAt"]) == ("Done.", "2026-01-02 03:04:05")


def test_a_post_without_a_day_changes_a_task_as_a_put_does():
    account = Account(profile=OBSERVED)
    assert account.ask("POST", "ToDo/201", body={"Comment": "Later."}).status == 200
    assert [account.get("ToDo/201")[name] for name in ("Status", "Comment")] == ["Open", "Later."]
    assert account.ask("POST", "ToDo/201", body={"Status": "Closed", "ClosedAt": ""}).status == 200
    assert account.get("ToDo/201")["ClosedAt"] == "2026-01-02 03:04:05"


@pytest.mark.parametrize(
    ("path", "body", "names"),
    [
        ("ToDo/201", {"ClosedAt": "yesterday", "Comment": "x"}, "Bad parameter: ClosedAt"),
        ("ToDo/201", {"ClosedAt": "2009-01-09", "NoSuch": "x"}, "Bad parameter: NoSuch"),
        ("ToDo/202", {"ClosedAt": "2009-01-09"}, "A closed task can not be changed!"),
    ],
)
def test_a_post_that_is_refused_closes_nothing(path: str, body: dict[str, str], names: str):
    account = Account()
    before = account.get(path)
    assert read_refusal(account.ask("POST", path, body=body)) == (400, f"ToDo (POST): {names}")
    assert account.get(path) == before


@pytest.mark.parametrize(
    "body",
    [
        {"Status": "Open", "ClosedAt": "2009-01-09"},
        {"Comment": "Later.", "ClosedAt": "0000-00-00 00:00:00"},
        {"Comment": "Later.", "ClosedAt": None},
    ],
)
def test_a_post_that_says_open_leaves_a_task_open(body: dict[str, object]):
    account = Account()
    assert account.ask("POST", "ToDo/201", body=body).status == 200
    assert account.get("ToDo/201")["Status"] == "Open"


def test_todo_is_a_spelling_of_todo_and_no_other_is():
    account = Account()
    assert account.get("Todo/201") == account.get("ToDo/201")
    assert account.get("TodoList/101") == account.get("ToDoList/101")
    task = account.put("Todo/", {"ProjectId": 101, "Comment": "Go"})
    assert account.put(f"Todo/{task}/", {"Status": "Closed"}) == task
    assert account.ask("POST", "Todo").status == 405
    assert {account.ask("GET", f"{name}/201").status for name in ("todo", "TODO", "Task")} == {404}


def test_a_county_is_shown_where_it_is_held():
    account = Account()
    account.put("Address/301", {"County": "Vas"})
    assert account.get("Address/301")["County"] == "Vas"
    assert "County" not in account.get("Address/302")


def test_addresses_are_listed_as_one_object_in_a_list():
    assert Account().get("AddressList/10") == {
        "Count": 2,
        "Results": [{"301": "Works (9700 Szombathely Fő tér 1.)", "302": "Shop (0800)"}],
    }


def test_a_contact_without_addresses_has_an_empty_list():
    assert Account().get("AddressList/12") == {"Count": 0, "Results": []}


def test_structured_addresses_are_objects_with_their_url():
    assert Account().get("AddressList/10", {"Structured": "1"})["Results"]["302"] == {
        "Id": 302,
        "Address": "Shop (0800)",
        "Url": "http://here:1/Api/R3/Address/302",
    }


def test_an_address_prints_a_number_as_postal_code_unless_that_would_change_it():
    account = Account()
    assert list(account.get("Address/301").items()) == [
        *{
            "Id": 301,
            "ContactId": 10,
            "Type": "HQ",
            "Name": "Works",
            "CountryId": "Hungary",
            "PostalCode": 9700,
        }.items(),
        *{"City": "Szombathely", "Address": "Fő tér 1.", "Default": 1}.items(),
    ]
    assert account.get("Address/302")["PostalCode"] == "0800"
    account.put("Address/302", {"PostalCode": "²"})
    assert account.get("Address/302")["PostalCode"] == "²"


def test_an_address_is_created_and_updated():
    account = Account()
    assert (
        account.put("Address", {"ContactId": "12", "Name": "Home", "CountryId": "Hungary", "PostalCode": 1117}) == 303
    )
    assert account.put("Address/303", {"Address": "Fehérvári út 1.", "ContactId": 12}) == 303
    assert account.get("Address/303") == {
        "Id": 303,
        "ContactId": 12,
        "Type": "",
        "Name": "Home",
        "CountryId": "Hungary",
        "PostalCode": 1117,
        "City": "",
        "Address": "Fehérvári út 1.",
        "Default": 0,
    }
    assert account.get("AddressList/12")["Results"] == [{"303": "Home (1117 Fehérvári út 1.)"}]


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("Address", {"City": "Pécs"}, "Missing parameter: ContactId, Name"),
        ("Address", {"ContactId": 10}, "Missing parameter: Name"),
        ("Address", {"ContactId": 99, "Name": "x"}, "Bad parameter: ContactId"),
        ("Address/301", {"ContactId": 12}, "Can not be changed: ContactId"),
        ("Address/301", {"Name": ""}, "Missing parameter: Name"),
        ("Address/301", {"Default": 2}, "Bad parameter: Default"),
        ("Address/301", {"Street": "x"}, "Bad parameter: Street"),
        ("Address/301", b'{"Address":"Well Known street 2.",}', "Bad parameter: Data (JSON)"),
    ],
)
def test_an_address_is_refused(path: str, body: object, text: str):
    assert read_refusal(Account().ask("PUT", path, body=body)) == (400, f"Address (PUT): {text}")
