"""Who sends a request, by a name that says nothing of a person: it may stand in the store and in logs."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import principal_components

if TYPE_CHECKING:
    from starlette.types import Scope

LOCAL = "local"
"""Everybody, where no token is demanded."""
ONE_TOKEN = "token"  # noqa: S105  # says that there is one
"""Whoever brings the token of the settings."""
_PEOPLE_BEHIND_ONE_NAME = 10
_DIGITS = 32
_DIGITS_SHOWN = 8


def user_of(scope: Scope) -> str:
    """Return whose request this is: the same text in every process for one subject of one issuer."""
    user = scope.get("user")
    if not isinstance(user, AuthenticatedUser):
        return LOCAL
    _, issuer, subject = principal_components(user.access_token)
    return ONE_TOKEN if subject is None else user_named(issuer, subject)


def user_named(issuer: str | None, subject: str) -> str:
    """Return what a subject of an issuer is called."""
    return _opaque(issuer, subject)


def people_behind(user: str) -> int:
    """Return for how many people the limits of one are multiplied: a team may share what names nobody."""
    return _PEOPLE_BEHIND_ONE_NAME if user in (LOCAL, ONE_TOKEN) else 1


def shown_user(user: str) -> str:
    """Return what people may read of a user, as in the audit."""
    return f"user {user[:_DIGITS_SHOWN]}"


def client_of(scope: Scope) -> str:
    """Return whose request this is, and by which client: two programs of one user are two clients."""
    user = scope.get("user")
    return _opaque(*principal_components(user.access_token)) if isinstance(user, AuthenticatedUser) else LOCAL


def _opaque(*parts: str | None) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_DIGITS]
