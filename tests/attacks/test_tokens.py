"""Tokens that were forged, stolen from elsewhere, or never meant to open this server, and what a narrow one reaches."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.attacks.target import HELLO, TOKEN, Attack, Target, request
from tests.support.token_issuer import AUDIENCE, Issuer, make_ec_key, make_rsa_key, public_jwk

pytestmark = pytest.mark.slow

Forge = Callable[[Issuer], str]

EXPIRED = "The token is expired."
FOREIGN_AUDIENCE = "The token is for another audience."
FOREIGN_ISSUER = "The token is of another issuer."
NO_KEY = "The token is signed by no key of the issuer."
NO_JWT = "The token is no JWT."
NOT_VALID = "The token is not valid."
NOBODY = "The token names nobody."
OTHER_ALGORITHM = "The token is not signed by an algorithm that is taken."
OTHER_KIND = "The token is no access token."
HOUR = 3_600
STRANGER = make_rsa_key()
STRANGERS_JWK = public_jwk(STRANGER, kid="one")


def now() -> int:
    return int(time.time())


def part(content: object) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def parts(token: str) -> tuple[dict[str, Any], str]:
    """Return the header of a token, and its claims as they stand in it."""
    header, claims, _ = token.split(".")
    return json.loads(base64.urlsafe_b64decode(header + "==")), claims


def unsigned(algorithm: object) -> Forge:
    def forge(issuer: Issuer) -> str:
        header, claims = parts(issuer.token())
        return f"{part(header | {'alg': algorithm})}.{claims}."

    return forge


def keeping_the_signature(algorithm: str) -> Forge:
    """Return what names another algorithm in a token that the issuer signed."""

    def forge(issuer: Issuer) -> str:
        header, claims = parts(issuer.token())
        return f"{part(header | {'alg': algorithm})}.{claims}.{issuer.token().rpartition('.')[2]}"

    return forge


def signed_by_the_public_key(encode: Callable[[Issuer], bytes], algorithm: str = "HS256") -> Forge:
    """Return what signs with a secret that everybody has: the issuer's public key."""

    def forge(issuer: Issuer) -> str:
        header, claims = parts(issuer.token())
        signed = f"{part(header | {'alg': algorithm})}.{claims}"
        return f"{signed}.{part(hmac.digest(encode(issuer), signed.encode(), hashlib.sha256))}"

    return forge


def pem(issuer: Issuer) -> bytes:
    public = issuer.private_keys["one"].public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def claiming(**claims: Any) -> Forge:
    return lambda issuer: issuer.token(**claims)


def strangers(**header: Any) -> Forge:
    """Return what a stranger signs, with a header that shows the way to the stranger's key."""
    return lambda issuer: issuer.token(key=STRANGER, header=header)


def changed_after_signing(issuer: Issuer) -> str:
    header, _, signature = issuer.token("crm:read").split(".")
    return f"{header}.{parts(issuer.token())[1]}.{signature}"


def signed(header: object, claims: str, key: Any) -> str:
    """Return a token of a header and claims that no library would sign."""
    told = f"{part(header)}.{claims}"
    return f"{told}.{part(jwt.get_algorithm_by_name('RS256').sign(told.encode(), key))}"


def with_duplicate_claims(issuer: Issuer) -> str:
    """Return a token whose claims name the audience twice, ours last; a stranger signed it."""
    claims = f'{{"aud": "x", "aud": "{AUDIENCE}", "iss": "{issuer.url}", "sub": "a", "exp": 9999999999}}'
    return signed({"alg": "RS256", "kid": "one"}, part(claims.encode()), STRANGER)


def claims_as(text: str) -> Forge:
    """Return what has the issuer sign this as the claims."""

    def forge(issuer: Issuer) -> str:
        filled = text.replace("ISSUER", issuer.url).replace("AUDIENCE", AUDIENCE)
        return signed({"alg": "RS256", "kid": "one"}, part(filled.encode()), issuer.private_keys["one"])

    return forge


REFUSED: dict[str, tuple[Forge, str]] = {
    # Signatures
    "a stranger's signature": (strangers(), NO_KEY),
    "a stranger's signature by another curve": (lambda one: one.token(key=make_ec_key()), NO_KEY),
    "a stranger's signature by EdDSA": (
        lambda one: one.token(key=ed25519.Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        NO_KEY,
    ),
    "a signature that was cut": (lambda one: one.token()[:-6], NO_KEY),
    "no signature": (lambda one: one.token().rpartition(".")[0] + ".", NO_KEY),
    "claims changed after signing": (changed_after_signing, NO_KEY),
    "the same signature as PS256": (keeping_the_signature("PS256"), NO_KEY),
    "the same signature as RS512": (keeping_the_signature("RS512"), NO_KEY),
    "the same signature as ES256": (keeping_the_signature("ES256"), NO_KEY),
    "the same signature as EdDSA": (keeping_the_signature("EdDSA"), NO_KEY),
    "the public key as JWK for a secret": (
        signed_by_the_public_key(lambda one: json.dumps(one.keys[0]).encode()),
        OTHER_ALGORITHM,
    ),
    "the public key as PEM for a secret": (signed_by_the_public_key(pem), OTHER_ALGORITHM),
    "the public key for a secret, said to be RS256": (signed_by_the_public_key(pem, "RS256"), NO_KEY),
    **{
        f"alg {algorithm!r}": (unsigned(algorithm), OTHER_ALGORITHM)
        for algorithm in ("none", "None", "NONE", "nOnE", "none ", "", "HS256", "ES256K", None, 0, ["RS256"], {"a": 1})
    },
    # Headers that show the way to another key
    "the stranger's key in jwk": (strangers(jwk=STRANGERS_JWK), NO_KEY),
    "the stranger's keys at jku": (strangers(jku="http://127.0.0.1:9/keys"), NO_KEY),
    "the stranger's certificate at x5u": (strangers(x5u="https://evil.example/cert"), NO_KEY),
    "the stranger's certificate in x5c": (strangers(x5c=["AAAA"]), NO_KEY),
    "an extension that must be known": (
        lambda one: one.token(header={"crit": ["http://evil.example/x"], "http://evil.example/x": 1}),
        NO_JWT,
    ),
    "a payload that is not encoded": (lambda one: one.token(header={"crit": ["b64"], "b64": False}), NOT_VALID),
    "another key's id": (lambda one: one.token(key=STRANGER, key_id="one"), NO_KEY),
    "no key's id": (lambda one: signed({"alg": "RS256"}, parts(one.token())[1], STRANGER), NO_KEY),
    "an object for the key's id": (
        lambda one: signed({"alg": "RS256", "kid": {"one": 1}}, parts(one.token())[1], STRANGER),
        NO_JWT,
    ),
    **{
        f"kid {kid!r:.30}": (lambda one, kid=kid: one.token(key=STRANGER, key_id=kid), NO_KEY)
        for kid in (
            "../../../../dev/null",
            "' or '1'='1",
            "https://evil.example/keys",
            "one\n\x1b[31mWARNING forged",
            "%00",
            "x" * 5_000,
        )
    },
    # Claims
    "expired": (claiming(exp=1_000_000_000), EXPIRED),
    "expired a minute ago": (lambda one: one.token(exp=now() - 60), EXPIRED),
    "expired before 1970": (claiming(exp=-1), EXPIRED),
    "no expiry": (claiming(exp=None), "The token has no claim exp."),
    "expiry as text": (claiming(exp="never"), NOT_VALID),
    "expiry as a list": (claiming(exp=[9_999_999_999]), NOT_VALID),
    "expiry beyond all numbers": (claims_as('{"iss":"ISSUER","aud":"AUDIENCE","sub":"a","exp":1e999}'), NOT_VALID),
    "expiry as no number": (claims_as('{"iss":"ISSUER","aud":"AUDIENCE","sub":"a","exp":NaN}'), NOT_VALID),
    "not valid yet": (lambda one: one.token(nbf=now() + HOUR), NOT_VALID),
    "valid from when no number says": (
        claims_as('{"iss":"ISSUER","aud":"AUDIENCE","sub":"a","exp":9999999999,"nbf":-1e999}'),
        NOT_VALID,
    ),
    "issued in the future": (lambda one: one.token(iat=now() + HOUR), NOT_VALID),
    "a foreign audience": (claiming(aud="https://other.example/mcp"), FOREIGN_AUDIENCE),
    "foreign audiences": (claiming(aud=["https://other.example", "https://third.example"]), FOREIGN_AUDIENCE),
    "the beginning of our audience": (claiming(aud=AUDIENCE[:-1]), FOREIGN_AUDIENCE),
    "more than our audience": (claiming(aud=AUDIENCE + "/other"), FOREIGN_AUDIENCE),
    "our audience in other letters": (claiming(aud=AUDIENCE.upper()), FOREIGN_AUDIENCE),
    "our audience among others in one text": (claiming(aud=f"{AUDIENCE} https://other.example"), FOREIGN_AUDIENCE),
    "no audience": (claiming(aud=None), "The token has no claim aud."),
    "an empty audience": (claiming(aud=""), "The token has no claim aud."),
    "no audiences": (claiming(aud=[]), "The token has no claim aud."),
    "our audience as a name": (claiming(aud={AUDIENCE: 1}), FOREIGN_AUDIENCE),
    "a foreign issuer": (claiming(iss="https://other.example"), FOREIGN_ISSUER),
    "our issuer with a slash": (lambda one: one.token(iss=one.url + "/"), FOREIGN_ISSUER),
    "our issuer among others": (
        claims_as('{"iss":["ISSUER","x"],"aud":"AUDIENCE","sub":"a","exp":9999999999}'),
        FOREIGN_ISSUER,
    ),
    "no issuer": (claiming(iss=None), "The token has no claim iss."),
    "nobody": (claiming(sub=None), "The token has no claim sub."),
    "an empty subject": (claiming(sub=""), NOBODY),
    "a number for a subject": (claiming(sub=7), NOT_VALID),
    "a list for a subject": (claiming(sub=["anna"]), NOT_VALID),
    "duplicate claims": (with_duplicate_claims, NO_KEY),
    "claims that are a list": (claims_as('["crm:read"]'), NOT_VALID),
    "claims that are no JSON": (claims_as("ISSUER AUDIENCE"), NOT_VALID),
    "claims in claims without end": (claims_as("[" * 20_000), NOT_VALID),
    # Tokens for other purposes
    "an ID token": (claiming(nonce="n", at_hash="a", typ="ID"), OTHER_KIND),
    "an ID token by its hash": (claiming(at_hash="a"), OTHER_KIND),
    "an ID token of Cognito": (claiming(token_use="id"), OTHER_KIND),
    "a refresh token": (claiming(typ="Refresh"), OTHER_KIND),
    "an offline token": (claiming(typ="Offline"), OTHER_KIND),
    "a logout token": (lambda one: one.token(header={"typ": "logout+jwt"}), OTHER_KIND),
    "a proof of possession": (lambda one: one.token(header={"typ": "dpop+jwt"}), OTHER_KIND),
    "a security event": (lambda one: one.token(header={"typ": "secevent+jwt"}), OTHER_KIND),
    # What is no token
    "dots": (lambda _: "." * 1_000, NO_JWT),
    "a token of a million dots": (lambda _: "a." * 25_000, NO_JWT),
    "an encrypted token": (lambda _: f"{part({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.a.b.c.d", NO_JWT),
    "another part": (lambda one: one.token() + ".x", NO_JWT),
    "a header that is a list": (lambda _: f"{part(['RS256'])}.e30.x", NO_JWT),
    "a header in headers without end": (lambda _: f"{part(b'[' * 20_000)}.e30.x", NO_JWT),
    "bytes": (lambda _: "\xff\xfe\x1b[31m.\x9b.\x85", NO_JWT),
    "the one token with more": (lambda _: TOKEN + "x", NO_JWT),
    "the one token with less": (lambda _: TOKEN[:-1], NO_JWT),
    "the one token in other letters": (lambda _: TOKEN.lower(), NO_JWT),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_token_that_is_not_to_be_trusted_opens_nothing(target: Target, issuer: Issuer, name: str) -> None:
    forge, says = REFUSED[name]
    answer = target.meets(Attack(name, request(token=forge(issuer)), 401, says))
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token", ')


def test_a_token_too_long_to_be_one_is_refused(target: Target) -> None:
    target.meets(Attack("a megabyte", request(token="x" * 1_000_000), 400, "cannot be read"))


HEADERS: dict[str, list[tuple[str, str]]] = {
    "no header": [],
    "a scheme alone": [("Authorization", "Bearer")],
    "a login": [("Authorization", "Basic " + base64.b64encode(f"crm:{TOKEN}".encode()).decode())],
    "no scheme": [("Authorization", TOKEN)],
    "another scheme": [("Authorization", f"Token {TOKEN}")],
    "two headers": [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other")],
    "two in one header": [("Authorization", f"Bearer {TOKEN}, Bearer other")],
    "a tab": [("Authorization", f"Bearer\t{TOKEN}")],
    "two blanks": [("Authorization", f"Bearer  {TOKEN}")],
    "quotes": [("Authorization", f'Bearer "{TOKEN}"')],
    "a header folded to two lines": [("X-A", f"b\r\n Authorization: Bearer {TOKEN}")],
    "a proxy's header": [("Proxy-Authorization", f"Bearer {TOKEN}")],
    "a forwarded header": [("X-Forwarded-Authorization", f"Bearer {TOKEN}")],
    "a header with an underscore": [("Authorization_", f"Bearer {TOKEN}")],
    "a cookie": [("Cookie", f"Authorization=Bearer {TOKEN}; token={TOKEN}")],
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_token_counts_in_its_one_header_alone(target: Target, name: str) -> None:
    target.meets(Attack(name, request("POST", "/mcp", HELLO, *HEADERS[name], token=None), 401))


SCOPES: dict[str, dict[str, Any]] = {
    "none": {"scope": None},
    "empty": {"scope": ""},
    "writing alone": {"scope": "crm:write"},
    "one that begins so": {"scope": "crm:reader crm:read-all crm:read:x"},
    "one that ends so": {"scope": "xcrm:read"},
    "other letters": {"scope": "CRM:READ"},
    "letters that look alike": {"scope": "\u0441rm:read crm:re\u0430d crm\uff1aread"},
    "blanks that are none": {"scope": "a\u00a0crm:read\u2003crm:read\u0085crm:read\x1fcrm:read\tcrm:read"},
    "joined by commas": {"scope": "crm:read,crm:write"},
    "everything": {"scope": "* crm:*"},
    "a list in a list": {"scope": [["crm:read"]]},
    "an object": {"scope": {"crm:read": True}},
    "a number": {"scope": 1},
    "true": {"scope": True},
    "two in one of a list": {"scope": ["crm:read crm:write"]},
    "roles": {"scope": None, "roles": ["crm:read"], "permissions": ["crm:read"]},
    "a second claim": {"scope": "", "scp": "crm:read"},
}


@pytest.mark.parametrize("name", SCOPES)
def test_only_the_very_scope_lets_a_token_read(target: Target, issuer: Issuer, name: str) -> None:
    token = issuer.token(
        SCOPES[name]["scope"], **{claim: one for claim, one in SCOPES[name].items() if claim != "scope"}
    )
    answer = target.meets(Attack(name, request(token=token), 403, "The token lacks the scope crm:read."))
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_tokens_as_issuers_write_them_open_the_door(target: Target, issuer: Issuer) -> None:
    for token in (
        TOKEN,
        issuer.token(header={"typ": "at+jwt"}),
        issuer.token(header={"typ": "application/at+JWT"}),
        issuer.token(header={"typ": None}, typ="Bearer", nonce="n"),
        issuer.token(aud=["https://other.example", AUDIENCE], token_use="access"),
        issuer.token(iat=now() + 10, nbf=now() + 10),
    ):
        assert target.send(request(token=token)).status == 200
    target.check_alive_and_quiet()
