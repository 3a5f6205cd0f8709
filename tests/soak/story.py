"""Prints the figures of a run, and of each violation the whole story: calls, results, and what the fake did."""

from __future__ import annotations

import json
from collections import Counter

from tests.soak.judge import Violation
from tests.soak.ledger import name_of
from tests.soak.run import Report

MOST_TOLD = 5
_MOST_TEXT = 300


def show_figures(report: Report) -> str:
    """Return the figures as a table."""
    width = max(map(len, report.figures))
    lines = [f"{name:<{width}}  {value:>7,}" for name, value in report.figures.items()]
    return "\n".join([*lines, f"{'violations':<{width}}  {len(report.violations):>7,}"])


def tell_stories(report: Report) -> str:
    """Return the stories of the first violations."""
    first = {one.write.marker: one for one in reversed(report.violations)}
    stories = [tell_story(report, one) for one in list(first.values())[::-1][:MOST_TOLD]]
    kinds = Counter(f"{one.write.kind} {one.what:.60}" for one in report.violations)
    return "\n\n".join([*(f"{count} x {kind}" for kind, count in kinds.most_common(40)), *stories])


def tell_story(report: Report, violation: Violation) -> str:
    """Return what befell one write."""
    ledger, write = report.judge.ledger, violation.write
    statements = ledger.statements.get(name_of(write), [])
    numbers = {one.call for one in statements}
    lines = [
        f"{call.ended_s:.3f} caller {call.caller}, process {call.process}, call {call.number} ({call.began_s:.3f}): "
        f"{call.tool} {json.dumps(call.arguments, ensure_ascii=False):.{_MOST_TEXT}} -> {call.text:.{_MOST_TEXT}}"
        for call in ledger.calls
        if call.number in numbers
    ]
    told = [f"  told by call {one.call}: {one.message.told.value}" for one in statements]
    carried = [
        f"  the fake{'' if one.was_carried_out else ' did not'}: {one.line:.{_MOST_TEXT}}"
        for one in report.judge.journal.by_marker.get(write.marker, [])
    ]
    return "\n".join(
        [f"VIOLATION: {write.kind} {write.marker} {write.thing_id}: {violation.what}", *lines, *told, *carried]
    )
