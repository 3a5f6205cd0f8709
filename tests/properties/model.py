"""Both accounts as plain dicts: what each thing must read as, after every write that was made."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from tests.properties.seeds import MODULES, USERS

Thing = dict[str, Any]
STATUSES = {number: status["label"] for number, status in MODULES["3"]["statuses"].items()}
KINDS = ("project", "contact", "task", "address", "record", "note")


@dataclass
class Model:
    """The things of each kind by id, as a client reads them; written whole, compared whole."""

    project: dict[str, Thing] = field(default_factory=dict[str, Thing])
    contact: dict[str, Thing] = field(default_factory=dict[str, Thing])
    task: dict[str, Thing] = field(default_factory=dict[str, Thing])
    address: dict[str, Thing] = field(default_factory=dict[str, Thing])
    record: dict[str, Thing] = field(default_factory=dict[str, Thing])
    note: dict[str, Thing] = field(default_factory=dict[str, Thing])

    def copy(self) -> Model:
        return copy.deepcopy(self)

    def of(self, kind: str) -> dict[str, Thing]:
        return getattr(self, kind)

    def pick(self, kind: str, which: int) -> str:
        """Return the id of one of the things of a kind."""
        ids = sorted(self.of(kind), key=int)
        return ids[which % len(ids)]

    def put(self, kind: str, thing_id: str, written: Thing) -> None:
        """Make a thing, or change it by what was written into its fields."""
        thing = self.of(kind).setdefault(thing_id, {**_NEW[kind]})
        thing.update({name: _read_back(name, value) for name, value in written.items() if name != "Type"})

    def adopt_user(self, task_id: str) -> None:
        """Give a new task the user of its project, as it gets one that names none."""
        task = self.task[task_id]
        task["UserId"] = self.project[task["ProjectId"]]["UserId"]


_NEW: dict[str, Thing] = {
    "project": {"StatusId": "New", "UserId": USERS["1"], "Deleted": False, "Text1": ""},
    "contact": {"Email": ""},
    "task": {"Status": "Open", "Deadline": ""},
    "address": {"City": ""},
    "record": {"name": None, "score": None, "boss": None},
    "note": {"description": None, "contact": None},
}


def _read_back(name: str, value: object) -> object:
    """Return what a written value reads as."""
    if name == "StatusId":
        return STATUSES[str(value)]
    if name == "UserId":
        return USERS[str(value)]
    if name == "Deleted":
        return bool(value)
    return str(value) if name in ("ContactId", "ProjectId", "CategoryId") else value


def show_project(read: Any) -> Thing:
    return {
        "Name": read["name"],
        "CategoryId": read.get("module_id"),
        "ContactId": read.get("contact_id"),
        "StatusId": read.get("status"),
        "UserId": read.get("user"),
        "Deleted": read.get("deleted"),
        "Text1": read["fields"].get("Text1", ""),
    }


def show_contact(read: Any) -> Thing:
    return {"Name": read["name"], "Email": read.get("email", "")}


def show_task(read: Any) -> Thing:
    return {
        "ProjectId": read.get("project_id"),
        "UserId": read.get("user"),
        "Comment": read["comment"],
        "Status": read.get("status"),
        "Deadline": read.get("deadline", ""),
    }


def show_address(read: Any) -> Thing:
    return {"ContactId": read.get("contact_id"), "Name": read["name"], "City": read["fields"].get("City", "")}


def show_record(read: Any) -> Thing:
    return {name: read["fields"][name] for name in _NEW["record"]}


def show_note(read: Any) -> Thing:
    return {name: read["fields"][name] for name in _NEW["note"]}


SHOW = {
    "project": show_project,
    "contact": show_contact,
    "task": show_task,
    "address": show_address,
    "record": show_record,
    "note": show_note,
}
"""How what a client read of a thing becomes what the model has of it."""
