"""An issuer, or who stands in for it, that gives no keys, too many, wrong ones, or the way to somebody else's."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from jwt.algorithms import RSAAlgorithm
from starlette.testclient import TestClient

from tests.crm_mcp.http_service.app_client import ACCEPT, HELLO, served
from tests.support.mcp_play import both_crms
from tests.support.token_issuer import AUDIENCE, Issuer, make_ec_key, make_rsa_key, public_jwk

pytestmark = pytest.mark.slow

UNAVAILABLE = "The issuer's keys cannot be had now; try again soon."
NO_KEY = "The token is signed by no key of the issuer."
OURS = make_rsa_key()
STRANGERS = make_rsa_key()
Response = tuple[int, dict[str, str], bytes]


@dataclass
class HostileIssuer:
    """What is sent at each path; the rest is 404."""

    url: str = ""
    responses: dict[str, Response] = field(default_factory=dict[str, Response])
    asked: list[str] = field(default_factory=list[str])

    def publish(self, path: str, document: object, status: int = 200, **headers: str) -> None:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.responses[path] = (status, headers, body)

    def publish_keys(self, *keys: Any) -> None:
        self.publish("/keys", {"keys": list(keys)})

    def token(self, key: Any = OURS, **more: Any) -> str:
        return Issuer(url=self.url).token(key=key, **more)


@contextlib.contextmanager
def answering() -> Generator[HostileIssuer]:
    issuer = HostileIssuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            status, headers, body = issuer.responses.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name of the standard library
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield issuer
        server.shutdown()


@pytest.fixture(scope="module")
def stranger() -> Iterator[HostileIssuer]:
    """Somebody else, with a key of their own."""
    with answering() as stranger:
        stranger.publish_keys(public_jwk(STRANGERS, kid="one"))
        yield stranger


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileIssuer]:
    for name, value in both_crms("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    with answering() as issuer:
        issuer.publish("/.well-known/openid-configuration", {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"})
        issuer.publish_keys(public_jwk(OURS, kid="one"))
        yield issuer


@pytest.fixture
def _always_asked(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """Have the server ask for keys at each request."""
    monkeypatch.setattr("crm_mcp.http_service.oauth.signing_keys._RETRY_S", 0.0)
    monkeypatch.setattr("crm_mcp.http_service.oauth.signing_keys._STALE_AFTER_S", -1.0)


always_asked = pytest.mark.usefixtures("_always_asked")


@contextlib.contextmanager
def serving(issuer: HostileIssuer, **settings: str) -> Generator[TestClient]:
    with served(token="", oauth_issuer=issuer.url, oauth_audience=AUDIENCE, **settings) as client:
        yield client


def ask(client: TestClient, token: str) -> tuple[int, str]:
    """Return the status of a request with a token, and what is said of it."""
    response = client.post("/mcp", json=HELLO, headers={**ACCEPT, "Authorization": f"Bearer {token}"})
    return response.status_code, response.json()["error_description"] if response.status_code >= 400 else ""


@always_asked
def test_metadata_that_names_another_issuer_is_not_followed(issuer: HostileIssuer, stranger: HostileIssuer) -> None:
    theirs = {"issuer": stranger.url, "jwks_uri": f"{stranger.url}/keys"}
    others: list[object] = [theirs | {"issuer": issuer.url + "/"}, theirs | {"issuer": [issuer.url]}, {}, [], None, "x"]
    with serving(issuer) as client:
        for named in (theirs, *others):
            issuer.publish("/.well-known/openid-configuration", named)
            assert ask(client, issuer.token(STRANGERS)) == (401, UNAVAILABLE)
            assert ask(client, issuer.token()) == (401, UNAVAILABLE)


@always_asked
def test_metadata_leads_to_keys_of_the_issuers_own_host_or_by_https_alone(
    issuer: HostileIssuer, stranger: HostileIssuer
) -> None:
    asked = len(stranger.asked)
    addresses: list[object] = [
        f"{stranger.url}/keys",
        issuer.url.replace("http://", "http://crm@") + "/keys",
        "http://169.254.169.254/latest",
        "http://localhost/keys",
        "file:///etc/passwd",
        "ftp://127.0.0.1/keys",
        "//evil.example/keys",
        "http://[",
        "/keys",
        "",
        7,
        {"a": 1},
    ]
    with serving(issuer) as client:
        for address in addresses:
            issuer.publish("/.well-known/openid-configuration", {"issuer": issuer.url, "jwks_uri": address})
            assert ask(client, issuer.token(STRANGERS)) == (401, UNAVAILABLE), address
    assert len(stranger.asked) == asked, "nobody was even asked"


@always_asked
def test_keys_are_not_looked_for_where_a_redirect_leads(issuer: HostileIssuer, stranger: HostileIssuer) -> None:
    with serving(issuer) as client:
        for status in (301, 302, 307, 308):
            issuer.publish("/keys", b"", status, Location=f"{stranger.url}/keys")
            assert ask(client, issuer.token(STRANGERS)) == (401, UNAVAILABLE)


@always_asked
def test_what_is_no_set_of_keys_lets_nobody_in(issuer: HostileIssuer, caplog: pytest.LogCaptureFixture) -> None:
    bomb = b'{"keys":[' + b" " * 600_000 + b"]}"
    documents: list[object] = [b"<html>\x1b[31m", b"[" * 200_000, b"\xff\xfe", b"", [], {}, {"keys": "x"}, None, bomb]
    with serving(issuer) as client:
        for document in documents:
            issuer.publish("/keys", document)
            assert ask(client, issuer.token()) == (401, UNAVAILABLE)
        for status in (204, 401, 500, 503):
            issuer.publish("/keys", b"", status)
            assert ask(client, issuer.token()) == (401, UNAVAILABLE)
    warned = [one.getMessage() for one in caplog.records if one.name.startswith("crm_mcp")]
    assert warned
    assert all(len(one) < 200 and one.isprintable() and "html" not in one for one in warned)


def test_an_issuer_that_sends_no_end_is_given_up(issuer: HostileIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_mcp.transport.documents._TIMEOUT_S", 0.2)
    issuer.publish("/keys", b"{", 200, Content_Length="1000000")
    with serving(issuer) as client:
        assert ask(client, issuer.token()) == (401, UNAVAILABLE)


def private_jwk() -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(STRANGERS, as_dict=True), "kid": "one"}


ODD_KEYS: dict[str, Any] = {
    "a secret": {"kty": "oct", "kid": "one", "k": "c2VjcmV0LXRoYXQtZXZlcnlib2R5LWtub3dz"},
    "a private key": private_jwk(),
    "a key to encrypt": public_jwk(STRANGERS, kid="one", use="enc"),
    "a curve": public_jwk(make_ec_key(), kid="one"),
    "no kind": {"kid": "one"},
    "another kind": {"kty": "LUX", "kid": "one"},
    "another curve": {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA", "kid": "one"},
    "a point beside its curve": {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "kid": "one"},
    "a short number": {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "one"},
    "no number": {"kty": "RSA", "n": "", "e": "", "kid": "one"},
    "numbers of another kind": {"kty": "RSA", "n": 7, "e": [1], "kid": "one"},
    "an exponent of one": {**public_jwk(OURS, kid="one"), "e": "AQ"},
    "a list for an id": {**public_jwk(STRANGERS), "kid": ["one"]},
    "an object for an id": {**public_jwk(STRANGERS), "kid": {"one": 1}},
    "a list for an algorithm": {**public_jwk(STRANGERS, kid="one"), "alg": ["RS256"]},
    "a shared secret's algorithm": public_jwk(STRANGERS, kid="one", alg="HS256"),
    "a text": "one",
    "nothing": None,
    "a list": ["one"],
}


@always_asked
def test_an_odd_key_opens_nothing_and_keeps_no_other_out(issuer: HostileIssuer) -> None:
    with serving(issuer) as client:
        for name, odd in ODD_KEYS.items():
            issuer.publish_keys(odd, public_jwk(OURS, kid="one"), odd)
            assert ask(client, issuer.token())[0] == 200, name
            assert ask(client, issuer.token(STRANGERS)) == (401, NO_KEY), name


def test_a_key_that_the_issuer_withdrew_opens_nothing_more(
    issuer: HostileIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_mcp.http_service.oauth.signing_keys._RETRY_S", 0.0)
    with serving(issuer) as client:
        token = issuer.token()
        assert ask(client, token)[0] == 200
        issuer.publish_keys(public_jwk(STRANGERS, kid="two"))
        assert ask(client, issuer.token(STRANGERS, key_id="two"))[0] == 200
        assert ask(client, token) == (401, NO_KEY)


def test_a_flood_of_invented_ids_asks_the_issuer_once(issuer: HostileIssuer) -> None:
    with serving(issuer) as client:
        assert ask(client, issuer.token())[0] == 200
        for number in range(50):
            assert ask(client, issuer.token(STRANGERS, key_id=f"invented {number}")) == (401, NO_KEY)
        assert ask(client, issuer.token())[0] == 200
    assert issuer.asked.count("/keys") <= 2
