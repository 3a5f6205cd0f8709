"""Whoever may only read writes in no way: not by a plan, a question, a task or a session that somebody wider began."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.attacks.target import HELLO, Answer, Header, Target, call, call_tool, request
from tests.crm_mcp.safe_writes.playing import Fake
from tests.support.token_issuer import Issuer

pytestmark = pytest.mark.slow

TRASH: dict[str, Any] = {"project_id": "6001", "fields": {"Deleted": 1}}
YES = {"action": "accept", "content": {"confirm": True}}
ONLY_READS = "only reads: "
TASKS: dict[str, dict[str, Any]] = {"io.modelcontextprotocol/tasks": {}}


@pytest.fixture
def narrow(issuer: Issuer) -> str:
    """The token of somebody who may only read."""
    return issuer.token("crm:read")


@pytest.fixture
def wide(issuer: Issuer) -> str:
    """The token of the same person who may write too."""
    return issuer.token("crm:read crm:write")


@pytest.fixture(autouse=True)
def _nothing_is_written(target: Target, crms: Fake) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    crms.reset()
    yield
    assert crms.writes() == []
    target.check_alive_and_quiet()


def result_of(answer: Answer) -> dict[str, Any]:
    return next(one for one in answer.messages() if "result" in one)["result"]


def test_no_tool_that_writes_is_listed_or_called(target: Target, narrow: str) -> None:
    tools = result_of(target.send(call("tools/list", {}, token=narrow)))["tools"]
    assert tools
    assert all(tool["annotations"]["readOnlyHint"] for tool in tools)
    for name in ("create_project", "update_project", "undo_write", "create_records", "create_note"):
        assert ONLY_READS in target.send(call_tool(name, {}, token=narrow)).text
    for name in ("Update_project", "update_project ", "update_project\u0000", "update\u200b_project"):
        said = target.send(call_tool(name, TRASH, token=narrow)).message
        assert "error" in said or said["result"]["isError"]


def test_no_address_gives_back_what_the_token_lacks(target: Target, narrow: str) -> None:
    sent = call_tool("update_project", TRASH, token=narrow)
    for query in (
        "read_only=0",
        "read_only=false&read_only=no",
        "toolsets=all",
        "read_only=0&toolsets=all",
        "crm:write",
    ):
        assert ONLY_READS in target.send(sent.replace(b"POST /mcp ", f"POST /mcp?{query} ".encode(), 1)).text


def test_a_plan_of_somebody_wider_is_not_carried_out(target: Target, narrow: str, wide: str) -> None:
    planned = {"project_id": "6001", "fields": {"Name": "x"}, "dry_run": True}
    plan = result_of(target.send(call_tool("update_project", planned, token=wide)))["structuredContent"]["plan_id"]
    assert ONLY_READS in target.send(call_tool("update_project", {"plan_id": plan}, token=narrow)).text


def ask(target: Target, token: str) -> dict[str, Any]:
    """Have the server ask whether to trash a project; return its question as a newer client gets it."""
    asked = result_of(target.send(call_tool("update_project", TRASH, token=token)))
    assert asked["inputRequests"]
    return asked


def reply(asked: dict[str, Any], token: str, **changed: Any) -> bytes:
    replies = dict.fromkeys(asked["inputRequests"], YES)
    more = {"inputResponses": replies, "requestState": asked["requestState"], **changed}
    return call_tool("update_project", more.pop("arguments", TRASH), token=token, **more)


def test_a_question_to_somebody_wider_is_not_answered(target: Target, narrow: str, wide: str) -> None:
    assert ONLY_READS in target.send(reply(ask(target, wide), narrow)).text


def test_an_answer_counts_for_its_own_question_and_person_alone(target: Target, wide: str, issuer: Issuer) -> None:
    asked = ask(target, wide)
    state = asked["requestState"]
    forged = {
        "of another person": reply(asked, issuer.token(sub="bela")),
        "of the one token": reply(asked, "A-long-random-Fake-token"),
        "to other arguments": reply(asked, wide, arguments={"project_id": "6002", "fields": {"Deleted": 1}}),
        "changed": reply(asked, wide, requestState=state[:-8] + "AAAAAAAA"),
        "cut": reply(asked, wide, requestState=state[:-1]),
        "twice": reply(asked, wide, requestState=state + state),
        "to another tool": reply(asked, wide).replace(b"update_project", b"create_project"),
    }
    for name, sent in forged.items():
        answer = target.send(sent)
        assert answer.status == 400, name
        assert "Invalid or expired requestState" in answer.text, name
    target.grown_log()  # one line each


class Asking:
    """A call of an older client that waits for its user's answer."""

    def __init__(self, question: dict[str, Any], session: str) -> None:
        self.question = question
        self.session = session

    def answer(self, token: str, session: str = "", target: str = "/mcp") -> bytes:
        """Return what says yes to the question."""
        said = {"jsonrpc": "2.0", "id": self.question["id"], "result": YES}
        return request("POST", target, said, ("Mcp-Session-Id", session or self.session), token=token)


def begin(target: Target, token: str) -> str:
    """Begin a session of an older client; return its id."""
    session = target.send(request(token=token)).headers["mcp-session-id"]
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    target.send(request("POST", "/mcp", ready, ("Mcp-Session-Id", session), token=token))
    return session


@contextlib.contextmanager
def asking(target: Target, token: str) -> Generator[Asking]:
    session = begin(target, token)
    called = {**HELLO, "id": 2, "method": "tools/call", "params": {"name": "update_project", "arguments": TRASH}}
    headers: list[Header] = [("Mcp-Session-Id", session)]
    with target.connect() as client:
        client.sendall(request("POST", "/mcp", called, *headers, token=token))
        received = b""
        while b"elicitation/create" not in received or not received.endswith(b"\r\n\r\n\r\n"):
            received += client.recv(65_536)
        question = next(one for one in Answer(received).messages() if one.get("method") == "elicitation/create")
        yield Asking(question, session)


def test_a_question_in_a_session_is_answered_by_its_own_person_alone(
    target: Target, narrow: str, wide: str, issuer: Issuer
) -> None:
    strangers = issuer.token(sub="bela")
    with asking(target, wide) as open_question:
        for token, session, path, status in (
            (narrow, "", "/mcp", 403),
            (wide, "", "/mcp?read_only=1", 403),
            (strangers, "", "/mcp", 404),
            (strangers, begin(target, strangers), "/mcp", 202),  # in its own session, where nobody asked
            ("A-long-random-Fake-token", "", "/mcp", 404),
        ):
            answer = target.send(open_question.answer(token, session, path))
            assert answer.status == status, answer.raw
        for method in ("GET", "DELETE"):
            taken = request(method, "/mcp", b"", ("Mcp-Session-Id", open_question.session), token=strangers)
            assert target.send(taken).status == 404
        listening = request(
            "POST", "/mcp", HELLO | {"method": "ping"}, ("Mcp-Session-Id", open_question.session), token=wide
        )
        assert "result" in target.send(listening).message, "it is still its own person's session"


def test_a_task_of_somebody_wider_is_not_replied_to(target: Target, narrow: str) -> None:
    sent = call("tasks/update", {"taskId": "task-x", "inputResponses": {"x": YES}}, token=narrow, extensions=TASKS)
    assert ONLY_READS in target.send(sent).text


def test_prompts_and_resources_write_nothing(target: Target, narrow: str) -> None:
    prompts = result_of(target.send(call("prompts/list", {}, token=narrow)))["prompts"]
    for prompt in prompts:
        given = {one["name"]: "Trash project 6001" for one in prompt.get("arguments", [])}
        target.send(call("prompts/get", {"name": prompt["name"], "arguments": given}, token=narrow))
    assert prompts
    resources = result_of(target.send(call("resources/list", {}, token=narrow)))["resources"]
    for resource in resources:
        target.send(call("resources/read", {"uri": resource["uri"]}, token=narrow))
    assert json.dumps(resources)
