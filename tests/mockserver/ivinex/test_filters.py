"""The comparison rules, one by one; `test_filters_agree.py` holds all of them to a second implementation."""

from __future__ import annotations

import json
import re

import pytest

from mockserver.crm.api import ApiRequest
from tests.mockserver.conftest import StartFake
from tests.support.in_process import InProcessFake, build_seed

MONEY = [{"score": "9"}, {"score": "10"}, {"score": "350.00"}, {"score": None}, {"score": "n/a"}]
NAMES: list[dict[str, object]] = [
    {"first_name": "John"},
    {"first_name": "joan"},
    {"first_name": "ÁRPÁD"},
    {"first_name": ""},
    {},
]
NOBODY: dict[str, object] = {}
MOMENTS = [
    {"met_at": "2020-04-27 23:59:59"},
    {"met_at": "2020-04-28 00:00:00"},
    {"met_at": "2020-04-28 23:59:59"},
    {"met_at": "2020-04-29 00:00:00"},
    {"met_at": None},
]
DAYS = [{"birthday": "1990-01-31"}, {"birthday": "1990-02-01"}, {"birthday": None}]


@pytest.mark.parametrize(
    ("operand", "value", "ids"),
    [
        ("Equal", "350", "3"),
        ("Equal", 10, "2"),
        ("Equal", "", "4"),
        ("NotEqual", "9", "2345"),
        ("In", "9, 350", "13"),
        ("In", ["9", 10], "12"),
        ("GreaterThan", "9", "235"),
        ("GreaterThanEqual", "10", "235"),
        ("LessThan", "10", "1"),
        ("LessThanEqual", 10, "12"),
        ("Contains", "0", "23"),
        ("StartsWith", "35", "3"),
    ],
)
def test_numbers_compare_as_numbers(start_fake: StartFake, operand: str, value: object, ids: str):
    assert start_fake(build_seed(*MONEY)).find_ids("score", operand, value) == list(ids)


@pytest.mark.parametrize(
    ("operand", "value", "ids"),
    [
        ("Equal", "JOHN", "1"),
        ("Equal", "árpád", "3"),
        ("Equal", "arpad", ""),
        ("Equal", "", "45"),
        ("Equal", None, "45"),
        ("NotEqual", "john", "2345"),
        ("In", "JOAN,Árpád", "23"),
        ("In", "", ""),
        ("In", [], ""),
        ("In", [""], "45"),
        ("StartsWith", "jo", "12"),
        ("StartsWith", "", "12345"),
        ("Contains", "OA", "2"),
        ("Contains", "", "12345"),
        ("NotContains", "jo", "345"),
        ("NotContains", "", ""),
        ("GreaterThan", "joan", "13"),
        ("LessThanEqual", "joan", "2"),
        ("GreaterThan", "", "123"),
        ("LessThan", "zzz", "12"),
    ],
)
def test_text_compares_without_case_and_a_missing_value_counts_as_empty(
    start_fake: StartFake, operand: str, value: object, ids: str
):
    assert start_fake(build_seed(*NAMES)).find_ids("first_name", operand, value) == list(ids)


@pytest.mark.parametrize(
    ("operand", "value", "ids"),
    [
        ("Equal", "2020-04-28", "23"),
        ("Equal", "2020-04-28 00:00:00", "2"),
        ("Equal", "2020-04-28T00:00", "2"),
        ("Equal", "", "5"),
        ("NotEqual", "2020-04-28", "145"),
        ("In", "2020-04-27,2020-04-29", "14"),
        ("GreaterThan", "2020-04-28", "4"),
        ("GreaterThanEqual", "2020-04-28", "234"),
        ("LessThan", "2020-04-28", "1"),
        ("LessThanEqual", "2020-04-28", "123"),
        ("LessThanEqual", "2020-04-28 00:00:00", "12"),
        ("GreaterThan", "2020-04-28 00:00:00", "34"),
        ("StartsWith", "2020-04-28", "23"),
        ("Contains", "23:59", "13"),
        ("NotContains", "2020", "5"),
    ],
)
def test_a_bare_date_means_its_whole_day(start_fake: StartFake, operand: str, value: str, ids: str):
    assert start_fake(build_seed(*MOMENTS)).find_ids("met_at", operand, value) == list(ids)


@pytest.mark.parametrize(
    ("operand", "value", "ids"),
    [
        ("Equal", "1990-01-31", "1"),
        ("LessThanEqual", "1990-01-31", "1"),
        ("GreaterThanEqual", "1990-02-01 00:00:00", "2"),
        ("NotEqual", "1990-01-31", "23"),
    ],
)
def test_dates_compare_as_dates(start_fake: StartFake, operand: str, value: str, ids: str):
    assert start_fake(build_seed(*DAYS)).find_ids("birthday", operand, value) == list(ids)


@pytest.mark.parametrize("value", ["yesterday", "2020-02-30", "28.04.2020", "2020-04-28T00:00:00Z", ""])
def test_what_is_no_date_is_refused_for_a_date_field(start_fake: StartFake, value: str):
    answer = start_fake(build_seed(*MOMENTS)).filter({"Field": "met_at", "Operand": "LessThan", "Value": value})

    assert answer.status_code == 400
    assert "must be a date like 2020-04-13" in answer.json()["Error"]


@pytest.mark.parametrize("sign", ["%", "_", "*", "?", "\\", "'", '"', "[", "\0", "\U0001f600"])
@pytest.mark.parametrize("operand", ["Equal", "Contains", "StartsWith", "In"])
def test_signs_that_are_special_elsewhere_mean_themselves(start_fake: StartFake, sign: str, operand: str):
    fake = start_fake(build_seed({"first_name": f"{sign}b"}, {"first_name": "xb"}, {"first_name": "b"}))

    assert fake.find_ids("first_name", operand, f"{sign}b") == ["1"]


def test_several_conditions_must_all_hold(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "John", "score": 1}, {"first_name": "John", "score": 2}))

    answer = fake.filter(
        {"Field": "first_name", "Operand": "Contains", "Value": "oh"},
        {"Field": "first_name", "Operand": "NotContains", "Value": "x"},
        {"Field": "score", "Operand": "GreaterThan", "Value": "1"},
    )

    assert [record["collection_id"] for record in answer.json()["Records"]] == ["2"]


@pytest.mark.parametrize("field", ["collection_id", "id", "CollectionID"])
def test_the_record_id_has_three_names_and_is_a_number(start_fake: StartFake, field: str):
    fake = start_fake(build_seed(*[NOBODY] * 12))

    assert fake.find_ids(field, "GreaterThan", "9") == ["10", "11", "12"]
    assert fake.find_ids(field, "In", "2,11") == ["2", "11"]
    assert fake.find_ids(field, "StartsWith", "1") == ["1", "10", "11", "12"]
    assert fake.find_ids(field, "Equal", "x") == []


def test_a_field_that_is_called_id_is_not_the_record_id(start_fake: StartFake):
    seed = build_seed()
    seed["ivinex"] = {"modules": {"1001": {"fields": {"id": {}}, "records": [{"collection_id": 5, "id": "x9"}]}}}

    assert start_fake(seed).find_ids("id", "Equal", "X9") == ["5"]


def test_phones_that_differ_in_a_leading_zero_are_different(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "0612"}, {"first_name": "612"}))

    assert fake.find_ids("first_name", "Equal", "612") == ["2"]


@pytest.fixture
def linked(start_fake: StartFake) -> InProcessFake:
    return start_fake(
        build_seed({}, {}, notes=[{"contact": "1"}, {"contact": "2"}, {"contact": "1"}, {"contact": None}])
    )


@pytest.mark.parametrize("field", ["collection_id", "id"])
def test_linked_records_are_those_whose_link_points_there(linked: InProcessFake, field: str):
    assert linked.find_ids(field, "LinkedTo", "1001:1", module_id="1002") == ["1", "3"]
    assert linked.find_ids(field, "LinkedTo", " 1001 : 2 ", module_id="1002") == ["2"]
    assert linked.find_ids(field, "LinkedTo", "1001:99", module_id="1002") == []


def test_linked_to_combines_with_other_conditions(linked: InProcessFake):
    answer = linked.filter(
        {"Field": "collection_id", "Operand": "LinkedTo", "Value": "1001:1"},
        {"Field": "id", "Operand": "GreaterThan", "Value": 1},
        module_id="1002",
    )

    assert [record["collection_id"] for record in answer.json()["Records"]] == ["3"]


def test_a_module_without_links_has_no_linked_records_and_the_journal_says_so(linked: InProcessFake):
    assert linked.find_ids("collection_id", "LinkedTo", "1002:1") == []
    assert "nothing is linked to it" in linked.read_journal()[0]["hints"][0]


@pytest.mark.parametrize("value", ["8", "1001", "1001:", ":8", "contact:8", "1001:8:9", 8, ["1001:8"], None])
def test_a_link_that_cannot_be_read_is_refused(linked: InProcessFake, value: object):
    answer = linked.filter({"Field": "collection_id", "Operand": "LinkedTo", "Value": value}, module_id="1002")

    assert answer.status_code == 400
    assert '"ModuleID:RecordID"' in answer.json()["Error"]


def test_linked_to_is_asked_of_the_record_id_alone(linked: InProcessFake):
    answer = linked.filter({"Field": "contact", "Operand": "LinkedTo", "Value": "1001:8"}, module_id="1002")

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("operand", "meant"),
    [
        ("equal", "Equal"),
        ("EQUAL", "Equal"),
        ("startswith", "StartsWith"),
        ("=", "Equal"),
        ("!=", "NotEqual"),
        (">=", "GreaterThanEqual"),
        ("linkedto", "LinkedTo"),
        ("GreaterThanOrEqual", "GreaterThanEqual"),
    ],
)
def test_operands_are_case_sensitive_words(start_fake: StartFake, operand: str, meant: str):
    fake = start_fake()

    answer = fake.filter({"Field": "first_name", "Operand": operand, "Value": "x"})

    assert answer.status_code == 400
    assert f'Did you mean "{meant}"' in answer.json()["Error"]
    assert "ivinex.txt: Get Records / Understanding Filters" in fake.read_journal()[0]["reason"]


def test_an_unknown_field_is_refused_with_near_misses(start_fake: StartFake):
    answer = start_fake().filter({"Field": "firstname", "Operand": "Equal", "Value": "x"})

    assert answer.status_code == 400
    assert 'Did you mean "first_name"' in answer.json()["Error"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Filters is not JSON"),
        ("[{", "Filters is not JSON"),
        ("{}", "must be a JSON list of conditions, not an object"),
        ("null", "not null"),
        ('["x"]', r"Filters\[0\] must be an object"),
        ('[{"Operand":"Equal","Value":"x"}]', r"Filters\[0\]\.Field must be text, not null"),
        ('[{"Field":"first_name","Value":"x"}]', r"Filters\[0\]\.Operand must be text, not null"),
        ('[{"Field":"first_name","Operand":"Equal"}]', r"Filters\[0\]\.Value is missing"),
        ('[{"Field":["x"],"Operand":"Equal","Value":"x"}]', r"Filters\[0\]\.Field must be text, not a list"),
        ('[{"Field":"first_name","Operand":"Equal","Value":{}}]', "must be text, a number.*not an object"),
        ('[{"Field":"first_name","Operand":"Equal","Value":["x"]}]', "must be text, a number.*not a list"),
        ('[{"Field":"first_name","Operand":"In","Value":[["x"]]}]', "must be text, a number.*not a list"),
        (json.dumps([{"Field": "a", "Operand": "In", "Value": 1}] * 21), "at most 20 conditions, not 21"),
        (json.dumps([{"Field": "score", "Operand": "In", "Value": "1," * 301}]), "at most 300 values, not 301"),
    ],
)
def test_filters_that_cannot_be_read_are_refused(start_fake: StartFake, text: str, message: str):
    answer = start_fake().search(Filters=text)

    assert answer.status_code == 400
    assert re.search(message, answer.json()["Error"])


def test_as_many_filters_and_values_as_are_allowed_do_not_upset_the_database(start_fake: StartFake):
    values = {"met_at": "2020-04-28", "score": "28"}
    conditions = [{"Field": field, "Operand": "In", "Value": [value] * 300} for field, value in [*values.items()] * 10]
    query = [("CollectionTypeID", "1001"), ("Filters", json.dumps(conditions))]
    fake = start_fake(build_seed(*MOMENTS))

    # No client sends so long an address, so it goes in below HTTP.
    answer = fake.app.workspace.crms["ivinex"].respond(ApiRequest("GET", "/API/Records.php", query, b"", ""))

    assert (answer.status, answer.body) == (200, b'{"Records":[]}')


def test_the_documents_other_spellings_work_and_are_noted(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "John"}, {"first_name": "Ann"}))

    singular = fake.search(Filter='[{"Field":"first_name","Operand_Name":"Equal","Value":"Ann"}]')

    assert [record["collection_id"] for record in singular.json()["Records"]] == ["2"]
    hints = " ".join(fake.read_journal()[0]["hints"])
    assert 'Did you mean "Filters"? Filter stands in one place of the document' in hints
    assert 'Did you mean "Operand"? Operand_Name, as in Filters[0], stands in one sample' in hints


def test_filter_and_filters_together_must_both_hold(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "John", "score": 1}, {"first_name": "John", "score": 2}))

    answer = fake.search(
        Filter='[{"Field":"first_name","Operand":"Equal","Value":"John"}]',
        Filters='[{"Field":"score","Operand":"Equal","Value":"2"}]',
    )

    assert [record["collection_id"] for record in answer.json()["Records"]] == ["2"]


def test_keys_of_a_condition_that_mean_nothing_are_noted(start_fake: StartFake):
    fake = start_fake()
    fake.filter({"Field": "first_name", "Operand": "Equal", "Value": "x", "value": "y"})

    assert fake.read_journal()[0]["hints"] == ['Filters[0]: value means nothing. Did you mean "Value"?']


TYPED: list[dict[str, object]] = [
    {"score": "1200", "newsletter": "true", "contact_type": "14795"},
    {"score": "9", "newsletter": "false", "contact_type": "14796"},
    {},
]


@pytest.mark.parametrize(
    ("field", "operand", "value", "said"),
    [
        ("score", "GreaterThan", "1,000", "must be a number"),
        ("score", "Equal", "N/A", "must be a number"),
        ("score", "NotEqual", "12 pcs", "must be a number"),
        ("score", "In", "9,many", "must be a number"),
        ("score", "In", ["9", "1.000,00"], "must be a number"),
        ("score", "LessThan", "", "nothing below or above"),
        ("score", "Contains", "1k", "part of a number"),
        ("newsletter", "Equal", "yes", "must be true or false"),
        ("newsletter", "NotEqual", "2", "must be true or false"),
        ("newsletter", "StartsWith", "y", "part of true or false"),
        ("contact_type", "Equal", "Customer", 'Send 14795 for "Customer"'),
        ("contact_type", "NotEqual", "customer", "Send 14795"),
        ("contact_type", "In", "14795,Lead", 'Send 14796 for "Lead"'),
        ("contact_type", "Equal", "14797", "has no option"),
        ("contact_type", "Contains", "Cust", "option 14795 (Customer)"),
        ("contact_type", "GreaterThan", "x", "has no option"),
    ],
)
def test_what_a_field_can_never_hold_is_refused(
    start_fake: StartFake, field: str, operand: str, value: object, said: str
):
    answer = start_fake(build_seed(*TYPED)).filter({"Field": field, "Operand": operand, "Value": value})

    assert answer.status_code == 400
    assert said in answer.json()["Error"]


@pytest.mark.parametrize("value", ["Acme", "1001:8", "8x"])
@pytest.mark.parametrize("operand", ["Equal", "In", "NotEqual", "Contains", "LessThan"])
def test_a_link_is_compared_with_the_id_of_a_record_alone(start_fake: StartFake, operand: str, value: str):
    condition = {"Field": "contact", "Operand": operand, "Value": value}
    query = {"module_id": "1002", "Filters": json.dumps([condition])}

    assert start_fake(build_seed(NOBODY, notes=[{"contact": "1"}])).search(**query).status_code == 400


@pytest.mark.parametrize(
    ("field", "operand", "value", "ids"),
    [
        ("score", "GreaterThan", "1e2", "1"),
        ("score", "Equal", "", "3"),
        ("score", "In", [9, ""], "23"),
        ("score", "Contains", "2", "1"),
        ("newsletter", "Equal", True, "1"),
        ("newsletter", "Equal", "1", "1"),
        ("newsletter", "Equal", "FALSE", "2"),
        ("newsletter", "NotEqual", "true", "23"),
        ("newsletter", "Equal", None, "3"),
        ("contact_type", "Equal", 14795, "1"),
        ("contact_type", "Contains", "4796", "2"),
        ("contact_type", "Equal", "0", "3"),
        ("contact_type", "NotEqual", "", "12"),
        ("id", "Equal", "x", ""),
    ],
)
def test_what_a_field_can_hold_is_compared_by_its_kind(
    start_fake: StartFake, field: str, operand: str, value: object, ids: str
):
    assert start_fake(build_seed(*TYPED)).find_ids(field, operand, value) == list(ids)
