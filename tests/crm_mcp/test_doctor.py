"""The doctor looks at all accounts at the same time, and says of none that it works where nothing shows that."""

from __future__ import annotations

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_mcp import languages
from crm_mcp.doctor import Finding, examine
from tests.support.mcp_play import both_crms

SETTINGS = """
[accounts.{name}.minicrm]
url = "http://127.0.0.1:{port}"
system_id = "10001"
api_key = "k"
"""
RESPONSE = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def test_all_accounts_are_asked_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both_asked = asyncio.Barrier(2)

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await both_asked.wait()  # one that is asked alone never responds
        writer.write(RESPONSE)
        await writer.drain()
        writer.close()

    async def play() -> list[Finding]:
        server = await asyncio.start_server(respond, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        file = tmp_path / "settings.toml"
        file.write_text("".join(SETTINGS.format(name=name, port=port) for name in ("one", "two")), encoding="utf-8")
        file.chmod(0o600)
        monkeypatch.setenv("CRM_MCP_SETTINGS", str(file))
        monkeypatch.setenv("CRM_MCP_STORE", "memory")
        async with server:
            return await examine()

    findings = {finding.about: finding for finding in asyncio.run(play())}
    for name in ("one", "two"):
        assert "refused the login (401)" in findings[f"{name} MiniCRM"].text


NOT_FOUND = b'HTTP/1.1 404 Not Found\r\nContent-Length: 16\r\nConnection: close\r\n\r\n{"error":"none"}'


@pytest.fixture
def stranger() -> Iterator[str]:
    """The address of a server that is no CRM: it knows no page."""

    class Stranger(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(NOT_FOUND)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("language", "says"), [("en", "does not answer as {crm} does"), ("hu", "mint ez a CRM: {crm}")]
)
def test_a_server_that_knows_no_page_is_called_another_one_and_no_login_is_said_to_work(
    stranger: str, language: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = both_crms(stranger) | {"CRM_MCP_SETTINGS": "off", "CRM_MCP_STORE": "memory"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    languages.use(language)
    findings = {finding.about: finding for finding in asyncio.run(examine())}
    for crm in ("Ivinex", "MiniCRM"):
        assert not findings[crm].ok
        assert says.format(crm=crm) in findings[crm].text
        assert f"{crm.upper()}_URL" in findings[crm].text


def test_a_copy_is_not_said_to_be_kept_where_the_store_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    monkeypatch.setenv("CRM_MCP_SETTINGS", "off")
    monkeypatch.setenv("CRM_MCP_STORE", str(tmp_path / "file"))
    findings = {finding.about: finding for finding in asyncio.run(examine())}
    assert not findings["store"].ok
    assert "replica" not in findings
