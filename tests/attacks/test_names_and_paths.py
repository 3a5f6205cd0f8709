"""Foreign names for this server and its pages, other paths and methods, and addresses that ask for more."""

from __future__ import annotations

import pytest

from tests.attacks.target import TOKEN, Attack, Target, request

pytestmark = pytest.mark.slow

NOT_KNOWN = "not known by the name in Host"
NO_PAGE = "Pages of this Origin may not call"
NOTHING_HERE = "Nothing is served at this address"
UNREADABLE = "cannot be read as HTTP"


def host(name: str | bytes) -> bytes:
    return request("POST", "/mcp", b"{}", ("Host", name))


def origin(name: str | bytes) -> bytes:
    return request("POST", "/mcp", b"{}", ("Origin", name))


NAMES = [
    Attack("a foreign Host", host("evil.example"), 421, NOT_KNOWN),
    Attack("a name that leads here (DNS rebinding)", host("127.0.0.1.evil.example"), 421, NOT_KNOWN),
    Attack("an allowed name as prefix", host("crm.example.evil.example"), 421, NOT_KNOWN),
    Attack("an allowed name as suffix", host("evil-crm.example"), 421, NOT_KNOWN),
    Attack("a login in Host", host("127.0.0.1:80@evil.example"), 421, NOT_KNOWN),
    Attack("a word for a port", host("localhost:evil.example"), 421, NOT_KNOWN),
    Attack("an endless port", host("localhost:" + "1" * 500), 421, NOT_KNOWN),
    Attack("a dot behind the name", host("localhost."), 421, NOT_KNOWN),
    Attack("loopback by another number", host("2130706433"), 421, NOT_KNOWN),
    Attack("loopback as long IPv6", host("[0:0:0:0:0:0:0:1]"), 421, NOT_KNOWN),
    Attack("a foreign IPv6", host("[fe80::1%25evil]"), 421, NOT_KNOWN),
    Attack("an empty Host", host(""), 421, NOT_KNOWN),
    Attack("a terminal's escape in Host", host(b"evil\x1b[31m\x9b2J\xe2\x80\xa8"), 421, NOT_KNOWN),
    Attack("a long Host", host("evil." * 10_000), 421, NOT_KNOWN),
    Attack("a quote in Host, without a token", request("POST", "/mcp", b"{}", ("Host", 'a", x="b'), token=None), 421),
    Attack("no Host", request(without=["Host"]), 400, UNREADABLE),
    Attack(
        "two Hosts", request("POST", "/mcp", b"{}", ("Host", "127.0.0.1"), ("Host", "evil.example")), 400, UNREADABLE
    ),
    Attack("X-Forwarded-Host", request("POST", "/mcp", b"{}", ("X-Forwarded-Host", "localhost"), ("Host", "x")), 421),
    Attack("an opaque page", origin("null"), 403, NO_PAGE),
    Attack("a foreign page", origin("https://evil.example"), 403, NO_PAGE),
    Attack("a page whose name begins like ours", origin("http://localhost.evil.example"), 403, NO_PAGE),
    Attack("a page whose name ends like ours", origin("https://evil-crm.example"), 403, NO_PAGE),
    Attack("a page below our name", origin("https://page.crm.example"), 403, NO_PAGE),
    Attack("a page with a login", origin("http://localhost:80@evil.example"), 403, NO_PAGE),
    Attack("a page of a file", origin("file://"), 403, NO_PAGE),
    Attack("an extension of a browser", origin("chrome-extension://localhost"), 403, NO_PAGE),
    Attack("a terminal's escape in Origin", origin(b"http://\x1b]0;x\x07"), 403, NO_PAGE),
    Attack(
        "two Origins",
        request("POST", "/mcp", b"{}", ("Origin", "http://localhost"), ("Origin", "http://e")),
        400,
        "once",
    ),
    Attack(
        "the metadata by a foreign name",
        request("GET", "/.well-known/oauth-protected-resource/mcp", b"", ("Host", "evil.example"), token=None),
        421,
        NOT_KNOWN,
    ),
    Attack(
        "a form of a page", request("POST", "/mcp", b"a=b", ("Content-Type", "application/x-www-form-urlencoded")), 415
    ),
    Attack("plain text of a page", request("POST", "/mcp", b"{}", ("Content-Type", "text/plain")), 415, "Send JSON"),
    Attack("a file of a page", request("POST", "/mcp", b"", ("Content-Type", "multipart/form-data; boundary=x")), 415),
    Attack("nearly JSON", request("POST", "/mcp", b"{}", ("Content-Type", "application/json-evil")), 415, "Send JSON"),
    Attack("no type", request("POST", "/mcp", b"{}", without=["Content-Type"]), 415, "Send JSON"),
]


@pytest.mark.parametrize("attack", NAMES, ids=str)
def test_nobody_calls_by_a_foreign_name(target: Target, attack: Attack) -> None:
    answer = target.meets(attack)
    assert "access-control-allow-origin" not in answer.headers
    assert "evil" not in str(answer.headers) + answer.text


def test_a_name_is_known_whatever_its_case_and_port(target: Target) -> None:
    for name in ("CRM.Example", "crm.example:443", "[::1]:8000", "LocalHost:1"):
        answer = target.send(request("POST", "/mcp", b"{}", ("Host", name), ("Origin", f"https://{name}")))
        assert (answer.status, "protocolVersion" in answer.text) != (421, True)
        assert answer.status == 400, "it came as far as the reader of messages"


def test_a_foreign_page_is_not_allowed_to_ask(target: Target) -> None:
    asked = request(
        "OPTIONS",
        "/mcp",
        b"",
        ("Origin", "https://evil.example"),
        ("Access-Control-Request-Method", "POST"),
        token=None,
    )
    answer = target.send(asked)
    assert answer.status == 400
    assert "access-control-allow-origin" not in answer.headers
    target.check_alive_and_quiet()


def path(target: str | bytes, method: str = "POST", token: str | None = TOKEN, status: int = 404) -> Attack:
    says = {404: NOTHING_HERE, 401: "Authorization"}.get(status, "") if method != "HEAD" else ""
    return Attack(f"{method} {target!r:.60}", request(method, target, token=token), status, says)


PATHS = [
    path("//mcp"),
    path("/mcp//"),
    path("/./mcp"),
    path("/mcp/..;/"),
    path("/mcp/../mcp"),
    path("/%2e/mcp"),
    path("/MCP"),
    path("/mcp%00"),
    path("/mcp;x=y"),
    path("/mcp/x"),
    path("/health/../mcp"),
    path("http://127.0.0.1/mcp"),
    path("http://evil.example/mcp"),
    path("//evil.example/mcp"),
    path("/%6dcp", token=None, status=401),
    path("/mcp?access_token=" + TOKEN, token=None, status=401),
    path("/mcp?token=" + TOKEN, token=None, status=401),
    path("/mcp#" + TOKEN, token=None, status=404),
    path("/" + "a" * 60_000),
    path("/.well-known/openid-configuration", "GET"),
    path("/.well-known/oauth-authorization-server", "GET"),
    path("/.well-known/oauth-protected-resource/other", "GET"),
    path("/.well-known/oauth-protected-resource/../../mcp", "GET"),
    path("/.well-known/oauth-protected-resource", "POST", status=405),
    path("/.env", "GET"),
    path("/../../etc/passwd", "GET"),
    path("/%2e%2e/%2e%2e/etc/passwd", "GET"),
    path("/webhooks/minicrm", token=None, status=401),
    path("/webhooks/minicrm", token=TOKEN, status=401),
    path("/webhooks/ivinex"),
    path("/webhooks/../mcp"),
    path("/webhooks/minicrm/../../mcp"),
    path("/webhooks/minicrm", "GET", status=405),
    path("/health", status=405),
    path("/ready", "DELETE", status=405),
    path("/mcp", "TRACE", status=405),
    path("/mcp", "PUT", status=405),
    path("/mcp", "PROPFIND", status=405),
    path("/mcp", "HEAD", token=None, status=401),
    path("/mcp", "OPTIONS", token=None, status=401),
    path("evil.example:443", "CONNECT"),
    path("*", "OPTIONS"),
    path(b"/\xff\xfe", "GET", status=400),
    path("/%ff%fe%1b%0a", "GET"),
]


@pytest.mark.parametrize("attack", PATHS, ids=str)
def test_no_other_path_and_no_other_method_leads_in(target: Target, attack: Attack) -> None:
    target.meets(attack)


def test_an_upgrade_to_another_protocol_is_no_way_round_the_token(target: Target) -> None:
    socket = [
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("Sec-WebSocket-Version", "13"),
    ]
    target.meets(Attack("websocket", request("GET", "/mcp", b"", *socket, token=None), 401, "Authorization"))


ADDRESSES = [
    Attack("no toolset", request(target="/mcp?toolsets=%1b%5b31m%0aX"), 400, "is no toolset"),
    Attack("no number", request(target="/mcp?read_only=%00"), 400, "takes 1 or 0"),
    Attack("a list", request(target="/mcp?read_only=0,1"), 400, "takes 1 or 0"),
    Attack("another spelling", request(target="/mcp?readonly=1"), 400, "read_only"),
    Attack("another case", request(target="/mcp?READ_ONLY=1"), 400, "read_only"),
    Attack("another number", request(target="/mcp?toolset=history"), 400, "toolsets"),
    Attack("an array", request(target="/mcp?read_only[]=1"), 400, "read_only"),
    Attack("half of many", request(target="/mcp?" + "read_only=0&" * 3_000 + "read_only=x"), 400, "takes 1 or 0"),
]


@pytest.mark.parametrize("attack", ADDRESSES, ids=str)
def test_an_address_that_could_be_meant_to_narrow_is_never_passed_over(target: Target, attack: Attack) -> None:
    target.meets(attack)
