"""A plain model, the fake behind a socket and the clients take the same steps, faults included, and always agree."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from crm_mcp.errors import BadRequestError
from tests.properties.clients import Clients
from tests.properties.lost_answers import AGAIN, LOOK, MAYBE, Fault
from tests.properties.model import KINDS, SHOW, STATUSES, Model, Thing
from tests.properties.seeds import build_seed
from tests.properties.strategies import FILLED_TEXT, TEXT, steps

WHICH = st.integers(0, 10**6)
NAMES = FILLED_TEXT.map(str.strip)
MODULES = {"record": "1001", "note": "1002"}


def has(*kinds: str) -> Callable[[Accounts], bool]:
    return lambda machine: all(machine.model.of(kind) for kind in kinds)


class Accounts(RuleBasedStateMachine):
    """Both accounts, and the model of them.

    Attributes:
        model: What must be there.
        written: The things written by the last step: those are read again at once, and everything at the end.
    """

    def __init__(self, clients: Clients) -> None:
        super().__init__()
        self.clients = clients
        self.model = Model()
        self.written: set[tuple[str, str]] = set()
        self.saved: tuple[bytes, Model] | None = None

    @initialize()
    def begin(self) -> None:
        self.clients.fake.seed(build_seed())
        self.create("contact", {"Type": "Business", "Name": "Firm", "Email": ""})
        self.create(
            "project", {"CategoryId": 3, "ContactId": self.model.pick("contact", 0), "Name": "Card", "Text1": ""}
        )
        self.create("task", {"ProjectId": self.model.pick("project", 0), "Comment": "Call"})
        self.create("address", {"ContactId": self.model.pick("contact", 0), "Name": "HQ", "City": "Pest"})
        self.create("record", {"name": "first", "score": "9"})

    # Contacts, projects and what hangs on them.

    @rule(fault=MAYBE, name=NAMES, email=st.sampled_from(["", "a+b@example.com"]))
    def create_contact(self, name: str, email: str, fault: Fault | None) -> None:
        self.create("contact", {"Type": "Business", "Name": name, "Email": email}, fault)

    @precondition(has("contact"))
    @rule(
        fault=MAYBE,
        which=WHICH,
        changes=st.fixed_dictionaries({}, optional={"Name": NAMES, "Email": TEXT.map(str.strip)}).filter(bool),
    )
    def update_contact(self, which: int, changes: Thing, fault: Fault | None) -> None:
        self.update("contact", which, changes, fault)

    @precondition(has("contact"))
    @rule(fault=MAYBE, which=WHICH, name=NAMES, text=TEXT)
    def create_project(self, which: int, name: str, text: str, fault: Fault | None) -> None:
        contact_id = self.model.pick("contact", which)
        self.create(
            "project", {"CategoryId": 3, "ContactId": contact_id, "Name": name[:128].strip(), "Text1": text}, fault
        )

    @precondition(has("project"))
    @rule(
        fault=MAYBE,
        which=WHICH,
        changes=st.fixed_dictionaries(
            {},
            optional={
                "Name": NAMES.map(lambda name: name[:128].strip()),
                "Text1": TEXT,
                "StatusId": st.sampled_from([*STATUSES]),
                "UserId": st.sampled_from([1, 2]),
            },
        ).filter(bool),
    )
    def update_project(self, which: int, changes: Thing, fault: Fault | None) -> None:
        self.update("project", which, changes, fault)

    @precondition(has("project"))
    @rule(fault=MAYBE, which=WHICH, deleted=st.sampled_from([0, 1]))
    def trash_or_restore_a_project(self, which: int, deleted: int, fault: Fault | None) -> None:
        self.update("project", which, {"Deleted": deleted}, fault)

    @precondition(has("project"))
    @rule(fault=MAYBE, which=WHICH, comment=NAMES)
    def create_task(self, which: int, comment: str, fault: Fault | None) -> None:
        self.create("task", {"ProjectId": self.model.pick("project", which), "Comment": comment}, fault)

    @precondition(has("task"))
    @rule(
        fault=MAYBE,
        which=WHICH,
        changes=st.sampled_from(
            [{"Comment": "changed"}, {"Deadline": "2026-05-06 07:08:09"}, {"UserId": 2}, {"Status": "Closed"}]
        ),
    )
    def change_or_close_a_task(self, which: int, changes: Thing, fault: Fault | None) -> None:
        task_id = self.model.pick("task", which)
        if self.model.task[task_id]["Status"] == "Open":
            self.update("task", which, changes, fault)
            return
        with pytest.raises(BadRequestError):  # a closed task stays as it is
            self.clients.run(lambda: self.clients.minicrm.update_task(task_id, changes))
        self.written = {("task", task_id)}

    @precondition(has("contact"))
    @rule(fault=MAYBE, which=WHICH, name=NAMES, city=NAMES)
    def create_address(self, which: int, name: str, city: str, fault: Fault | None) -> None:
        self.create("address", {"ContactId": self.model.pick("contact", which), "Name": name, "City": city}, fault)

    @precondition(has("address"))
    @rule(fault=MAYBE, which=WHICH, city=NAMES)
    def update_address(self, which: int, city: str, fault: Fault | None) -> None:
        self.update("address", which, {"City": city}, fault)

    # Records and notes.

    @rule(fault=MAYBE, name=TEXT, score=st.sampled_from(["9", "10"]))
    def create_record(self, name: str, score: str, fault: Fault | None) -> None:
        self.create("record", {"name": name, "score": score}, fault)

    @precondition(has("record"))
    @rule(
        fault=MAYBE,
        which=WHICH,
        boss=WHICH,
        changes=st.fixed_dictionaries({"name": TEXT}, optional={"score": st.just("7")}),
    )
    def update_record(self, which: int, boss: int, changes: Thing, fault: Fault | None) -> None:
        self.update("record", which, {**changes, "boss": self.model.pick("record", boss)}, fault)

    @precondition(has("record"))
    @rule(fault=MAYBE, which=WHICH, text=TEXT)
    def create_note(self, which: int, text: str, fault: Fault | None) -> None:
        self.create("note", {"description": text, "contact": self.model.pick("record", which)}, fault)

    @precondition(has("record"))
    @rule(names=st.lists(TEXT, min_size=1, max_size=3), bad=st.integers(0, 3))
    def create_records_of_which_one_is_refused(self, names: list[str], bad: int) -> None:
        records: list[dict[str, object]] = [{"name": name} for name in names]
        records.insert(bad, {"name": "bad", "boss": "nobody"})
        results = self.clients.run(lambda: self.clients.ivinex.create_records("1001", records))
        assert [result["ok"] for result in results] == ["boss" not in record for record in records]
        self.written = {("record", result["id"]) for result in results if result["ok"] and "id" in result}
        for result, record in zip(results, records, strict=True):
            if result["ok"]:
                self.model.put("record", result.get("id", ""), record)

    # What befalls the accounts as a whole.

    @rule()
    def save(self) -> None:
        self.saved = (self.clients.fake.snapshot(), self.model.copy())

    @precondition(lambda self: self.saved is not None)
    @rule()
    def restore(self) -> None:
        assert self.saved is not None
        self.clients.fake.restore(self.saved[0])
        self.model = self.saved[1].copy()
        self.written = set()

    # How a step is taken, and how its outcome is found where the answer was lost.

    def create(self, kind: str, fields: Thing, fault: Fault | None = None) -> None:
        known = set(self.model.of(kind))
        thing_id = self.write(kind, lambda: self.send_new(kind, fields), LOOK, fault)
        made = set(self.list_ids(kind)) - known
        if fault is not None:
            assert len(made) == fault.is_done, "what was carried out is there once, what was not is not there"
        else:
            assert made == {thing_id}
        for one in made:
            self.model.put(kind, one, fields)
            if kind == "task":
                self.model.adopt_user(one)
        self.written = {(kind, one) for one in made}

    def update(self, kind: str, which: int, fields: Thing, fault: Fault | None) -> None:
        thing_id = self.model.pick(kind, which)
        written_id = self.write(kind, lambda: self.send_change(kind, thing_id, fields), AGAIN, fault)
        if fault is None or fault.is_done:
            self.model.put(kind, thing_id, fields)
        assert written_id == ("" if fault else thing_id)
        self.written = {(kind, thing_id)}

    def write(self, kind: str, send: Callable[[], Awaitable[str]], advice: str, fault: Fault | None) -> str:
        """Return the id that was answered; nothing where a fault struck instead."""
        if fault is None:
            return self.clients.run(send)
        method = "POST" if kind in MODULES else "PUT"
        self.clients.fake.faults({"match": {"method": method}, "times": 1, "fault": fault.document})
        with pytest.raises(fault.error) as raised:
            self.clients.run(send)
        assert advice in str(raised.value), "an unknown outcome is said to be one"
        return ""

    async def send_new(self, kind: str, fields: Thing) -> str:
        if kind in MODULES:
            (result,) = await self.clients.ivinex.create_records(MODULES[kind], [fields])
            assert result["ok"]
            return result.get("id", "")
        return (await getattr(self.clients.minicrm, f"create_{kind}")(fields))["id"]

    async def send_change(self, kind: str, thing_id: str, fields: Thing) -> str:
        if kind in MODULES:
            changes = [{"record_id": thing_id, "fields": fields}]
            (result,) = await self.clients.ivinex.update_records(MODULES[kind], changes)
            assert result["ok"]
            return result.get("id", "")
        return (await getattr(self.clients.minicrm, f"update_{kind}")(thing_id, fields))["id"]

    # What is compared.

    def list_ids(self, kind: str) -> list[str]:
        minicrm = self.clients.minicrm
        if kind in MODULES:
            return self.clients.find_records(MODULES[kind])
        if kind == "project":
            return [*self.clients.find_projects(Deleted=0), *self.clients.find_projects(Deleted=1)]
        if kind == "contact":
            return self.clients.find_contacts()
        list_of = minicrm.list_tasks if kind == "task" else minicrm.list_addresses
        owners = self.model.project if kind == "task" else self.model.contact
        pages = [self.clients.run(lambda owner=owner: list_of(owner)) for owner in owners]
        return [row["id"] for page in pages for row in page.items]

    def read(self, kind: str, thing_id: str) -> Any:
        if kind in MODULES:
            return self.clients.run(lambda: self.clients.ivinex.get_record(MODULES[kind], thing_id))
        return self.clients.run(lambda: getattr(self.clients.minicrm, f"get_{kind}")(thing_id))

    @invariant()
    def what_was_written_reads_as_the_model_has_it(self) -> None:
        for kind, thing_id in self.written:
            assert SHOW[kind](self.read(kind, thing_id)) == self.model.of(kind)[thing_id], (kind, thing_id)

    @invariant()
    def the_lists_hold_what_the_model_holds(self) -> None:
        for deleted in (False, True):
            rows = self.clients.run(
                lambda deleted=deleted: self.clients.minicrm.search_projects({"Deleted": deleted})
            ).items
            named = {one: thing["Name"] for one, thing in self.model.project.items() if thing["Deleted"] is deleted}
            assert {row["id"]: row["name"] for row in rows} == named
        for kind, module_id in MODULES.items():
            rows = self.clients.run(
                lambda module_id=module_id: self.clients.ivinex.search_records(module_id, limit=100)
            )
            assert {row["id"]: SHOW[kind](row) for row in rows} == self.model.of(kind)

    def teardown(self) -> None:
        """Compare everything, each thing by its own id, and the links from both ends."""
        for kind in KINDS:
            things = self.model.of(kind)
            assert sorted(self.list_ids(kind)) == sorted(things), kind
            for thing_id, thing in things.items():
                assert SHOW[kind](self.read(kind, thing_id)) == thing, (kind, thing_id)
        for record_id in self.model.record:
            linked = self.clients.find_records("1002", ("collection_id", "LinkedTo", f"1001:{record_id}"))
            assert linked == [one for one, note in self.model.note.items() if note["contact"] == record_id]
        for project_id in self.model.project:
            own = [one for one, task in self.model.task.items() if task["ProjectId"] == project_id]
            still_open = [one for one in own if self.model.task[one]["Status"] == "Open"]
            listed = self.clients.run(lambda one=project_id: self.clients.minicrm.list_tasks(one, "Open")).items
            assert [row["id"] for row in listed] == still_open


def test_model_fake_and_clients_agree_after_every_step(socket_clients: Clients) -> None:
    class Machine(Accounts):
        def __init__(self) -> None:
            super().__init__(socket_clients)

    run_state_machine_as_test(Machine, settings=steps(25, percent=10))
