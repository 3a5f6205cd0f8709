"""The published JSON Schema of a seed, and that it says the same as the loader."""

from __future__ import annotations

import copy
import json
from typing import Any, cast

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.crm.api import SeedError
from mockserver.seeds.load import SEED_NAMES, read_schema, read_seed
from mockserver.workspaces.workspace import Workspace
from tests.contract.harness.documented.interactions import Interaction, load_interactions
from tests.mockserver.minicrm.account import SEED
from tests.support.in_process import build_seed

SCHEMA = json.loads(read_schema())
VALIDATOR: Any = jsonschema.Draft202012Validator(SCHEMA)
GOOD: dict[str, Any] = {**build_seed({"first_name": "Ann"}, notes=[{"contact": "1"}]), "minicrm": SEED}


def list_errors(document: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def loads(document: Any) -> bool:
    try:
        Workspace(document).close()
    except SeedError:
        return False
    return True


def test_the_schema_is_one_and_has_no_address_of_its_own():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "$id" not in SCHEMA


@pytest.mark.parametrize("name", SEED_NAMES)
def test_every_built_in_seed_is_valid(name: str):
    assert list_errors(read_seed(name)) == []


@pytest.mark.parametrize("interaction", load_interactions(), ids=lambda each: each.id)
def test_what_every_fixture_starts_from_is_valid(interaction: Interaction):
    assert list_errors(interaction.given) == []


def put(place: str, value: object) -> dict[str, Any]:
    """Return the good seed with one place changed."""
    seed = copy.deepcopy(GOOD)
    target: Any = seed
    *outer, last = place.split("/")
    for key in outer:
        target = target[int(key) if hasattr(target, "append") else key]
    target[int(last) if hasattr(target, "append") else last] = value
    return seed


CONTACT = "ivinex/modules/1001/records/0"
MODULE = "minicrm/modules/3"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("clocks", "2026-01-01T00:00:00"),
        ("clock", 5),
        ("ivinex", None),
        ("ivinex/login", []),
        ("ivinex/logins", {}),
        ("ivinex/logins", [{"username": "a"}]),
        ("ivinex/logins", [{"username": "a:b", "password": "x"}]),
        ("ivinex/logins", [{"username": "", "password": "x"}]),
        ("ivinex/modules", []),
        ("ivinex/modules/contact", {}),
        ("ivinex/modules/01", {}),
        ("ivinex/modules/1001/name", 5),
        ("ivinex/modules/1001/next_id", 0),
        ("ivinex/modules/1001/next_id", "x"),
        ("ivinex/modules/1001/field", {}),
        ("ivinex/modules/1001/fields/created_by", {"type": "text"}),
        ("ivinex/modules/1001/fields/new", {"type": "Text"}),
        ("ivinex/modules/1001/fields/new", {"types": "text"}),
        ("ivinex/modules/1001/fields/new", {"type": "link"}),
        ("ivinex/modules/1001/fields/new", {"type": "text", "module": "1002"}),
        ("ivinex/modules/1001/fields/new", {"type": "option", "options": {"1": 2}}),
        ("ivinex/modules/1001/fields/new", {"joins": "first_name"}),
        ("ivinex/modules/1001/records", {}),
        (f"{CONTACT}/collection_id", None),
        (f"{CONTACT}/collection_id", "x"),
        (f"{CONTACT}/collection_id", 0),
        (f"{CONTACT}/first_name", ["Ann"]),
        (f"{CONTACT}/created_date", "yesterday"),
        ("minicrm/project", []),
        ("minicrm/url", 1),
        ("minicrm/logins", {}),
        ("minicrm/logins", [{"system_id": "1"}]),
        ("minicrm/users/x", "Ada"),
        ("minicrm/users/9", 5),
        (f"{MODULE}/name", None),
        (f"{MODULE}/status", {}),
        (f"{MODULE}/statuses/31/group", "open"),
        (f"{MODULE}/statuses/31", {"group": "Open"}),
        (f"{MODULE}/listed_users", ["x"]),
        (f"{MODULE}/fields/Int1/type", "Integer"),
        (f"{MODULE}/fields/Int1/choice", {}),
        (f"{MODULE}/fields/Int1/required", "yes"),
        (f"{MODULE}/fields/Set1/choices/3", "x"),
        (f"{MODULE}/fields/a'b", {"type": "Int"}),
        ("minicrm/contact_fields/Company", {}),
        ("minicrm/contacts/0/Type", "Company"),
        ("minicrm/contacts/0/Id", 0),
        ("minicrm/contacts/0/UpdatedAt", "2025-01-01"),
        ("minicrm/contacts/0/Email", ["x"]),
        ("minicrm/contacts/0/Phone", "0" * 65),
        ("minicrm/projects/0/Id", None),
        ("minicrm/projects/0/CategoryId", "x"),
        ("minicrm/projects/0/StatusId", None),
        ("minicrm/projects/0/Name", "x" * 513),
        ("minicrm/projects/0/Deleted", 2),
        ("minicrm/projects/0/a b", 1),
        ("minicrm/tasks/0/Status", "Done"),
        ("minicrm/tasks/0/Attachments", "x"),
        ("minicrm/tasks/0/Deadline", "tomorrow"),
        ("minicrm/tasks/0/Project", 1),
        ("minicrm/addresses/0/Street", "x"),
        ("minicrm/addresses/0/ContactId", "x"),
        ("minicrm/addresses/0/Default", 2),
        ("minicrm/next_ids", {"projects": 5}),
        ("minicrm/next_ids", {"project": -1}),
    ],
)
def test_a_mistake_of_shape_is_refused_by_the_schema_and_by_the_loader(place: str, value: object):
    document = put(place, value)
    assert list_errors(document)
    assert not loads(document)


def list_places(value: object, path: str = "") -> list[str]:
    """Return the path of everything in a document."""
    if isinstance(value, dict):
        members: list[tuple[object, object]] = list(cast("dict[object, object]", value).items())
    elif isinstance(value, list):
        members = list(enumerate(cast("list[object]", value)))
    else:
        members = []
    places = [f"{path}/{key}" if path else f"{key}" for key, _ in members]
    return [
        *places,
        *(place for one, (_, item) in zip(places, members, strict=True) for place in list_places(item, one)),
    ]


ODD_VALUES: list[object] = [
    *(None, True, False, 0, 1, -1, 5, 10**18, 2.5, "", "0", "1", "x", "007", "Person", "2026-01-02", "a:b", "x" * 2000),
    *([], {}, [1], {"type": "text"}, {"label": "x"}, "2026-01-02 03:04:05", "Ada Lovelace"),
]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
@given(st.sampled_from(list_places(GOOD)), st.sampled_from(ODD_VALUES))
def test_the_schema_refuses_nothing_that_the_loader_takes(place: str, value: object):
    document = put(place, value)
    assert list_errors(document) == [] or not loads(document)


def test_the_good_seed_is_good():
    assert list_errors(GOOD) == []
    assert loads(GOOD)
