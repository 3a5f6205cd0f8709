"""What the built-in seeds promise: documented requests find something, and the demo is a small believable company."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.seeds.load import read_seed
from tests.mockserver.conftest import StartFake
from tests.support.in_process import InProcessFake


@pytest.fixture
def documented(start_fake: StartFake) -> InProcessFake:
    return start_fake(dict(read_seed("documented")))


@pytest.fixture
def demo(start_fake: StartFake) -> InProcessFake:
    return start_fake(dict(read_seed("demo")))


def test_the_documented_filters_find_what_they_look_for(documented: InProcessFake):
    assert documented.find_ids("email", "Equal", "demo_email@ivinex.com") == ["8"]
    assert documented.find_ids("description", "Contains", "Ivinex", "1002") == ["77"]
    assert documented.find_ids("collection_id", "LinkedTo", "1001:8", "1002") == ["77", "78"]
    assert documented.find_ids("contact_type", "Equal", "14795") != []
    assert documented.get_record("78")["first_name"] == "Jane"


def test_the_documented_date_range_takes_in_both_of_its_days(documented: InProcessFake):
    after = {"Field": "created_date", "Operand": "GreaterThanEqual", "Value": "2020-04-13"}
    before = {"Field": "created_date", "Operand": "LessThanEqual", "Value": "2020-04-28"}
    above = {"Field": "id", "Operand": "GreaterThan", "Value": "4"}

    found = documented.filter(after, before).json()["Records"]
    full = documented.filter(after, before, above, Limit="50", Offset="0", LookupOptionText="true").json()["Records"]

    assert [record["created_date"] for record in found] == [
        "2020-04-13 00:00:00",
        "2020-04-13 09:00:00",
        "2020-04-20 14:30:00",
        "2020-04-28 17:45:00",
        "2020-04-28 23:59:59",
    ]
    assert [record["collection_id"] for record in full] == ["8", "23", "42", "57"]
    assert [record["contact_type"] for record in full] == ["Customer", "Lead", "Customer", None]


def test_the_documented_search_by_name_and_mail_finds_whose_name_starts_so(documented: InProcessFake):
    starts = {"Field": "full_name", "Operand": "StartsWith", "Value": "jo"}
    contains = {"Field": "email", "Operand": "Contains", "Value": "gmail.com"}

    found = documented.filter(starts, contains).json()["Records"]

    assert [record["full_name"] for record in found] == ["Joanna Roe", "Joe Bloggs"]


def test_the_documented_create_is_answered_as_printed(documented: InProcessFake):
    john = {"first_name": "John", "last_name": "Doe", "phone": "+12345678", "email": "johndoe@ivinex.com"}

    answer = documented.write({"CollectionTypeID": 1001, **john, "contact_type": 14795})

    assert answer.content == (
        b'[{"CollectionTypeID":1001,"CollectionID":23456,"Status":"Success","Message":"","RelatedRecords":[]}]'
    )


def test_the_documented_updates_are_answered_as_printed(documented: InProcessFake):
    contact = {"CollectionTypeID": 1001, "CollectionID": 78, "first_name": "Updated", "phone": "2222222222"}
    note = {"CollectionTypeID": 1002, "CollectionID": 78, "description": "Updated Note."}

    answer = documented.write(contact, note).json()

    assert [(item["CollectionID"], item["Status"]) for item in answer] == [(78, "Success"), (78, "Success")]
    assert documented.get_record("78")["full_name"] == "Updated Former"


def test_more_than_one_default_page_is_documented(documented: InProcessFake):
    assert len(documented.search().json()["Records"]) == 10
    assert len(documented.search(Limit="100").json()["Records"]) > 10


def test_the_empty_seed_has_modules_to_write_into(start_fake: StartFake):
    fake = start_fake(dict(read_seed("empty")))

    answer = fake.write(
        {"CollectionTypeID": 1001, "first_name": "Ann"}, {"CollectionTypeID": 1002, "description": "x", "contact": 1}
    )

    assert [item["Status"] for item in answer.json()] == ["Success", "Success"]


def test_the_demo_is_a_small_company(demo: InProcessFake):
    counts = demo.app.workspace.count_rows()["ivinex"]

    assert counts["contact"] >= 40
    assert set(counts) == {"contact", "note", "company", "deal"}
    for module in demo.app.workspace.crms["ivinex"].counts():
        assert counts[module] > 10


def test_every_link_and_option_of_the_demo_leads_somewhere():
    seed: Any = read_seed("demo")
    modules = seed["ivinex"]["modules"]
    ids = {key: {record["collection_id"] for record in module["records"]} for key, module in modules.items()}
    for module in modules.values():
        targets = {
            name: ids[spec["module"]] if spec["type"] == "link" else spec["options"]
            for name, spec in module["fields"].items()
            if spec["type"] in {"link", "option"}
        }
        for record in module["records"]:
            assert all(record[name] is None or record[name] in known for name, known in targets.items()), record


def test_the_demo_has_text_that_is_hostile_or_hard(demo: InProcessFake):
    def count(module_id: str, field: str, operand: str, value: str) -> int:
        return len(demo.find_ids(field, operand, value, module_id))

    assert count("1002", "description", "Contains", "ignore all previous instructions") == 1
    assert count("1002", "description", "Contains", "<script>") == 1
    assert count("1003", "name", "Contains", "%") == 1
    assert count("1003", "name", "Contains", '"') == 1
    assert count("1001", "first_name", "StartsWith", "\u82b1") == 1
