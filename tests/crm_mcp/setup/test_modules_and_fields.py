"""Module ids are found by asking for them, and fields get the names that people use."""

from __future__ import annotations

import tomllib
from typing import Any

import httpx

from tests.crm_mcp.setup.conftest import Person, Setup


def modules_after(machine: Setup, person: Person) -> dict[str, int]:
    (account,) = tomllib.loads(machine.run(person))["accounts"].values()
    return account["ivinex"]["modules"]


def test_modules_are_shown_by_what_is_in_them(machine: Setup) -> None:
    person = machine.ivinex()
    machine.run(person)
    assert "1001  contact  first_name: " in person.heard
    assert "1002  note  description: " in person.heard


def test_few_ids_are_asked_each_for_one_record(machine: Setup) -> None:
    httpx.delete(f"{machine.url}/_control/requests", trust_env=False).raise_for_status()
    machine.run(machine.ivinex())
    asked: list[dict[str, Any]] = httpx.get(f"{machine.url}/_control/requests", trust_env=False).json()
    assert 15 < len(asked) < 40
    assert {str(entry["query"]).count("Limit") for entry in asked} == {1}


def test_a_module_is_renamed_and_another_left_out(machine: Setup) -> None:
    person = machine.ivinex(
        ivinex__modules_found=["rename", "rename", "take"],
        ivinex__rename=["1003", "1004"],
        **{"ivinex.rename.1003": ["contact", "firm"], "ivinex.rename.1004": ""},
    )
    assert modules_after(machine, person) == {"contact": 1001, "note": 1002, "firm": 1003}
    assert "Another module is called that already." in person.said


def test_ids_can_be_typed_and_what_is_wrong_with_them_is_said(machine: Setup) -> None:
    person = machine.ivinex(ivinex__modules_found="type", ivinex__modules=["contact:1001", "contact=1002,note=1001"])
    assert modules_after(machine, person) == {"contact": 1002, "note": 1001}
    assert "Write pairs with commas between" in person.heard
    assert "contact=1002 looks like the module of notes." in person.heard


def test_other_ids_can_be_looked_at(machine: Setup) -> None:
    person = machine.ivinex(ivinex__modules_found=["further", "take"], ivinex__first_id="2000")
    assert modules_after(machine, person) == {"contact": 1001, "note": 1002, "company": 1003, "deal": 1004}


def test_without_notes_it_is_said_what_cannot_be_done(machine: Setup) -> None:
    person = machine.ivinex(ivinex__modules_found="type", ivinex__modules="contact=1001")
    machine.run(person)
    assert "the assistant cannot write notes" in person.heard


def test_nameless_fields_are_offered_with_examples_and_named(machine: Setup) -> None:
    person = machine.minicrm(
        minicrm__name_fields="yes",
        minicrm__labels=["Int1201", "Enum1205", ""],
        **{"minicrm.labels.Int1201": "Budget (HUF)", "minicrm.labels.Enum1205": ["budget (huf)", "Source"]},
    )
    (account,) = tomllib.loads(machine.run(person))["accounts"].values()
    assert account["minicrm"]["labels"] == {"Int1201": "Budget (HUF)", "Enum1205": "Source"}
    assert "Another field is called that already." in person.said
    offered = [line for line in person.said if line.startswith("Int1201 ")]
    assert any(character.isdigit() for character in offered[0].partition("(Sales: ")[2])
