"""The report: for people in words, grouped by endpoint, and for machines as JSON. No value is in either."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from itertools import groupby

from mockserver.live.drift.diff import Difference
from mockserver.live.drift.run import Comparison
from mockserver.registry import get_entry

SENTENCES = {
    "added": "added ({account}), the fake never has it",
    "missing": "missing, the fake always has it ({fake})",
    "sometimes missing": "sometimes missing, the fake always has it",
    "type changed": "type changed: {account} in the account, {fake} in the fake",
    "order changed": "order changed: {account} in the account, {fake} in the fake",
    "status": "status {account}, in the fake {fake}",
    "media type": "sent as {account}, by the fake as {fake}",
    "form": "{account} in the account, {fake} in the fake",
}


def format_text(comparisons: Sequence[Comparison], known: Collection[Difference]) -> str:
    """Return the report for people."""
    return "\n\n".join(_format_comparison(comparison, known) for comparison in comparisons) + _format_known(
        comparisons, known
    )


def _format_comparison(comparison: Comparison, known: Collection[Difference]) -> str:
    new = [difference for difference in comparison.differences if difference not in known]
    title = get_entry(comparison.crm).title
    count = f"{len(new)} difference{'' if len(new) == 1 else 's'}" if new else "no drift"
    compared = f"{comparison.answers} answers, with the fake's profile {comparison.profile}"
    lines = [f"{title} at {comparison.source}, {compared}: {count}"]
    for endpoint, group in groupby(new, key=lambda one: one.endpoint):
        lines += ["", endpoint, *(f"  {_format_difference(difference)}" for difference in group)]
    if comparison.not_compared:
        lines += ["", "not compared, since there was nothing to go by:"]
        lines += [f"  {endpoint}" for endpoint in comparison.not_compared]
    if comparison.nearest_differences < len(comparison.differences):
        nearer = f"The fake's profile {comparison.nearest_profile} is nearer, with {comparison.nearest_differences}: "
        lines += ["", f"{nearer}compare by --profile {comparison.nearest_profile}."]
    return "\n".join(lines)


def _format_difference(difference: Difference) -> str:
    sentence = SENTENCES[difference.kind].format(account=difference.account, fake=difference.fake)
    return f"{difference.place or 'the answer'}: {sentence}"


def _format_known(comparisons: Sequence[Comparison], known: Collection[Difference]) -> str:
    if not known:
        return ""
    found = {difference for comparison in comparisons for difference in comparison.differences}
    lines = ["", "", f"{len(found & set(known))} known differences are left out."]
    gone = find_gone(comparisons, known)
    if gone:
        lines += ["Known, but no longer found; --accept takes them out:"]
        lines += [f"  {one.endpoint}: {_format_difference(one)}" for one in gone]
    return "\n".join(lines)


def find_gone(comparisons: Sequence[Comparison], known: Collection[Difference]) -> list[Difference]:
    """Return the known differences that were looked for and not found."""
    found = {difference for comparison in comparisons for difference in comparison.differences}
    crms = {comparison.crm for comparison in comparisons}
    unseen = {(comparison.crm, endpoint) for comparison in comparisons for endpoint in comparison.not_compared}
    return sorted(
        one for one in known if one.crm in crms and (one.crm, one.endpoint) not in unseen and one not in found
    )


def format_json(comparisons: Sequence[Comparison], known: Collection[Difference]) -> str:
    """Return the report for machines."""
    document = {
        "drift": any(difference not in known for one in comparisons for difference in one.differences),
        "comparisons": [
            {
                "crm": one.crm,
                "source": one.source,
                "profile": one.profile,
                "answers": one.answers,
                "differences": [{**asdict(difference), "known": difference in known} for difference in one.differences],
                "not_compared": list(one.not_compared),
                "nearest_profile": one.nearest_profile,
                "nearest_differences": one.nearest_differences,
            }
            for one in comparisons
        ],
        "gone": [asdict(difference) for difference in find_gone(comparisons, known)],
    }
    return json.dumps(document, indent=2)
