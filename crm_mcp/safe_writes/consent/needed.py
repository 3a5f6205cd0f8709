"""Whether the user must confirm a draft, and what a preview of it says about that."""

from __future__ import annotations

from crm_mcp.safe_writes.call import CANNOT_ASK, Asking
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.writing.plans import PLAN_TTL_S, Plan

MAX_UNPLANNED = 10
"""More records than this are planned first, and the user confirms the plan."""


def needs_confirmation(draft: Draft) -> bool:
    """Tell whether the user must confirm a draft: one that is large, or that loses something."""
    return _cannot_go_unasked(draft) or len(draft.written_changes) > MAX_UNPLANNED


def next_step(plan: Plan, asking: Asking) -> str:
    """Return what the preview of a plan says is to be done next."""
    must_ask = needs_confirmation(plan.draft)
    if must_ask and asking == "impossible":
        return (
            f"Nothing was written. Writing this needs the user's consent, and {CANNOT_ASK}: plan_id would be refused. "
            "Tell the user what would be written."
        )
    asked = "; the user will be asked first" if must_ask and asking == "asked" else ""
    minutes = f"{PLAN_TTL_S / 60:.0f} minutes"
    return (
        f"Nothing was written yet. To write exactly this, call {plan.tool} with plan_id alone within {minutes}{asked}."
    )


def _cannot_go_unasked(draft: Draft) -> bool:
    """Tell whether the user must confirm even a single one of these changes."""
    return draft.target.is_irrevocable or draft.trashes or draft.loses_text
