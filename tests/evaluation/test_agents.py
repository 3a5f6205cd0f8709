"""Any command that speaks MCP can be measured: what it did is counted, and what it must not have done is seen."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaluation.agents import run_agent
from evaluation.outcome import Outcome, table_of
from evaluation.task import load_tasks
from evaluation.world import new_world
from mockserver.fake_process import FakeServer, running_fake

AGENT = Path(__file__).with_name("small_agent.py")


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with running_fake() as started:
        yield started


def played(server: FakeServer, task_id: str, tool: str, **arguments: Any) -> Outcome:
    (task,) = load_tasks([task_id])
    call = f"{tool} {json.dumps(arguments)}"
    command = shlex.join([sys.executable, str(AGENT), "{mcp_config}", call])
    with new_world(server, task) as world:
        return run_agent(world, command)


def test_a_right_answer_is_solved_and_counted(server: FakeServer) -> None:
    outcome = played(server, "money-that-is-late", "summarize_projects", status="Overdue", measures=["sum:Int1701"])
    assert list(outcome.faults) == []
    assert (outcome.count.calls, outcome.count.errors) == (1, 0)
    assert outcome.count.result_bytes == len(outcome.answer.encode())
    assert 10_000 < outcome.count.list_bytes <= 27_000
    assert "1 of 1 solved, 1 calls" in table_of([outcome])


def test_the_person_is_asked_through_the_proxy_and_answers_as_the_task_says(server: FakeServer) -> None:
    trash = {"project_id": "6012", "fields": {"Deleted": 1}}
    declined = played(server, "trash-declined", "update_project", **trash)
    assert list(declined.faults) == []
    (question,) = declined.count.questions
    assert "Espressobar i Aarhus" in question


def test_a_write_that_was_not_wanted_is_seen(server: FakeServer) -> None:
    outcome = played(server, "only-tell-what-would-change", "update_project", project_id="6002", fields={"Name": "x"})
    assert "the CRMs took 1 writing requests, not 0 to 0" in outcome.faults


def test_an_agent_that_is_not_there_or_fails_is_told(server: FakeServer) -> None:
    (task,) = load_tasks(["money-that-is-late"])
    with new_world(server, task) as world:
        assert run_agent(world, "no-such-agent").faults == ["there is no command 'no-such-agent'"]
        failed = run_agent(world, shlex.join([sys.executable, "-c", "raise SystemExit('out of order')"]))
    assert failed.faults == ["the agent ended with 1: out of order"]
