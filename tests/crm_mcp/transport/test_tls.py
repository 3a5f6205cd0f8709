"""On a real socket: whose certificate is trusted, what a proxy sees, how long a request may take, and no cookies."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_mcp.crm.messages import Request, Response
from crm_mcp.doctor import examine
from crm_mcp.errors import UnreachableError
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin
from crm_mcp.transport.session import Session
from tests.crm_mcp.transport.local_server import Handler, fresh, serving, write_certificate
from tests.support.mcp_play import call, fail
from tests.support.transports import over_stdio

pytestmark = pytest.mark.slow

MINICRM = {"MINICRM_SYSTEM_ID": "10001", "MINICRM_API_KEY": "fake-api-key"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def private_crm(certificate: Path) -> Iterator[str]:
    with serving(fresh(Handler), certificate) as url:
        yield url


def get(url: str, *, times: int = 1, timeout_s: float = 10, ca_file: Path | None = None) -> Response:
    async def run() -> Response:
        pool = ConnectionPool(timeout_s=timeout_s, ca_file=ca_file)
        async with pool.open():
            session = Session(pool, crm="MiniCRM", base_url=url, login=BasicLogin("10001", "fake-api-key"))
            answers = [await session.send(Request("GET", "/x")) for _ in range(times)]
        return answers[-1]

    return asyncio.run(run())


def test_a_certificate_that_nobody_vouches_for_is_refused(private_crm: str) -> None:
    with pytest.raises(UnreachableError, match=r"(?i)certificate") as caught:
        get(private_crm)
    assert not caught.value.may_have_been_done


def test_a_certificate_of_the_given_authority_is_accepted(private_crm: str, certificate: Path) -> None:
    assert get(private_crm, ca_file=certificate).status == 200


def test_the_given_authority_vouches_for_its_own_names_only(private_crm: str, certificate: Path) -> None:
    with pytest.raises(UnreachableError, match=r"(?i)hostname|mismatch"):
        get(private_crm.replace("127.0.0.1", "localhost"), ca_file=certificate)


def test_the_server_trusts_the_authority_that_its_settings_name(
    private_crm: str, certificate: Path, tmp_path: Path
) -> None:
    settings = MINICRM | {"MINICRM_URL": private_crm}

    async def run() -> None:
        async with over_stdio(settings, str(tmp_path), "auto") as client:
            assert "ertificate" in await fail(client, "list_modules")
        async with over_stdio(settings | {"CRM_MCP_CA_FILE": str(certificate)}, str(tmp_path), "auto") as client:
            assert (await call(client, "list_modules"))["items"] == [{"id": "3", "name": "Sales"}]

    asyncio.run(run())


def test_the_doctor_trusts_it_too(
    private_crm: str, certificate: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (MINICRM | {"MINICRM_URL": private_crm}).items():
        monkeypatch.setenv(name, value)
    assert "ertificate" in str(asyncio.run(examine())[-1])
    monkeypatch.setenv("CRM_MCP_CA_FILE", str(certificate))
    assert str(asyncio.run(examine())[-1]) == "MiniCRM: login works, 1 modules"


def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(fresh(Handler)) as url:
        assert get(url).status == 200
        assert get(url.replace("127.0.0.1", "localhost")).status == 200


def test_a_cookie_is_not_sent_back() -> None:
    handler = fresh(Handler)
    with serving(handler) as url:
        get(url, times=2)
    assert len(handler.seen) == 2
    assert not [headers for headers in handler.seen if "cookie" in headers]


class Dripping(Handler):
    """Sends its answer a byte at a time, so that no single wait is long."""

    def do_GET(self) -> None:  # noqa: N802  # the standard library's name
        self.send_response(200)
        self.send_header("Content-Length", "40")
        self.end_headers()
        with contextlib.suppress(OSError):  # the client hangs up
            for _ in range(40):
                self.wfile.write(b" ")
                time.sleep(0.05)


def test_the_time_limit_is_for_the_whole_request() -> None:
    with serving(fresh(Dripping)) as url, pytest.raises(UnreachableError, match=r"no complete response in 0\.3 s"):
        get(url, timeout_s=0.3)


def test_the_doctor_waits_no_longer_than_its_settings_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with serving(fresh(Dripping)) as url:
        for name, value in (MINICRM | {"MINICRM_URL": url, "CRM_MCP_TIMEOUT_S": "0.3"}).items():
            monkeypatch.setenv(name, value)
        assert "no complete response in 0.3 s" in str(asyncio.run(examine())[-1])
