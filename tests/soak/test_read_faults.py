"""Calls succeed although a tenth of all reads fails."""

from __future__ import annotations

import pytest

from tests.soak.read_faults import measure_all

pytestmark = pytest.mark.slow


def test_calls_succeed_although_a_tenth_of_all_reads_fails() -> None:
    tallies = measure_all(0.1, 4)
    assert {name: tally.failures for name, tally in tallies.items()} == {name: [] for name in tallies}
    assert {name: tally.lacking for name, tally in tallies.items()} == dict.fromkeys(tallies, 0)
