"""`GET /Project` with search parameters."""

from __future__ import annotations

import pytest

from mockserver.crm.api import ApiRequest
from tests.mockserver.minicrm.account import Account, read_refusal

MANY = {
    "modules": {"3": {"name": "Sales"}},
    "projects": [{"Id": 2 * number, "CategoryId": 3, "Name": f"Card {number}"} for number in range(250, 0, -1)],
}


def test_a_row_has_the_documented_keys_with_ids_as_text():
    assert Account().get("Project", {"Query": "office"}) == {
        "Count": 1,
        "Results": {
            "102": {
                "Id": "102",
                "Name": "Office",
                "Url": "http://here:1/Api/R3/Project/102",
                "StatusId": "33",
                "UserId": "2",
                "Deleted": "0",
            }
        },
    }


def test_the_seed_decides_the_origin_of_urls():
    account = Account(seed={**Account().seed, "url": "https://crm.example/"})
    assert account.get("Project", {"Id": "102"})["Results"]["102"]["Url"] == "https://crm.example/Api/R3/Project/102"


def test_no_hit_is_an_empty_list():
    assert Account().get("Project", {"Query": "nothing"}) == {"Count": 0, "Results": []}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("kitchen", [101]),  # 104 lies in the trash
        ("ors", [101]),
        ("ÖRS kitchen", [101]),
        ("kitche", []),
        ("squeaks", [103]),
        ("squeaky door", [102]),
        ("door squeaky", [102]),
        ("left", [101]),
        ("Web", []),
        ('squeaky" OR "kitchen', []),
        ("kitchen*", [101]),
        ("NOT kitchen", []),
        ("words:kitchen", []),
        ("(", []),
        ("\0", []),
    ],
)
def test_query_finds_whole_words_blind_to_case_and_accents(query: str, ids: list[int]):
    assert Account().find("Project", {"Query": query}) == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"StatusId": "32"}, [101]),
        ({"StatusId": "Offer"}, [101]),
        ({"StatusId": "New"}, [103]),
        ({"StatusId": "Lost", "Deleted": "1"}, [104]),
        ({"StatusId": "999"}, []),
        ({"UserId": "1"}, [101, 103]),
        ({"UserId": "Ada Lovelace", "CategoryId": "4"}, [103]),
        ({"CategoryId": "Sales"}, [101, 102]),
        ({"ContactId": "11"}, [101]),
        ({"MainContactId": "10"}, [101, 102]),
        ({"MainContactId": "11"}, [101]),
        ({"Id": "102"}, [102]),
        ({"Name": "Office"}, [102]),
        ({"Name": "office"}, []),
        ({"Int1": "5"}, [102]),
        ({"Int1": "+5"}, [102]),
        ({"Text1": "squeaky door"}, [102]),
        ({"Text1": ""}, [101, 103]),
        ({"Date1": "2025-07-01"}, [102]),
        ({"Date1": "2025-07-01 10:00:00"}, [102]),
        ({"Date1": "2025-07-02"}, []),
        ({"Enum1": "Web"}, [101, 103]),  # 7 in one module, 8 in the other
        ({"Enum1": "Fair"}, []),  # 8 is Web in the other module
        ({"Enum1": "8"}, [103]),
        ({"Set1": "Kitchen"}, [101]),
        ({"Set1": "3"}, [101]),
        ({"Set1": "Kitchen,Office"}, []),
        ({"Legacy": "left over"}, [101]),
        ({"Deleted": "1"}, [104]),
        ({"Deleted": "0", "UserId": "1"}, [101, 103]),
        ({"StatusGroup": "Lead"}, []),
        ({"StatusGroup": "Open"}, [101, 103]),
        ({"StatusGroup": "Success"}, [102]),
        ({"StatusGroup": "Failed", "Deleted": "1"}, [104]),
        ({"BusinessId": "10"}, [101, 102]),
        ({"BusinessId": "11"}, []),
        ({"BusinessId": ""}, [103]),
        ({"UpdatedAt": "2025-06-01"}, [102]),
        ({"UpdatedAt": "2025-06-01 12:00:00"}, [102]),
        ({"UpdatedAt": "2025-06-01 12:00:01"}, []),
        ({"CreatedAt": "2026-01-02"}, [103]),
        ({"UpdatedBy": "MiniCRM"}, [101, 102, 103]),
        ({"UpdatedBy": "1"}, []),
        ({"CreatedBy": "Ada Lovelace"}, []),
        ({"StatusUpdatedAt": "2025-06-01"}, [102]),
        ({"IsPrivate": "0"}, [101, 102, 103]),
        ({"Date1": "0000-00-00 00:00:00"}, [101, 103]),
        ({"UpdatedSince": "2025-06-01"}, [102, 103]),
        ({"UpdatedSince": "2025-06-01 12:00:00"}, [102, 103]),
        ({"UpdatedSince": "2025-06-01 12:00:01"}, [103]),
        ({"Query": "kitchen", "StatusId": "33"}, []),
        ({"Query": " "}, [101, 102, 103]),
        ({}, [101, 102, 103]),
    ],
    ids=str,
)
def test_criteria_are_joined_by_and(query: dict[str, str], ids: list[int]):
    assert Account().find("Project", query) == ids


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"Page": "-1"}, "Page"),
        ({"Page": "one"}, "Page"),
        ({"UpdatedSince": "yesterday"}, "UpdatedSince"),
        ({"UpdatedSince": "2013-03-01+12:00:00"}, "UpdatedSince"),
        ({"StatusGroup": "open"}, "StatusGroup"),
        ({"StatusId": "Nothing"}, "Status"),
        ({"Int1": "x"}, "Int1"),
        ({"MainContactId": "x"}, "MainContactId"),
        ({"Deleted": "all"}, "Deleted"),
        ({"statusid": "32"}, "statusid"),
        ({'Text1") OR 1=1 --': "x"}, 'Text1") OR 1=1 --'),
    ],
    ids=str,
)
def test_a_criterion_that_makes_no_sense_is_refused(query: dict[str, str], text: str):
    answer = Account().ask("GET", "Project", query)
    assert read_refusal(answer) == (400, f"Project (GET): Bad parameter: {text}")


def test_a_parameter_that_differs_by_case_is_refused_with_the_right_name():
    hints = Account().ask("GET", "Project", {"statusid": "32"}).hints
    assert hints[0] == "did you mean StatusId instead of statusid?"


def test_a_change_moves_a_project_past_updated_since():
    account = Account()
    since = {"UpdatedSince": "2026-01-02 03:04:05", "CategoryId": "3"}
    assert account.find("Project", since) == []
    account.put("Project/101", {"Name": "Changed"})
    assert account.find("Project", since) == [101]


def test_a_change_is_found_by_its_new_words_only():
    account = Account()
    account.put("Project/101", {"Name": "Bathroom", "Text1": "Füge"})
    assert account.find("Project", {"Query": "kitchen"}) == []
    assert account.find("Project", {"Query": "fuge bathroom"}) == [101]


def test_a_compound_word_does_not_reach_from_one_field_into_the_next():
    account = Account()
    account.put("Project/102", {"Name": "north gate", "Text1": "sky light"})
    assert account.find("Project", {"Query": "north-gate"}) == [102]
    assert account.find("Project", {"Query": "gate-sky"}) == []


def test_a_page_has_100_results_by_ascending_id_and_count_is_the_total():
    account = Account(seed=MANY)
    pages = [account.get("Project", {"Query": "card", "Page": str(page)}) for page in range(4)]
    assert [page["Count"] for page in pages] == [250] * 4
    ids = [list(page["Results"]) for page in pages]
    assert [len(each) for each in ids] == [100, 100, 50, 0]
    assert [int(each) for page in ids for each in page] == list(range(2, 502, 2))
    assert pages[3]["Results"] == []


def test_fields_that_differ_by_case_alone_are_two_fields():
    fields = {"Text1": {"type": "Text"}, "text1": {"type": "Text"}}
    projects = [{"Id": 1, "CategoryId": 3, "Text1": "a"}, {"Id": 2, "CategoryId": 3, "text1": "a"}]
    account = Account(seed={"modules": {"3": {"name": "Sales", "fields": fields}}, "projects": projects})
    assert account.find("Project", {"Text1": "a"}) == [1]
    assert account.find("Project", {"text1": "a"}) == [2]
    account.put("Project/1", {"text1": "a"})
    assert account.find("Project", {"text1": "a"}) == [1, 2]


def test_of_a_repeated_parameter_the_last_counts_and_it_is_noted():
    query = [("UserId", "2"), ("UserId", "1")]
    answer = Account().fake.respond(ApiRequest("GET", "/Api/R3/Project", query, b"", "http://here:1"))
    assert b'"Count":2' in answer.body
    assert any("repeated" in hint for hint in answer.hints)
