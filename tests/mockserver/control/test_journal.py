from __future__ import annotations

import json

import pytest

from tests.mockserver.conftest import StartFake
from tests.support.in_process import MINICRM_LOGIN, InProcessFake, build_seed

CONDITION = {"Field": "first_name", "Operand": "Equal", "Value": "Ann"}


def work(fake: InProcessFake) -> None:
    fake.search()
    fake.write({"CollectionTypeID": 1001, "first_name": "Ann"})
    fake.client.get("/Api/R3/Category", auth=MINICRM_LOGIN)
    fake.client.get("/Api/R3/Project/9", auth=MINICRM_LOGIN)
    fake.client.get("/Api/R3/Category")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("method=post", [2]),
        ("path=/Api/R3/*", [3, 4, 5]),
        ("path=/Api/R3/Category", [3, 5]),
        ("status=404", [4]),
        ("status=4xx", [4, 5]),
        ("status=2XX&method=GET", [1, 3]),
        ("since=3", [4, 5]),
        ("limit=2", [4, 5]),
        ("limit=1&status=200", [3]),
        ("limit=0", []),
        ("workspace=default&since=4", [5]),
    ],
)
def test_entries_are_chosen_by_what_they_are(start_fake: StartFake, query: str, ids: list[int]):
    fake = start_fake()
    work(fake)

    assert [entry["id"] for entry in fake.client.get(f"/_control/requests?{query}").json()] == ids
    har = fake.client.get(f"/_control/requests.har?{query}").json()
    assert len(har["log"]["entries"]) == len(ids)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("stauts=400", 'Did you mean "status"'),
        ("status=4", "status must be a number"),
        ("status=abc", "status must be a number"),
        ("since=-1", "since must be a whole number"),
    ],
)
def test_a_choice_that_means_nothing_is_refused(start_fake: StartFake, query: str, message: str):
    answer = start_fake().client.get(f"/_control/requests?{query}")

    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_only_the_whole_journal_is_forgotten(start_fake: StartFake):
    fake = start_fake()
    work(fake)

    assert fake.client.delete("/_control/requests?status=404").status_code == 400
    assert len(fake.read_journal()) == 5


def test_filters_are_shown_decoded_beside_the_query_as_it_was_sent(start_fake: StartFake):
    fake = start_fake()
    fake.filter(CONDITION)
    fake.search(Filters="[")
    fake.search()

    decoded, broken, without = fake.read_journal()

    assert decoded["filters"] == [CONDITION]
    assert json.loads(decoded["query"]["Filters"]) == [CONDITION]
    assert "filters" not in broken
    assert "filters" not in without


def test_the_archive_has_all_of_an_exchange_but_its_login(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    fake.client.put(
        "/_control/faults",
        json={"rules": [{"match": {"nth": 3}, "fault": {"kind": "latency", "delay_s": 0.01}}]},
    )
    fake.filter(CONDITION)
    fake.write({"CollectionTypeID": 1001, "nonsense": "x"})
    fake.search()

    answer = fake.client.get("/_control/requests.har")

    assert answer.headers["content-type"].startswith("application/json")
    assert 'filename="crm-mock-default.har"' in answer.headers["content-disposition"]
    log = answer.json()["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "crm-mock")
    search, write, late = log["entries"]
    assert search["request"]["url"].startswith(
        "http://127.0.0.1:8080/API/Records.php?CollectionTypeID=1001&Filters=%5B"
    )
    assert json.loads(search["request"]["queryString"][1]["value"]) == [CONDITION]
    assert json.loads(search["response"]["content"]["text"])["Records"][0]["first_name"] == "Ann"
    assert search["response"]["statusText"] == "OK"
    assert "nonsense" in write["request"]["postData"]["text"]
    assert late["time"] >= 10
    assert late["comment"].startswith("Fault: latency.")
    for secret in ("demo-password", "ZGVtbzpkZW1vLXBhc3N3b3Jk", "Authorization"):
        assert secret not in answer.text


def test_an_exchange_that_was_never_answered_is_in_the_archive_with_status_0(start_fake: StartFake):
    fake = start_fake()
    fake.client.put("/_control/faults", json={"rules": [{"fault": {"kind": "reset"}}]})
    with pytest.raises(ConnectionResetError):
        fake.search()

    (entry,) = fake.client.get("/_control/requests.har?status=0").json()["log"]["entries"]

    assert (entry["response"]["status"], entry["response"]["statusText"]) == (0, "")
