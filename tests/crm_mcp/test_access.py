"""Who is let in over HTTP, what a read-only server leaves out, and who "me" is to the doctor."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from crm_mcp.cli import main
from crm_mcp.doctor import examine
from crm_mcp.errors import SettingsError
from crm_mcp.http_service import build_app
from crm_mcp.registry import connect
from crm_mcp.server import build_server
from crm_mcp.settings import ServerSettings
from crm_mcp.transport.session import ConnectionPool
from tests.support.crm_stub import CrmStub
from tests.support.mcp_play import both_crms
from tests.support.transports import over_stdio

pytestmark = pytest.mark.slow

TOKEN = "A-long-random-Fake-token"
EVERYWHERE = "0.0.0.0"  # noqa: S104  # nothing is bound to it
NOBODY = both_crms("http://127.0.0.1:9")
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


@contextmanager
def served(host: str = "127.0.0.1", token: str = TOKEN, allowed: str = "") -> Generator[TestClient]:
    """Yield a client of the server on stubbed CRMs, in this process."""
    settings = ServerSettings.model_validate({"http_token": token, "allowed_hosts": allowed})
    pool = ConnectionPool()
    app = build_app(build_server(connect(pool), pool), settings, host=host)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def status(client: TestClient, **headers: str) -> int:
    accept = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {TOKEN}"}
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
    ("options", "setting", "writes"),
    [
        (("serve", "--read-only"), {}, False),
        ((), {"CRM_MCP_READ_ONLY": "1"}, False),
        ((), {"CRM_MCP_READ_ONLY": "0"}, True),
    ],
)
def test_the_flag_and_the_setting_each_leave_out_every_writing_tool(
    options: tuple[str, ...], setting: dict[str, str], writes: bool, tmp_path: Path
) -> None:
    async def names() -> set[str]:
        async with over_stdio(NOBODY | setting, str(tmp_path), "auto", *options) as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    offered = asyncio.run(names())
    assert {"search_records", "search_projects"} <= offered
    assert any(name.startswith(("create_", "update_")) for name in offered) is writes


@pytest.mark.usefixtures("crms")
@pytest.mark.parametrize(("read_only", "writing"), [("1", 0), ("", 11)])
def test_the_tool_table_shows_what_would_be_served(
    monkeypatch: pytest.MonkeyPatch, read_only: str, writing: int
) -> None:
    monkeypatch.setenv("CRM_MCP_READ_ONLY", read_only)
    result = CliRunner().invoke(main, ["tools"])
    assert result.exit_code == 0
    assert len([line for line in result.output.splitlines() if line.split()[1] == "w"]) == writing


@pytest.mark.parametrize(("user", "found"), [("jane roe", "2"), ("1", "1"), ("Max Five", "4")])
def test_the_doctor_says_who_me_is(crms: CrmStub, monkeypatch: pytest.MonkeyPatch, user: str, found: str) -> None:
    monkeypatch.setenv("MINICRM_USER", user)
    report = asyncio.run(examine())
    assert [finding.ok for finding in report] == [True, True, True]
    assert str(report[-1]) == f'MiniCRM: login works, 2 modules, "me" is user {found}'
    assert crms.written == []


def test_the_doctor_says_nothing_of_me_where_nobody_is(crms: CrmStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_USER", "")
    assert str(asyncio.run(examine())[-1]) == "MiniCRM: login works, 2 modules"
    assert len(crms.calls) == 2
