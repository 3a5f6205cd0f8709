"""What a CRM tells of changes is taken from whoever brings the login, and from nobody else."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, cast

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_mcp.errors import SettingsError
from crm_mcp.http_service.webhooks import webhook_routes
from crm_mcp.minicrm.wire.webhooks import parse_webhook
from crm_mcp.settings import ServerSettings, load
from tests.crm_mcp.http_service.app_client import served
from tests.support.mcp_play import both_crms

if TYPE_CHECKING:
    from crm_mcp.mcp.connector import Connector

LOGIN = "crm:a-made-up:word"
AUTH = ("crm", "a-made-up:word")
PATH = "/webhooks/minicrm"
BODY = {"Id": "6001", "Type": "Project", "Data": {"Id": "6001", "SystemId": "10001"}, "Changed": ["Name"]}


@pytest.fixture(autouse=True)
def _two_crms(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    for name, value in both_crms("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)


def statuses(client: TestClient, *bodies: object) -> list[int]:
    return [client.post(PATH, content=json.dumps(body), auth=AUTH).status_code for body in bodies]


def test_a_webhook_with_the_login_is_taken_whatever_its_content_type() -> None:
    with served(webhook_login=LOGIN) as client:
        for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
            sent = client.post(PATH, content=json.dumps(BODY), auth=AUTH, headers={"Content-Type": content_type})
            assert sent.status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !!!", "Basic Y3JtOndyb25n", "Bearer A-long-random-Fake-token", f"Basic {LOGIN}"]
)
def test_another_login_is_refused_before_the_body_is_read(header: str) -> None:
    with served(webhook_login=LOGIN) as client:
        headers = {"Authorization": header} if header else {}
        refused = client.post(PATH, content="no JSON" * 1_000_000, headers=headers)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert "made-up" not in refused.text


def test_without_the_setting_nobody_is_let_in() -> None:
    with served() as client:
        assert client.post(PATH, json=BODY).status_code == 403
        assert client.post(PATH, json=BODY, auth=("", "")).status_code == 403
        assert client.post(PATH, json=BODY, auth=AUTH).status_code == 403


def test_what_is_of_no_use_is_answered_with_200_so_that_it_is_not_sent_again() -> None:
    with served(webhook_login=LOGIN) as client:
        of_no_use: list[object] = [
            {**BODY, "Type": "Invoice"},
            {**BODY, "Data": {"SystemId": "77"}},
            {**BODY, "Data": None},
            {"Id": ["6001"], "Type": "Project"},
            {"Id": "../../etc", "Type": "Project"},
            {"Id": "9" * 5000, "Type": "Contact"},
            {},
            [],
            None,
            "text",
            {"Type": {"a": 1}, "Id": 1},
        ]
        assert statuses(client, *of_no_use) == [200] * len(of_no_use)


def test_what_is_no_json_or_too_long_is_refused() -> None:
    with served(webhook_login=LOGIN) as client:
        assert client.post(PATH, content="Id=6001", auth=AUTH).status_code == 400
        assert client.post(PATH, content="[" * 200_000, auth=AUTH).status_code == 400
        assert client.post(PATH, content=b"\xff\xfe{", auth=AUTH).status_code == 400
        assert client.post(PATH, content=json.dumps("x" * 5_000_000), auth=AUTH).status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_posts_are_taken(method: str) -> None:
    with served(webhook_login=LOGIN) as client:
        assert client.request(method, PATH, auth=AUTH).status_code == 405


def test_a_crm_without_webhooks_has_no_address_for_them() -> None:
    with served(webhook_login=LOGIN) as client:
        assert client.post("/webhooks/ivinex", json=BODY, auth=AUTH).status_code == 404


def test_the_login_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with served(webhook_login=LOGIN) as client:
        client.post(PATH, json=BODY, auth=AUTH)
        client.post(PATH, json=BODY, auth=("crm", "a-made-up:worm"))
    assert "made-up" not in caplog.text
    assert "Y3Jt" not in caplog.text


@pytest.mark.parametrize("login", ["crm", "crm:", ":word", "crm:wo\x07rd"])
def test_half_a_login_is_an_error_that_does_not_repeat_it(monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    monkeypatch.setenv("CRM_MCP_WEBHOOK_LOGIN", login)
    with pytest.raises(SettingsError, match="CRM_MCP_WEBHOOK_LOGIN: ") as caught:
        load(ServerSettings)
    assert login not in str(caught.value)


class _Told:
    """An account that notes what it is told."""

    name = "minicrm"

    def __init__(self) -> None:
        self.bodies: list[object] = []

    async def receive_webhook(self, body: object) -> None:
        self.bodies.append(body)


def test_each_of_several_accounts_is_told_at_the_one_path_and_takes_what_is_its_own() -> None:
    accounts = [_Told(), _Told()]
    routes = webhook_routes(cast("list[Connector]", accounts), SecretStr(LOGIN))
    assert [route.path for route in routes] == [PATH]
    with TestClient(Starlette(routes=routes)) as client:
        assert client.post(PATH, json=BODY, auth=AUTH).status_code == 200
    assert [one.bodies for one in accounts] == [[BODY], [BODY]]
    assert parse_webhook(BODY, "10001")
    assert parse_webhook(BODY, "10002") is None
