"""Whatever a CRM says in a refusal, the login that it was sent never reaches the model."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from mcp import Client

from crm_mcp.crm.http_refusals import quote as quote_refusal
from crm_mcp.crm.messages import Request, Response
from tests.support.crm_stub import API, RECORDS, CrmStub, in_session
from tests.support.mcp_play import call, fail

SECRET = "s3cret/Passw0rd+\u0151???abc"
"""Has what URLs, base64 and JSON each write in another way."""
STATUSES = (400, 401, 403, 404, 405, 429, 500, 502)
CALLS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("demo", f"GET {RECORDS}", "search_records", {"module": "contact"}),
    ("demo", f"POST {RECORDS}", "create_note", {"contact_id": 8, "text": "Hi"}),
    ("10001", f"GET {API}/Project/7", "get_project", {"project_id": 7}),
    ("10001", f"PUT {API}/Project/7", "update_project", {"project_id": 7, "fields": {"Name": "A"}}),
]


def forms_of_the_login(user: str) -> list[str]:
    """Return every form in which a body could show the login."""
    pair = f"{user}:{SECRET}"
    coded = base64.b64encode(pair.encode()).decode()
    assert "/" in coded
    plain = [f"Basic {coded}", coded, SECRET, pair, quote(SECRET), quote(SECRET, safe="")]
    as_json = [json.dumps(text)[1:-1] for text in plain]
    return list(dict.fromkeys([*plain, *as_json, *(text.replace("/", "\\/") for text in plain + as_json)]))


async def refusals(client: Client, crms: CrmStub, user: str, route: str, tool: str, arguments: Any) -> list[str]:
    """Return what the model reads for each form of the login in the body, and for each status."""
    forms = forms_of_the_login(user)
    texts: list[str] = []
    for status, form in [*((400, form) for form in forms), *((status, forms[0]) for status in STATUSES)]:
        for body in (f"Denied: {form} is wrong", "." * 290 + form):
            crms.answer_status(route, status, body)
            texts.append(await fail(client, tool, **arguments))
    return texts


@pytest.mark.parametrize(("user", "route", "tool", "arguments"), CALLS)
def test_no_refusal_shows_the_login_that_it_echoes(
    crms: CrmStub, monkeypatch: pytest.MonkeyPatch, user: str, route: str, tool: str, arguments: dict[str, Any]
) -> None:
    monkeypatch.setenv("IVINEX_PASSWORD", SECRET)
    monkeypatch.setenv("MINICRM_API_KEY", SECRET)
    texts = in_session(lambda client: refusals(client, crms, user, route, tool, arguments))
    coded = base64.b64encode(f"{user}:{SECRET}".encode()).decode()
    for text in texts:
        for part in ("s3cret", "Passw0rd", coded[:10], coded[-12:], coded.split("/")[-1]):
            assert part not in text
    assert any("Denied: *** is wrong" in text for text in texts)


@pytest.mark.parametrize(
    "login", ["Basic dXNlcjpvdGhlcg==", "bearer abc.d_e-f~g", "Basic dXNl\\/cjpv", "Basic  dXNlcjpvdGhlcg"]
)
def test_a_header_with_another_login_is_struck_out_too(login: str) -> None:
    request = Request("GET", "/x")
    said = quote_refusal(Response(400, f"Authorization: {login}, no".encode(), "text/plain", request))
    assert said == f"Authorization: {login.split()[0]} ***, no"


def test_a_short_password_does_not_blot_out_every_word(crms: CrmStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVINEX_PASSWORD", "a")
    crms.answer_status(f"GET {RECORDS}", 400, "a bad day")
    text = in_session(lambda client: fail(client, "search_records", module="contact"))
    assert "a bad day" in text


def test_data_that_happens_to_hold_the_password_stays_as_it_is(crms: CrmStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVINEX_PASSWORD", "password")
    crms.answer(f"GET {RECORDS}", {"Records": [{"collection_id": "8", "about": "forgot password"}]})

    record = in_session(lambda client: call(client, "get_record", module="contact", record_id=8))
    assert record["fields"] == {"about": "forgot password"}
