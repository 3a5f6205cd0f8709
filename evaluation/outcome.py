"""What became of one task, and the table of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.counting import Count
from evaluation.task import Task

BYTES_PER_TOKEN = 3.5
"""A rough rate for JSON and European languages, to tell tokens from bytes; no model's own count."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One task as it was played.

    Attributes:
        task: The task.
        answer: The last words.
        count: What it cost.
        faults: Everything that is not as expected; none when it is solved.
    """

    task: Task
    answer: str
    count: Count
    faults: Sequence[str]

    @property
    def is_solved(self) -> bool:
        """Whether everything is as expected."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """Return everything by name."""
        return {
            "task": self.task.id,
            "solved": self.is_solved,
            "faults": list(self.faults),
            "answer": self.answer,
            **self.count.as_json(),
        }


def table_of(outcomes: Sequence[Outcome]) -> str:
    """Return a line for each task, and what all of them cost together."""
    width = max((len(one.task.id) for one in outcomes), default=4)
    lines = [f"{'task':{width}}  solved  calls  bytes"]
    for one in outcomes:
        solved = "yes" if one.is_solved else "NO"
        lines.append(f"{one.task.id:{width}}  {solved:6}  {one.count.calls:5}  {one.count.result_bytes:5}")
        lines += [f"    {fault}" for fault in one.faults]
    solved = sum(one.is_solved for one in outcomes)
    calls = sum(one.count.calls for one in outcomes)
    shown = sum(one.count.result_bytes for one in outcomes)
    listed = max((one.count.list_bytes for one in outcomes), default=0)
    lines.append(
        f"{solved} of {len(outcomes)} solved, {calls} calls, {shown} bytes of results "
        f"(about {shown / BYTES_PER_TOKEN:.0f} tokens), tools/list {listed} bytes"
    )
    return "\n".join(lines)
