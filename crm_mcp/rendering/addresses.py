"""Addresses of resources where several accounts are served: `crm://ACCOUNT/modules` for `crm://modules`. Pure."""

from __future__ import annotations

_SCHEME = "crm://"


def bind_addresses(text: str, account: str) -> str:
    """Return a text of this server's own with its addresses those of an account; as it is where that has no name."""
    return text.replace(_SCHEME, f"{_SCHEME}{account}/") if account else text
