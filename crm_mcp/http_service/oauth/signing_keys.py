"""The issuer's public keys: fetched when they are first needed, again when they are old or a key is not among them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from jwt import PyJWK, PyJWTError

from crm_mcp.transport.documents import DocumentUnavailableError

logger = logging.getLogger(__name__)

FetchJson = Callable[[str], Awaitable[object]]
"""Gets the JSON document at a URL; raises `DocumentUnavailableError` where there is none."""

_STALE_AFTER_S = 600.0
"""So long a key that was withdrawn by the issuer goes on to be taken, at most."""
_KEPT_S = 86_400.0
"""How long keys are used while the issuer does not answer."""
_RETRY_S = 15.0
"""Tokens with invented key ids must not make this server call the issuer each time."""
_WELL_KNOWN = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")


class KeysUnavailableError(Exception):
    """The issuer's keys cannot be had now."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key; `algorithm` is the only one that it may be used with, empty where the issuer names none."""

    key_id: str | None
    key_type: str
    algorithm: str
    key: PyJWK

    def fits(self, algorithm: str, key_type: str) -> bool:
        """Whether a signature by this algorithm may be this key's."""
        return self.key_type == key_type and self.algorithm in ("", algorithm)


class SigningKeys:
    """The keys of one issuer.

    Args:
        issuer: The issuer's URL.
        jwks_url: Where its keys are; empty: where its metadata says.
        fetch: How a document is fetched.
        clock: Seconds that only grow.
    """

    def __init__(
        self, issuer: str, jwks_url: str, fetch: FetchJson, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._fetch = fetch
        self._clock = clock
        self._keys: Sequence[SigningKey] = ()
        self._fetched_s = self._tried_s = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def find(self, key_id: str | None) -> Sequence[SigningKey]:
        """Return the keys of this id, or all where a token names none.

        Raises:
            KeysUnavailableError: None could be fetched.
        """
        if self._is_old(_STALE_AFTER_S) or not self._of_id(key_id):
            await self._refresh()
        if self._is_old(_KEPT_S):
            raise KeysUnavailableError
        return self._of_id(key_id)

    def _of_id(self, key_id: str | None) -> Sequence[SigningKey]:
        return [key for key in self._keys if key_id is None or key.key_id == key_id]

    def _is_old(self, after_s: float) -> bool:
        return self._clock() - self._fetched_s > after_s

    async def _refresh(self) -> None:
        """Fetch the keys anew; where that fails those held stay, and it is not tried again for a while."""
        async with self._one_at_a_time:
            if self._clock() - self._tried_s < _RETRY_S:
                return
            self._tried_s = self._clock()
            try:
                self._keys = _public_keys(await self._fetch(await self._find_jwks_url()))
                self._fetched_s = self._clock()
            except DocumentUnavailableError as error:
                logger.warning("the keys of the token issuer cannot be fetched: %s", error)

    async def _find_jwks_url(self) -> str:
        if self._jwks_url:
            return self._jwks_url
        for url in metadata_urls(self._issuer):
            try:
                metadata = await self._fetch(url)
            except DocumentUnavailableError:
                continue
            if isinstance(metadata, dict):
                known = cast("dict[str, Any]", metadata)
                if known.get("issuer") == self._issuer and _is_trusted(known.get("jwks_uri"), self._issuer):
                    self._jwks_url = known["jwks_uri"]
                    return self._jwks_url
        raise DocumentUnavailableError("the issuer has no metadata that leads to them; set CRM_MCP_OAUTH_JWKS_URL")


def _is_trusted(address: object, issuer: str) -> bool:
    """Whether keys may come from an address: by https, or else from the issuer's own host and port."""
    return isinstance(address, str) and address.startswith(("https://", f"{_origin(issuer)}/"))


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def metadata_urls(issuer: str) -> list[str]:
    """Return where an issuer's metadata may be: RFC 8414 puts the path of the issuer last, OpenID Connect first."""
    scheme, _, rest = issuer.rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    inserted = [f"{scheme}://{host}{known}{slash}{path}" for known in _WELL_KNOWN]
    return list(dict.fromkeys([*inserted, f"{issuer.rstrip('/')}{_WELL_KNOWN[1]}"]))


def _public_keys(document: object) -> list[SigningKey]:
    """Return the keys of a JWKS document that verify signatures; those of unknown kinds are passed over."""
    listed = cast("dict[str, Any]", document).get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise DocumentUnavailableError("what is at the address of the keys is no JWKS document")
    keys: list[SigningKey] = []
    for one in cast("list[dict[str, Any]]", listed):
        try:
            if one.get("kty") != "oct" and one.get("use", "sig") == "sig" and "d" not in one:
                keys.append(SigningKey(one.get("kid"), str(one["kty"]), one.get("alg", ""), PyJWK(one)))
        except (PyJWTError, AttributeError, LookupError, TypeError, ValueError):
            continue
    return keys
