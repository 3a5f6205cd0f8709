"""Subjects that look like another's, and what one person brings to another's login: nothing of either shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.fake_process import FakeServer
from tests.attacks.target import PING, TOKEN, Attack, Target, attacked, call, call_tool, request
from tests.support.logins_file import entry_of, write_logins
from tests.support.mcp_play import both_crms
from tests.support.team import oauth_of
from tests.support.token_issuer import Issuer

pytestmark = pytest.mark.slow

ANNA, BELA = "auth0|Anna", "auth0|béla"
NO_LOGIN = "This server has no CRM login for you."


@pytest.fixture(scope="module")
def team(
    fake_server: FakeServer, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Target, list[str]]]:
    """A server with a login for each of two people, and what must be read by neither: both names, both logins."""
    folder = tmp_path_factory.mktemp("team")
    with fake_server.new_workspace() as anna, fake_server.new_workspace() as bela:
        write_logins(folder / "logins.json", {ANNA: entry_of(anna), BELA: entry_of(bela)})
        settings = {
            **both_crms(fake_server.url),
            **oauth_of(issuer),
            "CRM_MCP_LOGINS": str(folder / "logins.json"),
            "CRM_MCP_STORE": str(folder / "store"),
        }
        with attacked(settings, folder) as target:
            yield target, [anna.minicrm[1], bela.minicrm[1], "logins.json", "auth0|"]


LOOKALIKES = (
    "auth0|anna",
    "AUTH0|ANNA",
    "auth0|Anna ",
    " auth0|Anna",
    "auth0|Anna\0",
    "auth0|Anna\n",
    "auth0|Ann",
    "auth0|Anna2",
    "auth0|\u0410nna",  # a Cyrillic A
    "auth0|A\u200bnna",
    "auth0|be\u0301la",  # the same letter in two parts
    "*",
    "__proto__",
    "__class__",
    "minicrm",
    "../logins.json",
    "' or '1'='1",
    "x" * 20_000,
)


@pytest.mark.parametrize("subject", LOOKALIKES, ids=lambda one: ascii(one)[:30])
def test_a_subject_that_only_looks_like_another_has_no_login(
    team: tuple[Target, list[str]], issuer: Issuer, subject: str
) -> None:
    target, hidden = team
    answer = target.meets(Attack("lookalike", request(token=issuer.token(sub=subject)), 403, NO_LOGIN))
    assert not any(one in answer.text for one in hidden)


def test_what_one_person_began_is_not_there_for_the_other(team: tuple[Target, list[str]], issuer: Issuer) -> None:
    target, hidden = team
    anna, bela = issuer.token(sub=ANNA), issuer.token(sub=BELA)

    def result(sent: bytes) -> dict[str, Any]:
        return target.send(sent).message["result"]

    change = {"project_id": "6001", "fields": {"Name": "x"}}
    plan = result(call_tool("update_project", {**change, "dry_run": True}, token=anna))["structuredContent"]["plan_id"]
    done = result(call_tool("update_project", change, token=anna))["structuredContent"]["write_id"]
    page = result(call_tool("search_projects", {"module": "Sales", "limit": 1}, token=anna))
    file = {"tool": "search_projects", "arguments": {"module": "Sales"}}
    export = result(call_tool("export_search", file, token=anna))["structuredContent"]["uri"]
    session = target.send(request(token=anna)).headers["mcp-session-id"]
    for sent in (
        call_tool("update_project", {"plan_id": plan}, token=bela),
        call_tool("undo_write", {"write_id": done}, token=bela),
        call_tool(
            "search_projects",
            {"module": "Sales", "cursor": page["structuredContent"].get("next_cursor", "none")},
            token=bela,
        ),
        call("resources/read", {"uri": export}, token=bela),
        request("POST", "/mcp", PING, ("Mcp-Session-Id", session), token=bela),
        request("DELETE", "/mcp", b"", ("Mcp-Session-Id", session), token=bela),
    ):
        answer = target.send(sent)
        said = answer.message
        assert "error" in said or said["result"]["isError"], answer.text[:500]
        assert not any(one in answer.text for one in hidden)
        target.check_alive_and_quiet()
    assert "contents" in result(call("resources/read", {"uri": export}, token=anna))
    ping = request("POST", "/mcp", PING, ("Mcp-Session-Id", session), token=anna)
    assert target.send(ping).status == 200


def test_no_login_is_reached_without_a_token_of_the_issuer(team: tuple[Target, list[str]]) -> None:
    target, _ = team
    for token in (None, TOKEN, ANNA):
        target.meets(Attack("no token", request(token=token), 401))
