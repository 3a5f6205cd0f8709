"""Who is let in over HTTP: the token, and the Host and Origin headers."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from crm_mcp.errors import SettingsError
from crm_mcp.settings import ServerSettings, load
from tests.crm_mcp.http_service.app_client import ACCEPT, HELLO, TOKEN, served

pytestmark = pytest.mark.slow

EVERYWHERE = "0.0.0.0"  # noqa: S104  # nothing is bound to it


def status(client: TestClient, **headers: str) -> int:
    accept = {**ACCEPT, "Authorization": f"Bearer {TOKEN}"}
    return client.post("/mcp", json=HELLO, headers=accept | headers).status_code


@pytest.mark.usefixtures("crms")
def test_only_the_whole_token_lets_in() -> None:
    wrong = ("", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN[0]}")
    wrong += (f"Bearer {TOKEN}x", f"Bearer x{TOKEN}", f"Bearer {TOKEN.lower()}", f"Bearer {TOKEN[:-1]}x")
    with served() as client:
        assert [status(client, Authorization=one) for one in wrong] == [401] * len(wrong)
        assert status(client, Authorization=f"Bearer {TOKEN}") == 200


@pytest.mark.usefixtures("crms")
def test_without_a_token_loopback_is_served_and_nothing_else() -> None:
    with served(token="") as client:
        assert status(client, Authorization="") == 200
    for host in (EVERYWHERE, "::", "192.168.1.5", "crm.example"):
        with pytest.raises(SettingsError, match="CRM_MCP_HTTP_TOKEN"), served(host, token=""):
            pass


@pytest.mark.usefixtures("crms")
@pytest.mark.parametrize(
    ("host", "allowed", "let_in", "kept_out"),
    [
        ("127.0.0.1", "", ("127.0.0.1", "localhost:8000", "[::1]:8000"), ("evil.example", "127.0.0.1.evil.example")),
        ("192.168.1.5", "", ("192.168.1.5", "192.168.1.5:8000", "localhost"), ("192.168.1.6", EVERYWHERE)),
        (EVERYWHERE, "crm.example", ("crm.example", "crm.example:8443"), (EVERYWHERE, "a.crm.example", "evil.example")),
    ],
)
def test_a_host_or_origin_is_let_in_where_it_is_known(
    host: str, allowed: str, let_in: tuple[str, ...], kept_out: tuple[str, ...]
) -> None:
    with served(host, allowed=allowed) as client:
        for name in let_in:
            assert status(client, Host=name) == 200
            assert status(client, Host="127.0.0.1", Origin=f"http://{name}") == 200
            assert status(client, Host="127.0.0.1", Origin=f"https://{name}") == 200
        for name in kept_out:
            assert status(client, Host=name) == 421
            assert status(client, Host="127.0.0.1", Origin=f"https://{name}") == 403


@pytest.mark.parametrize(
    "token", ["árvíztűrő-token", "two words", "tab\tinside", "line\nbreak", "no\u00a0break", "\x7f"]
)
def test_a_token_that_no_client_could_send_is_refused_at_start(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("CRM_MCP_HTTP_TOKEN", token)
    with pytest.raises(SettingsError, match="CRM_MCP_HTTP_TOKEN: no HTTP header can carry that") as caught:
        load(ServerSettings)
    assert token not in str(caught.value)


@pytest.mark.parametrize("token", [f"{TOKEN}\t", f"  {TOKEN}\n", f"{TOKEN}\u00a0"])
def test_white_space_round_a_token_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("CRM_MCP_HTTP_TOKEN", token)
    assert load(ServerSettings).http_token.get_secret_value() == TOKEN
