"""Requests that two readers could understand differently, odd headers, and bodies that are no message."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from tests.attacks.target import (
    HELLO,
    MODERN,
    PING,
    TOKEN,
    WEBHOOK_LOGIN,
    Answer,
    Attack,
    Header,
    Target,
    call,
    call_tool,
    request,
)
from tests.crm_mcp.safe_writes.playing import Fake

pytestmark = pytest.mark.slow

HIDDEN = b"GET /health HTTP/1.1\r\nHost: hidden\r\n\r\n"
BODY = json.dumps(HELLO).encode()
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
LENGTH = ("Content-Length", str(len(BODY)))
IN_CHUNKS = ("Transfer-Encoding", "chunked")
EITHER = "not both"
UNREADABLE = "cannot be read as HTTP"


def framed(*headers: Header, body: bytes, version: str = "1.1") -> bytes:
    """Return a request whose body is framed by these headers alone, with another request hidden behind it."""
    return request("POST", "/mcp", body, *headers, without=["Content-Length"], version=version) + HIDDEN


FRAMING = [
    Attack("a length and chunks", framed(LENGTH, IN_CHUNKS, body=CHUNKED), 400, EITHER),
    Attack("chunks and a length", framed(IN_CHUNKS, ("Content-Length", "4"), body=CHUNKED), 400, EITHER),
    Attack("chunks on a folded line", framed(("Transfer-Encoding", "\r\n chunked"), LENGTH, body=CHUNKED), 400, EITHER),
    Attack("chunks by HTTP/1.0", framed(IN_CHUNKS, body=CHUNKED, version="1.0"), 400, "by HTTP/1.1"),
    Attack("two lengths", framed(LENGTH, ("Content-Length", "4"), body=BODY), 400, UNREADABLE),
    Attack("a length with a sign", framed(("Content-Length", f"+{len(BODY)}"), body=BODY), 400, UNREADABLE),
    Attack("a length below nothing", framed(("Content-Length", "-1"), body=BODY), 400, UNREADABLE),
    Attack("a length in words", framed(("Content-Length", "0x10"), body=BODY), 400, UNREADABLE),
    Attack("a length beyond all memory", framed(("Content-Length", "9" * 5_000), body=BODY), 400, UNREADABLE),
    Attack("a blank behind a header's name", framed(("Content-Length ", str(len(BODY))), body=BODY), 400, UNREADABLE),
    Attack("nearly chunks", framed(("Transfer-Encoding", "xchunked"), body=CHUNKED), 400, UNREADABLE),
    Attack("chunks and no coding", framed(("Transfer-Encoding", "chunked, identity"), body=CHUNKED), 400, UNREADABLE),
    Attack("no coding", framed(("Transfer-Encoding", "identity"), LENGTH, body=BODY), 400, UNREADABLE),
    Attack("chunks twice", framed(IN_CHUNKS, ("Transfer-Encoding", "identity"), body=CHUNKED), 400, UNREADABLE),
    Attack("chunks behind a tab", framed(("Transfer-Encoding", "\x0bchunked"), body=CHUNKED), 400, UNREADABLE),
    Attack("a chunk below nothing", framed(IN_CHUNKS, body=b"-1\r\n" + BODY), 400, UNREADABLE),
    Attack("a chunk beyond all memory", framed(IN_CHUNKS, body=b"f" * 21 + b"\r\n" + BODY), 400, UNREADABLE),
    Attack("a chunk's size in another way", framed(IN_CHUNKS, body=b"0x" + CHUNKED), 400, UNREADABLE),
    Attack("a chunk that ends elsewhere", framed(IN_CHUNKS, body=CHUNKED.replace(b"\r\n0", b"XX0")), 400, UNREADABLE),
    Attack(
        "a chunk's extension of two lines",
        framed(IN_CHUNKS, body=CHUNKED.replace(b"\r", b";a\nb\r", 1)),
        400,
        UNREADABLE,
    ),
    Attack("a header of no name", request("POST", "/mcp", BODY, ("", "x")), 400, UNREADABLE),
    Attack("a header with NUL", request("POST", "/mcp", BODY, ("X", "a\0b")), 400, UNREADABLE),
    Attack(
        "a header with a bare CR",
        request("POST", "/mcp", BODY, ("X", f"a\rAuthorization: Bearer {TOKEN}")),
        400,
        UNREADABLE,
    ),
    Attack("a megabyte of a header", request("POST", "/mcp", BODY, ("X", "a" * 1_000_000)), 400, UNREADABLE),
    Attack("a folded first line", b"POST /mcp HTTP/1.1\r\n Host: x\r\n\r\n", 400, UNREADABLE),
    Attack("a line break in the path", request("POST", "/mcp\r\nX: y"), 400, UNREADABLE),
    Attack("a blank in the path", request("POST", "/mcp /x"), 400, UNREADABLE),
    Attack("an escape in the method", request("P\x1bST", "/mcp"), 400, UNREADABLE),
    Attack("a greeting of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 300, 400, UNREADABLE),
    Attack("bytes", b"\x1b[2J\n\n\0\xff\x9b" * 40 + b"\r\n\r\n", 400, UNREADABLE),
    Attack("HTTP/2.0", request(version="2.0"), 505, "HTTP/1.1 is spoken here"),
    Attack("HTTP/9.9", request(version="9.9"), 505, "HTTP/1.1 is spoken here"),
]


@pytest.mark.parametrize("attack", FRAMING, ids=str)
def test_no_request_is_read_in_two_ways(target: Target, attack: Attack) -> None:
    target.meets(attack)


ODD_HEADERS = [
    Attack("two types", request("POST", "/mcp", BODY, *[("Content-Type", "application/json")] * 2), 400, "once"),
    Attack("two sessions", request("POST", "/mcp", PING, *[("Mcp-Session-Id", "x")] * 2), 400, "mcp-session-id once"),
    Attack(
        "two revisions",
        request("POST", "/mcp", PING, ("Mcp-Protocol-Version", "2025-06-18"), ("Mcp-Protocol-Version", MODERN)),
        400,
        "mcp-protocol-version once",
    ),
    Attack(
        "a compressed body", request("POST", "/mcp", gzip.compress(b" " * 4_000_000), ("Content-Encoding", "gzip")), 415
    ),
    Attack("a body compressed twice", request("POST", "/mcp", b"x", *[("Content-Encoding", "br")] * 2), 400, "once"),
    Attack("no revision", request("POST", "/mcp", PING, ("Mcp-Protocol-Version", "1999-01-01")), 400),
    Attack("an escape for a revision", request("POST", "/mcp", PING, ("Mcp-Protocol-Version", b"\x1b[31m\xff")), 400),
    Attack("HTML alone", request("POST", "/mcp", HELLO, ("Accept", "text/html")), 406),
    Attack("a guessed session", request("POST", "/mcp", PING, ("Mcp-Session-Id", "0" * 32)), 404),
    Attack("a session of SQL", request("POST", "/mcp", PING, ("Mcp-Session-Id", "' or '1'='1")), 404),
    Attack("a session of bytes", request("POST", "/mcp", PING, ("Mcp-Session-Id", b"\xff\x1b[31m\x9b")), 404),
    Attack("a session of 50 kB", request("POST", "/mcp", PING, ("Mcp-Session-Id", "x" * 50_000)), 404),
    Attack("an empty session", request("POST", "/mcp", PING, ("Mcp-Session-Id", "")), 404),
    Attack("the end of a guessed session", request("DELETE", "/mcp", b"", ("Mcp-Session-Id", "0" * 32)), 404),
    Attack(
        "the news of a guessed session",
        request("GET", "/mcp", b"", ("Mcp-Session-Id", "0" * 32), ("Last-Event-ID", "1")),
        404,
    ),
    Attack(
        "another method in the header", call("tools/call", {"name": "get_project"}, ("Mcp-Method", "tools/list")), 400
    ),
    Attack(
        "another tool in the header", call("tools/call", {"name": "update_project"}, ("Mcp-Name", "get_project")), 400
    ),
    Attack("two tools in the header", call("tools/call", {"name": "x"}, ("Mcp-Name", "x"), ("Mcp-Name", "y")), 400),
    Attack("no method in the header", request("POST", "/mcp", PING, ("Mcp-Protocol-Version", MODERN)), 400),
]


@pytest.mark.parametrize("attack", ODD_HEADERS, ids=str)
def test_odd_headers_open_nothing(target: Target, attack: Attack) -> None:
    target.meets(attack)


def test_many_and_long_headers_that_mean_nothing_harm_nobody(target: Target) -> None:
    for headers in (
        [("X", "a" * 60_000)],
        [("X", "a")] * 5_000,
        [("Expect", "the-moon")],
        [("X-Forwarded-For", "::1")],
    ):
        answer = target.send(request("POST", "/mcp", HELLO, *headers))
        assert answer.status in (200, 400)
        target.check_alive_and_quiet()


def in_session(target: Target, body: bytes, *headers: Header) -> Answer:
    """Send a body in a session of its own."""
    opened = target.send(request())
    return target.send(request("POST", "/mcp", body, ("Mcp-Session-Id", opened.headers["mcp-session-id"]), *headers))


def message(**parts: Any) -> bytes:
    return json.dumps(PING | parts).encode()


DEEP = b"[" * 100_000 + b"]" * 100_000
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"<xml/>",
    "bytes": b"\xff\xfe{}",
    "bytes in a text": b'{"jsonrpc":"2.0","id":2,"method":"\xff"}',
    "UTF-16": json.dumps(HELLO).encode("utf-16"),
    "half": BODY[:-1],
    "two": BODY + BODY,
    "lists without end": DEEP,
    "objects without end": b'{"a":' * 100_000,
    "lists without end in a message": message(params="DEEP").replace(b'"DEEP"', DEEP),
    "half a character": b'{"jsonrpc":"2.0","id":2,"method":"\\ud800"}',
    "a number beyond all": b'{"jsonrpc":"2.0","id":' + b"9" * 5_000 + b',"method":"ping"}',
    "a batch": json.dumps([PING, PING]).encode(),
    "an empty batch": b"[]",
    "a text": b'"ping"',
    "null": b"null",
    "another JSON-RPC": message(jsonrpc="1.0"),
    "an object for a method": message(method={"a": 1}),
    "a list for parameters": message(method="tools/call", params=[1]),
    "a text for parameters": message(method="tools/call", params="x"),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("where", ["opening", "session", "guessed session", MODERN])
def test_a_body_that_is_no_message_is_refused(target: Target, name: str, where: str) -> None:
    headers: dict[str, list[Header]] = {
        "guessed session": [("Mcp-Session-Id", "0" * 32)],
        MODERN: [("Mcp-Protocol-Version", MODERN)],
    }
    if where == "session":
        answer = in_session(target, BODIES[name])
    else:
        answer = target.send(request("POST", "/mcp", BODIES[name], *headers.get(where, [])))
    assert answer.status in (400, 404), answer.raw[:500]
    assert len(answer.message["error"]["message"]) > 8
    target.check_alive_and_quiet()


@pytest.mark.parametrize("given", [None, 1.5, True, {"a": 1}, [1]], ids=str)
def test_a_call_with_an_id_that_is_none_does_nothing(target: Target, crms: Fake, given: object) -> None:
    called = {"name": "create_task", "arguments": {"project_id": "6001", "comment": "x", "user": "Nagy Anna"}}
    in_session(target, message(id=given, method="tools/call", params=called))
    assert crms.writes() == []
    target.check_alive_and_quiet()


CALLS: dict[str, tuple[bytes, str]] = {
    "an unknown method": (call("__proto__", {}), "Method not found"),
    "the log's level": (call("logging/setLevel", {"level": "debug"}), "Method not found"),
    "a tool of no name": (call_tool("", {}), ""),
    "a tool of the language": (call_tool("constructor", {}), "Unknown tool"),
    "a tool of an escape": (call_tool("get\u001b[31m\u202e_project", {}), ""),
    "an argument of the language": (
        call_tool("get_project", {"__class__": "x", "project_id": "1"}),
        "unknown argument",
    ),
    "an argument without end": (call_tool("get_project", {"project_id": "9" * 100_000}), ""),
    "a path for an id": (call_tool("get_project", {"project_id": "6001/../../Contact/1"}), "digits only"),
    "half a character": (call_tool("get_project", {"project_id": "\ud800"}), "half of a surrogate pair"),
    "a forged question": (call_tool("get_project", {"project_id": "6001"}, requestState="v1.AAAA"), "requestState"),
    "a question of an object": (call_tool("get_project", {}, requestState={"a": 1}), "requestState"),
    "a long question": (call_tool("get_project", {}, requestState="v1." + "A" * 1_000_000), "requestState"),
    "a guessed plan": (call_tool("update_project", {"plan_id": "guess"}), "There is no plan"),
    "a guessed write": (call_tool("undo_write", {"write_id": "guess"}), "write"),
    "a forged cursor": (call_tool("search_projects", {"module": "Sales", "cursor": "AAAA"}), "is not a cursor"),
    "a cursor of another kind": (call_tool("search_projects", {"cursor": {"a": 1}}), "cursor"),
    "a file": (call("resources/read", {"uri": "file:///etc/passwd"}), "Unknown resource"),
    "a file through an export": (
        call("resources/read", {"uri": "crm://exports/../../etc/passwd.csv"}),
        "Unknown resource",
    ),
    "a file through a coded export": (call("resources/read", {"uri": "crm://exports/..%2f..%2fetc%2fpasswd.csv"}), ""),
    "a guessed export": (call("resources/read", {"uri": "crm://exports/AAAA.csv"}), "no such export"),
    "a service of the cloud": (call("resources/read", {"uri": "http://169.254.169.254/latest"}), "Unknown resource"),
    "data": (call("resources/read", {"uri": "data:text/html,x"}), "Unknown resource"),
    "a path through a record": (call("resources/read", {"uri": "minicrm://project/6001%2f..%2f.."}), ""),
    "a prompt of a path": (call("prompts/get", {"name": "../x\x1b[31m\nERROR forged"}), "no such prompt"),
    "another database": (call_tool("query_crm", {"sql": "attach database '/etc/passwd' as x"}), "begins with SELECT"),
    "an extension": (call_tool("query_crm", {"sql": "select load_extension('/tmp/x')"}), "no function load_extension"),
    "a file by SQL": (call_tool("query_crm", {"sql": "select readfile('/etc/passwd')"}), "no function readfile"),
    "a second statement": (call_tool("query_crm", {"sql": "select 1; drop table x"}), "more than one statement"),
    "a second statement in a comment": (
        call_tool("query_crm", {"sql": "select 1 /*;*/; delete from x --"}),
        "statement",
    ),
    "the databases": (call_tool("query_crm", {"sql": "select * from pragma_database_list"}), "no table"),
    "the tables": (call_tool("query_crm", {"sql": "select * from sqlite_master"}), "no table"),
    "the store": (call_tool("query_crm", {"sql": "select * from main.http_sessions"}), "no table"),
    "NUL in SQL": (call_tool("query_crm", {"sql": "select 1\u0000; drop table x"}), "NUL"),
    "a write within a read": (call_tool("query_crm", {"sql": "with x as (delete from y returning *) select 1"}), ""),
    "a guessed task": (
        call("tasks/get", {"taskId": "task-x"}, extensions={"io.modelcontextprotocol/tasks": {}}),
        "no such task",
    ),
    "the reply to a guessed task": (
        call("tasks/update", {"taskId": "x", "inputResponses": {}}, extensions={"io.modelcontextprotocol/tasks": {}}),
        "no such task",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_message_that_asks_for_what_nobody_may_have_is_told_so(target: Target, name: str) -> None:
    sent, says = CALLS[name]
    answer = target.send(sent)
    assert answer.status in (200, 400, 404), answer.raw[:500]
    said = answer.message
    assert "error" in said or said["result"]["isError"]
    assert says in answer.text
    assert "root:" not in answer.text
    target.check_alive_and_quiet()


def test_completions_of_anything_are_empty(target: Target) -> None:
    for ref in ({"type": "ref/prompt", "name": "../x"}, {"type": "ref/resource", "uri": "file:///etc/{x}"}):
        for value in ("' or 1=1 --", "x" * 100_000, "%", "\u0000"):
            answer = target.send(call("completion/complete", {"ref": ref, "argument": {"name": "x", "value": value}}))
            assert answer.message["result"]["completion"]["values"] == []
    target.check_alive_and_quiet()


@pytest.mark.parametrize("given", ["deadbeef:1", "deadbeef:", "deadbeef:{", "deadbeef:" + "[" * 50_000, "x:1", 1, "1"])
def test_an_answer_that_nobody_asked_for_is_heard_by_nobody(target: Target, crms: Fake, given: object) -> None:
    answer = {"jsonrpc": "2.0", "id": given, "result": {"action": "accept", "content": {"confirm": True}}}
    assert in_session(target, json.dumps(answer).encode()).status == 202
    assert crms.writes() == []
    target.check_alive_and_quiet()


def basic(login: str) -> Header:
    return "Authorization", "Basic " + base64.b64encode(login.encode()).decode()


def webhook(*headers: Header, body: bytes = b"{}") -> bytes:
    return request("POST", "/webhooks/minicrm", body, *headers, token=None)


NO_LOGIN = "the login of CRM_MCP_WEBHOOK_LOGIN"
OURS = basic(WEBHOOK_LOGIN)
WEBHOOKS = [
    Attack("nobody", webhook(), 401, NO_LOGIN),
    Attack("another password", webhook(basic("crm:a-made-up:worm")), 401, NO_LOGIN),
    Attack("the beginning of the login", webhook(basic(WEBHOOK_LOGIN[:-1])), 401, NO_LOGIN),
    Attack("more than the login", webhook(basic(WEBHOOK_LOGIN + "\0")), 401, NO_LOGIN),
    Attack("a login that is not coded", webhook(("Authorization", f"Basic {WEBHOOK_LOGIN}")), 401, NO_LOGIN),
    Attack(
        "the login as a token",
        webhook(("Authorization", str(OURS[1]).replace("Basic", "Bearer"))),
        401,
        NO_LOGIN,
    ),
    Attack("the token of people", webhook(("Authorization", f"Bearer {TOKEN}")), 401, NO_LOGIN),
    Attack("two logins", webhook(basic("crm:other"), OURS), 401, NO_LOGIN),
    Attack("a login in the path", webhook().replace(b"minicrm", b"minicrm?crm:a-made-up:word"), 401, NO_LOGIN),
    Attack("a body that is too long", webhook(OURS, body=b" " * 4_194_305), 413),
    Attack("no JSON", webhook(OURS, body=b"\xff<xml/>"), 400, "The body is no JSON."),
    Attack("lists without end", webhook(OURS, body=DEEP), 400, "The body is no JSON."),
    Attack("a number beyond all", webhook(OURS, body=b"9" * 5_000), 400, "The body is no JSON."),
]


@pytest.mark.parametrize("attack", WEBHOOKS, ids=str)
def test_a_forged_webhook_is_not_taken(target: Target, attack: Attack) -> None:
    target.meets(attack)


def test_a_webhook_of_nonsense_is_taken_and_does_nothing(target: Target) -> None:
    nonsense: list[object] = [
        {"Id": "../../etc", "Type": "Project", "Data": {"SystemId": "10001"}},
        {"Id": {"a": 1}, "Type": "Project", "Data": {"Id": [1], "SystemId": "10001"}},
        {"Id": "6001\r\nX: y", "Type": "Contact\x1b[31m", "Data": {"Id": "6001", "SystemId": "10001"}},
        {"Id": "9" * 4_000, "Type": "Project", "Data": {"SystemId": "10001"}, "Changed": "x" * 100_000},
    ]
    for one in nonsense:
        assert target.send(webhook(OURS, body=json.dumps(one).encode())).status == 200
        target.check_alive_and_quiet()


def test_a_body_beyond_the_limit_is_not_read(target: Target) -> None:
    told = request("POST", "/mcp", b"", ("Content-Length", str(5_000_000)))
    assert target.send(told).status == 413
    endless = request(
        "POST", "/mcp", b"%x\r\n%s" % (5_000_000, b" " * 4_500_000), IN_CHUNKS, without=["Content-Length"]
    )
    assert target.send(endless).status == 413

    target.check_alive_and_quiet()
