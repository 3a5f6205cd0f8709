"""`crm-mock serve --seed documented`, one account for all examples, answers every documented request.

Shape always: the same keys and JSON types as the fixture's answer. Values where the documents agree with themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.http_play import envelope_differences, new_http_client, play
from tests.contract.interactions import Interaction, differences, load_interactions
from tests.contract.shapes import shape_differences
from tests.fake_process import running_fake

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

OF_ANOTHER_ACCOUNT = {
    "minicrm/06c-field-types-status-by-text": "status 2500 is In progress in the schema's example",
    "minicrm/06d-field-types-enum-by-id": "Qualified is 1329 in the schema's example",
    "minicrm/06e-field-types-business-id": "12345 is a person in the contact examples",
}
"""Fixtures that need what the documented account does not have, and why."""

OF_ANOTHER_READING = {
    "minicrm/12-project-by-id": {"/Name", "/StatusId"},  # project 1234 has two names and two statuses
    "minicrm/13-project-by-reference-id": {"/Name", "/StatusId"},
    "minicrm/24-task-by-id": {"/ProjectId"},  # task 1111 belongs to two projects
    "minicrm/26-address-list": {"/Results/0/123"},  # address 123 has two labels
}
"""Printed answers that another one contradicts, and where: the account takes the other's value there."""

DOCUMENTED = [one for one in load_interactions() if one.is_documented and one.id not in OF_ANOTHER_ACCOUNT]
PRINTED = [one for one in DOCUMENTED if one.response["provenance"] == "documented" and one.body_kind == "json"]


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with running_fake("--seed", "documented") as server, new_http_client(server.url) as client:
        yield client


def answer_of_the_documented_account(http: httpx.Client, interaction: Interaction) -> httpx.Response:
    reset = http.post("/_control/reset")
    assert reset.is_success, reset.text
    return play(http, interaction)


@pytest.mark.parametrize("interaction", DOCUMENTED, ids=lambda one: one.id)
def test_a_documented_request_gets_an_answer_of_the_documented_shape(http: httpx.Client, interaction: Interaction):
    answer = answer_of_the_documented_account(http, interaction)
    assert envelope_differences(interaction, answer) == []
    if interaction.body_kind == "json":
        is_printed = interaction.response["provenance"] == "documented"
        want, got = interaction.response["body"], answer.json()
        assert shape_differences(want, got, may_have_more=not is_printed) == []


@pytest.mark.parametrize("interaction", PRINTED, ids=lambda one: one.id)
def test_a_printed_answer_is_given_to_the_letter_but_where_another_contradicts_it(
    http: httpx.Client, interaction: Interaction
):
    answer = answer_of_the_documented_account(http, interaction)
    contradicted = OF_ANOTHER_READING.get(interaction.id, set[str]())
    found = differences(interaction.response["body"], answer.json(), interaction.volatile)
    assert {place.partition(":")[0] for place in found} == contradicted, found


def test_only_fixtures_that_exist_are_excepted():
    assert {*OF_ANOTHER_ACCOUNT, *OF_ANOTHER_READING} <= {one.id for one in load_interactions()}
