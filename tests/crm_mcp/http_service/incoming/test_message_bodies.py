"""A body that is no message, or that two readers may read differently, is refused clearly and reaches no tool."""

from __future__ import annotations

import json
from collections.abc import Generator

import pytest
from starlette.testclient import TestClient

from tests.crm_mcp.http_service.app_client import ACCEPT, TOKEN, served

pytestmark = pytest.mark.slow

HEADERS = {**ACCEPT, "Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
NEWER = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "ping"}
PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


def asking_for(argument: bytes) -> bytes:
    return (
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_modules","arguments":{"crm":'
        + argument
        + b"}}}"
    )


REFUSED = {
    "nothing": (b"", "not JSON"),
    "not JSON": (b"{", "not JSON"),
    "a batch": (b"[" + PING + b"]", "Batches"),
    "a text": (b'"x"', "must be one JSON-RPC message"),
    "null": (b"null", "must be one JSON-RPC message"),
    "100,000 levels": (asking_for(b"[" * 100_000 + b"]" * 100_000), "deeper than 64"),
    "100,000 objects in each other": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "deeper than 64"),
    "70 levels": (asking_for(b"[" * 70 + b"]" * 70), "deeper than 64"),
    "a number of 100,000 digits": (asking_for(b"9" * 100_000), "a number"),
    "1e999": (asking_for(b"1e999"), "a number"),
    "NaN": (asking_for(b"NaN"), "a number"),
    "an id that is no whole number": (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', "The id"),
    "bytes that are not UTF-8": (asking_for(b'"\xff\xfe"'), "not UTF-8"),
    "UTF-16": (PING.decode().encode("utf-16"), "not UTF-8"),
    "half of a surrogate pair": (asking_for(b'"\\ud800"'), "surrogate"),
    "half of a surrogate pair as an id": (b'{"jsonrpc":"2.0","id":"\\udfff:1","result":{}}', "surrogate"),
    "two methods": (b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}', "two members"),
    "two arguments of one name": (asking_for(b'"ivinex","crm":"minicrm"'), "two members"),
    "a million values": (asking_for(b"[" + b"1," * 1_000_000 + b"1]"), "too many values"),
    "a million arrays": (asking_for(b"[" + b"[]," * 1_000_000 + b"1]"), "too many values"),
}


@pytest.fixture(scope="module")
def client() -> Generator[TestClient]:
    """Give a client of the application on two CRMs that nobody asks."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"IVINEX_URL": "http://127.0.0.1:9", "IVINEX_USERNAME": "a", "IVINEX_PASSWORD": "b"}.items():
            patch.setenv(name, value)
        with served() as client:
            yield client


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("era", [{}, {"Mcp-Session-Id": "x"}, NEWER], ids=["opening", "in a session", "newer"])
def test_what_is_no_single_message_is_refused_and_told_why(client: TestClient, what: str, era: dict[str, str]) -> None:
    body, why = REFUSED[what]
    response = client.post("/mcp", content=body, headers=HEADERS | era)
    assert response.status_code == 400
    assert why in response.json()["error"]["message"]


@pytest.mark.parametrize("text", ["Árvíztűrő", "🙂", "[" * 2_000, 'a "quoted" \\ text', "x" * 100_000])
def test_whatever_can_be_written_in_a_message_is_passed_on(client: TestClient, text: str) -> None:
    for body in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        response = client.post("/mcp", content=asking_for(body.encode()), headers=HEADERS)
        assert "Missing session ID" in response.text, "what the protocol has to say, not the reader of bodies"
