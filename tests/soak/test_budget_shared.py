"""Processes that press one account at the same time never send it more than it takes, wherever their store is."""

from __future__ import annotations

import pytest

from tests.soak.budget_shared import A_MINUTE, play

pytestmark = pytest.mark.slow


def test_processes_that_press_one_account_are_never_refused_for_haste(store_location: str) -> None:
    figures = play(store_location, 6)  # too short for a person's wait, which the long run and the properties judge
    assert set(figures.statuses) == {200}
    assert figures.statuses[200] <= A_MINUTE
    assert not figures.person_failures
