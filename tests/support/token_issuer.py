"""An OAuth issuer on loopback: metadata and keys over HTTP, and tokens as it would sign them, or nobody should."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "https://crm.example/mcp"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def make_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def make_ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_jwk(key: PrivateKey, **beside: str) -> dict[str, Any]:
    made = (
        RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        if isinstance(key, rsa.RSAPrivateKey)
        else ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    )
    return {**made, **beside}


@dataclass
class Issuer:
    """What the issuer publishes, and how often its keys were asked for."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    private_keys: dict[str, PrivateKey] = field(default_factory=dict[str, PrivateKey])
    is_down: bool = False
    asked_for_keys: int = 0

    def add_key(self, key_id: str, key: PrivateKey, **beside: str) -> None:
        self.private_keys[key_id] = key
        self.keys.append(public_jwk(key, kid=key_id, use="sig", **beside))

    def token(
        self,
        scope: str | None = "crm:read crm:write",
        *,
        key_id: str = "one",
        key: Any = None,
        algorithm: str = "",
        header: Mapping[str, Any] = MappingProxyType({}),
        **claims: Any,
    ) -> str:
        """Return a token as this issuer signs it; a claim of None is left out, `header` stands beside the key's id."""
        key = key if key is not None else self.private_keys[key_id]
        algorithm = algorithm or ("RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256")
        now = int(time.time())
        given = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "anna",
            "exp": now + 300,
            "iat": now,
            "scope": scope,
            **claims,
        }
        payload = {name: value for name, value in given.items() if value is not None}
        return jwt.encode(payload, key, algorithm=algorithm, headers={"kid": key_id, **header})


@contextlib.contextmanager
def issuing() -> Generator[Issuer]:
    """Yield an issuer with one RSA key that is called `one`."""
    issuer = Issuer()
    issuer.add_key("one", make_rsa_key())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            metadata = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
            issuer.asked_for_keys += self.path == "/keys"
            documents = {"/.well-known/openid-configuration": metadata, "/keys": {"keys": issuer.keys}}
            found = None if issuer.is_down else documents.get(self.path)
            self.send_response(503 if issuer.is_down else 404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name of the standard library
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield issuer
        finally:
            server.shutdown()
