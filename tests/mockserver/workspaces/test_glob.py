from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.workspaces.glob import Glob
from tests.mockserver.conftest import StartFake
from tests.support.in_process import MINICRM_LOGIN


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("/Api/R3/Project", "/Api/R3/Project/1", False),
        ("/Api/R3/Project*", "/Api/R3/Project/1", True),
        ("*/1", "/Api/R3/Project/1", True),
        ("/API/Records.php", "/API/RecordsXphp", False),
        ("*", "a\nb", True),
        ("*", "", True),
        ("a*a", "a", False),
        ("a*b*a", "aba", True),
        ("*ab*ab", "ab", False),
        ("[a]", "a", False),
        ("a?", "ab", False),
    ],
)
def test_only_the_star_is_special_in_a_pattern(pattern: str, text: str, fits: bool):
    assert Glob(pattern).matches(text) == fits


def _fits_by_trying_everything(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_fits_by_trying_everything(pattern[1:], text[i:]) for i in range(len(text) + 1))
    return text[:1] == pattern[0] and _fits_by_trying_everything(pattern[1:], text[1:])


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_a_pattern_fits_what_some_filling_of_its_stars_spells(pattern: str, text: str):
    assert Glob(pattern).matches(text) == _fits_by_trying_everything(pattern, text)


def test_no_pattern_makes_the_journal_wait(start_fake: StartFake):
    fake = start_fake()
    fake.client.get("/Api/R3/" + "a" * 4000, auth=MINICRM_LOGIN)

    found = fake.client.get("/_control/requests", params={"path": "*a" * 1000 + "b"})

    assert found.json() == []  # who tried every way to split it would not be back


def test_no_pattern_of_a_rule_makes_requests_wait(start_fake: StartFake):
    fake = start_fake()
    rules = [{"match": {"path": "/Api/R3/" + "*a" * 1000 + "b"}, "fault": {"kind": "reset"}}]
    fake.client.put("/_control/faults", json={"rules": rules})

    answer = fake.client.get("/Api/R3/" + "a" * 4000, auth=MINICRM_LOGIN)

    assert answer.status_code == 404
