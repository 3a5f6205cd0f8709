"""What every call was told, in order; the judge and a reader of a violation's story look things up in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.soak.plan import Step, Write
from tests.soak.told import Message, Reading, Told


@dataclass(frozen=True)
class Statement:
    """What one call was told of one write.

    Attributes:
        call: The call's number.
        write: The write.
        began_s: When its step's first call began, as seconds since 1970; for one without a key this call.
        ended_s: When this call ended.
        message: What was told.
    """

    call: int
    write: Write
    began_s: float
    ended_s: float
    message: Message


@dataclass(frozen=True)
class CallRecord:
    """One call as it was made."""

    number: int
    caller: int
    process: int
    tool: str
    arguments: Mapping[str, Any]
    began_s: float
    ended_s: float
    text: str


@dataclass
class Ledger:
    """Everything that all callers were told."""

    calls: list[CallRecord] = field(default_factory=list[CallRecord])
    statements: dict[str, list[Statement]] = field(default_factory=lambda: defaultdict[str, list[Statement]](list))
    """By marker, and for the changes of several things with one marker by the thing too."""
    steps: int = 0
    kills: dict[str, int] = field(default_factory=lambda: defaultdict[str, int](int))
    next_number: int = 0

    def begin(self) -> int:
        """Return the number of a new call."""
        self.next_number += 1
        return self.next_number

    def record(self, call: CallRecord, step: Step, reading: Reading, step_began_s: float) -> None:
        """Add a call and what was told of each write of its step."""
        self.calls.append(call)
        began_s = step_began_s if step.key else call.began_s
        for write, message in zip(step.writes, reading.messages, strict=True):
            statement = Statement(call.number, write, began_s, call.ended_s, message)
            self.statements[name_of(write)].append(statement)

    def count(self, told: Told) -> int:
        """Return of how many writes this is the last that was told."""
        return sum(each[-1].message.told is told for each in self.statements.values())


def name_of(write: Write) -> str:
    """Return what tells a write from every other."""
    return f"{write.marker} {write.thing_id}".strip()
