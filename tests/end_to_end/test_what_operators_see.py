"""Spans, metrics, log file, exported audit and stderr of real processes: they tell what happened, and nothing in it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import Implementation, RequestParamsMeta

from mockserver.fake_process import FakeServer
from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import call
from tests.support.otlp_receiver import Received, receiving
from tests.support.team import oauth_of
from tests.support.token_issuer import Issuer, issuing
from tests.support.transports import Era, http_process, over_stdio, run_warm

pytestmark = pytest.mark.slow
WORD = "kanari"
"""Stands in whatever a CRM, a caller or a person writes."""
CLIENT = f"{WORD}-client"
WEBHOOKS = f"{WORD}-hook:{WORD}-hook-secret"
TRACE = "0af7651916cd43dd8448eb211c80319c"
HEADERS_TRACE = "1af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
TASK = {"comment": f"{WORD} comment", "deadline": "2027-01-02"}


@dataclass(frozen=True)
class Seen:
    """What was seen of a play."""

    received: Received
    log: Path
    stderr: str
    audit: str
    secrets: tuple[str, ...]

    def lines(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if line["event"] == event]


async def play(client: Client, fake: CrmFake, meta: Mapping[str, Any]) -> None:
    """Read, write, fail, and let the CRM fail with the login in its words."""
    ivinex = {"first_name": f"{WORD} first", "last_name": f"{WORD} last"}
    await call(client, "create_records", module="contact", records=[ivinex])
    person = {"FirstName": f"{WORD} Anna", "LastName": f"{WORD} K.", "Email": f"{WORD}@example.com"}
    made = await call(client, "create_contact", type="Person", fields=person, allow_duplicate=True)
    await call(client, "create_address", contact_id=made["id"], name=f"{WORD} Ltd", fields={"City": f"{WORD} city"})
    await call(client, "update_project", project_id=6001, fields={"Name": f"{WORD} project"})
    await call(client, "create_task", project_id=6001, **TASK)
    await call(client, "query_crm", sql=f"select name from minicrm_projects where name like '{WORD}%'")
    for tool, arguments in (
        ("get_project", {"project_id": "6001"}),
        ("get_project", {"project_id": "999999"}),
        ("search_contacts", {"text": f"{WORD}@example.com"}),
        ("search_projects", {f"{WORD}_argument": WORD}),
        ("get_record", {"module": "contact", "record_id": f"{WORD}-record"}),
        (f"{WORD}_tool", {"x": WORD}),
        ("query_crm", {"sql": f"select {WORD} from minicrm_projects"}),
    ):
        with contextlib.suppress(Exception):
            await client.call_tool(tool, arguments, meta=cast("RequestParamsMeta", dict(meta)))
    with contextlib.suppress(Exception):
        await client.read_resource(f"crm://{WORD}")
    with contextlib.suppress(Exception):
        await client.get_prompt(f"{WORD}_prompt", {WORD: WORD})
    words = f"{WORD} refused {' '.join(fake.logins['ivinex'])} {' '.join(fake.logins['minicrm'])}"
    for kind in ({"kind": "status", "status": 500, "body": words}, {"kind": "malformed"}, {"kind": "html"}):
        fake.faults({"match": {}, "times": 1, "fault": kind})
        await client.call_tool("get_project", {"project_id": "6002"})
    fake.faults()


def settings_of(fake: CrmFake, received: Received, folder: Path) -> dict[str, str]:
    return {
        **fake.env,
        "CRM_MCP_STORE": str(folder / "store"),
        "CRM_MCP_LOG_FILE": str(folder / "log" / "calls.jsonl"),
        "OTEL_EXPORTER_OTLP_ENDPOINT": received.url,
        "OTEL_METRIC_EXPORT_INTERVAL": "200",
        "OTEL_SERVICE_NAME": "crm of the team",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
    }


def audit_of(settings: Mapping[str, str]) -> str:
    ended = run_warm("audit", "--export", "-", settings=settings)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def on_stdio(fake_server: FakeServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("stdio")
    with receiving() as received, fake_server.new_workspace() as fake:
        settings = settings_of(fake, received, folder)

        async def converse() -> None:
            async with over_stdio(settings, str(folder), "auto") as client:
                await play(client, fake, {"traceparent": PARENT, "tracestate": f"{WORD}=1"})

        asyncio.run(converse())
        secrets = (*fake.logins["ivinex"], fake.logins["minicrm"][1])
        yield Seen(received, folder / "log" / "calls.jsonl", "", audit_of(settings), secrets)


@pytest.fixture(scope="module")
def over_http(fake_server: FakeServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("http")
    with issuing() as issuer, receiving() as received, fake_server.new_workspace() as fake:
        settings = {**settings_of(fake, received, folder), **oauth_of(issuer), "CRM_MCP_WEBHOOK_LOGIN": WEBHOOKS}
        token = issuer.token(sub=f"{WORD}-subject", email=f"{WORD}@example.com")
        log = folder / "stderr"
        with log.open("w") as stderr, http_process(settings, str(folder), log=stderr) as (_, url):
            for era in ("auto", "legacy"):
                asyncio.run(converse_over_http(url, token, era, fake))
            knock(url, issuer)
            await_metric(received, "crm_mcp.sessions.open")
        secrets = (*fake.logins["ivinex"], fake.logins["minicrm"][1], token)
        yield Seen(received, folder / "log" / "calls.jsonl", log.read_text(), audit_of(settings), secrets)


async def converse_over_http(url: str, token: str, era: Era, fake: CrmFake) -> None:
    headers = {"Authorization": f"Bearer {token}", "traceparent": PARENT.replace(TRACE, HEADERS_TRACE)}
    http = httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60)
    info = Implementation(name=CLIENT, version="1")
    async with http, Client(streamable_http_client(url, http_client=http), mode=era, client_info=info) as client:
        await play(client, fake, {})


def knock(url: str, issuer: Issuer) -> None:
    """Send what is refused, and webhooks."""
    base = url.removesuffix("/mcp")
    user, _, password = WEBHOOKS.partition(":")
    foreign = {"Authorization": f"Bearer {issuer.token(sub=WORD, aud=f'https://{WORD}.example')}"}
    with httpx.Client(trust_env=False, timeout=60) as http:
        http.post(url, headers={"Authorization": f"Bearer {WORD}"}, json={})
        http.post(url, headers=foreign, json={})
        http.get(f"{base}/{WORD}?{WORD}={WORD}")
        http.post(f"{url}?toolsets={WORD}", headers=foreign, json={})
        http.post(url, headers={"Host": f"{WORD}.example"})
        http.request(WORD.upper(), url)
        hook = {"Id": 6001, "Schema": {"Id": WORD}, "Data": {"Name": WORD}}
        assert http.post(f"{base}/webhooks/minicrm", auth=(user, password), json=hook).status_code == 200
        assert http.post(f"{base}/webhooks/minicrm", auth=(WORD, WORD), json=hook).status_code == 401


def await_metric(received: Received, name: str) -> None:
    until = time.monotonic() + 30
    while name not in {one for one, _ in received.points()} and time.monotonic() < until:
        time.sleep(0.05)


@pytest.fixture(params=["on_stdio", "over_http"])
def seen(request: pytest.FixtureRequest) -> Seen:
    return request.getfixturevalue(request.param)


def test_no_word_of_a_crm_a_caller_or_a_login_is_seen_anywhere(seen: Seen) -> None:
    places = {
        "spans and metrics": seen.received.text(),
        "log": seen.log.read_text(),
        "stderr": seen.stderr,
        "audit": seen.audit.replace(CLIENT, ""),  # who wrote is told by the name that the client gives itself
    }
    for place, text in places.items():
        for secret in (WORD, *seen.secrets):
            assert secret.casefold() not in text.casefold(), f"{secret} stands in {place}"
    assert "update_project" in places["audit"]


def test_no_path_of_a_record_is_seen(seen: Seen) -> None:
    routes = {span.attributes.get("url.template", "") for span in seen.received.spans()}
    routes |= {line["route"] for line in seen.lines("crm_request_sent")}
    assert "/Api/R3/Project/{id}" in routes
    assert not [route for route in routes if re.search(r"/[0-9]", route)]


def test_each_call_is_a_span_with_its_outcome_above_those_of_its_requests(seen: Seen) -> None:
    spans = list(seen.received.spans())
    named = {(span.name, span.attributes.get("crm_mcp.outcome"), span.attributes.get("error.type")) for span in spans}
    assert named >= {
        ("tools/call get_project", "ok", None),
        ("tools/call get_project", "error", "NotFoundError"),
        ("tools/call search_projects", "error", "InvalidArguments"),
        ("tools/call _OTHER", "error", "tool_error"),
    }
    to_crm = [span for span in spans if span.name == "GET /Api/R3/Project/{id}"]
    assert to_crm
    assert all(span.parent_id for span in to_crm)
    assert all(span.is_error == (span.attributes["http.response.status_code"] >= 400) for span in to_crm)


def test_a_call_belongs_to_the_trace_of_its_caller(on_stdio: Seen, over_http: Seen) -> None:
    for seen, trace in ((on_stdio, TRACE), (over_http, HEADERS_TRACE)):
        assert trace in {span.trace_id for span in seen.received.spans() if span.name == "tools/call get_project"}


def test_the_service_is_called_as_its_operator_says(seen: Seen) -> None:
    resource = next(seen.received.resources())
    assert resource["service.name"] == "crm of the team"
    assert resource["deployment.environment.name"] == "test"


def test_metrics_have_the_names_of_the_conventions(on_stdio: Seen, over_http: Seen) -> None:
    names = {name for name, _ in over_http.received.points()}
    assert names >= {
        *("mcp.server.operation.duration", "http.client.request.duration", "http.server.request.duration"),
        *("crm_mcp.budget.wait.duration", "crm_mcp.calls.unfinished", "crm_mcp.questions.open"),
        *("crm_mcp.sessions.open", "crm_mcp.plans.open", "crm_mcp.replica.refresh.duration", "crm_mcp.webhooks"),
    }
    assert "mcp.server.operation.duration" in {name for name, _ in on_stdio.received.points()}
    tools = {point.get("gen_ai.tool.name") for name, point in over_http.received.points() if name.startswith("mcp.")}
    assert tools >= {"get_project", "_OTHER"}


def test_the_log_tells_of_start_calls_refusals_webhooks_and_end(over_http: Seen) -> None:
    users = {line["user"] for line in over_http.lines("request_served")}
    (user,) = users
    assert re.fullmatch("[0-9a-f]{32}", user)
    assert over_http.lines("service_started")[0]["transport"] == "http"
    assert len(over_http.lines("service_stopped")) == 1
    assert {line["status"] for line in over_http.lines("webhook_received")} == {200, 401}
    refused = {(line["route"], line["status"]) for line in over_http.lines("http_answered")}
    assert refused >= {("/mcp", 401), ("_OTHER", 404)}
