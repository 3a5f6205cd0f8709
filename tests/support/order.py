"""In which order the tests run: what waits for processes between what computes, so that no core is idle at the end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[1]
_WAITING = {"deploy", "docs", "end_to_end", "evaluation", "openapi", "release", "soak"}
"""Folders whose tests mostly wait for what they started."""
_SHARING = {"attacks", "release"}
"""Folders whose files share something dear: they stay together, for another worker would make it again."""
_LAST_WAITING = 0.85
"""Where the last of those that wait begins; what comes after it is short, so that all workers end at about one time."""


def spread(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the tests with those that wait spread evenly over the others; no file is torn apart, nor what shares."""
    groups = [list(group) for _, group in groupby(items, key=_together)]
    waiting = [group for group in groups if _folder(group[0]) in _WAITING]
    others = [group for group in groups if _folder(group[0]) not in _WAITING]
    placed = [*_placed(others, 1.0), *_placed(waiting, _LAST_WAITING)]
    return [item for _, group in sorted(placed, key=lambda one: one[0]) for item in group]


def _placed(groups: list[list[pytest.Item]], end: float) -> list[tuple[float, list[pytest.Item]]]:
    return [(end * (at + 0.5) / len(groups), group) for at, group in enumerate(groups)]


def _together(item: pytest.Item) -> Path:
    folder = _folder(item)
    return _TESTS / folder if folder in _SHARING else item.path


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(_TESTS).parts[0] if item.path.is_relative_to(_TESTS) else ""
