"""What a caller writes, drawn from a seed: each write has a text of its own by which the judge finds it again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.soak.account import CHANGED_IN, CREATED_IN, MODULE, PARENTS, base_email, first_ids

Effect = Literal["creates", "changes", "leaves"]
"""What a write does to the CRM; one that only returns what is there leaves it alone."""
Json = dict[str, Any]
MARKER = re.compile(r"m\d+x\d+z")
_ENDS = ("", " K\u0151", ' "\u00faj"', " & Co", " 50%")
_BATCH = (2, 8)
_LONG_BATCH = (12, 20)
_TRASH_SHARE = 5
"""One in so many of the projects that are there at the beginning goes to the trash and back, and is else left alone."""


@dataclass(frozen=True)
class Write:
    """One record that a call writes.

    Attributes:
        marker: The text that only this write holds.
        kind: contact, project, task, address, record or note.
        effect: What it does.
        thing_id: What it changes; empty where it creates.
        field: The field that it writes to.
        value: What the field holds afterwards.
    """

    marker: str
    kind: str
    effect: Effect
    thing_id: str
    field: str
    value: str


@dataclass
class Step:
    """One call, with its repetitions.

    Attributes:
        tool: The tool.
        arguments: Its own arguments.
        writes: What it writes, in the order of its records.
        key: The idempotency key; empty for a tool without.
        is_planned: Whether a dry run comes first, and then its plan is applied.
        is_accepted: What the user replies to a question.
    """

    tool: str
    arguments: Json
    writes: list[Write]
    key: str = ""
    is_planned: bool = False
    is_accepted: bool = True


@dataclass
class Planner:
    """Draws the steps of one caller.

    Attributes:
        caller: Its number; callers never touch each other's things.
        size: How many of each kind it finds at the beginning.
        seed: Of everything drawn.
    """

    caller: int
    size: int
    seed: int
    _known: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    _emails: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    _drawn: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(f"{self.seed} {self.caller}")  # noqa: S311 - it is to be foreseeable
        ids = first_ids(self.caller, self.size)
        split = max(1, len(ids) // _TRASH_SHARE)
        self._trashable = ids[:split]
        self._known = {kind: list(ids[split:]) for kind in CHANGED_IN}
        self._emails = {kind: [base_email(one) for one in ids[split:]] for kind in ("contact", "record")}
        self._owner = {(kind, base_email(one)): one for one in ids for kind in ("contact", "record")}

    def learn(self, write: Write, thing_id: str) -> None:
        """Take what an acknowledged write created into later steps."""
        if write.effect == "creates" and write.kind not in ("task", "note"):
            self._known[write.kind].append(thing_id)
        if write.effect == "creates" and write.kind in self._emails:
            self._emails[write.kind].append(_email(write.marker))
            self._owner[write.kind, _email(write.marker)] = thing_id

    def draw(self) -> Step:
        """Return the next step."""
        drawn: list[tuple[Callable[[], Step], int]] = [
            (self._create_one, 30),
            (self._create_several, 18),
            (self._change_one, 16),
            (self._change_several, 12),
            (self._use_existing, 8),
            (self._trash_or_restore, 5),
            (self._plan, 8),
            (self._plan_many, 2),
        ]
        (chosen,) = self._random.choices([one for one, _ in drawn], [weight for _, weight in drawn])
        return chosen()

    def _create_one(self) -> Step:
        return self._create(self._random.choice(["contact", "project", "task", "task", "address", "record", "note"]), 1)

    def _create_several(self) -> Step:
        kind = self._random.choice(["contact", "project", "task", "address", "record"])
        return self._create(kind, self._random.randint(*_BATCH))

    def _create(self, kind: str, count: int) -> Step:
        drawn = [self._new(kind) for _ in range(count)]
        writes = [write for _, write in drawn]
        key = f"key-{writes[0].marker}"
        if kind == "record":
            arguments: Json = {"module": "contact", "records": [arguments for arguments, _ in drawn]}
            return Step("create_records", arguments, writes, key)
        arguments = drawn[0][0] if count == 1 else {"records": [arguments for arguments, _ in drawn]}
        return Step(f"create_{kind}", arguments, writes, key)

    def _new(self, kind: str) -> tuple[Json, Write]:
        marker = self._marker()
        text = marker + self._random.choice(_ENDS)
        parent = self._random.choice(self._known[PARENTS[kind]]) if kind in PARENTS else ""
        arguments: dict[str, Json] = {
            "contact": {"type": "Person", "fields": {"FirstName": text, "Email": _email(marker)}},
            "project": {"module": MODULE, "contact_id": parent, "name": text},
            "task": {"project_id": parent, "comment": text},
            "address": {"contact_id": parent, "name": text},
            "record": {"first_name": text, "email": _email(marker)},
            "note": {"contact_id": parent, "text": text},
        }
        return arguments[kind], Write(marker, kind, "creates", "", CREATED_IN[kind], text)

    def _change_one(self) -> Step:
        return self._change(self._random.choice([*CHANGED_IN]), 1)

    def _change_several(self) -> Step:
        return self._change(self._random.choice([*CHANGED_IN]), self._random.randint(*_BATCH))

    def _change(self, kind: str, count: int) -> Step:
        ids = self._random.sample(self._known[kind], min(count, len(self._known[kind])))
        if kind in ("contact", "project", "task") and len(ids) > 1 and self._random.random() < 0.5:
            marker = self._marker()
            arguments = {f"{kind}_ids": ids, **_changed(kind, marker)}
            return Step(f"update_{kind}", arguments, [self._change_of(kind, one, marker) for one in ids])
        writes = [self._change_of(kind, one, self._marker()) for one in ids]
        if kind == "record":
            records = [{"record_id": one.thing_id, "fields": {"last_name": one.value}} for one in writes]
            return Step("update_records", {"module": "contact", "records": records}, writes)
        each = [{f"{kind}_id": one.thing_id, **_changed(kind, one.value)} for one in writes]
        return Step(f"update_{kind}", each[0] if count == 1 else {"records": each}, writes)

    @staticmethod
    def _change_of(kind: str, thing_id: str, marker: str) -> Write:
        return Write(marker, kind, "changes", thing_id, CHANGED_IN[kind], marker)

    def _use_existing(self) -> Step:
        kind, word = self._random.choice(["contact", "record"]), self._random.choice(["return", "update"])
        email, marker = self._random.choice(self._emails[kind]), self._marker()
        effect: Effect = "changes" if word == "update" else "leaves"
        write = Write(marker, kind, effect, self._owner[kind, email], CHANGED_IN[kind], marker)
        key = f"key-{marker}"
        if kind == "record":
            records = [{"last_name": marker, "email": email}]
            return Step("create_records", {"module": "contact", "records": records, "on_existing": word}, [write], key)
        fields = {"LastName": marker, "Email": email}
        return Step("create_contact", {"type": "Person", "fields": fields, "on_existing": word}, [write], key)

    def _trash_or_restore(self) -> Step:
        most = min(3, len(self._trashable))
        ids = self._random.sample(self._trashable, self._random.randint(1, most))
        deleted = self._random.choice(["0", "1"])
        named: Json = {"project_id": ids[0]} if len(ids) == 1 else {"project_ids": ids}
        writes = [Write(self._marker(), "project", "changes", one, "Deleted", deleted) for one in ids]
        step = Step("update_project", {**named, "fields": {"Deleted": int(deleted)}}, writes)
        step.is_planned, step.is_accepted = self._random.random() < 0.3, self._random.random() < 0.7
        return step

    def _plan(self) -> Step:
        step = self._random.choice([self._create_several, self._change_several])()
        step.is_planned = True
        return step

    def _plan_many(self) -> Step:
        count = self._random.randint(*_LONG_BATCH)
        kinds = ["contact", "project", "task", "address", "record"]
        step = self._random.choice([self._create, self._change])(self._random.choice(kinds), count)
        step.is_planned, step.is_accepted = self._random.random() < 0.5, self._random.random() < 0.8
        return step

    def _marker(self) -> str:
        self._drawn += 1
        return f"m{self.caller}x{self._drawn}z"


def _email(marker: str) -> str:
    return f"{marker}@example.com"


def _changed(kind: str, value: str) -> Mapping[str, object]:
    return {"comment": value} if kind == "task" else {"fields": {CHANGED_IN[kind]: value}}
