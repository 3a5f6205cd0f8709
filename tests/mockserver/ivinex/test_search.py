from __future__ import annotations

import time

import pytest

from tests.mockserver.conftest import StartFake
from tests.support.in_process import IVINEX_LOGIN, InProcessFake, build_seed


def read_ids(fake: InProcessFake, **parameters: str) -> list[int]:
    answer = fake.search(**parameters)
    assert answer.status_code == 200, answer.text
    return [int(record["collection_id"]) for record in answer.json()["Records"]]


@pytest.fixture
def crowded(start_fake: StartFake) -> InProcessFake:
    return start_fake(build_seed(*({"score": str(number % 7)} for number in range(120))))


def test_a_record_shows_system_fields_first_then_its_fields_and_every_value_is_text_or_null(start_fake: StartFake):
    contact = {"first_name": "John", "last_name": "Doe", "score": 5, "newsletter": True, "contact_type": 14795}
    fake = start_fake(build_seed(contact))

    assert fake.search().json() == {
        "Records": [
            {
                "collection_id": "1",
                "created_by": "1",
                "created_date": "2026-01-02 03:04:05",
                "modified_by": "1",
                "modified_date": "2026-01-02 03:04:05",
                "first_name": "John",
                "last_name": "Doe",
                "full_name": "John Doe",
                "contact_type": "14795",
                "score": "5",
                "birthday": None,
                "met_at": None,
                "newsletter": "true",
            }
        ]
    }
    assert list(fake.search().json()["Records"][0])[:6] == [
        "collection_id",
        "created_by",
        "created_date",
        "modified_by",
        "modified_date",
        "first_name",
    ]


def test_the_answer_is_compact_ascii_json(start_fake: StartFake):
    answer = start_fake(build_seed({"first_name": "Á"})).search()

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert b'{"Records":[{"collection_id":"1",' in answer.content
    assert b'"first_name":"\\u00c1"' in answer.content


def test_ten_records_come_by_default_and_the_limit_is_cut_to_a_hundred(crowded: InProcessFake):
    assert read_ids(crowded) == list(range(1, 11))
    assert read_ids(crowded, Limit="3") == [1, 2, 3]
    assert read_ids(crowded, Limit="100") == list(range(1, 101))
    assert read_ids(crowded, Limit="101") == list(range(1, 101))
    assert read_ids(crowded, Limit="9" * 18) == list(range(1, 101))
    assert "is cut to 100" in crowded.read_journal()[-1]["hints"][0]


def test_an_offset_skips_records(crowded: InProcessFake):
    assert read_ids(crowded, Limit="50", Offset="100") == list(range(101, 121))
    assert read_ids(crowded, Offset="0", Limit="1") == [1]
    assert read_ids(crowded, Offset="500") == []
    assert read_ids(crowded, Offset="9" * 18) == []


@pytest.mark.parametrize("order", ["score", "score DESC", "created_date", "id DESC"])
def test_pages_hold_every_record_once_under_ties(crowded: InProcessFake, order: str):
    pages = [read_ids(crowded, OrderBy=order, Limit="7", Offset=str(offset)) for offset in range(0, 120, 7)]

    assert sorted(number for page in pages for number in page) == list(range(1, 121))


@pytest.mark.parametrize(
    ("name", "value"),
    [("Limit", value) for value in ("0", "-1", "", "ten", "1.5", "\u0661", "9" * 40)]
    + [("Offset", value) for value in ("-1", "", "x")]
    + [("OrderBy", value) for value in ("", " ", "nonsense", "score SIDEWAYS", "score;DROP", "score, id", "DESC")]
    + [("LookupOptionText", "maybe"), ("CollectionTypeID", "9"), ("CollectionTypeID", ""), ("CollectionTypeID", "-1")],
)
def test_a_parameter_that_cannot_be_read_is_refused_with_its_section(start_fake: StartFake, name: str, value: str):
    fake = start_fake()

    answer = fake.client.get("/API/Records.php", params={"CollectionTypeID": "1001"} | {name: value}, auth=IVINEX_LOGIN)

    assert answer.status_code == 400
    assert list(answer.json()) == ["Error"]
    (entry,) = fake.read_journal()
    assert entry["reason"].startswith(answer.json()["Error"])
    assert "(ivinex.txt: " in entry["reason"]


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("score", [5, 4, 2, 1, 3]),
        ("score ASC", [5, 4, 2, 1, 3]),
        ("score asc", [5, 4, 2, 1, 3]),
        ("score DESC", [3, 1, 2, 4, 5]),
        ("  score   desc ", [3, 1, 2, 4, 5]),
        ("first_name", [3, 5, 2, 1, 4]),
        ("met_at DESC", [2, 1, 3, 4, 5]),
        ("id DESC", [5, 4, 3, 2, 1]),
        ("CollectionID", [1, 2, 3, 4, 5]),
        ("full_name", [3, 5, 2, 1, 4]),
    ],
)
def test_records_are_ordered_by_a_field(start_fake: StartFake, order: str, ids: list[int]):
    fake = start_fake(
        build_seed(
            {"first_name": "b", "score": "10", "met_at": "2020-01-01"},
            {"first_name": "A", "score": "9.5", "met_at": "2020-01-02"},
            {"first_name": None, "score": "many"},
            {"first_name": "Ö", "score": "-1"},
            {"first_name": "", "score": None},
        )
    )

    assert read_ids(fake, OrderBy=order) == ids


def test_an_unknown_field_in_the_order_has_near_misses(start_fake: StartFake):
    answer = start_fake().search(OrderBy="create_date DESC")

    assert 'Did you mean "created_date"' in answer.json()["Error"]


def test_labels_stand_in_place_of_option_ids_on_demand(start_fake: StartFake):
    fake = start_fake(build_seed({"contact_type": "14795"}, {"contact_type": None}, {"contact_type": "99"}))

    def read_types(**parameters: str) -> list[str | None]:
        return [record["contact_type"] for record in fake.search(**parameters).json()["Records"]]

    assert read_types(LookupOptionText="true") == ["Customer", None, "99"]
    assert read_types(LookupOptionText="TRUE") == ["Customer", None, "99"]
    assert read_types(LookupOptionText="false") == ["14795", None, "99"]
    assert read_types() == ["14795", None, "99"]


def test_a_module_is_needed_and_named_when_it_is_missing(start_fake: StartFake):
    fake = start_fake()

    missing = fake.client.get("/API/Records.php", auth=IVINEX_LOGIN)
    by_name = fake.search("Note")

    assert missing.status_code == by_name.status_code == 400
    assert "CollectionTypeID is missing. The account has 1001 (contact), 1002 (note)." in missing.json()["Error"]
    assert "Did you mean 1002" in by_name.json()["Error"]


def test_a_module_id_may_have_leading_zeros(start_fake: StartFake):
    assert start_fake().search("01001").status_code == 200


def test_parameters_that_mean_nothing_are_noted_and_the_last_of_a_repeated_one_counts(crowded: InProcessFake):
    answer = crowded.client.get("/API/Records.php?CollectionTypeID=1001&limit=1&Limit=1&Limit=2", auth=IVINEX_LOGIN)

    assert len(answer.json()["Records"]) == 2
    assert crowded.read_journal()[0]["hints"] == [
        'limit means nothing here and is ignored. Did you mean "Limit"?',
        "Limit is sent more than once; the last one counts.",
    ]


def test_names_that_would_be_sql_are_only_names(start_fake: StartFake):
    names = ['x"; DROP TABLE ivinex_record_1; --', "x'y", "x.y", "$.x", "a b", "ő", "select", "rowid", "c0"]
    seed = build_seed()
    values = {name: f"value of {name}" for name in names}
    seed["ivinex"] = {
        "modules": {
            "1": {"fields": {name: {"type": "text"} for name in names}, "records": [{"collection_id": "1", **values}]}
        }
    }
    fake = start_fake(seed)

    for name in names:
        assert fake.find_ids(name, "Equal", f"value of {name}", module_id="1") == ["1"]
        assert fake.search("1", OrderBy=f"{name} DESC").json()["Records"][0][name] == f"value of {name}"
    assert fake.search("1", OrderBy="c1").status_code == 400


def test_a_long_gap_in_an_order_makes_nobody_wait(start_fake: StartFake):
    fake = start_fake()

    def cost_s(gap: str) -> float:
        begun_s = time.process_time()
        assert fake.search(OrderBy=f"score{gap * 60_000}x").status_code == 400
        return time.process_time() - begun_s

    cost_s("y")  # the first of all takes longer
    assert cost_s(" ") < 50 * cost_s("y"), "it grows with the square of the gap"
