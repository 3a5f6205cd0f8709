"""What a summary of projects is made of, be it counted or read. Pure."""

from __future__ import annotations

from dataclasses import dataclass

Values = dict[str, object]
"""Values by API field name; choices by label."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Projects by their values.

    Attributes:
        rows: Values, and how many projects have them.
        total: How many projects there are.
        problem: Why the rows may not tell of all, as a sentence; empty where they do.
        is_counted: Whether the CRM counted them, and none was read.
    """

    rows: list[tuple[Values, int]]
    total: int
    problem: str = ""
    is_counted: bool = False

    @property
    def read(self) -> int:
        """How many projects the rows tell of."""
        return sum(number for _, number in self.rows)
