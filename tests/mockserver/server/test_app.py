from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.http import asgi
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

    answer = fake.client.get(path)

    assert answer.status_code == 404
    assert f"did you mean {meant}?" in answer.text
    assert any(meant in hint for hint in fake.read_journal()[0]["hints"])


def test_any_other_path_is_refused_with_those_that_exist(start_fake: StartFake):
    answer = start_fake().client.get("/v1/contacts")

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


def test_a_body_that_is_too_large_is_refused(start_fake: StartFake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(asgi, "MAX_BODY_BYTES", 4)

    sent = call_app(start_fake().app, HTTP_SCOPE, {"type": "http.request", "body": b"12345", "more_body": True})

    assert sent[0]["status"] == 413


def test_a_query_that_is_not_utf8_is_still_answered(start_fake: StartFake):
    scope = HTTP_SCOPE | {"method": "GET", "query_string": b"CollectionTypeID=1001&\xff=%ff"}

    sent = call_app(start_fake().app, scope, {"type": "http.request"})

    assert sent[0]["status"] == 200


def test_a_websocket_is_closed(start_fake: StartFake):
    assert call_app(start_fake().app, {"type": "websocket"}) == [{"type": "websocket.close"}]


def test_a_server_that_announces_its_life_is_answered(start_fake: StartFake):
    sent = call_app(start_fake().app, {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})

    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
