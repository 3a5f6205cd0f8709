"""Access tokens: JWTs that the issuer signed for this server, and what their bearers may do."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import jwt
from mcp.server.auth.provider import AccessToken

from crm_mcp.http_service.oauth.signing_keys import KeysUnavailableError, SigningKey, SigningKeys

READ = "crm:read"
WRITE = "crm:write"
SCOPES = (READ, WRITE)

_KEY_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "EdDSA": "OKP",
}
"""The algorithms that are taken, each with the type of its key: none that a public key could be the secret of."""
_NO_KEY = "The token is signed by no key of the issuer."
_OTHER_KIND = "The token is no access token."
_TYPES = ("jwt", "at+jwt")
"""What the header of an access token says it is; other kinds are for other purposes, whoever signed them."""
_LEEWAY_S = 30
"""How far the clocks of issuer and server may be apart."""
_MOST_VERIFIED = 256
"""Tokens whose signature need not be verified again."""


class TokenRefusedError(Exception):
    """The token lets nobody in; the text says why, and holds nothing of the token."""


class OauthTokens:
    """Verifies the tokens of one issuer for one audience."""

    def __init__(self, keys: SigningKeys, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._verified: dict[bytes, tuple[SigningKey, AccessToken]] = {}  # by the hash of a token

    async def verify(self, token: str) -> AccessToken:
        """Return whose token it is and what its scopes are.

        Raises:
            TokenRefusedError: It is not to be trusted.
        """
        algorithm, key_id = _read_header(token)
        try:
            found = await self._keys.find(key_id)
        except KeysUnavailableError:
            raise TokenRefusedError("The issuer's keys cannot be had now; try again soon.") from None
        digest = hashlib.sha256(token.encode()).digest()
        if granted := self._verified_before(digest, found):
            return granted
        problem = TokenRefusedError(_NO_KEY)
        for signing_key in found:
            if not signing_key.fits(algorithm, _KEY_TYPES[algorithm]):
                continue
            try:
                granted = _granted(self._claims(token, signing_key.key, algorithm))
            except TokenRefusedError as error:
                problem = error
                continue
            if len(self._verified) >= _MOST_VERIFIED:
                del self._verified[next(iter(self._verified))]
            self._verified[digest] = (signing_key, granted)
            return granted
        raise problem

    def _verified_before(self, digest: bytes, keys: Sequence[SigningKey]) -> AccessToken | None:
        """Return what a token grants whose key is still among the issuer's, until it expires."""
        key, granted = self._verified.get(digest, (None, None))
        if key in keys and granted is not None and time.time() < (granted.expires_at or 0):
            return granted
        self._verified.pop(digest, None)
        return None

    def _claims(self, token: str, key: jwt.PyJWK, algorithm: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise TokenRefusedError("The token is expired.") from None
        except jwt.InvalidAudienceError:
            raise TokenRefusedError("The token is for another audience.") from None
        except jwt.InvalidIssuerError:
            raise TokenRefusedError("The token is of another issuer.") from None
        except jwt.MissingRequiredClaimError as error:
            raise TokenRefusedError(f"The token has no claim {error.claim}.") from None
        except jwt.InvalidSignatureError:
            raise TokenRefusedError(_NO_KEY) from None
        except (jwt.PyJWTError, ValueError, TypeError):
            raise TokenRefusedError("The token is not valid.") from None


def _read_header(token: str) -> tuple[str, str | None]:
    """Return a token's algorithm and the id of its key.

    Raises:
        TokenRefusedError: It is no JWT, or its algorithm is none that is taken.
    """
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefusedError("The token is no JWT.") from None
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _KEY_TYPES:
        raise TokenRefusedError("The token is not signed by an algorithm that is taken.")
    if str(header.get("typ") or "JWT").lower().removeprefix("application/") not in _TYPES:
        raise TokenRefusedError(_OTHER_KIND)
    key_id = header.get("kid")
    return algorithm, key_id if isinstance(key_id, str) else None


def _granted(claims: Mapping[str, Any]) -> AccessToken:
    """Return what verified claims grant; the token itself is kept nowhere.

    Raises:
        TokenRefusedError: They name nobody, or are not those of an access token.
    """
    if _are_of_another_kind(claims):
        raise TokenRefusedError(_OTHER_KIND)
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject:
        raise TokenRefusedError("The token names nobody.")
    return AccessToken(
        token="",
        client_id=str(claims.get("client_id") or claims.get("azp") or subject),
        scopes=_scopes(claims),
        expires_at=int(claims["exp"]) + _LEEWAY_S,
        subject=subject,
        claims={"iss": claims["iss"]},
    )


def _are_of_another_kind(claims: Mapping[str, Any]) -> bool:
    """Tell whether claims are those of a token that only identifies a user, or only gets other tokens.

    Source: OpenID Connect Core 3.1.3.6 (`at_hash` is of ID tokens alone).
    """
    kind, use = (str(claims.get(name) or "").lower() for name in ("typ", "token_use"))
    return kind not in ("", "bearer", *_TYPES) or use not in ("", "access") or "at_hash" in claims


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    """Return the scopes that a token grants: text with blanks between, or a list as some issuers write it."""
    given = claims.get("scope", claims.get("scp", ""))
    listed = given.split(" ") if isinstance(given, str) else given
    return [one for one in cast("list[object]", listed) if isinstance(one, str)] if isinstance(listed, list) else []
