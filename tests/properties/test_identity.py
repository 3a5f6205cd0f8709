"""A thing is one thing: whatever is found can be fetched by its id, and a partial write touches what it names alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from crm_mcp.errors import NotFoundError
from tests.properties.clients import Clients
from tests.properties.library import VALUES, build_contacts, build_projects, build_records
from tests.properties.seeds import build_seed
from tests.properties.strategies import FILLED_TEXT, TEXT, share

RECORDS = build_records()
TASKS = [{"Id": number, "ProjectId": 3, "Comment": f"T{number}", "UserId": 2} for number in (7, 8)]
ADDRESSES = [{"Id": number, "ContactId": 1, "Name": "HQ", "City": "Pest", "PostalCode": "0123"} for number in (5, 6)]

STAMPS = {"modified_by", "modified_date", "UpdatedAt", "UpdatedBy"}
PROJECT_CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "Name": FILLED_TEXT.map(lambda text: text[:128]).filter(str.strip),
        "Text1": TEXT,
        "Int1": st.integers(-(2**63), 2**63 - 1),
        "Enum1": st.sampled_from([7, 8, "Web", "Fair"]),
        "Set1": st.integers(0, 7),
        "Date1": st.sampled_from(["2020-01-02 03:04:05", "2021-12-31 23:59:59"]),
        "StatusId": st.sampled_from([31, "32", "Won"]),
        "UserId": st.sampled_from([1, "Bob"]),
        "Deleted": st.sampled_from([0, 1]),
        "ReferenceId": FILLED_TEXT,
    },
).filter(bool)
CONTACT_CHANGES = st.dictionaries(
    st.sampled_from(["FirstName", "LastName", "Email", "Phone", "Position"]), FILLED_TEXT, min_size=1
)
ADDRESS_CHANGES = st.dictionaries(st.sampled_from(["Name", "City", "Address", "Type"]), FILLED_TEXT, min_size=1)
TASK_CHANGES = st.fixed_dictionaries(
    {}, optional={"Comment": TEXT, "Deadline": st.just("2030-01-02 03:04:05"), "UserId": st.sampled_from([1, 2])}
).filter(bool)
RECORD_CHANGES = st.lists(st.sampled_from([*VALUES]), min_size=1, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: writable_values(name) for name in names})
)


def writable_values(field: str) -> st.SearchStrategy[str]:
    """Draw values that the fake takes for a field in a write."""
    if field in ("name", "bio"):
        return TEXT
    return st.sampled_from([value for value in VALUES[field] if value not in (None, "", "n/a", "gone")])


@pytest.fixture(scope="module", autouse=True)
def _seeded(clients: Clients) -> None:  # pyright: ignore[reportUnusedFunction]  # pytest calls it
    seed = build_seed(
        records=RECORDS, contacts=build_contacts(), projects=build_projects(60), tasks=TASKS, addresses=ADDRESSES
    )
    clients.fake.seed(seed)


def flatten(entity: Any) -> dict[str, Any]:
    """Return what a read tells of a thing, without when and by whom it was written."""
    own = {name: value for name, value in entity.items() if name != "fields"}
    return {name: value for name, value in {**entity.get("fields", {}), **own}.items() if name not in STAMPS}


def read_things(clients: Clients) -> dict[str, dict[str, Any]]:
    """Fetch a thing of each kind, and its neighbour, by their ids."""
    minicrm = clients.minicrm
    reads: list[tuple[str, Callable[[str], Awaitable[Any]], tuple[str, str]]] = [
        ("project", minicrm.get_project, ("3", "6")),
        ("contact", minicrm.get_contact, ("3", "1")),
        ("task", minicrm.get_task, ("7", "8")),
        ("address", minicrm.get_address, ("5", "6")),
        ("record", lambda one: clients.ivinex.get_record("1001", one), ("2", "1")),
    ]
    return {
        f"{kind} {one}": flatten(clients.run(lambda read=read, one=one: read(one)))
        for kind, read, ids in reads
        for one in ids
    }


def test_every_record_found_can_be_fetched_and_is_the_one_found(clients: Clients) -> None:
    for record in clients.run(lambda: clients.ivinex.search_records("1001", limit=100)):
        assert clients.run(lambda record=record: clients.ivinex.get_record("1001", record["id"])) == record


def test_every_project_and_contact_found_can_be_fetched_and_is_the_one_found(clients: Clients) -> None:
    minicrm = clients.minicrm
    for page, get in (
        (clients.run(lambda: minicrm.search_projects({"UpdatedSince": "2000-01-01"})), minicrm.get_project),
        (clients.run(lambda: minicrm.search_projects({"Deleted": 1})), minicrm.get_project),
        (clients.run(lambda: minicrm.search_contacts({})), minicrm.get_contact),
    ):
        assert page.items
        for row in page.items:
            found = clients.run(lambda row=row, get=get: get(row["id"]))
            shared = ("id", "name", "type", "email", "phone", "deleted")
            assert [found.get(key) for key in shared] == [row.get(key) for key in shared]


def test_every_task_and_address_listed_can_be_fetched_and_is_the_one_listed(clients: Clients) -> None:
    tasks = clients.run(lambda: clients.minicrm.list_tasks(3)).items
    assert [row["id"] for row in tasks] == ["7", "8"]
    for row in tasks:
        task = clients.run(lambda row=row: clients.minicrm.get_task(row["id"]))
        assert (task["id"], task["comment"], task.get("project_id")) == (row["id"], row["comment"], "3")
    addresses = clients.run(lambda: clients.minicrm.list_addresses(1)).items
    assert [row["id"] for row in addresses] == ["5", "6"]
    for row in addresses:
        address = clients.run(lambda row=row: clients.minicrm.get_address(row["id"]))
        assert (address["id"], address.get("contact_id")) == (row["id"], "1")
        assert row["label"].startswith(address["name"])


@pytest.mark.parametrize("missing", ["0999", "61", "999999999"])
def test_an_id_that_was_not_found_cannot_be_fetched(clients: Clients, missing: str) -> None:
    with pytest.raises(NotFoundError):
        clients.run(lambda: clients.ivinex.get_record("1001", missing))
    with pytest.raises(NotFoundError):
        clients.run(lambda: clients.minicrm.get_contact(missing))


@given(reference=FILLED_TEXT, other=FILLED_TEXT)
@share(40)
@example(reference=" 007 ", other="007")
@example(reference="A/b", other="a/B")
@example(reference="e\u0301", other="\u00e9")
@example(reference="1.0", other="1")
def test_a_reference_id_is_kept_and_found_byte_by_byte(clients: Clients, reference: str, other: str) -> None:
    assume(reference != other)
    ids: list[str] = []
    for text in (reference, other):
        written = {"CategoryId": 3, "ContactId": 1, "Name": "R", "ReferenceId": text}
        ids.append(clients.run(lambda written=written: clients.minicrm.create_project(written))["id"])
    for text, project_id in zip((reference, other), ids, strict=True):
        assert clients.run(lambda text=text: clients.minicrm.get_project_by_reference(text))["id"] == project_id
    for project_id in ids:
        clients.run(lambda one=project_id: clients.minicrm.update_project(one, {"ReferenceId": f"done {one}"}))
    with pytest.raises(NotFoundError):
        clients.run(lambda: clients.minicrm.get_project_by_reference(reference))


@given(
    change=st.one_of(
        st.tuples(st.just("project 3"), PROJECT_CHANGES),
        st.tuples(st.just("contact 3"), CONTACT_CHANGES),
        st.tuples(st.just("address 5"), ADDRESS_CHANGES),
        st.tuples(st.just("task 7"), TASK_CHANGES),
        st.tuples(st.just("record 2"), RECORD_CHANGES),
    )
)
@share(30)
def test_a_partial_write_touches_what_it_names_and_nothing_else(
    clients: Clients, change: tuple[str, dict[str, Any]]
) -> None:
    thing, fields = change
    kind, thing_id = thing.split()
    before = read_things(clients)
    if kind == "record":
        (result,) = clients.run(
            lambda: clients.ivinex.update_records("1001", [{"record_id": thing_id, "fields": fields}])
        )
        assert (result["ok"], result.get("id")) == (True, thing_id)
    else:
        update = getattr(clients.minicrm, f"update_{kind}")
        assert clients.run(lambda: update(thing_id, fields)) == {"id": thing_id}
    after = read_things(clients)
    assert after.keys() == before.keys()
    assert {name for name in before if after[name] != before[name]} <= {thing}
    changed = {key for key in before[thing] | after[thing] if after[thing].get(key) != before[thing].get(key)}
    assert changed <= {alias for name in fields for alias in aliases_of(name)}
    for name, value in fields.items():
        if name in after[thing] and isinstance(value, str) and name not in ("Enum1", "Set1"):
            assert after[thing][name] == value


def aliases_of(name: str) -> tuple[str, ...]:
    """Return the keys under which a read tells of a field."""
    common = {"StatusId": ("status", "status_id"), "UserId": ("user", "user_id"), "FirstName": ("FirstName", "name")}
    return common.get(name, (name, name.lower())) if name != "LastName" else ("LastName", "name")
