"""The doctor looks at all accounts at the same time, so that a dead one holds up no other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crm_mcp.doctor import Finding, examine

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
