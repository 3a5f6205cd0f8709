"""What a task is: a prompt as a person would say it, and what must be true afterwards. Read from `tasks/*.yaml`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerCheck(_Strict):
    """What the agent's last words must tell; letters' case and runs of spaces do not count."""

    has: list[str] = Field(default_factory=list[str], description="each of these")
    any_of: list[list[str]] = Field(default_factory=list[list[str]], description="one of each list")
    numbers: list[float] = Field(default_factory=list[float], description="each of these, however it is grouped")
    lacks: list[str] = Field(default_factory=list[str], description="none of these")


class StateCheck(_Strict):
    """What a CRM must hold afterwards: the answer to a GET of its API has at least these keys and values."""

    crm: Literal["ivinex", "minicrm"]
    get: str = Field(description="path and query, such as /Api/R3/Project/6001")
    expect: Any = Field(description="a part of the answer: objects may have more keys, lists may not have more items")


class Task(_Strict):
    """One question or chore.

    Attributes:
        id: Its name, in words joined by hyphens.
        prompt: What the person says.
        why: What it is there for, and how the expected values were found.
        crms: Which CRMs it is about.
        kind: Whether it only asks.
        toolsets: Which tools the server offers, as `CRM_MCP_TOOLSETS` names them.
        person: What the person says when the server asks before it writes.
        answer: What the agent must tell.
        state: What must be in the CRMs afterwards.
        writes: How many writing requests the CRMs may have taken, at least and at most.
        most_calls: How many tool calls it needs at most.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    prompt: str
    why: str
    crms: Annotated[list[Literal["ivinex", "minicrm"]], Field(min_length=1)]
    kind: Literal["question", "chore"]
    toolsets: str = "default"
    person: Literal["accepts", "declines", "cannot be asked"] = "accepts"
    answer: AnswerCheck = AnswerCheck()
    state: list[StateCheck] = Field(default_factory=list[StateCheck])
    writes: tuple[int, int] = (0, 0)
    most_calls: Annotated[int, Field(ge=1, le=3)] = 3


class TaskFileError(ValueError):
    """A task file is wrong; the text says which file, which task and what to change."""


def load_tasks(ids: Sequence[str] = ()) -> list[Task]:
    """Read every task, or those that are named, in the order of files and places.

    Raises:
        TaskFileError: A file is wrong, two tasks have one id, or a named task does not exist.
    """
    tasks: dict[str, Task] = {}
    folder = resources.files("evaluation") / "tasks"
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".yaml"):
            continue
        for task in parse_tasks(file.read_text(encoding="utf-8"), file.name):
            if task.id in tasks:
                raise TaskFileError(f"{file.name}: there are two tasks {task.id!r}; rename one.")
            tasks[task.id] = task
    if unknown := [one for one in ids if one not in tasks]:
        raise TaskFileError(f"There is no task {unknown[0]!r}; `python -m evaluation list` names them all.")
    return [task for task in tasks.values() if not ids or task.id in ids]


def parse_tasks(text: str, name: str) -> list[Task]:
    """Read the tasks of one file.

    Raises:
        TaskFileError: It is no YAML list of tasks.
    """
    try:
        return TypeAdapter(list[Task]).validate_python(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise TaskFileError(f"{name} is no YAML: {error}") from error
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise TaskFileError(f"{name}, {place}: {problem['msg']}.") from error
