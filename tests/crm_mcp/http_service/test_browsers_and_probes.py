"""What pages in a browser, supervisors and clients with a stray slash meet."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.crm_mcp.http_service.app_client import ACCEPT, HELLO, TOKEN, served

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("crms")]

AUTHORIZED = {**ACCEPT, "Authorization": f"Bearer {TOKEN}"}
PAGE = "http://localhost:5173"


def ask_first(client: TestClient, origin: str, method: str = "POST", **headers: str) -> tuple[int, str | None]:
    """Send the preflight of a page; return its status and the origin that it allows."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method, **headers}
    response = client.options("/mcp", headers=asked)
    return response.status_code, response.headers.get("access-control-allow-origin")


@pytest.mark.parametrize("token", [TOKEN, ""])
def test_a_page_may_ask_before_it_has_a_token(token: str) -> None:
    with served(token=token, allowed="crm.example") as client:
        for origin in (PAGE, "https://crm.example", "https://crm.example:8443", "http://[::1]:3000"):
            for method in ("GET", "POST", "DELETE"):
                assert ask_first(client, origin, method) == (200, origin)


def test_a_page_may_send_the_headers_of_every_protocol_revision() -> None:
    names = "authorization, content-type, mcp-session-id, mcp-protocol-version, mcp-method, last-event-id"
    with served() as client:
        response = client.options(
            "/mcp",
            headers={
                "Origin": PAGE,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": names,
                "Access-Control-Request-Private-Network": "true",
            },
        )
    allowed = response.headers["access-control-allow-headers"].lower()
    assert {name.strip() for name in names.split(",")} <= {name.strip() for name in allowed.split(",")}
    assert response.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://localhost.evil.example", "http://xlocalhost", "null", "http://127.0.0.1:x"],
)
def test_a_foreign_page_is_allowed_nothing(origin: str) -> None:
    with served(token="") as client:
        assert ask_first(client, origin) == (400, None)
        response = client.post("/mcp", json=HELLO, headers={**ACCEPT, "Origin": origin})
    assert response.headers.get("access-control-allow-origin") is None


def test_a_page_can_read_its_session_id_and_why_it_was_refused() -> None:
    with served() as client:
        opened = client.post("/mcp", json=HELLO, headers={**AUTHORIZED, "Origin": PAGE})
        refused = client.post("/mcp", json=HELLO, headers={**ACCEPT, "Origin": PAGE})
    assert (opened.status_code, refused.status_code) == (200, 401)
    assert opened.headers["mcp-session-id"]
    for response in (opened, refused):
        assert response.headers["access-control-allow-origin"] == PAGE
        exposed = response.headers["access-control-expose-headers"].lower()
        assert {"mcp-session-id", "www-authenticate"} <= set(exposed.split(", "))


def test_a_stray_slash_is_served_and_sends_nobody_elsewhere() -> None:
    with served() as client:
        for host in ("127.0.0.1", "evil.example"):
            response = client.post("/mcp/", json=HELLO, headers={**AUTHORIZED, "Host": host}, follow_redirects=False)
            assert response.status_code == (200 if host == "127.0.0.1" else 421)
        assert client.post("/mcp/", json=HELLO, headers=ACCEPT).status_code == 401
        assert client.get("/health/", headers=AUTHORIZED, follow_redirects=False).status_code == 404


def test_a_supervisor_needs_no_token_and_learns_nothing() -> None:
    with served() as client:
        for path, body in (("/health", {"status": "ok"}), ("/ready", {"status": "ready"})):
            response = client.get(path, headers={"Host": "10.0.0.7:8000"})
            assert (response.status_code, response.json()) == (200, body)


def test_a_body_beyond_the_limit_is_refused() -> None:
    with served() as client:
        response = client.post("/mcp", content=b" " * (4 * 1024 * 1024 + 1), headers=AUTHORIZED)
    assert response.status_code == 413
