"""The judge of copies is judged: what it reads out of a snapshot is what the API prints, record by record."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.crm.profiles import Profile
from mockserver.seeds.load import read_seed
from tests.support.copied_account import is_address_of
from tests.support.database_of_the_fake import ZERO_DATES, Database, Row, read_database
from tests.support.in_process import MINICRM_LOGIN, InProcessFake

SWITCHES = {"requests-are-limited": False, "empties-are-typed": False}


@pytest.fixture(scope="module")
def fake() -> Any:
    started = InProcessFake(read_seed("demo"), Profile("observed", switches=SWITCHES))
    yield started
    started.close()


@pytest.fixture(scope="module")
def database(fake: InProcessFake) -> Database:
    return read_database(fake.app.workspace.dump_snapshot())


def read(fake: InProcessFake, path: str) -> Row:
    return fake.client.get(f"/Api/R3/{path}", auth=MINICRM_LOGIN).json()


def show(value: object) -> object:
    """Return a printed value as the judge has it: nothing for what is not set."""
    return None if value == 0 or value == [] or (isinstance(value, str) and value in ZERO_DATES) else value


def test_projects_are_what_their_details_print(fake: InProcessFake, database: Database):
    for project_id, row in database.projects.items():
        detail = {name.lower(): show(value) for name, value in read(fake, f"Project/{project_id}").items()}
        named = {"status": detail["statusid"], "user": detail["userid"], "contact_id": detail["contactid"]}
        named |= {
            "created_at": detail["createdat"],
            "updated_at": detail["updatedat"],
            "business_id": detail["businessid"],
        }
        own = {name: detail[name] for name in database.field_types[row["module"]]}
        expected = {**named, **own, "name": detail["name"], "deleted": detail["deleted"]}
        held = {name: show(row[name]) for name in expected}
        held |= {name: expected[name] for name, value in held.items() if is_address_of(expected[name], value)}
        assert held == expected


def test_contacts_are_what_their_details_print(fake: InProcessFake, database: Database):
    for contact_id, row in database.contacts.items():
        detail = {name.lower(): show(value) for name, value in read(fake, f"Contact/{contact_id}").items()}
        assert detail["updatedat"] == row["updated_at"]
        shared = detail.keys() & row.keys() - {"name", "type"}
        assert {name: show(row[name]) for name in shared} == {name: detail[name] for name in shared}


def test_tasks_and_addresses_are_what_their_details_print(fake: InProcessFake, database: Database):
    for task_id, row in database.tasks.items():
        detail = {name: show(value) for name, value in read(fake, f"ToDo/{task_id}").items()}
        printed = {"user": detail["UserId"], "type": detail["Type"], "status": detail["Status"]}
        printed |= {"deadline": detail["Deadline"], "comment": detail["Comment"], "project_id": detail["ProjectId"]}
        assert {name: row[name] for name in printed} == printed
    for address_id, row in database.addresses.items():
        detail = read(fake, f"Address/{address_id}")
        assert (row["country"], row["city"], row["postal_code"]) == (
            show(detail["CountryId"]),
            show(detail["City"]),
            str(detail["PostalCode"]) or None,
        )


def test_ivinex_records_are_what_a_search_prints(fake: InProcessFake, database: Database):
    for module_id, name in (("1001", "contact"), ("1002", "note"), ("1003", "company"), ("1004", "deal")):
        found = fake.search(module_id, Limit="100", LookupOptionText="true").json()["Records"]
        assert len(found) == len(database.ivinex[name])
        for record in found:
            row = database.ivinex[name][record["collection_id"]]
            for field, value in record.items():
                if field not in {"site_id", "fields_changed", "collection_id"}:
                    assert row[field] == value, field
