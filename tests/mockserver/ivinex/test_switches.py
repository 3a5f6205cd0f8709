"""What a portal may do otherwise: each switch on, and off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.crm.profiles import Profile, ProfileName
from tests.support.in_process import build_seed

if TYPE_CHECKING:
    from tests.mockserver.conftest import StartFake
    from tests.support.in_process import InProcessFake

FILLED: list[dict[str, object]] = [
    {"first_name": "Ann", "score": "1200", "newsletter": "true", "contact_type": "14795"},
    {"first_name": "Bob", "score": "9", "newsletter": "false", "contact_type": "14796"},
    {},
]


def start(start_fake: StartFake, name: str, on: bool) -> InProcessFake:
    return start_fake(build_seed({"first_name": "Ann"}), Profile(switches={name: on}))


@pytest.mark.parametrize(("on", "status"), [(True, 400), (False, 200)])
def test_a_large_limit_is_refused_or_cut(start_fake: StartFake, on: bool, status: int):
    fake = start(start_fake, "large-limit-is-refused", on)
    assert fake.search(Limit="100").status_code == 200
    assert fake.search(Limit="101").status_code == status


def test_a_search_answers_a_list_or_an_object(start_fake: StartFake):
    (record,) = start(start_fake, "search-answers-a-list", on=True).search().json()
    assert record["first_name"] == "Ann"
    assert start(start_fake, "search-answers-a-list", on=False).search().json().keys() == {"Records"}


@pytest.mark.parametrize("on", [True, False])
def test_a_refusal_is_200_or_what_it_is(start_fake: StartFake, on: bool):
    fake = start(start_fake, "refusals-are-200", on)
    wrong = [
        fake.search("9"),
        fake.client.put("/API/Records.php", auth=("demo", "demo-password")),
        fake.client.get("/API/Records.php"),
    ]
    assert [answer.status_code for answer in wrong] == ([200, 200, 200] if on else [400, 405, 401])
    assert [answer.json().keys() for answer in wrong] == [{"Error"}] * 3
    assert all(entry["reason"] for entry in fake.read_journal())


def test_a_refusal_is_json_or_words_as_html(start_fake: StartFake):
    words = start(start_fake, "refusals-are-words", on=True).search("9")
    assert (words.status_code, words.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert words.text.startswith("There is no module")
    assert start(start_fake, "refusals-are-words", on=False).search("9").json()["Error"] == words.text


EMPTY = {
    "first_name": "",
    "last_name": "",
    "full_name": "",
    "contact_type": "0",
    "score": None,
    "birthday": None,
    "met_at": None,
    "newsletter": "false",
}


@pytest.mark.parametrize("profile", ["documented", "observed"])
def test_a_field_without_a_value_is_null_or_empty_by_its_kind(start_fake: StartFake, profile: ProfileName):
    seed = build_seed({}, {"first_name": "", "contact_type": ""}, notes=[{}])
    fake = start_fake(seed, Profile(profile))

    records = fake.search().json()["Records"]
    (note,) = fake.search("1002").json()["Records"]

    wanted = EMPTY if profile == "observed" else dict.fromkeys(EMPTY)
    assert {name: records[0][name] for name in EMPTY} == wanted
    assert (records[1]["first_name"], records[1]["contact_type"]) == ("", "0" if profile == "observed" else "")
    assert (note["description"], note["contact"]) == (("", "0") if profile == "observed" else (None, None))


def test_a_record_tells_its_site_and_what_was_changed_where_portals_were_seen_to(start_fake: StartFake):
    observed = start_fake(build_seed({}), Profile("observed"))
    (record,) = observed.search().json()["Records"]
    assert (record["site_id"], record["fields_changed"]) == ("1", "")
    (result,) = observed.write({"CollectionTypeID": 1001, "CollectionID": 1, "site_id": "2"}).json()
    assert "read-only" in result["Message"]
    assert not {"site_id", "fields_changed"} & set(start_fake(build_seed({})).search().json()["Records"][0])


@pytest.mark.parametrize(
    ("field", "operand", "value", "ids"),
    [
        ("contact_type", "Equal", "0", "3"),
        ("contact_type", "Equal", "", "3"),
        ("contact_type", "NotEqual", "0", "12"),
        ("contact_type", "In", "0,14796", "23"),
        ("contact_type", "LessThan", "14796", "13"),
        ("newsletter", "Equal", "false", "23"),
        ("newsletter", "NotEqual", "true", "23"),
        ("newsletter", "Equal", "", "23"),
        ("newsletter", "Contains", "als", "23"),
        ("first_name", "Equal", "", "3"),
        ("score", "Equal", "", "3"),
        ("score", "LessThan", "100", "2"),
    ],
)
def test_a_field_without_a_value_is_found_as_it_is_printed(
    start_fake: StartFake, field: str, operand: str, value: str, ids: str
):
    fake = start_fake(build_seed(*FILLED), Profile("observed"))
    assert fake.find_ids(field, operand, value) == list(ids)


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("contact_type", "312"),
        ("contact_type DESC", "213"),
        ("newsletter", "231"),
        ("newsletter DESC", "123"),
        ("score", "321"),
    ],
)
def test_a_field_without_a_value_is_sorted_as_it_is_printed(start_fake: StartFake, order: str, ids: str):
    found = start_fake(build_seed(*FILLED), Profile("observed")).search(OrderBy=order).json()["Records"]
    assert [record["collection_id"] for record in found] == list(ids)


def test_what_a_portal_prints_for_no_value_can_be_written_back(start_fake: StartFake):
    fake = start_fake(build_seed(*FILLED, notes=[{"contact": "1"}]), Profile("observed"))
    fake.write(
        {"CollectionTypeID": 1001, "CollectionID": 1, "contact_type": "0", "newsletter": "false", "score": None},
        {"CollectionTypeID": 1002, "CollectionID": 1, "contact": 0},
    )

    record = fake.get_record("1")
    assert (record["contact_type"], record["newsletter"], record["score"]) == ("0", "false", None)
    assert fake.get_record("1", "1002")["contact"] == "0"
    linked = [{"Field": "collection_id", "Operand": "LinkedTo", "Value": "1001:0"}]
    assert fake.filter(*linked, module_id="1002").json() == {"Records": []}
