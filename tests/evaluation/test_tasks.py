"""Task files are checked, and whoever wrote a wrong one is told where."""

from __future__ import annotations

import pytest

from evaluation.task import TaskFileError, load_tasks, parse_tasks

WHOLE = """
- id: a-task
  prompt: Do it.
  why: Because.
  crms: [minicrm]
  kind: chore
"""


def test_a_task_needs_no_more_than_what_it_is() -> None:
    (task,) = parse_tasks(WHOLE, "some.yaml")
    assert (task.id, task.person, task.writes, task.most_calls) == ("a-task", "accepts", (0, 0), 3)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (WHOLE.replace("kind: chore", "kind: wish"), r"some\.yaml, 0\.kind"),
        (WHOLE + "  most_calls: 4\n", r"0\.most_calls"),
        (WHOLE + "  writing: [1, 1]\n", r"0\.writing: Extra inputs"),
        (WHOLE.replace("a-task", "A task"), r"0\.id"),
        ("- id: [", "some.yaml is no YAML"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(broken: str, told: str) -> None:
    with pytest.raises(TaskFileError, match=told):
        parse_tasks(broken, "some.yaml")


def test_a_task_that_is_not_there_is_told() -> None:
    with pytest.raises(TaskFileError, match="There is no task 'nonsense'"):
        load_tasks(["nonsense"])
