from __future__ import annotations

import json

import pytest

from mockserver.ivinex.store import Store
from tests.mockserver.conftest import StartFake
from tests.support.in_process import IVINEX_LOGIN, InProcessFake, build_seed


def succeed(module_id: int, record_id: int) -> dict[str, object]:
    return {
        "CollectionTypeID": module_id,
        "CollectionID": record_id,
        "Status": "Success",
        "Message": "",
        "RelatedRecords": [],
    }


def set_clock(fake: InProcessFake, now: str) -> None:
    assert fake.client.put("/_control/clock", json={"now": now}).status_code == 200


def test_a_record_is_created_with_the_next_id(start_fake: StartFake):
    fake = start_fake(build_seed({}, {"collection_id": "7"}))

    answer = fake.write({"CollectionTypeID": 1001, "first_name": "John", "contact_type": 14795})

    assert (answer.status_code, answer.json()) == (200, [succeed(1001, 8)])
    record = fake.get_record("8")
    assert (record["first_name"], record["contact_type"], record["last_name"]) == ("John", "14795", None)


def test_ids_are_taken_quoted_and_bare_and_answered_as_numbers(start_fake: StartFake):
    fake = start_fake(build_seed({}))

    answer = fake.write(
        {"CollectionTypeID": "1002", "contact": "1"},
        {"CollectionTypeID": "1001", "CollectionID": "1", "first_name": "x"},
        {"CollectionTypeID": 1001, "CollectionID": 1, "last_name": "y"},
    )

    assert answer.json() == [succeed(1002, 1), succeed(1001, 1), succeed(1001, 1)]


def test_a_new_record_has_what_is_computed_from_its_fields(start_fake: StartFake):
    fake = start_fake(build_seed())

    fake.write({"CollectionTypeID": 1001, "first_name": "John", "last_name": "Doe"})

    assert fake.get_record("1")["full_name"] == "John Doe"


def test_an_update_touches_only_the_given_fields_and_what_is_computed_from_them(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "John", "last_name": "Doe", "score": "5"}))
    set_clock(fake, "2027-01-01T00:00:00")

    fake.write({"CollectionTypeID": 1001, "CollectionID": 1, "last_name": "Roe", "score": None})

    record = fake.get_record("1")
    assert (record["first_name"], record["last_name"], record["full_name"]) == ("John", "Roe", "John Roe")
    assert record["score"] is None
    assert (record["created_date"], record["modified_date"]) == ("2026-01-02 03:04:05", "2027-01-01 00:00:00")


def test_an_update_without_fields_only_stamps_the_record(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "John"}))
    set_clock(fake, "2027-01-01T00:00:00")

    assert fake.write({"CollectionTypeID": 1001, "CollectionID": 1}).json() == [succeed(1001, 1)]
    assert fake.get_record("1")["modified_date"] == "2027-01-01 00:00:00"


def test_who_wrote_is_the_position_of_the_login(start_fake: StartFake):
    seed = build_seed()
    logins = [{"username": "first", "password": "1"}, {"username": "second", "password": "2"}]
    seed["ivinex"] = {"logins": logins, "modules": {"1001": {"fields": {}}}}
    fake = start_fake(seed)

    for login in (("first", "1"), ("second", "2")):
        body = {"Records": [{"CollectionTypeID": 1001}]}
        fake.client.post("/API/Records.php", json=body, auth=login)
    records = fake.client.get("/API/Records.php?CollectionTypeID=1001", auth=("second", "2")).json()["Records"]

    assert [(r["created_by"], r["modified_by"]) for r in records] == [("1", "1"), ("2", "2")]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"first_name": "x"}, "CollectionTypeID is missing. The account has 1001 (contact), 1002 (note)."),
        ({"CollectionTypeID": "contact"}, "Did you mean 1001, the id of contact?"),
        ({"CollectionTypeID": 9}, "There is no module 9."),
        ({"CollectionTypeID": True}, "There is no module"),
        ({"CollectionTypeID": 1001, "CollectionID": 99}, "has no record 99."),
        ({"CollectionTypeID": 1001, "CollectionID": "x"}, 'has no record "x".'),
        ({"CollectionTypeID": 1001, "CollectionID": None}, "has no record null."),
        ({"CollectionTypeID": 1001, "fist_name": "x"}, 'has no field "fist_name". Did you mean "first_name"'),
        ({"CollectionTypeID": 1001, "full_name": "x"}, "full_name is read-only."),
        ({"CollectionTypeID": 1001, "created_date": "2020-01-01"}, "created_date is read-only."),
        ({"CollectionTypeID": 1001, "collection_id": "5"}, "collection_id is read-only."),
        ({"CollectionTypeID": 1001, "score": "ten"}, 'score must be a number, not the text "ten".'),
        ({"CollectionTypeID": 1001, "contact_type": "Customer"}, 'Send 14795 for "Customer"'),
        ({"CollectionTypeID": 1001, "first_name": ["x"]}, "first_name must be text"),
        ("nonsense", "A record must be an object"),
        (None, "A record must be an object"),
    ],
)
def test_a_record_that_fails_is_an_error_item_and_the_others_go_through(
    start_fake: StartFake, record: object, message: str
):
    fake = start_fake()

    answer = fake.write(
        {"CollectionTypeID": 1001, "first_name": "before"}, record, {"CollectionTypeID": 1001, "first_name": "after"}
    )

    first, failed, last = answer.json()
    assert answer.status_code == 200
    assert (first, last) == (succeed(1001, 1), succeed(1001, 2))
    assert (failed["Status"], failed["RelatedRecords"]) == ("Error", [])
    assert message in failed["Message"]
    (entry,) = fake.read_journal()
    assert "Records[1]: " in entry["reason"]
    assert "(ivinex.txt: " in entry["reason"]


@pytest.mark.parametrize(
    ("record", "echoed"),
    [
        ({"CollectionTypeID": "1001", "CollectionID": "99"}, (1001, 99)),
        ({"CollectionTypeID": "x"}, ("x", None)),
        ({}, (None, None)),
    ],
)
def test_a_failed_record_shows_its_ids_as_far_as_they_can_be_read(
    start_fake: StartFake, record: dict[str, object], echoed: tuple[object, object]
):
    (failed,) = start_fake().write(record).json()

    assert (failed["CollectionTypeID"], failed["CollectionID"]) == echoed


def test_one_bad_field_keeps_a_record_from_being_changed_at_all(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "John"}))

    fake.write({"CollectionTypeID": 1001, "CollectionID": 1, "first_name": "Eve", "score": "ten"})

    assert fake.get_record("1")["first_name"] == "John"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not JSON"),
        (b'{"Records": [{"CollectionTypeID": {Note_Module_ID}}]}', "The body is not JSON"),
        (b'{"Records": [{"CollectionTypeID": 1001,}]}', "line 1, column"),
        (b"\xff", "UTF-8"),
        (b'{"Records":[{"CollectionTypeID":1001,"first_name":"\\ud83d"}]}', "surrogate"),
        (b"[]", "must be"),
        (b"null", "must be"),
        (b"{}", "without a list of Records"),
        (b'{"records": []}', 'Did you mean "Records"'),
        (b'{"Records": {}}', "must be"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_as_a_whole(start_fake: StartFake, body: bytes, message: str):
    fake = start_fake()

    answer = fake.client.post("/API/Records.php", content=body, auth=IVINEX_LOGIN)

    assert answer.status_code == 400
    assert message in answer.json()["Error"]
    assert "(ivinex.txt: Create Record" in fake.read_journal()[0]["reason"]


def test_no_records_are_no_results(start_fake: StartFake):
    assert start_fake().write().json() == []


def test_the_content_type_does_not_matter(start_fake: StartFake):
    body = json.dumps({"Records": [{"CollectionTypeID": 1001}]})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = start_fake().client.post("/API/Records.php", content=body, headers=headers, auth=IVINEX_LOGIN)

    assert answer.json() == [succeed(1001, 1)]


def test_keys_beside_records_are_noted(start_fake: StartFake):
    fake = start_fake()
    fake.client.post("/API/Records.php", json={"Records": [], "CollectionTypeID": 1001}, auth=IVINEX_LOGIN)

    assert fake.read_journal()[0]["hints"] == ["CollectionTypeID beside Records means nothing and is ignored."]


def test_a_link_to_a_record_that_does_not_exist_is_kept_and_noted(start_fake: StartFake):
    fake = start_fake()

    answer = fake.write({"CollectionTypeID": 1002, "contact": "8"})

    assert answer.json() == [succeed(1002, 1)]
    assert "module 1001 has no record 8" in fake.read_journal()[0]["hints"][0]
    assert fake.find_ids("collection_id", "LinkedTo", "1001:8", module_id="1002") == ["1"]


def test_a_new_record_is_found_by_link_at_once_within_the_same_request(start_fake: StartFake):
    fake = start_fake()

    fake.write({"CollectionTypeID": 1001, "first_name": "John"}, {"CollectionTypeID": 1002, "contact": 1})

    assert fake.find_ids("collection_id", "LinkedTo", "1001:1", module_id="1002") == ["1"]
    assert fake.read_journal()[0]["hints"] == []


def test_a_seed_whose_next_id_is_taken_goes_on_to_the_next_free_one(start_fake: StartFake):
    seed = build_seed()
    records = [{"collection_id": "5"}, {"collection_id": "6"}]
    seed["ivinex"] = {"modules": {"1001": {"next_id": 5, "records": records}}}
    fake = start_fake(seed)

    answer = fake.write({"CollectionTypeID": 1001}, {"CollectionTypeID": 1001})

    assert [item["CollectionID"] for item in answer.json()] == [7, 8]


@pytest.mark.parametrize("text", ["", " ", "a\nb\tc", "\0", "<b>&amp;</b>", "\U0001f600\u200f\u0301", "x" * 100_000])
def test_any_text_is_read_back_as_it_was_written(start_fake: StartFake, text: str):
    fake = start_fake()
    fake.write({"CollectionTypeID": 1002, "description": text})

    assert fake.get_record("1", "1002")["description"] == text


def test_a_request_that_breaks_off_inside_the_fake_writes_nothing(
    start_fake: StartFake, monkeypatch: pytest.MonkeyPatch
):
    fake = start_fake()
    create_record = Store.create_record

    def fail_on_the_second(self: Store, *arguments: object) -> int:
        if fake.app.workspace.count_rows()["ivinex"]["contact"]:
            raise MemoryError
        return create_record(self, *arguments)  # pyright: ignore[reportArgumentType] - passed on as they came

    monkeypatch.setattr(Store, "create_record", fail_on_the_second)
    answer = fake.write({"CollectionTypeID": 1001}, {"CollectionTypeID": 1001})

    assert answer.status_code == 500
    assert fake.app.workspace.count_rows()["ivinex"]["contact"] == 0
