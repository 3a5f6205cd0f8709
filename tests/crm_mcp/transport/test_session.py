"""The session sends what it is given once encoded, and says what happened when no answer comes."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import CrmError, InputError, UnexpectedAnswerError, UnreachableError
from crm_mcp.transport.connections import ConnectionPool
from crm_mcp.transport.logins import BasicLogin, BearerLogin, Login
from crm_mcp.transport.session import MAX_URL_BYTES, Session

BASE_URL = "https://crm.example"
LOGIN = ("somebody", "s3cret-Passw0rd")


def send(request: Request, login: Login = BasicLogin(*LOGIN)) -> Response:  # noqa: B008 - it is frozen
    async def run() -> Response:
        pool = ConnectionPool(timeout_s=30)
        async with pool.open():
            return await Session(pool, crm="Ivinex", base_url=BASE_URL, login=login).send(request)

    return asyncio.run(run())


@respx.mock
def test_the_login_travels_in_the_header_and_never_in_the_url() -> None:
    route = respx.get(f"{BASE_URL}/x").respond(200, json={})
    send(Request("GET", "/x"))
    sent = route.calls.last.request
    assert base64.b64decode(sent.headers["authorization"].removeprefix("Basic ")).decode() == ":".join(LOGIN)
    assert LOGIN[1] not in str(sent.url)


@respx.mock
def test_a_token_travels_in_the_header_and_is_struck_out_of_a_refusal() -> None:
    token = "s3cret-token"
    route = respx.patch(f"{BASE_URL}/x").respond(403, text=f"Bearer {token} may not do that")
    refused = send(Request("PATCH", "/x", body={}), BearerLogin(token))
    assert route.calls.last.request.headers["authorization"] == f"Bearer {token}"
    assert refused.body == b"Bearer *** may not do that"


@respx.mock
def test_a_response_brings_its_headers_by_lower_case_names() -> None:
    respx.delete(f"{BASE_URL}/x").respond(204, headers={"X-Total-Count": "7"})
    assert send(Request("DELETE", "/x")).headers["x-total-count"] == "7"


def test_only_a_get_leaves_no_doubt_when_no_response_comes() -> None:
    assert not Request("GET", "/x").unknown_outcome
    assert "sending it again does no harm" in Request("DELETE", "/x").unknown_outcome
    assert "may have been made" in Request("PATCH", "/x", body={}, is_idempotent=False).unknown_outcome


@respx.mock
def test_query_values_are_encoded_exactly_once() -> None:
    route = respx.get(f"{BASE_URL}/x").respond(200, json={})
    value = "a+b & c#d%20e=f;g[]\u00e9\u65e5"
    send(Request("GET", "/x", (("q", value), ("q", "2"))))
    assert list(route.calls.last.request.url.params.multi_items()) == [("q", value), ("q", "2")]


@respx.mock
def test_a_body_is_sent_as_utf8_json_and_a_get_has_none() -> None:
    route = respx.route(url=f"{BASE_URL}/x").respond(200, json={})
    send(Request("PUT", "/x", body={"Name": "\u0150ze \U0001f600"}))
    sent = route.calls.last.request
    assert json.loads(sent.content) == {"Name": "\u0150ze \U0001f600"}
    assert sent.headers["content-type"] == "application/json"
    send(Request("GET", "/x"))
    assert "content-type" not in route.calls.last.request.headers


@respx.mock
def test_a_redirect_is_returned_and_not_followed() -> None:
    respx.get(f"{BASE_URL}/x").respond(302, headers={"location": "https://elsewhere.example/"})
    elsewhere = respx.get("https://elsewhere.example/").respond(200)
    assert send(Request("GET", "/x")).status == 302
    assert not elsewhere.called


@pytest.mark.parametrize("body", [{"Name": "\ud800"}, {"Amount": float("nan")}, {"Amount": float("inf")}])
@respx.mock
def test_what_is_not_json_text_is_refused_before_sending(body: dict[str, Any]) -> None:
    route = respx.route().respond(200)
    with pytest.raises(InputError):
        send(Request("PUT", "/x", body=body))
    assert not route.called


@respx.mock
def test_a_lone_surrogate_in_the_query_is_refused_before_sending() -> None:
    route = respx.route().respond(200)
    with pytest.raises(InputError):
        send(Request("GET", "/x", (("q", "\udfff"),)))
    assert not route.called


@respx.mock
def test_a_url_too_long_for_web_servers_is_refused_before_sending() -> None:
    route = respx.route().respond(200)
    with pytest.raises(InputError, match="too long"):
        send(Request("GET", "/x", (("q", "a" * MAX_URL_BYTES),)))
    assert not route.called


@pytest.mark.parametrize(
    ("error", "may_have_been_done"),
    [
        (httpx.ConnectError("no route"), False),
        (httpx.ConnectTimeout(""), False),
        (httpx.ProxyError("407"), False),
        (httpx.ReadTimeout(""), True),
        (httpx.ReadError(""), True),
        (httpx.RemoteProtocolError("closed"), True),
    ],
)
@respx.mock
def test_a_lost_create_says_whether_it_may_have_been_done(error: Exception, *, may_have_been_done: bool) -> None:
    respx.post(f"{BASE_URL}/x").mock(side_effect=error)
    with pytest.raises(UnreachableError) as caught:
        send(Request("POST", "/x", body={}, is_idempotent=False))
    assert caught.value.may_have_been_done is may_have_been_done
    assert ("look for it" in str(caught.value)) is may_have_been_done
    assert LOGIN[1] not in str(caught.value)


@respx.mock
def test_a_lost_read_never_frightens_with_a_change_that_may_have_been_made() -> None:
    respx.get(f"{BASE_URL}/x").mock(side_effect=httpx.ReadTimeout(""))
    with pytest.raises(UnreachableError) as caught:
        send(Request("GET", "/x"))
    assert not caught.value.may_have_been_done


@respx.mock
def test_a_broken_compression_is_an_unexpected_answer() -> None:
    respx.get(f"{BASE_URL}/x").mock(side_effect=httpx.DecodingError("incorrect header check"))
    with pytest.raises(UnexpectedAnswerError):
        send(Request("GET", "/x"))


def test_a_pool_that_is_not_open_says_so() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        ConnectionPool().client(BASE_URL)


@pytest.mark.parametrize("make", [lambda: Request("GET", "/x"), lambda: Request("PUT", "/x", body={})])
@respx.mock
def test_every_failure_is_a_crm_error(make: Callable[[], Request]) -> None:
    respx.route().mock(side_effect=httpx.UnsupportedProtocol("odd"))
    with pytest.raises(CrmError):
        send(make())
