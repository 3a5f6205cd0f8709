"""What becomes of a planned change whose record is to be written no more, since it is not as it was planned. Pure."""

from __future__ import annotations

from crm_mcp.crm.wording import listing, quoted
from crm_mcp.safe_writes.changes import Change, is_as_planned, is_unchanged
from crm_mcp.safe_writes.draft import Outcome

_MOST_NAMED = 5


def outcome_unsent(planned: Change, now: Change) -> Outcome | None:
    """Return the outcome of a change that is not sent, given its record as it is now; None where it is to be sent."""
    if now.problem:
        return {"ok": False, "message": now.unsent_because}
    if now.is_existing and is_unchanged(now):
        return outcome_of_existing(now)
    if now.record_id != planned.record_id:
        return _refused(f"{_found(planned, now)} after the plan was made")
    if is_unchanged(now):
        return {"ok": True, "message": "It had these values already; nothing was sent."}
    return None if is_as_planned(planned, now) else _refused("it was changed after the plan was made")


def outcome_of_existing(change: Change) -> Outcome:
    """Return the outcome of a new record that is there already, and holds what it was to hold."""
    return {"ok": True, "message": f"{quoted(change.name)} is there already; nothing was written."}


def outcome_not_as_shown(planned: Change, now: Change) -> Outcome:
    """Return the outcome of a change that is not any more what the user was shown."""
    names = [*dict.fromkeys([*planned.shown, *now.shown])]
    changed = [name for name in names if planned.shown.get(name) != now.shown.get(name)]
    what = listing(changed, _MOST_NAMED) or "what is said of it"
    return {
        "ok": False,
        "message": f"Not written: {what} changed after it was shown. Call again to have it shown as it is now.",
    }


def _found(planned: Change, now: Change) -> str:
    if now.record_id:
        return f"{quoted(now.name)} ({now.record_id}) was found"
    return f"{quoted(planned.name)} ({planned.record_id}) was no longer found"


def _refused(why: str) -> Outcome:
    return {"ok": False, "message": f"Not written: {why}. Make a new plan."}
