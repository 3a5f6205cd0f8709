"""One request to an account: paced, sent once, and silent about the login."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from mockserver.live.accounts import Account, AccountError, Accounts
from mockserver.live.http import AccountClient, UnreachableError, open_client
from mockserver.live.pacing import Pace
from tests.crm_mcp.transport.local_server import Handler, fresh, serving, write_certificate

ACCOUNT = Account("minicrm", "https://crm.example/folder", ("10001", "fake-api-key"))


class Play:
    """A line to an account that is played by a function, and what it said and slept."""

    def __init__(self, handler: Callable[[httpx.Request], httpx.Response], account: Account = ACCOUNT) -> None:
        self.said: list[str] = []
        self.slept: list[float] = []
        self.seen: list[httpx.Request] = []
        self._handler = handler
        self._account = account

    def send(self, method: str, target: bytes = b"/Api/R3/Category", **headers: str) -> httpx.Response:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        def handle(request: httpx.Request) -> httpx.Response:
            self.seen.append(request)
            return self._handler(request)

        async def run() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
                line = AccountClient(self._account, client, Pace(0), self.said.append, sleep=sleep)
                return await line.send(method, target, headers=headers)

        return asyncio.run(run())


def answer_in_turn(*answers: httpx.Response) -> Callable[[httpx.Request], httpx.Response]:
    remaining = list(answers)
    return lambda _request: remaining.pop(0)


@pytest.mark.parametrize(
    ("asked", "waits_s"), [("7", 7), ("99999", 120), ("", 60), ("soon", 60), ("Wed, 21 Oct 2015 07:28:00 GMT", 1)]
)
def test_a_busy_account_is_asked_again_after_the_time_it_asks_for(asked: str, waits_s: float) -> None:
    play = Play(answer_in_turn(httpx.Response(429, headers={"Retry-After": asked}), httpx.Response(200)))
    assert play.send("GET").status_code == 200
    assert play.slept == [waits_s]
    assert "429" in play.said[0]


def test_an_account_that_stays_busy_is_not_asked_for_ever() -> None:
    play = Play(lambda _request: httpx.Response(429))
    assert (play.send("GET").status_code, len(play.seen)) == (429, 3)


def test_what_may_change_the_account_is_never_sent_twice() -> None:
    play = Play(lambda _request: httpx.Response(429))
    assert (play.send("PUT").status_code, len(play.seen)) == (429, 1)


def test_the_callers_login_wins_over_the_accounts_own() -> None:
    play = Play(lambda _request: httpx.Response(200))
    play.send("GET")
    play.send("GET", authorization="Basic bXk6b3du")
    assert play.seen[0].headers["authorization"].startswith("Basic ")
    assert play.seen[1].headers["authorization"] == "Basic bXk6b3du"
    assert play.seen[0].url.path == "/folder/Api/R3/Category"


def test_a_failure_says_what_to_check_and_nothing_of_what_was_sent() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot send {request.headers['authorization']} fake-api-key")

    with pytest.raises(UnreachableError, match=r"crm\.example.*check the address") as caught:
        Play(fail).send("GET", b"/Api/R3/Contact?Query=Wexler")
    for text in ("fake-api-key", "Basic", "Wexler"):
        assert text not in str(caught.value)
    assert "fake-api-key" not in repr(ACCOUNT)


def ask_over_tls(url: str, ca_file: Path | None) -> int:
    async def run() -> int:
        async with open_client(timeout_s=10, ca_file=ca_file) as client:
            line = AccountClient(
                Account("minicrm", url, ("10001", "fake-api-key")), client, Pace(0), lambda _said: None
            )
            return (await line.send("GET", b"/x")).status_code

    return asyncio.run(run())


def test_a_certificate_is_verified(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path)
    handler = fresh(Handler)
    with serving(handler, certificate) as url:
        with pytest.raises(UnreachableError, match="ConnectError"):
            ask_over_tls(url, None)
        assert handler.seen == []
        assert ask_over_tls(url, certificate) == 200
    with pytest.raises(AccountError, match="CRM_MCP_CA_FILE"):
        ask_over_tls(url, tmp_path / "nowhere.pem")


def test_the_minute_is_a_window_that_slides() -> None:
    now, slept = [100.0], list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    async def run() -> list[float]:
        pace = Pace(2, clock=lambda: now[0], sleep=sleep)
        waited: list[float] = []
        for gap_s in (0, 10, 0, 0):
            now[0] += gap_s
            waited.append(await pace.wait())
        return waited

    assert asyncio.run(run()) == [0, 0, 50, 10]
    assert slept == [50, 10]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks4://proxy.example:1080"),
        ("HTTPS_PROXY", "http://s3cret@proxy.example:port"),
        ("NO_PROXY", "[::1"),
        ("SSL_CERT_FILE", "/nope.pem"),
        ("SSL_CERT_DIR", "/nope"),
    ],
)
def test_a_wrong_variable_of_the_network_is_named_and_does_not_matter_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    for name in [one for one in os.environ if one.upper().endswith("_PROXY") or one.startswith("SSL_CERT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(variable, value)
    with pytest.raises(AccountError, match=f"^{variable}: ") as caught:
        open_client()
    assert "s3cret" not in str(caught.value)
    local = Accounts((Account("minicrm", "http://127.0.0.1:8080"), Account("ivinex", "http://[::1]:8080")))
    assert local.is_local
    assert not Accounts((*local.accounts, ACCOUNT)).is_local
    asyncio.run(open_client(is_local=True).aclose())
