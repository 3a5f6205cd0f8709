"""The servers that are attacked: each is started once for this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.fake_process import running_fake
from tests.attacks.target import SECRETS, TOKEN, WEBHOOK_LOGIN, Target, attacked
from tests.crm_mcp.safe_writes.playing import Fake
from tests.support.mcp_play import both_crms
from tests.support.team import oauth_of
from tests.support.token_issuer import Issuer, issuing


@pytest.fixture(scope="package")
def crms() -> Iterator[Fake]:
    """Both CRMs with their demo data, for these tests alone."""
    with running_fake("--seed", "demo") as server:
        yield Fake(server.url)


@pytest.fixture(scope="package")
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture(scope="package")
def target(crms: Fake, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server with everything that can be attacked: the one token, OAuth, webhooks, sessions in a store."""
    folder = tmp_path_factory.mktemp("attacked")
    settings = {
        **both_crms(crms.url),
        "CRM_MCP_HTTP_TOKEN": TOKEN,
        **oauth_of(issuer),
        "CRM_MCP_WEBHOOK_LOGIN": WEBHOOK_LOGIN,
        "CRM_MCP_ALLOWED_HOSTS": "crm.example",
        "CRM_MCP_STORE": str(folder / "store"),
        "CRM_MCP_LOG_FILE": str(folder / "events"),
    }
    with attacked(settings, folder) as target:
        yield target
    events = (folder / "events").read_text(encoding="utf-8")
    assert not any(secret in events for secret in SECRETS)
    assert all(line.isprintable() for line in events.splitlines())
