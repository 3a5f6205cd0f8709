"""A connection may reach less than the server has, by its token or its address, and never more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from mockserver.fake_process import FakeServer
from tests.support.mcp_play import both_crms, fail
from tests.support.team import oauth_of
from tests.support.token_issuer import Issuer, issuing
from tests.support.transports import ERAS, Era, serving_http

pytestmark = pytest.mark.slow

WRITERS = {"create_note", "update_project", "undo_write"}
DEFAULT_READERS = {"list_modules", "query_crm", "search_projects", "export_search"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def address(fake_server: FakeServer, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = str(tmp_path_factory.mktemp("cwd"))
    with serving_http(both_crms(fake_server.url) | oauth_of(issuer), folder, "--toolsets", "default,history") as url:
        yield url


async def names_and_write(address: str, token: str, era: Era) -> tuple[set[str], str]:
    """Return the tools that are listed, and what is said to a write that is tried all the same."""
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=60)
    async with http, Client(streamable_http_client(address, http_client=http), mode=era) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        return names, await fail(client, "create_task", project_id=1, comment="x", user="nobody of that name")


def listed(address: str, token: str, era: Era = "auto") -> tuple[set[str], str]:
    return asyncio.run(names_and_write(address, token, era))


@pytest.mark.parametrize("era", ERAS)
def test_a_token_that_only_reads_lists_and_calls_no_tool_that_writes(address: str, issuer: Issuer, era: Era) -> None:
    names, said = listed(address, issuer.token("crm:read"), era)
    assert names >= {*DEFAULT_READERS, "list_emails"}
    assert not names & WRITERS
    assert said == "create_task writes, and this connection only reads: the token lacks the scope crm:write."
    names, said = listed(address, issuer.token(), era)
    assert names >= DEFAULT_READERS | WRITERS
    assert "only reads" not in said


@pytest.mark.parametrize("era", ERAS)
def test_an_address_narrows_a_connection(address: str, issuer: Issuer, era: Era) -> None:
    names, said = listed(f"{address}?read_only=1", issuer.token(), era)
    assert names >= DEFAULT_READERS
    assert not names & WRITERS
    assert "its address says read_only" in said
    names, said = listed(f"{address}?toolsets=history", issuer.token(), era)
    assert names == {"get_project_history", "list_emails", "read_attachment"}
    assert "in no toolset of this connection" in said


def test_an_address_never_widens_a_connection(address: str, issuer: Issuer) -> None:
    assert not listed(f"{address}?read_only=0", issuer.token("crm:read"))[0] & WRITERS
    names, _ = listed(f"{address}?toolsets=all", issuer.token())
    assert "create_invoice" not in names
    assert names >= WRITERS | {"list_emails"}
    assert listed(f"{address}?toolsets=money", issuer.token())[0] == set()


@pytest.mark.parametrize("query", ["read_only=perhaps", "toolsets=histroy", "toolsets=default&toolsets=nothing"])
def test_an_address_that_cannot_be_read_is_refused_and_says_why(address: str, issuer: Issuer, query: str) -> None:
    headers = {"Authorization": f"Bearer {issuer.token()}"}
    response = httpx.post(f"{address}?{query}", json={}, headers=headers, trust_env=False)
    assert response.status_code == 400
    assert "read_only" in response.text or "toolset" in response.text
