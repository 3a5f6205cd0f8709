from __future__ import annotations

import re

import pytest

from mockserver.crm.profiles import Profile
from mockserver.registry import list_deviations
from tests.mockserver.conftest import StartFake
from tests.support.in_process import build_seed


def test_health_tells_version_profile_language_and_counts(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}), Profile("observed", "hu"))

    health = fake.client.get("/_control/health").json()

    assert list(health) == ["status", "version", "profile", "language", "counts", "deviations"]
    assert (health["status"], health["profile"], health["language"]) == ("ok", "observed", "hu")
    assert health["version"]
    assert health["counts"]["ivinex"] == {"contact": 1, "note": 0}
    assert set(health["counts"]["minicrm"]) >= {"projects", "contacts", "tasks", "addresses"}


@pytest.mark.parametrize("profile", [Profile("documented"), Profile("observed", switches={"count-is-text": True})])
def test_health_lists_every_deviation_and_whether_it_is_on(start_fake: StartFake, profile: Profile):
    deviations = start_fake({}, profile).client.get("/_control/health").json()["deviations"]

    assert {each["name"]: each["on"] for each in deviations} == {
        each.name: profile.observes(each) for each in list_deviations()
    }
    assert all(set(d) == {"name", "crm", "provenance", "documented", "observed", "on"} for d in deviations)


def test_reset_undoes_what_was_written(start_fake: StartFake):
    fake = start_fake()
    fake.write({"CollectionTypeID": 1001, "first_name": "Ann"})

    answer = fake.client.post("/_control/reset")

    assert answer.json()["status"] == "ok"
    assert answer.json()["counts"]["ivinex"] == {"contact": 0, "note": 0}
    assert fake.search().json() == {"Records": []}


def test_a_seed_replaces_all_data(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))

    answer = fake.client.put("/_control/seed", json=build_seed({"first_name": "Bob"}, {"first_name": "Cid"}))

    assert answer.status_code == 200
    assert answer.json()["counts"]["ivinex"]["contact"] == 2
    assert [record["first_name"] for record in fake.search().json()["Records"]] == ["Bob", "Cid"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is not JSON"),
        (b"{", "the body is not JSON.*line 1, column 2"),
        (b"[]", "the body must be a JSON object.*a list"),
        (b'{"ivinex": {"modules": {"1001": {"feilds": {}}}}}', r'ivinex\.modules\.1001\.feilds.*Did you mean "fields"'),
        (b'{"ivinex": {}, "minicrm": {"projects": 3}}', r"minicrm\.projects"),
    ],
)
def test_a_bad_seed_is_refused_and_changes_nothing(start_fake: StartFake, body: bytes, message: str):
    fake = start_fake(build_seed({"first_name": "Ann"}))

    answer = fake.client.put("/_control/seed", content=body)

    assert answer.status_code == 400
    assert re.search(message, answer.json()["error"])
    assert [record["first_name"] for record in fake.search().json()["Records"]] == ["Ann"]


def test_the_journal_tells_requests_newest_last(start_fake: StartFake):
    fake = start_fake()
    fake.search(Limit="1")
    fake.write({"CollectionTypeID": 1001, "first_name": "Ann"})

    first, second = fake.read_journal()

    assert (first["id"], first["method"], first["path"]) == (1, "GET", "/API/Records.php")
    assert first["query"] == {"CollectionTypeID": "1001", "Limit": "1"}
    assert (first["body"], first["status"], first["response"]) == (None, 200, {"Records": []})
    assert second["body"] == {"Records": [{"CollectionTypeID": 1001, "first_name": "Ann"}]}
    assert second["response"][0]["Status"] == "Success"
    assert (second["reason"], second["hints"], second["fault"], second["workspace"]) == ("", [], None, "default")


def test_the_journal_is_limited_and_cleared_on_demand(start_fake: StartFake):
    fake = start_fake()
    for _ in range(3):
        fake.search()

    assert [entry["id"] for entry in fake.client.get("/_control/requests?limit=2").json()] == [2, 3]
    assert fake.client.delete("/_control/requests").json() == {"status": "ok", "deleted": 3}
    assert fake.read_journal() == []


@pytest.mark.parametrize("limit", ["-1", "x", "", "1.5", "\u0663", "9" * 30])
def test_a_limit_that_is_no_number_is_refused(start_fake: StartFake, limit: str):
    answer = start_fake().client.get("/_control/requests", params={"limit": limit})

    assert answer.status_code == 400
    assert "limit must be a whole number" in answer.json()["error"]


def test_the_journal_never_holds_credentials(start_fake: StartFake):
    fake = start_fake()
    fake.search()
    fake.client.get("/Api/R3/Category", auth=("wrong-id", "wrong-key"))

    text = fake.client.get("/_control/requests").text

    for secret in ("demo-password", "ZGVtbzpkZW1vLXBhc3N3b3Jk", "wrong-id", "wrong-key", "Basic "):
        assert secret not in text


def test_a_seed_and_control_requests_are_not_in_the_journal(start_fake: StartFake):
    fake = start_fake()
    fake.client.get("/_control/health")
    fake.client.get("/")

    assert fake.read_journal() == []


def test_the_clock_is_set_frozen_and_freed(start_fake: StartFake):
    fake = start_fake({})
    assert fake.client.get("/_control/clock").json()["frozen"] is False

    frozen = fake.client.put("/_control/clock", json={"now": "2026-05-06T07:08:09", "frozen": True})
    assert frozen.json() == {"now": "2026-05-06T07:08:09", "frozen": True}
    assert fake.client.get("/_control/clock").json() == frozen.json()

    freed = fake.client.put("/_control/clock", json={}).json()
    assert freed["frozen"] is False
    assert freed["now"] != "2026-05-06T07:08:09"


def test_the_clock_decides_the_dates_of_new_records(start_fake: StartFake):
    fake = start_fake()
    fake.client.put("/_control/clock", json={"now": "2031-05-06T07:08:09"})
    fake.write({"CollectionTypeID": 1001, "first_name": "Ann"})

    assert fake.get_record("1")["created_date"] == "2031-05-06 07:08:09"


def test_the_clock_can_be_set_and_run_on_or_be_frozen_where_it_is(start_fake: StartFake):
    fake = start_fake({})

    running = fake.client.put("/_control/clock", json={"now": "2031-05-06T07:08:09", "frozen": False}).json()
    assert running["frozen"] is False
    assert running["now"].startswith("2031-05-06T07:")

    stopped = fake.client.put("/_control/clock", json={"frozen": True}).json()
    assert stopped["frozen"] is True
    assert stopped["now"].startswith("2031-05-06T07:")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not JSON"),
        (b"[]", "must be a JSON object, not a list"),
        (b'{"now": "tomorrow"}', 'now: must be an ISO date-time.*"tomorrow"'),
        (b'{"now": 5}', "now: must be an ISO date-time.*the number 5"),
        (b'{"frozen": 1}', "frozen: must be true or false"),
        (b'{"noww": "2026-01-01T00:00:00"}', 'noww: no such key.*Did you mean "now"'),
    ],
)
def test_a_clock_that_cannot_be_read_is_refused(start_fake: StartFake, body: bytes, message: str):
    fake = start_fake()

    answer = fake.client.put("/_control/clock", content=body)

    assert answer.status_code == 400
    assert re.search(message, answer.json()["error"])
    assert fake.client.get("/_control/clock").json() == {"now": "2026-01-02T03:04:05", "frozen": True}


def test_a_snapshot_brings_back_data_and_clock(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    snapshot = fake.client.get("/_control/snapshot")
    fake.write({"CollectionTypeID": 1001, "first_name": "Bob"})
    fake.client.put("/_control/clock", json={})

    answer = fake.client.put("/_control/snapshot", content=snapshot.content)

    assert snapshot.headers["content-type"] == "application/octet-stream"
    assert answer.json()["counts"]["ivinex"]["contact"] == 1
    assert fake.client.get("/_control/clock").json()["frozen"] is True
    assert fake.write({"CollectionTypeID": 1001, "first_name": "Eve"}).json()[0]["CollectionID"] == 2


def test_a_body_that_is_no_snapshot_is_refused(start_fake: StartFake):
    answer = start_fake().client.put("/_control/snapshot", content=b"nonsense")

    assert answer.status_code == 400
    assert answer.json() == {"error": "the body is not a snapshot"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/_control/health", "GET"),
        ("GET", "/_control/reset", "POST"),
        ("GET", "/_control/seed", "PUT"),
        ("PUT", "/_control/requests", "GET, DELETE"),
        ("DELETE", "/_control/clock", "GET, PUT"),
        ("POST", "/_control/snapshot", "GET, PUT"),
    ],
)
def test_a_wrong_method_is_refused_with_the_right_ones(start_fake: StartFake, method: str, path: str, allowed: str):
    answer = start_fake().client.request(method, path)

    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert allowed in answer.json()["error"]


def test_a_health_check_may_ask_for_the_head_alone(start_fake: StartFake):
    assert start_fake().client.head("/_control/health").status_code == 200


def test_an_endpoint_that_does_not_exist_is_refused_with_those_that_do(start_fake: StartFake):
    answer = start_fake().client.get("/_control/helth")

    assert answer.status_code == 404
    assert 'Did you mean "health"' in answer.json()["error"]
    assert "/_control/snapshot" in answer.json()["error"]
