"""A plan made narrower by whoever looked at it: rows that are left out, never rows that are added. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from crm_mcp.errors import InputError
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft

LEFT_OUT = "Left out by the user: not written."
"""The problem of a change that is left out; it stands in the plan, the result and the audit."""


def narrow(draft: Draft, without: Collection[int]) -> Draft:
    """Return a draft of which the changes at these places are not written; those that never were stay as they are.

    Raises:
        InputError: There is no such place, nothing is left to write, or it is one of those that are written as a whole.
    """
    if not without:
        return draft
    if draft.target.is_irrevocable:
        raise InputError("Nothing of this can be left out. Nothing was written.", hint="Call with plan_id alone.")
    if unknown := sorted(set(without) - {change.index for change in draft.changes}):
        raise InputError(
            f"The plan has no row {unknown[0]}. Nothing was written.", hint=f"Rows are 0 to {len(draft.changes) - 1}."
        )
    chosen = leave_out(draft, without)
    if not chosen.open_changes:
        raise InputError("Every row of the plan is left out: there is nothing to write. Nothing was written.")
    return chosen


def leave_out(draft: Draft, places: Collection[int]) -> Draft:
    """Return a draft of which the changes at these places are not written."""
    return replace(draft, changes=[_left_out(change, places) for change in draft.changes])


def left_out(draft: Draft) -> set[int]:
    """Return the places of the changes that were left out."""
    return {change.index for change in draft.changes if change.problem == LEFT_OUT}


def _left_out(change: Change, without: Collection[int]) -> Change:
    return replace(change, problem=LEFT_OUT, way_on="") if change.is_open and change.index in without else change
