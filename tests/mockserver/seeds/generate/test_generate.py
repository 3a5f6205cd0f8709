"""Generated data: as much as was asked for, on top of any base, always the same, and loadable."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from mockserver.crm.words import Words
from mockserver.seeds.generate import generate_seed
from mockserver.seeds.generate.writing import format_seed
from mockserver.seeds.load import parse_seed, read_schema, read_seed
from mockserver.workspaces.workspace import Workspace

AWKWARD: dict[str, Any] = {
    "clock": "2026-01-02T03:04:05",
    "ivinex": {
        "modules": {
            "7": {
                "next_id": 50,
                "fields": {
                    "amount": {"type": "number"},
                    "kind": {"type": "option"},
                    "other": {"type": "link", "module": "8"},
                    "lost": {"type": "link", "module": "99"},
                    "at": {"type": "datetime"},
                },
                "records": [{"collection_id": "9"}],
            },
            "8": {"name": "null", "fields": {}},
        }
    },
    "minicrm": {
        "users": {"1": "Ann", "2": "Ben"},
        "modules": {
            "3": {"name": "Bare"},
            "4": {
                "name": "Full",
                "listed_users": ["2"],
                "statuses": {"41": {"label": "New"}},
                "fields": {
                    "Text1": {"type": "Text(5)", "required": True},
                    "Set1": {"type": "Set", "choices": {"1": "a", "4": "b"}},
                    "Enum1": {"type": "Enum"},
                    "File1": {"type": "File(1MB)"},
                },
            },
        },
        "next_ids": {"project": 500},
    },
}


def count(document: Any) -> dict[str, dict[str, int]]:
    workspace = Workspace(document)
    try:
        return workspace.count_rows()
    finally:
        workspace.close()


@pytest.mark.parametrize("base", [AWKWARD, read_seed("demo"), read_seed("empty"), {"minicrm": {}}, {}])
@pytest.mark.parametrize("wanted", [1, 203])
def test_so_many_records_more_are_made_on_top_of_any_base(base: dict[str, Any], wanted: int):
    made = generate_seed(base, wanted)

    before, after = count(base), count(made)
    total = sum(sum(of.values()) for of in after.values()) - sum(sum(of.values()) for of in before.values())
    assert total == wanted
    validator: Any = jsonschema.Draft202012Validator(json.loads(read_schema()))
    assert list(validator.iter_errors(made)) == []


def test_they_are_shared_as_it_says():
    before, after = count(read_seed("demo")), count(generate_seed(read_seed("demo"), 1000))

    added = {crm: {kind: after[crm][kind] - n for kind, n in of.items()} for crm, of in before.items()}
    assert sum(added["ivinex"].values()) == 500
    assert added["ivinex"]["contact"] > added["ivinex"]["company"] > 0
    made = {kind: n for kind, n in added["minicrm"].items() if n}
    shares = {"contacts": 125, "projects": 175, "tasks": 75, "addresses": 50, "status_changes": 25, "emails": 25}
    assert made == {**shares, "documents": 25}


def test_a_history_ends_in_the_status_that_the_project_has():
    part: Any = generate_seed(read_seed("demo"), 1000)["minicrm"]
    projects = {each["Id"]: each for each in part["projects"]}

    for change in part["status_changes"][-25:]:
        project = projects[change["ProjectId"]]
        assert change["Status_New_Id"] == project["StatusId"] != change["Status_Old_Id"]
        assert project["CreatedAt"] < change["ClosedAt"] == project["StatusUpdatedAt"] <= project["UpdatedAt"]


def test_a_document_is_of_its_cards_kind_and_paid_where_the_card_says_so():
    part: Any = generate_seed(read_seed("demo"), 1000)["minicrm"]
    projects = {each["Id"]: each for each in part["projects"]}

    for document in part["documents"][-25:]:
        card = projects[document["ProjectId"]]
        module = part["modules"][str(card["CategoryId"])]
        group = module["statuses"][str(card["StatusId"])]["group"]
        assert (document["Type"], document["Number"]) == (module["type"], card["Name"])
        assert ("Paid" in document) == (module["type"] == "Invoice" and group == "Success")


def test_the_base_and_its_records_stay():
    base = json.dumps(AWKWARD)
    made: Any = generate_seed(AWKWARD, 100)

    assert json.dumps(AWKWARD) == base
    assert made["clock"] == "2026-01-02T03:04:05"
    records = made["ivinex"]["modules"]["7"]["records"]
    assert records[0] == {"collection_id": "9"}
    assert [record["collection_id"] for record in records[1:3]] == ["50", "51"]
    assert made["minicrm"]["projects"][0]["Id"] == 500


def test_people_have_names_addresses_and_employers_that_fit():
    made: Any = generate_seed(read_seed("empty"), 400)
    for contact in made["ivinex"]["modules"]["1001"]["records"]:
        assert contact["first_name"]
        assert contact["email"] is None or contact["email"].endswith(".example")
        assert contact["phone"] is None or "555" in contact["phone"]
    businesses = {row["Id"] for row in made["minicrm"]["contacts"] if row["Type"] == "Business"}
    people = [row for row in made["minicrm"]["contacts"] if row["Type"] == "Person"]
    assert {row["BusinessId"] for row in people if "BusinessId" in row} <= businesses
    for row in made["minicrm"]["contacts"]:
        assert row["CreatedAt"] < row["UpdatedAt"]


def test_the_same_number_makes_the_same_and_another_one_something_else():
    assert generate_seed(read_seed("demo"), 50, 7) == generate_seed(read_seed("demo"), 50, 7)
    assert generate_seed(read_seed("demo"), 50, 7) != generate_seed(read_seed("demo"), 50, 8)


def test_draws_stay_within_their_bounds():
    words = Words(3)
    numbers = [words.number(3, 5) for _ in range(100)]
    assert set(numbers) == {3, 4, 5}
    assert {words.pick("ab") for _ in range(50)} == {"a", "b"}
    assert words.email("Ő", "日本").endswith("@x.example")
    assert words.moment("2024-01-31 08:00:00") > "2024-02-01"


ODD_TEXT = 'a "b" \\ \u2028 \x7f \x85 \ufeff \U0001f600 <b>: #1 & *x'


@pytest.mark.parametrize("kind", ["json", "yaml"])
@pytest.mark.parametrize(
    "seed",
    [
        {},
        {"clock": None},
        AWKWARD,
        read_seed("documented"),
        {
            "minicrm": {
                "users": {"1": ODD_TEXT},
                "tasks": [],
                "modules": {"3": {"name": "x", "details": {"no": {"y": 1}}}},
            }
        },
    ],
)
def test_what_is_written_is_read_again(kind: Any, seed: dict[str, Any]):
    text = "".join(format_seed(seed, kind))

    assert text.endswith("\n")
    assert parse_seed(text.encode(), "x", is_yaml=kind == "yaml") == seed


def test_each_record_has_a_line_of_its_own():
    lines = list(format_seed(read_seed("demo"), "json"))
    assert sum('"collection_id": ' in line for line in lines) == sum(count(read_seed("demo"))["ivinex"].values())
    assert max(line.count('"collection_id": ') for line in lines) == 1
