"""How a check says that a rule does not hold: what was wanted, what came, and which answer shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.contract.harness.responses import CrmResponse

_MOST_LISTED = 12


class BrokenError(Exception):
    """The rule does not hold.

    Args:
        wanted: What the rule asks for.
        came: What the target did.
        answer: The answer that shows it; None where it is the last one.
        live: What is known of live servers that do the same, such as `observed, grade A`.
    """

    def __init__(self, wanted: str, came: str, response: CrmResponse | None = None, *, live: str = "") -> None:
        super().__init__(f"wanted {wanted}; came {came}")
        self.wanted = wanted
        self.came = came
        self.response = response
        self.live = live


def expect(is_so: bool, wanted: str, came: object, response: CrmResponse | None = None, *, live: str = "") -> None:
    """Raise `BrokenError` unless `is_so`."""
    if not is_so:
        raise BrokenError(wanted, str(came), response, live=live)


def expect_equal(
    came: object, wanted: object, what: str, response: CrmResponse | None = None, *, live: str = ""
) -> None:
    """Demand one value, in value and in type: 1 is neither `True` nor `"1"`."""
    is_same = type(came) is type(wanted) and came == wanted
    expect(is_same, f"{what} to be {wanted!r}", repr(came), response, live=live)


def expect_status(response: CrmResponse, status: int, *, live: str = "") -> None:
    """Demand the HTTP status of an answer."""
    expect(response.status == status, f"status {status}", response.describe(), response, live=live)


def expect_same_ids(
    came: Collection[str], wanted: Collection[str], what: str, response: CrmResponse | None = None
) -> None:
    """Demand the same ids, in whatever order, and name those missing and those too many."""
    missing, extra = sorted(set(wanted) - set(came)), sorted(set(came) - set(wanted))
    doubled = sorted({one for one in came if list(came).count(one) > 1}) if len(set(came)) < len(came) else []
    found = [
        f"{len(ids)} {word} ({', '.join(ids[:_MOST_LISTED])}{', ...' if len(ids) > _MOST_LISTED else ''})"
        for ids, word in ((missing, "missing"), (extra, "that do not belong there"), (doubled, "doubled"))
        if ids
    ]
    expect(not found, f"{what}: exactly {len(set(wanted))} of them", "; ".join(found), response)
