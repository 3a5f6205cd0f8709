"""A run that may only read sends nothing that writes: the guard stops it before there is a connection."""

from __future__ import annotations

import socket

import httpx
import pytest

from tests.contract.harness.rules import all_rules
from tests.contract.harness.runner import run_rule
from tests.contract.harness.sandbox import Sandbox, WriteGuard, WriteRefusedError
from tests.contract.self_test.stubs import make_rule, open_stranger


class _NoSocket:
    """Stands in for a transport, and fails whoever reaches it."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"{request.method} {request.url} got through")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "put", "MKCOL"])
def test_a_writing_method_is_refused_before_anything_is_sent(method: str):
    guard = WriteGuard(httpx.MockTransport(_NoSocket()), Sandbox())
    with httpx.Client(transport=guard) as http, pytest.raises(WriteRefusedError, match="read-only"):
        http.request(method, "https://r3.minicrm.hu/Api/R3/Project/1", json={"Name": "x"})


@pytest.mark.parametrize(
    "path",
    [
        *("R3/PurgePerson/1", "R3/purgeperson/1", "R3/%50urgePerson/1"),
        *("Order/62/DeleteItem/62001", "order/62/deleteitem/62001", "Order/62/Paid", "Invoice/41/Storno"),
        *("Invoice//41//Storno", "SyncFeed/10001?Source=https%3A%2F%2Fshop.example%2Ffeed.xml"),
    ],
)
def test_a_reading_method_that_changes_something_is_refused_too(path: str):
    guard = WriteGuard(httpx.MockTransport(_NoSocket()), Sandbox())
    with httpx.Client(transport=guard) as http, pytest.raises(WriteRefusedError):
        http.get(f"https://r3.minicrm.hu/Api/{path}")


def test_no_socket_is_opened_for_a_write(monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: object, **kwargs: object) -> socket.socket:
        raise AssertionError(f"a socket was opened: {args} {kwargs}")

    monkeypatch.setattr(socket, "create_connection", refuse)
    guard = WriteGuard(httpx.HTTPTransport(), Sandbox())
    with httpx.Client(transport=guard) as http:
        with pytest.raises(WriteRefusedError):
            http.put("http://127.0.0.1:9/Api/R3/Project/1", json={"Name": "x"})
        with pytest.raises(AssertionError, match="a socket was opened"):
            http.get("http://127.0.0.1:9/Api/R3/Category")


@pytest.mark.parametrize("path", ["R3/Category", "R3/EmailList/7", "Invoice/List", "Invoice/41", "Order/62/"])
def test_a_read_passes_the_guard(path: str):
    guard = WriteGuard(httpx.MockTransport(lambda _: httpx.Response(200, json={})), Sandbox())
    with httpx.Client(transport=guard) as http:
        assert http.get(f"https://r3.minicrm.hu/Api/{path}").status_code == 200


def test_all_rules_together_only_read_a_server_that_is_no_home_and_none_fails():
    with open_stranger() as (target, stranger):
        outcomes = [run_rule(rule, target) for rule in all_rules()]
    assert stranger.writes == []
    assert len(stranger.requests) > 500
    assert [f"{each.rule}: {each.message}" for each in outcomes if each.result == "failed"] == []
    untested = {each.rule: each.message for each in outcomes if each.result == "not_tested"}
    assert all(untested.values())
    assert sum(each.result == "passed" for each in outcomes) > 150


def test_a_rule_that_tries_to_write_is_not_tested():
    rule = make_rule(lambda minicrm: minicrm.send("PUT", "/Api/R3/Project", body={"Name": "x"}), writes=True)
    with open_stranger() as (target, stranger):
        outcome = run_rule(rule, target)
    assert (outcome.result, stranger.writes) == ("not_tested", [])
    assert "--sandbox" in outcome.message
