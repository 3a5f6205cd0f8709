from __future__ import annotations

import copy
from typing import Any

import pytest

from mockserver.crm.api import SeedError
from mockserver.ivinex.schema import SYSTEM_FIELDS
from mockserver.ivinex.seed import parse_ivinex_seed

NOW = "2026-01-02 03:04:05"
PART: dict[str, Any] = {
    "logins": [{"username": "demo", "password": "demo-password"}, {"username": "second", "password": ""}],
    "modules": {
        "1001": {
            "name": "contact",
            "title": "Contacts",
            "next_id": 23456,
            "fields": {
                "first_name": {"type": "text"},
                "last_name": {"type": "text"},
                "full_name": {"type": "text", "joins": ["first_name", "last_name"]},
                "contact_type": {"type": "option", "options": {"14795": "Customer"}},
                "company": {"type": "link", "module": "1003"},
                "met_at": {"type": "datetime"},
            },
            "records": [{"collection_id": "8", "first_name": "John", "contact_type": 14795, "met_at": "2020-04-13"}],
        }
    },
}


def test_a_part_is_read_with_everything_that_it_leaves_out():
    seed = parse_ivinex_seed(PART, NOW)

    (module,) = seed.modules
    assert seed.logins == [("demo", "demo-password"), ("second", "")]
    assert (module.module.name, module.module.title, module.next_id) == ("contact", "Contacts", 23456)
    assert list(module.module.fields) == [*SYSTEM_FIELDS, *PART["modules"]["1001"]["fields"]]
    assert dict(module.records[0]) == {
        "collection_id": "8",
        "created_by": "1",
        "created_date": NOW,
        "modified_by": "1",
        "modified_date": NOW,
        "first_name": "John",
        "full_name": "John",
        "contact_type": "14795",
        "met_at": "2020-04-13 00:00:00",
    }


def test_an_empty_part_is_an_empty_account_with_the_default_login():
    seed = parse_ivinex_seed({}, NOW)

    assert (seed.logins, seed.modules) == ([("demo", "demo-password")], [])


def test_a_record_that_was_never_modified_shows_its_creation():
    part = {"modules": {"1": {"records": [{"collection_id": 1, "created_by": "7", "created_date": "2020-01-01"}]}}}

    record = parse_ivinex_seed(part, NOW).modules[0].records[0]

    assert (record["modified_by"], record["modified_date"]) == ("7", "2020-01-01 00:00:00")


def test_the_next_id_is_above_the_highest_where_it_is_not_said():
    part = {"modules": {"1": {"records": [{"collection_id": "9"}, {"collection_id": 3}]}, "2": {}}}

    assert [module.next_id for module in parse_ivinex_seed(part, NOW).modules] == [10, 1]


def change(path: str, value: object) -> dict[str, Any]:
    part = copy.deepcopy(PART)
    *parents, last = path.split("/")
    target: Any = part
    for key in parents:
        target = target[int(key) if key == "0" else key]
    target[last] = value
    return part


M = "modules/1001"
EMPTY: dict[str, object] = {}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("module", EMPTY, r'^ivinex\.module: no such key.*Did you mean "modules"'),
        ("modules", [1], r"^ivinex\.modules: must be an object, not a list"),
        ("modules/contact", EMPTY, r'^ivinex\.modules\.contact: a module id is digits, such as "1001"'),
        ("modules/0001", EMPTY, r"^ivinex\.modules\.0001: a module id is digits"),
        ("modules/1002", {"name": "contact"}, 'two modules have the name "contact"'),
        ("logins", [{"username": "a:b", "password": "c"}], r"^ivinex\.logins\[0\]\.username: .*colon"),
        ("logins", [{"username": "a"}], r"^ivinex\.logins\[0\]\.password: must be text, not null"),
        ("logins", [1], r"^ivinex\.logins\[0\]: must be an object, not the number 1"),
        (f"{M}/nextid", 1, r'^ivinex\.modules\.1001\.nextid: no such key.*"next_id"'),
        (f"{M}/next_id", 0, r"^ivinex\.modules\.1001\.next_id: must be a whole number from 1"),
        (f"{M}/next_id", "x", r"^ivinex\.modules\.1001\.next_id: .*the text"),
        (f"{M}/name", 5, r"^ivinex\.modules\.1001\.name: must be text, not the number 5"),
        (f"{M}/fields/created_by", EMPTY, r"^ivinex\.modules\.1001\.fields\.created_by: the name is the system's"),
        (f"{M}/fields/x", {"type": "txt"}, r'^ivinex\.modules\.1001\.fields\.x\.type: .*Did you mean "text"'),
        (f"{M}/fields/x", {"kind": "text"}, r"^ivinex\.modules\.1001\.fields\.x\.kind: no such key"),
        (f"{M}/fields/x", {"options": {"1": 2}}, r"\.fields\.x\.options\.1: must be the option's label"),
        (f"{M}/fields/x", {"type": "link"}, r"\.fields\.x: .*a link needs it"),
        (f"{M}/fields/x", {"type": "text", "module": "1"}, r"\.fields\.x: .*field of type link"),
        (f"{M}/fields/x", {"joins": ["first_nam"]}, r'\.fields\.x\.joins: .*Did you mean "first_name"'),
        (f"{M}/fields/x", {"joins": ["full_name"]}, r"\.fields\.x\.joins: .*value of its own"),
        (f"{M}/fields/x", {"joins": [1]}, r"\.fields\.x\.joins\[0\]: must be text"),
        (f"{M}/records", [EMPTY], r"^ivinex\.modules\.1001\.records\[0\]\.collection_id: every record needs its id"),
        (f"{M}/records", [{"collection_id": "x"}], r"records\[0\]\.collection_id"),
        (f"{M}/records", [{"collection_id": 1}, {"collection_id": "01"}], r"records\[1\]\.collection_id: 1 is taken"),
        (f"{M}/records/0/frist_name", "x", r'records\[0\]\.frist_name: .*Did you mean "first_name"'),
        (f"{M}/records/0/full_name", "x", r"records\[0\]\.full_name: is computed from first_name, last_name"),
        (f"{M}/records/0/first_name", [1], r"records\[0\]\.first_name: must be text.*not a list"),
        (f"{M}/records/0/met_at", "soon", r"records\[0\]\.met_at: must be a date"),
    ],
)
def test_what_is_wrong_in_a_part_is_named_by_its_path(path: str, value: object, message: str):
    with pytest.raises(SeedError, match=message):
        parse_ivinex_seed(change(path, value), NOW)


def test_too_many_fields_are_refused():
    part = {"modules": {"1": {"fields": {f"f{number}": EMPTY for number in range(1001)}}}}

    with pytest.raises(SeedError, match="at most 1000 fields, not 1001"):
        parse_ivinex_seed(part, NOW)
