"""The fixtures as data: none is missing, each is what the schema and the README say, and both sides use all of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.contract.interactions import CRMS, Interaction, differences, fixtures_folder, load_interactions

INTERACTIONS = load_interactions()
EXAMPLES = {"ivinex": 25, "minicrm": 32}
"""How many examples each document has."""
CREDENTIAL_LIKE = (
    re.compile(r"://[^/\s\"]*@"),  # a URL with a login in it
    re.compile(r"\b(?:Basic|Bearer) [A-Za-z0-9+/=]{8,}"),
    re.compile(r"\"(?:authorization|password|api_?key|token|secret)\"\s*:", re.IGNORECASE),
    re.compile(
        r"\b[0-9A-Za-z]{24,}\b"
    ),  # long enough to be a key; the documents' file names have dashes and underscores
)
each_interaction = pytest.mark.parametrize("interaction", INTERACTIONS, ids=lambda one: one.id)


@pytest.mark.parametrize("crm", CRMS)
def test_every_documented_example_has_a_fixture(crm: str):
    numbers = {one.document["example"] for one in INTERACTIONS if one.crm == crm}
    assert numbers == set(range(1, EXAMPLES[crm] + 1))


@pytest.mark.parametrize("crm", CRMS)
def test_every_documented_example_has_a_fixture_whose_request_is_the_documents_own(crm: str):
    documented = {one.document["example"] for one in INTERACTIONS if one.crm == crm and one.is_documented}
    assert documented == set(range(1, EXAMPLES[crm] + 1))


@each_interaction
def test_a_fixture_is_valid_by_the_schema(interaction: Interaction):
    schema = json.loads((fixtures_folder() / "schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    # The package's own annotations leave one overload open.
    errors = list(validator.iter_errors(interaction.document))  # pyright: ignore[reportUnknownMemberType]
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@each_interaction
def test_a_fixtures_id_and_number_are_its_file_name(interaction: Interaction):
    assert interaction.id == f"{interaction.crm}/{interaction.file.name.removesuffix('.json')}"
    assert interaction.document["example"] == int(interaction.file.name[:2])


def test_no_two_fixtures_of_an_example_share_a_letter():
    numbers = Counter((one.crm, one.file.name.partition("-")[0]) for one in INTERACTIONS)
    assert [number for number, times in numbers.items() if times > 1] == []


@each_interaction
def test_a_fixture_is_printed_with_two_spaces_and_a_last_line_break(interaction: Interaction):
    pretty = json.dumps(interaction.document, indent=2, ensure_ascii=False) + "\n"
    assert interaction.file.read_text(encoding="utf-8") == pretty


@each_interaction
def test_a_fixture_holds_nothing_like_a_credential(interaction: Interaction):
    text = interaction.file.read_text(encoding="utf-8").replace("https://SystemId:APIKey@r3.minicrm.io/Api/R3", "")
    assert [match[0] for pattern in CREDENTIAL_LIKE for match in pattern.finditer(text)] == []


@each_interaction
def test_a_fixture_seeds_its_own_crm_only(interaction: Interaction):
    assert set(interaction.given) - {"deviations"} == {interaction.crm}
    assert interaction.document["source"]["document"] == f"{interaction.crm}.txt"


@each_interaction
def test_every_volatile_pointer_points_at_something(interaction: Interaction):
    for pointer in interaction.volatile:
        place: Any = interaction.response["body"]
        for part in pointer.removeprefix("/").split("/"):
            place = place[int(part)] if part.isdigit() else place[part]
        assert place is not None


@each_interaction
def test_a_client_request_really_differs_from_the_documented_one(interaction: Interaction):
    client = interaction.client
    if client is not None and "request" in client:
        assert differences(interaction.request, client["request"])


def test_every_fixture_is_used_by_the_client_but_for_the_few_that_no_call_can_make():
    without = sorted(one.id for one in INTERACTIONS if one.client is None)
    assert without == [
        "ivinex/07b-update-note-as-printed",
        "minicrm/28b-address-update-as-printed",
        "minicrm/29c-error-405",
        "minicrm/29f-error-405-post",
    ]


def test_the_readme_tells_the_number_of_files():
    readme = (fixtures_folder() / "README.md").read_text(encoding="utf-8")
    for crm in CRMS:
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{crm}/`"))
        counts = [int(cell) for cell in (cell.strip() for cell in row.split("|")) if cell.isdigit()]
        assert counts == [EXAMPLES[crm], sum(one.crm == crm for one in INTERACTIONS)]


def test_the_readme_explains_every_key_of_the_schema():
    readme = (fixtures_folder() / "README.md").read_text(encoding="utf-8")
    schema = json.loads((fixtures_folder() / "schema.json").read_text(encoding="utf-8"))
    parts = schema["properties"]
    nested = {"source": parts["source"], "request": schema["$defs"]["request"], "response": parts["response"]}
    nested["client"] = parts["client"]["oneOf"][1]
    keys = {f"{name}.{key}" for name, part in nested.items() for key in part["properties"]}
    keys |= parts.keys() - {"source", "request", "response"}
    assert {key for key in keys if f"`{key}`" not in readme} == set()


@pytest.mark.parametrize("crm", CRMS)
def test_the_defects_name_only_fixtures_that_exist(crm: str):
    numbers = {one.file.name.partition("-")[0] for one in INTERACTIONS if one.crm == crm}
    rows = (fixtures_folder() / crm / "defects.md").read_text(encoding="utf-8").splitlines()
    cells = [row.rstrip(" |").rpartition("|")[2].strip() for row in rows if row.startswith("| ")][1:]
    named = {number for cell in cells for number in re.findall(r"\b[0-9]{2}[b-z]?\b", cell)}
    assert named
    assert named <= numbers
