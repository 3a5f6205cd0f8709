from __future__ import annotations

import datetime as dt
import gzip
import json
import logging
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from mockserver.crm.api import ApiRequest, ApiResponse
from tests.mockserver.conftest import StartFake
from tests.support.in_process import IVINEX_LOGIN, MINICRM_LOGIN, build_seed, call_app


def test_each_api_is_at_its_real_path(start_fake: StartFake):
    fake = start_fake(build_seed(minicrm={"modules": {"3": {"name": "Sales"}}}))

    assert fake.search().json() == {"Records": []}
    assert fake.client.get("/Api/R3/Category", auth=MINICRM_LOGIN).json() == {"3": "Sales"}


@pytest.mark.parametrize("path", ["/API/Records.php?CollectionTypeID=1001", "/Api/R3/Category"])
@pytest.mark.parametrize("auth", [None, ("demo", "wrong"), ("", ""), MINICRM_LOGIN, IVINEX_LOGIN])
def test_only_a_crms_own_login_opens_it(start_fake: StartFake, path: str, auth: tuple[str, str] | None):
    right = IVINEX_LOGIN if "Records.php" in path else MINICRM_LOGIN

    answer = start_fake().client.get(path, auth=auth)

    assert answer.status_code == (200 if auth == right else 401)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/api/r3/Project", "/Api/R3/Project"),
        ("/API/R3", "/Api/R3"),
        ("/api/records.php", "/API/Records.php"),
        ("/API/Records.php/", "/API/Records.php"),
    ],
)
def test_a_path_that_is_nearly_right_is_corrected(start_fake: StartFake, path: str, meant: str):
    fake = start_fake()

    answer = fake.client.get(path, auth=MINICRM_LOGIN)

    assert answer.status_code == 404
    assert f"did you mean {meant}?" in answer.text
    assert any(meant in hint for hint in fake.read_journal()[0]["hints"])


def test_any_other_path_is_refused_with_those_that_exist(start_fake: StartFake):
    answer = start_fake().client.get("/v1/contacts", auth=IVINEX_LOGIN)

    assert answer.status_code == 404
    for path in ("/API/Records.php", "/Api/R3/...", "/_control/..."):
        assert path in answer.text
    assert "did you mean" not in answer.text


def test_a_path_is_decoded_once(start_fake: StartFake):
    assert start_fake().client.get("/API/Records%2Ephp?CollectionTypeID=1001", auth=IVINEX_LOGIN).status_code == 200


def test_a_query_is_decoded_once(start_fake: StartFake):
    fake = start_fake()
    fake.client.get("/API/Records.php?CollectionTypeID=1001&OrderBy=a+b%2Bc%2520d&&x=&y", auth=IVINEX_LOGIN)

    query = fake.read_journal()[0]["query"]

    assert query == {"CollectionTypeID": "1001", "OrderBy": "a b+c%20d", "x": "", "y": ""}


def test_a_defect_of_the_fake_looks_like_one(
    start_fake: StartFake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    fake = start_fake()

    def fail(_request: ApiRequest) -> ApiResponse:
        raise KeyError("oops")

    monkeypatch.setattr(fake.app.workspace.crms["ivinex"], "respond", fail)
    with caplog.at_level(logging.ERROR):
        answer = fake.search()

    assert answer.status_code == 500
    assert fake.read_journal()[0]["reason"] == "a defect of the fake: KeyError: 'oops'"
    assert "KeyError" in caplog.text


HTTP_SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "POST",
    "path": "/API/Records.php",
    "query_string": b"",
    "headers": [(b"authorization", b"Basic ZGVtbzpkZW1vLXBhc3N3b3Jk")],
}


def test_a_body_in_pieces_is_put_together(start_fake: StartFake):
    sent = call_app(
        start_fake().app,
        HTTP_SCOPE,
        {"type": "http.request", "body": b'{"Rec', "more_body": True},
        {"type": "http.request", "body": b'ords": []}', "more_body": False},
    )

    assert (sent[0]["status"], sent[1]["body"]) == (200, b"[]")


def test_a_caller_who_goes_away_is_not_answered_and_changes_nothing(start_fake: StartFake):
    fake = start_fake()
    body = json.dumps({"Records": [{"CollectionTypeID": 1001}]}).encode()

    sent = call_app(
        fake.app, HTTP_SCOPE, {"type": "http.request", "body": body, "more_body": True}, {"type": "http.disconnect"}
    )

    assert sent == []
    assert fake.app.workspace.count_rows()["ivinex"]["contact"] == 0


def with_headers(**headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTP_SCOPE | {"headers": [*HTTP_SCOPE["headers"], *named]}


def test_a_body_that_is_announced_too_large_is_refused_unread_and_explained(start_fake: StartFake):
    fake = start_fake()

    sent = call_app(fake.app, with_headers(content_length=str(600 * 1024 * 1024)))

    assert sent[0]["status"] == 413
    assert "larger than 32768 KB" in fake.read_journal()[0]["reason"]


def test_a_body_that_turns_out_too_large_is_refused(start_fake: StartFake):
    piece = {"type": "http.request", "body": bytes(8 * 1024 * 1024), "more_body": True}

    sent = call_app(start_fake().app, with_headers(transfer_encoding="chunked"), *[piece] * 5)

    assert sent[0]["status"] == 413


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/API/Records.php", [], 401),
        ("/Api/R3/Project", [(b"authorization", b"Basic ZGVtbzp3cm9uZw==")], 401),
        ("/nothing", [], 401),
        ("/_control/seed", [(b"origin", b"https://evil.example")], 403),
        ("/_page/data", [(b"content-length", b"70000")], 413),
    ],
)
def test_whoever_may_not_send_a_body_is_refused_before_it_is_read(
    start_fake: StartFake, path: str, headers: list[tuple[bytes, bytes]], status: int
):
    announced = [(b"content-length", b"536870912"), *headers]
    scope = HTTP_SCOPE | {"path": path, "headers": announced, "client": ("192.168.1.5", 1)}

    sent = call_app(start_fake().app, scope)  # which fails where the application asks for a message

    assert sent[0]["status"] == status


def test_a_request_outside_the_apis_stands_in_the_journal_of_the_workspace_whose_login_it_has(start_fake: StartFake):
    fake = start_fake()
    made = fake.client.post("/_control/workspaces", json={"name": "mine"}).json()
    login = tuple(made["ivinex"].values())
    key = tuple(made["minicrm"].values())

    found = [fake.client.get("/v1/contacts", auth=auth).status_code for auth in (login, key, (login[0], "wrong"))]

    assert found == [404, 404, 401]
    entries = fake.client.get("/_control/requests?workspace=mine").json()
    assert [(entry["path"], entry["status"]) for entry in entries] == [("/v1/contacts", each) for each in found]
    assert fake.read_journal() == []


def test_a_request_outside_the_apis_without_a_login_is_asked_for_one_and_told_where_they_are(start_fake: StartFake):
    fake = start_fake()

    answer = fake.client.get("/api/r3/Project")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert "did you mean /Api/R3/Project?" in answer.text
    assert "The request has no Authorization header." in fake.read_journal()[0]["hints"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd"])
def test_a_compressed_body_is_said_to_be_one(start_fake: StartFake, encoding: str):
    fake = start_fake()
    body = gzip.compress(b'{"Records": []}') if encoding == "gzip" else b"\x8b\x01\x80"

    for path, method, auth in (("/API/Records.php", "POST", IVINEX_LOGIN), ("/Api/R3/Contact", "PUT", MINICRM_LOGIN)):
        answer = fake.client.request(method, path, content=body, auth=auth, headers={"Content-Encoding": encoding})
        assert answer.status_code == 400
        assert encoding != "gzip" or path != "/API/Records.php" or "compressed (gzip)" in answer.text

    for entry in fake.read_journal():
        assert f"The body is compressed (Content-Encoding: {encoding}); send it as it is." in entry["hints"]


def test_slashes_side_by_side_count_as_one(start_fake: StartFake):
    fake = start_fake()

    address = "http://127.0.0.1:8080//API//Records.php?CollectionTypeID=1001"

    assert fake.client.get(address, auth=IVINEX_LOGIN).status_code == 200
    assert "slashes side by side" in fake.read_journal()[0]["hints"][0]


@pytest.mark.parametrize("clock", [{"now": "2031-05-06T07:08:09"}, {"now": "2031-05-06T07:08:09", "frozen": False}])
def test_a_response_has_the_accounts_time(start_fake: StartFake, clock: dict[str, object]):
    fake = start_fake()
    fake.client.put("/_control/clock", json=clock)

    dates = [
        fake.search().headers["date"],
        fake.client.get("/Api/R3/Category", auth=MINICRM_LOGIN).headers["date"],
        fake.client.get("/Api/R3/Category").headers["date"],
    ]

    assert all(date.startswith("Tue, 06 May 2031 05:08:") and date.endswith(" GMT") for date in dates)


def test_each_workspace_has_the_time_of_its_own_clock(start_fake: StartFake):
    fake = start_fake()
    made = fake.client.post("/_control/workspaces", json={"name": "mine"}).json()
    fake.client.put("/_control/clock?workspace=mine", json={"now": "2020-01-02T03:04:05+01:00"})

    answer = fake.client.get("/Api/R3/Category", auth=tuple(made["minicrm"].values()))

    assert answer.headers["date"] == "Thu, 02 Jan 2020 02:04:05 GMT"
    assert fake.search().headers["date"] == "Fri, 02 Jan 2026 02:04:05 GMT"


def test_a_response_of_the_servers_own_has_the_real_time(start_fake: StartFake):
    date = start_fake().client.get("/_control/health").headers["date"]

    assert abs(parsedate_to_datetime(date) - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_a_query_that_is_not_utf8_is_still_answered(start_fake: StartFake):
    scope = HTTP_SCOPE | {"method": "GET", "query_string": b"CollectionTypeID=1001&\xff=%ff"}

    sent = call_app(start_fake().app, scope, {"type": "http.request"})

    assert sent[0]["status"] == 200


def test_a_websocket_is_closed(start_fake: StartFake):
    assert call_app(start_fake().app, {"type": "websocket"}) == [{"type": "websocket.close"}]


def test_a_server_that_announces_its_life_is_answered(start_fake: StartFake):
    sent = call_app(start_fake().app, {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})

    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
