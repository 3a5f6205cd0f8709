"""A few invoices under faults, by servers as processes: none twice, none without a yes; and the judge sees either."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.soak.invoices import Person, Told, judge_rows, play, sum_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

QUICK: list[dict[str, Any]] = [
    {"match": {"method": "POST"}, "probability": share, "fault": fault}
    for share, fault in (
        (0.15, {"kind": "reset_after_commit"}),
        (0.15, {"kind": "truncate"}),
        (0.1, {"kind": "malformed"}),
        (0.1, {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}}),
        (0.1, {"kind": "latency", "delay_s": 0.1}),
    )
]
"""Faults after which it is known at once what became of a request."""


def test_no_invoice_is_issued_twice_or_without_a_yes(tmp_path: Path) -> None:
    said = asyncio.run(play(tmp_path, 9, faults=QUICK, seed=3, kills=False))
    assert "9 issued, each once and after a yes" in said


@pytest.mark.parametrize(
    ("ids", "agreed", "told", "problem"),
    [
        (["1"], {sum_of(0): 1}, {0: "1"}, ""),
        (["1", "2"], {sum_of(0): 2}, {0: "1"}, "twice"),
        (["1"], {}, {0: "1"}, "without_yes"),
        (["1"], {sum_of(0): 1}, {0: "2"}, "told_wrong"),
        ([], {sum_of(0): 1}, {0: "1"}, "told_wrong"),
        (["1"], {sum_of(0): 1}, {}, "untold"),
    ],
)
def test_the_judge_sees_what_is_wrong(
    ids: list[str], agreed: dict[int, int], told: dict[int, str], problem: str
) -> None:
    person = Person(1)
    person.agreed = Counter(agreed)
    verdict = judge_rows({one: {"Amount": f"{sum_of(0)}.0000"} for one in ids}, Told(ids=told), [person])
    assert verdict.is_good is not bool(problem)
    assert not problem or getattr(verdict, problem)
