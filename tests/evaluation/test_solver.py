"""Every task can be solved by tool calls alone, within its number of calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluation.solver import scripts, solve
from evaluation.task import Task, load_tasks
from evaluation.world import new_world
from mockserver.fake_process import FakeServer, running_fake

TASKS = load_tasks()


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with running_fake() as started:
        yield started


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_the_task_is_solvable_within_its_calls(
    server: FakeServer, task: Task, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # no .env of this folder counts
    with new_world(server, task) as world:
        outcome = solve(world)
    assert list(outcome.faults) == []
    assert 1 <= outcome.count.calls <= task.most_calls


def test_every_task_has_a_script_and_every_script_a_task() -> None:
    assert set(scripts()) == {task.id for task in TASKS}


def test_there_are_questions_and_chores_for_each_crm_and_for_both() -> None:
    assert len(TASKS) >= 40
    for kind in ("question", "chore"):
        assert {tuple(sorted(task.crms)) for task in TASKS if task.kind == kind} >= {
            ("ivinex",),
            ("minicrm",),
            ("ivinex", "minicrm"),
        }
