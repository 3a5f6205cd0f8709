from __future__ import annotations

import json
import time
from collections.abc import Generator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest

from mockserver.fake_process import running_fake
from tests.mockserver.conftest import StartFake
from tests.support.in_process import IVINEX_LOGIN, MINICRM_LOGIN, InProcessFake, build_seed

ADA = {"Type": "Person", "FirstName": "Ada", "LastName": "Lovelace"}
SEARCH = "/API/Records.php?CollectionTypeID=1001"


class Account:
    """A workspace of a served fake, with a client that logs in to it."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.made = self.client.post("/_control/workspaces").json()
        self.login = tuple(self.made["minicrm"].values())

    def plan(self, fault: dict[str, object], **more: object) -> None:
        answer = self.client.put(
            "/_control/faults", params={"workspace": self.made["name"]}, json={"rules": [{"fault": fault, **more}]}
        )
        assert answer.status_code == 200, answer.text

    def search(self, **parameters: str) -> httpx.Response:
        return self.client.get("/Api/R3/Contact", params={"Query": "Lovelace", **parameters}, auth=self.login)

    def create(self) -> httpx.Response:
        return self.client.put("/Api/R3/Contact", json=ADA, auth=self.login)

    def read_last(self) -> dict[str, Any]:
        return self.client.get("/_control/requests", params={"workspace": self.made["name"], "limit": "1"}).json()[0]


@pytest.fixture(scope="module")
def served_url() -> Generator[str]:
    with running_fake("--seed", "empty") as server:
        yield server.url


@pytest.fixture
def account(served_url: str) -> Generator[Account]:
    with httpx.Client(base_url=served_url, timeout=60) as client:
        yield Account(client)


def put_plan(fake: InProcessFake, *rules: dict[str, object], seed: int = 1) -> None:
    answer = fake.client.put("/_control/faults", json={"seed": seed, "rules": list(rules)})
    assert answer.status_code == 200, answer.text


def ask(fake: InProcessFake, path: str = SEARCH, method: str = "GET") -> int:
    login = MINICRM_LOGIN if path.startswith("/Api/R3") else IVINEX_LOGIN
    return fake.client.request(method, path, auth=login).status_code


def fail(status: int = 503, **more: object) -> dict[str, object]:
    return {"fault": {"kind": "status", "status": status}, **more}


def test_a_reset_before_anything_is_done_reaches_the_client_as_one(account: Account):
    account.plan({"kind": "reset"}, times=1)

    with pytest.raises(httpx.ReadError, match="reset by peer"):
        account.create()

    entry = account.read_last()
    assert (entry["fault"], entry["status"], entry["response"]) == ("reset", 0, None)
    assert account.search().json()["Count"] == 0


def test_a_reset_after_the_commit_leaves_the_write_there(account: Account):
    account.plan({"kind": "reset_after_commit"}, times=1)

    with pytest.raises(httpx.ReadError, match="reset by peer"):
        account.create()

    entry = account.read_last()
    assert (entry["fault"], entry["status"], entry["response"]) == ("reset_after_commit", 0, None)
    assert "was carried out and its answer, 200, was lost" in entry["hints"][0]
    assert account.search().json()["Count"] == 1


def test_a_truncated_answer_ends_with_the_connection(account: Account):
    account.plan({"kind": "truncate"}, times=1)

    with pytest.raises(httpx.RemoteProtocolError, match="received 12 bytes, expected 24"):
        account.search()

    entry = account.read_last()
    assert (entry["fault"], entry["status"], entry["response"]) == ("truncate", 200, '{"Count":0,"')
    assert account.search().json()["Count"] == 0


def test_a_dripped_answer_is_whole_and_comes_in_pieces(account: Account):
    account.plan({"kind": "drip", "delay_s": 0.2})
    started_s = time.perf_counter()

    with account.client.stream("GET", "/Api/R3/Contact?Query=x", auth=account.login) as answer:
        pieces = list(answer.iter_raw())

    assert time.perf_counter() - started_s >= 0.19
    assert len(pieces) > 3
    assert json.loads(b"".join(pieces)) == {"Count": 0, "Results": []}


def test_latency_holds_up_its_own_request_alone(account: Account):
    account.plan({"kind": "latency", "delay_s": 60}, match={"method": "PUT"})
    request = account.client.build_request("PUT", "/Api/R3/Contact", json=ADA)
    request = next(httpx.BasicAuth(*account.login).sync_auth_flow(request))

    with closing(HTTPConnection(request.url.host, request.url.port)) as late:
        late.request(request.method, request.url.path, request.content, dict(request.headers))
        while account.search().json()["Count"] == 0:  # it is carried out at once
            pass


def test_a_late_response_comes_in_the_end(account: Account):
    account.plan({"kind": "latency", "delay_s": 0.2}, match={"method": "PUT"})
    started_s = time.perf_counter()

    assert account.create().status_code == 200
    assert time.perf_counter() - started_s >= 0.2


def test_a_status_comes_with_its_headers_and_body_and_nothing_is_done(start_fake: StartFake):
    fake = start_fake()
    fault = {"kind": "status", "status": 429, "headers": {"Retry-After": 30}, "body": {"error": "slow down"}}
    put_plan(fake, {"match": {"method": "POST"}, "fault": fault})

    answer = fake.write({"CollectionTypeID": 1001, "first_name": "Ann"})

    assert (answer.status_code, answer.headers["retry-after"], answer.json()) == (429, "30", {"error": "slow down"})
    assert answer.headers["content-type"].startswith("application/json")
    (entry,) = fake.read_journal()
    assert (entry["fault"], entry["status"], entry["response"]) == ("status", 429, {"error": "slow down"})
    assert fake.search().json() == {"Records": []}


def test_a_status_may_have_a_media_type_of_its_own_or_no_body(start_fake: StartFake):
    fake = start_fake()
    fault = {"kind": "status", "status": 418, "headers": {"content-type": "text/x"}, "body": "tea"}
    put_plan(fake, {"match": {"nth": 1}, "fault": fault}, fail(204, match={"nth": 2}), fail(599))

    tea, empty, plain = fake.search(), fake.search(), fake.search()

    assert (tea.headers.get_list("content-type"), tea.text) == (["text/x"], "tea")
    assert (empty.status_code, empty.content, "content-length" in empty.headers) == (204, b"", False)
    assert (plain.status_code, plain.text) == (599, "599")


@pytest.mark.parametrize(("more", "status", "text"), [({}, 502, "502 Bad Gateway"), ({"status": 500}, 500, "500 Int")])
def test_an_html_page_of_an_error_stands_where_json_was_expected(
    start_fake: StartFake, more: dict[str, object], status: int, text: str
):
    fake = start_fake()
    put_plan(fake, {"fault": {"kind": "html", **more}})

    answer = fake.search()

    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f"<title>{text}" in answer.text


@pytest.mark.parametrize("more", [{}, {"body": {"a": 1}}, {"body": '{"a": '}])
def test_malformed_is_200_with_what_is_no_json(start_fake: StartFake, more: dict[str, object]):
    fake = start_fake(build_seed({"first_name": "Ann"}))
    put_plan(fake, {"fault": {"kind": "malformed", **more}})

    for answer in (fake.search(), fake.search("9")):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
        with pytest.raises(json.JSONDecodeError):
            answer.json()


def test_the_same_page_comes_for_ever(start_fake: StartFake):
    fake = start_fake(build_seed({"first_name": "Ann"}, {"first_name": "Bob"}))
    put_plan(fake, {"fault": {"kind": "same_page"}})

    pages = [fake.search(Limit="1", Offset=str(offset)).json()["Records"] for offset in range(4)]

    assert [page[0]["first_name"] for page in pages] == ["Ann"] * 4
    assert fake.read_journal()[-1]["hints"] == ["Offset was ignored: this is the first page."]


def test_a_count_is_off_and_all_the_rest_as_it_was(start_fake: StartFake):
    contact = {"Id": 1, "Type": "Person", "FirstName": "Count", "LastName": 'x "Count":7'}
    fake = start_fake(build_seed(minicrm={"contacts": [contact]}))
    right = fake.client.get("/Api/R3/Contact?Type=Person", auth=MINICRM_LOGIN)
    put_plan(fake, {"fault": {"kind": "wrong_count"}})

    wrong = fake.client.get("/Api/R3/Contact?Type=Person", auth=MINICRM_LOGIN)

    assert (right.json()["Count"], int(wrong.json()["Count"])) == (1, 101)
    assert wrong.text == right.text.replace("1", "101", 1)


def test_a_fault_that_finds_nothing_to_spoil_says_so(start_fake: StartFake):
    fake = start_fake()
    put_plan(fake, {"fault": {"kind": "wrong_count"}})

    assert fake.search().json() == {"Records": []}
    assert fake.read_journal()[0]["hints"] == ["This answer tells no count, so the fault changed nothing."]


@pytest.mark.parametrize(
    ("match", "statuses"),
    [
        ({}, [503, 503, 503]),
        ({"method": "post"}, [200, 503, 200]),
        ({"path": "/API/Records.php"}, [503, 503, 200]),
        ({"path": "/Api/R3/*"}, [200, 200, 503]),
        ({"nth": 2}, [200, 503, 200]),
        ({"method": "GET", "nth": 2}, [200, 200, 503]),
        ({"workspace": "default"}, [503, 503, 503]),
        ({"workspace": "other"}, [200, 200, 200]),
    ],
)
def test_a_rule_strikes_what_it_matches(start_fake: StartFake, match: dict[str, object], statuses: list[int]):
    fake = start_fake()
    put_plan(fake, fail(match=match))
    body = {"Records": [{"CollectionTypeID": 1001, "first_name": "Ann"}]}

    found = [
        fake.search().status_code,
        fake.client.post("/API/Records.php", json=body, auth=IVINEX_LOGIN).status_code,
        ask(fake, "/Api/R3/Category"),
    ]

    assert found == statuses


def test_a_rule_strikes_as_often_as_it_may(start_fake: StartFake):
    fake = start_fake()
    put_plan(fake, fail(500, times=2), fail(502, match={"nth": 4}))

    assert [ask(fake) for _ in range(5)] == [500, 500, 200, 502, 200]


def test_chances_are_the_same_for_the_same_seed_and_requests(start_fake: StartFake):
    fake = start_fake()

    def draw(seed: int) -> list[int]:
        put_plan(fake, fail(500, probability=0.5), fail(502, probability=0.5), seed=seed)
        return [ask(fake) for _ in range(40)]

    first = draw(1)

    assert set(first) == {200, 500, 502}
    assert draw(1) == first
    assert draw(2) != first


def test_a_delay_between_two_bounds_is_drawn_from_the_seed(start_fake: StartFake):
    fake = start_fake()

    def draw() -> list[list[str]]:
        put_plan(fake, {"fault": {"kind": "latency", "delay_s": {"min": 0.001, "max": 0.009}}})
        for _ in range(3):
            ask(fake)
        return [entry["hints"] for entry in fake.read_journal()[-3:]]

    first = draw()

    assert draw() == first
    assert len({hint for (hint,) in first}) > 1
    assert all(hint.startswith("The fault took 0.00") for (hint,) in first)


def test_a_refused_login_meets_no_fault_and_counts_for_none(start_fake: StartFake):
    fake = start_fake()
    put_plan(fake, fail(match={"nth": 1}))

    assert fake.client.get(SEARCH).status_code == 401
    assert fake.client.get("/nothing").status_code == 401
    assert [ask(fake), ask(fake)] == [503, 200]


def test_a_plan_of_default_reaches_other_workspaces_where_it_names_them(start_fake: StartFake):
    fake = start_fake()
    logins: list[tuple[str, str]] = [
        tuple(fake.client.post("/_control/workspaces", json={"name": name, "seed": "demo"}).json()["ivinex"].values())
        for name in ("team-a", "team-b")
    ]

    def ask_all() -> list[int]:
        return [fake.client.get(SEARCH, auth=login).status_code for login in (IVINEX_LOGIN, *logins)]

    assert ask_all() == [200, 200, 200]
    for wanted, statuses in ((None, [503, 200, 200]), ("team-*", [200, 503, 503]), ("*", [503, 503, 503])):
        put_plan(fake, fail(match={"workspace": wanted}))
        assert ask_all() == statuses


def test_reset_takes_faults_away_and_a_seed_leaves_them(start_fake: StartFake):
    fake = start_fake()
    put_plan(fake, fail())

    fake.client.put("/_control/seed", json=build_seed())
    assert ask(fake) == 503

    fake.client.post("/_control/reset")
    assert ask(fake) == 200
    assert fake.client.get("/_control/faults").json()["rules"] == []


def test_control_requests_meet_no_fault(start_fake: StartFake):
    fake = start_fake()
    put_plan(fake, fail())

    assert fake.client.get("/_control/health").status_code == 200


def test_a_server_that_cannot_end_a_connection_fails_loudly(start_fake: StartFake):
    fake = start_fake()
    put_plan(fake, {"fault": {"kind": "reset"}})

    with pytest.raises(ConnectionResetError):
        fake.search()
