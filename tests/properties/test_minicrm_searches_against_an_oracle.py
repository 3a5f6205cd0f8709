"""Every criterion of a MiniCRM search, alone and with others, finds what a brute-force reading finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given

from tests.properties import minicrm_oracle
from tests.properties.clients import Clients
from tests.properties.library import CONTACT_CRITERIA, PROJECT_CRITERIA, build_contacts, build_projects, criteria
from tests.properties.seeds import build_seed
from tests.properties.strategies import share

CONTACTS = build_contacts()
PROJECTS = build_projects(60)


@pytest.fixture(scope="module", autouse=True)
def _seeded(clients: Clients) -> None:  # pyright: ignore[reportUnusedFunction]  # pytest calls it
    clients.fake.seed(build_seed(contacts=CONTACTS, projects=PROJECTS))


@pytest.mark.parametrize("name", PROJECT_CRITERIA)
def test_a_criterion_of_projects_finds_what_it_means(clients: Clients, name: str) -> None:
    for value in PROJECT_CRITERIA[name]:
        wanted = {name: int(value) if isinstance(value, bool) else value}
        expected = minicrm_oracle.find_projects(PROJECTS, CONTACTS, wanted)
        assert clients.find_projects(**{name: value}) == expected, wanted
        assert len(expected) < len(PROJECTS), "a criterion that finds everything proves nothing"


@pytest.mark.parametrize("name", CONTACT_CRITERIA)
def test_a_criterion_of_contacts_finds_what_it_means(clients: Clients, name: str) -> None:
    for value in CONTACT_CRITERIA[name]:
        assert clients.find_contacts(**{name: value}) == minicrm_oracle.find_contacts(CONTACTS, {name: value}), value


@given(wanted=criteria(PROJECT_CRITERIA))
@share(60)
@example(wanted={"StatusGroup": "Open", "Deleted": "1"})
@example(wanted={"UpdatedSince": "2025-05-15 12:00:02", "MainContactId": 1})
def test_several_criteria_of_projects_must_all_hold(clients: Clients, wanted: dict[str, Any]) -> None:
    plain = {name: int(value) if isinstance(value, bool) else value for name, value in wanted.items()}
    assert clients.find_projects(**wanted) == minicrm_oracle.find_projects(PROJECTS, CONTACTS, plain)


@given(wanted=criteria(CONTACT_CRITERIA))
@share(40)
def test_several_criteria_of_contacts_must_all_hold(clients: Clients, wanted: dict[str, Any]) -> None:
    assert clients.find_contacts(**wanted) == minicrm_oracle.find_contacts(CONTACTS, wanted)
