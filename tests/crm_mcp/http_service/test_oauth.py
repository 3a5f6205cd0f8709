"""Whose access tokens are let in, what each may do, and what is told to those who are kept out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient

from crm_mcp.errors import SettingsError
from tests.crm_mcp.http_service.app_client import ACCEPT, HELLO, served
from tests.support.mcp_play import both_crms
from tests.support.token_issuer import AUDIENCE, Issuer, issuing, make_ec_key, make_rsa_key, public_jwk

pytestmark = pytest.mark.slow


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Generator[Issuer]:
    """Give an issuer, and settings of CRMs that nobody asks."""
    for name, value in both_crms("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    with issuing() as issuer:
        yield issuer


@contextmanager
def serving(issuer: Issuer, **settings: str) -> Generator[TestClient]:
    given = {"oauth_issuer": issuer.url, "oauth_audience": AUDIENCE, **settings}
    with served(token=given.pop("token", ""), **given) as client:
        yield client


def ask(client: TestClient, token: str) -> tuple[int, str]:
    """Return the status of a request with a token, and what is said of it."""
    response = client.post("/mcp", json=HELLO, headers={**ACCEPT, "Authorization": f"Bearer {token}"})
    return response.status_code, response.json()["error_description"] if response.status_code >= 400 else ""


def unsigned(token: str, algorithm: str) -> str:
    header, payload, _ = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(header + "==")) | {"alg": algorithm}
    return f"{base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip('=')}.{payload}."


def signed_by_the_public_key(issuer: Issuer) -> str:
    """Return a token whose secret is the issuer's public key, which everybody has."""
    head = unsigned(issuer.token(), "HS256").removesuffix(".")
    secret = json.dumps(issuer.keys[0]).encode()
    return f"{head}.{base64.urlsafe_b64encode(hmac.digest(secret, head.encode(), hashlib.sha256)).decode().rstrip('=')}"


def test_tokens_of_the_issuer_are_let_in_whatever_kind_its_keys_are(issuer: Issuer) -> None:
    issuer.add_key("curve", make_ec_key())
    with serving(issuer) as client:
        assert ask(client, issuer.token())[0] == 200
        assert ask(client, issuer.token(key_id="curve"))[0] == 200
        assert ask(client, issuer.token(algorithm="PS256"))[0] == 200
        assert ask(client, issuer.token(aud=["https://other.example", AUDIENCE]))[0] == 200
    assert issuer.asked_for_keys == 1


def test_forged_and_foreign_tokens_are_kept_out_and_told_why(issuer: Issuer) -> None:
    now = int(time.time())
    refused = {
        issuer.token(exp=now - 60): "The token is expired.",
        issuer.token(aud="https://other.example/mcp"): "The token is for another audience.",
        issuer.token(aud=None): "The token has no claim aud.",
        issuer.token(exp=None): "The token has no claim exp.",
        issuer.token(sub=None): "The token has no claim sub.",
        issuer.token(sub=""): "The token names nobody.",
        issuer.token(iss="https://other.example"): "The token is of another issuer.",
        issuer.token(nbf=now + 600): "The token is not valid.",
        issuer.token(key=make_rsa_key()): "The token is signed by no key of the issuer.",
        issuer.token(key=make_ec_key()): "The token is signed by no key of the issuer.",
        issuer.token(key=make_rsa_key(), key_id="another"): "The token is signed by no key of the issuer.",
        issuer.token()[:-4] + "AAAA": "The token is signed by no key of the issuer.",
        unsigned(issuer.token(), "none"): "The token is not signed by an algorithm that is taken.",
        unsigned(issuer.token(), "None"): "The token is not signed by an algorithm that is taken.",
        unsigned(issuer.token(), "RS256"): "The token is signed by no key of the issuer.",
        signed_by_the_public_key(issuer): "The token is not signed by an algorithm that is taken.",
        "a.b.c": "The token is no JWT.",
        "x" * 4000: "The token is no JWT.",
    }
    with serving(issuer) as client:
        assert {token: ask(client, token) for token in refused} == {token: (401, why) for token, why in refused.items()}


def test_a_key_is_used_with_the_algorithm_alone_that_the_issuer_names(issuer: Issuer) -> None:
    issuer.add_key("strict", make_rsa_key(), alg="RS512")
    with serving(issuer) as client:
        assert ask(client, issuer.token(key_id="strict", algorithm="RS512"))[0] == 200
        assert ask(client, issuer.token(key_id="strict", algorithm="RS256"))[0] == 401


def test_keys_that_cannot_sign_are_passed_over(issuer: Issuer) -> None:
    odd: list[Any] = [{"kty": "oct", "kid": "one", "k": "c2VjcmV0"}, {"kty": "XX"}, "text", None, {}]
    issuer.keys[:0] = [*odd, public_jwk(make_rsa_key(), kid="one", use="enc")]
    with serving(issuer) as client:
        assert ask(client, issuer.token())[0] == 200


def test_a_rotated_key_is_taken_and_invented_ones_do_not_press_the_issuer(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_mcp.http_service.oauth.signing_keys._RETRY_S", 0.0)
    with serving(issuer) as client:
        assert ask(client, issuer.token())[0] == 200
        issuer.add_key("two", make_rsa_key())
        assert ask(client, issuer.token(key_id="two"))[0] == 200
        assert issuer.asked_for_keys == 2
        monkeypatch.setattr("crm_mcp.http_service.oauth.signing_keys._RETRY_S", 15.0)
        stranger = make_rsa_key()
        for number in range(20):
            assert ask(client, issuer.token(key=stranger, key_id=f"invented-{number}"))[0] == 401
        assert issuer.asked_for_keys == 2


def test_a_token_that_was_let_in_is_kept_out_once_its_key_is_withdrawn(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.token()
    with serving(issuer) as client:
        assert [ask(client, token)[0] for _ in range(2)] == [200, 200]
        issuer.keys.clear()
        issuer.add_key("one", make_rsa_key())
        assert ask(client, token)[0] == 200
        for limit in ("_STALE_AFTER_S", "_RETRY_S"):
            monkeypatch.setattr(f"crm_mcp.http_service.oauth.signing_keys.{limit}", -1.0)
        assert ask(client, token) == (401, "The token is signed by no key of the issuer.")


def test_while_the_issuer_is_down_known_keys_go_on_and_unknown_ones_wait(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(issuer) as client:
        assert ask(client, issuer.token())[0] == 200
        issuer.is_down = True
        monkeypatch.setattr("crm_mcp.http_service.oauth.signing_keys._STALE_AFTER_S", -1.0)
        assert ask(client, issuer.token())[0] == 200
    with serving(issuer) as client:
        assert ask(client, issuer.token()) == (401, "The issuer's keys cannot be had now; try again soon.")


def test_a_client_without_a_token_is_told_where_to_get_one(issuer: Issuer) -> None:
    with serving(issuer) as client:
        refused = client.post("/mcp", json=HELLO, headers=ACCEPT)
        assert refused.status_code == 401
        challenge = refused.headers["WWW-Authenticate"]
        where = challenge.partition('resource_metadata="')[2].partition('"')[0]
        assert where == "http://127.0.0.1/.well-known/oauth-protected-resource/mcp"
        for path in ("/mcp", ""):
            metadata = client.get(f"/.well-known/oauth-protected-resource{path}").json()
            assert metadata["resource"] == AUDIENCE
            assert metadata["authorization_servers"] == [issuer.url]
            assert metadata["scopes_supported"] == ["crm:read", "crm:write"]
        assert client.get("/health").status_code == 200


def test_a_token_that_may_not_read_gets_nothing(issuer: Issuer) -> None:
    with serving(issuer) as client:
        for scope in ("", "crm:write", "crm:reader", "CRM:READ", "openid profile"):
            assert ask(client, issuer.token(scope)) == (403, "The token lacks the scope crm:read.")
        assert ask(client, issuer.token(scope=None, scp=["crm:read"]))[0] == 200


def test_the_token_of_the_settings_goes_on_beside_oauth(issuer: Issuer) -> None:
    with serving(issuer, token="A-long-random-Fake-token") as client:
        assert ask(client, "A-long-random-Fake-token")[0] == 200
        assert ask(client, issuer.token())[0] == 200
        assert ask(client, "A-long-random-Fake-tokem")[0] == 401
        twice = [("Authorization", "Bearer A-long-random-Fake-token"), ("Authorization", f"Bearer {issuer.token()}")]
        assert client.post("/mcp", json=HELLO, headers=[*ACCEPT.items(), *twice]).status_code == 401


def test_oauth_alone_is_enough_to_serve_others_and_half_of_it_is_refused(issuer: Issuer) -> None:
    with serving(issuer, host="192.168.1.5") as client:
        assert ask(client, "nothing")[0] == 401
    for half in ({"oauth_issuer": issuer.url}, {"oauth_audience": AUDIENCE}, {"oauth_jwks_url": issuer.url}):
        with pytest.raises(SettingsError, match="half configured"), served(token="", **half):
            pass


def test_a_session_belongs_to_the_one_who_began_it(issuer: Issuer) -> None:
    with serving(issuer) as client:

        def post(token: str, **headers: str) -> Any:
            return client.post("/mcp", json=HELLO, headers={**ACCEPT, "Authorization": f"Bearer {token}"} | headers)

        session = post(issuer.token()).headers["Mcp-Session-Id"]
        listing = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        for subject, status in (("bela", 404), ("anna", 200)):
            headers = {"Authorization": f"Bearer {issuer.token(sub=subject)}", "Mcp-Session-Id": session}
            assert client.post("/mcp", json=listing, headers={**ACCEPT, **headers}).status_code == status
