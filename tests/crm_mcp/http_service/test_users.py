"""What a user is called where nothing may tell who that is."""

from __future__ import annotations

from typing import Any

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from crm_mcp.http_service.users import client_of, user_of


def scope_of(subject: str | None, issuer: str = "https://id.example", client: str = "desk") -> dict[str, Any]:
    claims = {"iss": issuer} if subject is not None else None
    return {
        "user": AuthenticatedUser(
            AccessToken(token="", client_id=client, scopes=["crm:read"], subject=subject, claims=claims)
        )
    }


def test_a_user_has_one_name_in_every_process_and_no_two_have_the_same() -> None:
    assert user_of(scope_of("anna")) == user_of(scope_of("anna", client="another"))
    others = [scope_of("bela"), scope_of("anna", "https://other.example"), scope_of(None), {}]
    assert len({user_of(scope_of("anna")), *map(user_of, others)}) == 5


def test_the_name_of_a_user_tells_neither_subject_nor_issuer() -> None:
    for name in (user_of(scope_of("anna")), client_of(scope_of("anna"))):
        assert "anna" not in name
        assert "example" not in name


def test_two_programs_of_one_user_are_two_clients() -> None:
    assert client_of(scope_of("anna")) != client_of(scope_of("anna", client="another"))
    assert client_of({}) == user_of({})
