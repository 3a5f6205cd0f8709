"""A bar chart in text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

_SHORTEST = 5
_LONGEST = 40


class Bar(NamedTuple):
    """One bar: its name, how long it is beside the others, and its figures as text, one a column."""

    label: str
    size: float
    figures: Sequence[str]


def draw_bars(bars: Sequence[Bar], width: int, *, block: str) -> Sequence[tuple[str, str, str]]:
    """Return the label, the bar and the figures of each, in columns that fit the width.

    A bar that is more than nothing has a block at least.
    """
    label_width = max(cell_len(bar.label) for bar in bars)
    columns = [max(map(len, column)) for column in zip(*(bar.figures for bar in bars), strict=True)]
    rest = width - label_width - sum(columns) - 2 * len(columns)
    longest = max(_SHORTEST, min(_LONGEST, rest))
    largest = max(bar.size for bar in bars) or 1
    return [
        (
            set_cell_size(bar.label, label_width),
            (block * _length(bar.size / largest, longest)).ljust(longest),
            "  ".join(figure.rjust(column) for figure, column in zip(bar.figures, columns, strict=True)),
        )
        for bar in bars
    ]


def _length(share: float, longest: int) -> int:
    return max(1, round(share * longest)) if share > 0 else 0
