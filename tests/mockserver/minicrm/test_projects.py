"""Detail, create and update of projects."""

from __future__ import annotations

import sqlite3

import pytest

from tests.mockserver.minicrm.account import Account, read_refusal


def test_detail_prints_numbers_for_ids_and_labels_for_choices_then_what_the_project_holds():
    assert list(Account().get("Project/101").items()) == [
        *{"Id": 101, "CategoryId": 3, "ContactId": 11, "StatusId": "Offer", "UserId": "Ada Lovelace"}.items(),
        *{"Name": "Kitchen, Örs", "Deleted": "0", "Set1": "Kitchen, Bath", "Enum1": "Web"}.items(),
        ("Legacy", "left over"),
    ]


def test_a_trashed_project_can_still_be_read():
    assert Account().get("Project/104")["Deleted"] == "1"


def test_reference_id_is_kept_and_found_to_the_byte():
    account = Account()
    assert account.get("Project", {"ReferenceId": " 007/é "})["Id"] == 101
    for other in ("007/é", " 007/É ", " 007/e ", "%", ""):
        assert account.ask("GET", "Project", {"ReferenceId": other}).status == 404
    account.put("Project/102", {"ReferenceId": "A\u030a\t+%20 #"})
    assert account.get("Project", {"ReferenceId": "A\u030a\t+%20 #"})["Id"] == 102
    assert account.ask("GET", "Project", {"ReferenceId": "\u00c5\t+%20 #"}).status == 404


def test_of_several_projects_with_one_reference_id_the_lowest_id_is_shown_and_it_is_noted():
    account = Account()
    account.put("Project/103", {"ReferenceId": " 007/é "})
    answer = account.ask("GET", "Project", {"ReferenceId": " 007/é "})
    assert b'"Id":101' in answer.body
    assert any("several" in hint for hint in answer.hints)


@pytest.mark.parametrize("name", ["999", "0", "abc", "-1", "9" * 30, "\uff11\uff10\uff11"])
def test_an_id_that_no_project_has_is_not_found(name: str):
    assert read_refusal(Account().ask("GET", f"Project/{name}")) == (404, "Project (GET): Not found!")


def test_create_takes_the_next_id_and_the_defaults():
    account = Account()
    assert account.put("Project", {"CategoryId": 3, "ContactId": "12"}) == 105
    assert account.get("Project/105") == {
        "Id": 105,
        "CategoryId": 3,
        "ContactId": 12,
        "StatusId": "New",
        "UserId": "Ada Lovelace",
        "Name": "Eve",
        "Deleted": "0",
    }


def test_create_takes_choices_by_id_or_text():
    account = Account()
    by_id = {"CategoryId": "3", "ContactId": 12, "StatusId": "33", "UserId": "2", "Enum1": 8, "Set1": 6}
    by_text = {"CategoryId": "Sales", "ContactId": 12, "StatusId": "Won", "UserId": "Bálint Kovács", "Enum1": "Fair"}
    first = account.put("Project", {**by_id, "Name": "x"})
    second = account.put("Project", {**by_text, "Name": "x", "Set1": "Bath,Office"})
    assert {**account.get(f"Project/{first}"), "Id": 0} == {**account.get(f"Project/{second}"), "Id": 0}
    assert account.get(f"Project/{first}")["Set1"] == "Bath, Office"


def test_a_user_whom_the_schema_does_not_list_can_be_given():
    account = Account()
    account.put("Project/101", {"UserId": 3})
    assert account.get("Project/101")["UserId"] == "Not Listed"


@pytest.mark.parametrize(
    ("body", "names"),
    [({"Name": "x"}, "CategoryId, ContactId"), ({"CategoryId": 3}, "ContactId"), ({"ContactId": 12}, "CategoryId")],
)
def test_create_needs_module_and_contact(body: dict[str, object], names: str):
    account = Account()
    assert read_refusal(account.ask("PUT", "Project", body=body)) == (400, f"Project (PUT): Missing parameter: {names}")
    assert account.fake.counts()["projects"] == 4


def test_create_needs_what_the_module_requires():
    account = Account()
    body = {"CategoryId": 4, "ContactId": 12}
    assert read_refusal(account.ask("PUT", "Project", body=body)) == (400, "Project (PUT): Missing parameter: Text4")
    assert account.put("Project", {**body, "Text4": "stuck"}) == 105


def test_a_required_field_can_not_be_emptied_later():
    assert Account().ask("PUT", "Project/103", body={"Text4": ""}).status == 400


def test_create_for_a_contact_that_does_not_exist_is_refused():
    answer = Account().ask("PUT", "Project", body={"CategoryId": 3, "ContactId": 999})
    assert read_refusal(answer) == (400, "Project (PUT): Bad parameter: ContactId")


def test_update_changes_only_what_is_sent():
    account = Account()
    before = account.get("Project/101")
    assert account.put("Project/101", {"Name": "New name given through API", "Deleted": "1"}) == 101
    assert account.get("Project/101") == {**before, "Name": "New name given through API", "Deleted": "1"}


def test_an_update_that_breaks_half_way_leaves_nothing_behind():
    account = Account()
    connection = account.fake._connection  # pyright: ignore[reportPrivateUsage] - to break it
    connection.execute("DROP TABLE minicrm_project_words")
    with pytest.raises(sqlite3.OperationalError):
        account.put("Project/101", {"Name": "Half"})
    assert account.get("Project/101")["Name"] == "Kitchen, Örs"


def test_a_project_is_trashed_and_restored():
    account = Account()
    account.put("Project/101", {"Deleted": 1})
    assert 101 not in account.find("Project", {"UserId": "1"})
    account.put("Project/101", {"Deleted": "0"})
    assert 101 in account.find("Project", {"UserId": "1"})


@pytest.mark.parametrize(("name", "value"), [("CategoryId", 4), ("ContactId", 12), ("ContactId", "")])
def test_module_and_contact_of_a_project_stay(name: str, value: object):
    account = Account()
    before = account.get("Project/101")
    answer = account.ask("PUT", "Project/101", body={"Name": "x", name: value})
    assert read_refusal(answer) == (400, f"Project (PUT): Can not be changed: {name}")
    assert "documented" in answer.reason
    assert account.get("Project/101") == before


def test_sending_the_same_module_and_contact_again_is_no_change():
    account = Account()
    assert account.put("Project/101", {"CategoryId": "3", "ContactId": "11", "Name": "x"}) == 101


def test_a_field_that_a_record_holds_though_the_schema_does_not_list_it_can_be_written():
    account = Account()
    account.put("Project/101", {"Legacy": "newer"})
    assert account.get("Project/101")["Legacy"] == "newer"


@pytest.mark.parametrize(
    ("name", "value", "status", "text"),
    [
        ("StatusId", 999, 400, "Bad parameter: StatusId"),
        ("StatusId", "41", 400, "Bad parameter: StatusId"),  # of another module
        ("StatusId", "Offers", 400, "Bad parameter: Status"),
        ("StatusId", "", 400, "Missing parameter: StatusId"),
        ("UserId", 999, 400, "Bad parameter: UserId"),
        ("UserId", "Nobody", 400, "Bad parameter: Responsible"),
        ("Enum1", 99, 400, "Bad parameter: Enum1"),
        ("Enum1", "web", 400, "Bad parameter: Source"),
        ("Enum1", ["Web"], 400, "Bad parameter: Enum1"),
        ("Set1", 8, 400, "Bad parameter: Set1"),
        ("Set1", "Kitchen, Cellar", 400, "Bad parameter: Rooms"),
        ("Set1", True, 400, "Bad parameter: Set1"),
        ("Int1", "five", 400, "Bad parameter: Int1"),
        ("Int1", 2**63, 400, "Bad parameter: Int1"),
        ("Int1", 1.5, 400, "Bad parameter: Int1"),
        ("Int1", True, 400, "Bad parameter: Int1"),
        ("Text1", "x" * 21, 400, "Bad parameter: Text1"),
        ("Text1", {"a": 1}, 400, "Bad parameter: Text1"),
        ("Name", "x" * 129, 400, "Bad parameter: Name"),
        ("Date1", "2025-02-30 10:00:00", 400, "Bad parameter: Date1"),
        ("Date1", "2025-02-03T10:00:00", 400, "Bad parameter: Date1"),
        ("File1", "plan.pdf", 400, "Bad parameter: File1"),
        ("Bool1", 2, 400, "Bad parameter: Bool1"),
        ("Deleted", "yes", 400, "Bad parameter: Deleted"),
        ("Text9", "x", 400, "Bad parameter: Text9"),
        ("UpdatedAt", "2025-01-01 00:00:00", 400, "Bad parameter: UpdatedAt"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_changes_nothing(name: str, value: object, status: int, text: str):
    account = Account()
    before = account.get("Project/101")
    answer = account.ask("PUT", "Project/101", body={"Name": "x", name: value})
    assert read_refusal(answer) == (status, f"Project (PUT): {text}")
    assert account.get("Project/101") == before


@pytest.mark.parametrize(
    ("name", "value", "printed"),
    [
        ("Int1", "-9223372036854775808", -(2**63)),
        ("Int1", "", 0),
        ("Text1", 125, "125"),
        ("Text1", None, ""),
        ("Date1", "2013-05-25 13:12:00", "2013-05-25 13:12:00"),
        ("Date1", "2013-05-25", "2013-05-25 23:59:59"),
        ("Date1", "", ""),
        ("File1", "https://www.minicrm.hu/tesztfajl.xls", "https://www.minicrm.hu/tesztfajl.xls"),
        ("Bool1", "1", 1),
        ("Bool1", False, 0),
        ("Enum1", 0, ""),
        ("Enum1", "", ""),
        ("Set1", "Office,Kitchen", "Kitchen, Office"),
        ("Set1", 0, ""),
        ("Name", "", ""),
        ("Name", "𝄞 \u200b \"'\\/\n", "𝄞 \u200b \"'\\/\n"),
    ],
)
def test_a_value_reads_back(name: str, value: object, printed: object):
    account = Account()
    account.put("Project/101", {name: value})
    assert account.get("Project/101")[name] == printed


def test_a_new_field_is_printed_behind_those_that_were_written_before():
    account = Account()
    account.put("Project/101", {"Bool1": 1, "Set1": 4})
    assert list(account.get("Project/101"))[-4:] == ["Set1", "Enum1", "Legacy", "Bool1"]


def test_hints_name_the_field_that_was_meant():
    answer = Account().ask("PUT", "Project/101", body={"statusid": 32})
    assert answer.hints == ("did you mean StatusId instead of statusid?",)
    assert Account().ask("PUT", "Project/101", body={"StatusId": "Offers"}).hints == ("did you mean Offer?",)


def test_new_ids_are_never_used_twice_and_step_over_taken_ones():
    seed = {
        "modules": {"3": {"name": "Sales"}},
        "contacts": [{"Id": 1, "Type": "Business", "Name": "B"}],
        "projects": [{"Id": 51, "CategoryId": 3}],
        "next_ids": {"project": 50},
    }
    account = Account(seed=seed)
    body = {"CategoryId": 3, "ContactId": 1}
    assert [account.put("Project", body) for _ in range(3)] == [50, 52, 53]


def test_a_module_without_statuses_and_users_leaves_them_empty():
    seed = {"modules": {"3": {"name": "Sales"}}, "contacts": [{"Id": 1, "Type": "Business", "Name": "B"}]}
    account = Account(seed=seed)
    account.put("Project", {"CategoryId": 3, "ContactId": 1})
    detail, row = account.get("Project/1"), account.get("Project", {"CategoryId": "3"})["Results"]["1"]
    assert (detail["StatusId"], detail["UserId"]) == ("", "")
    assert (row["StatusId"], row["UserId"]) == ("", "")
