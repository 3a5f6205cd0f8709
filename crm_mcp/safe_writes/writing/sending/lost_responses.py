"""What became of a write whose response was lost: an update is read back, a new record is looked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Literal, NamedTuple

from crm_mcp.errors import (
    CrmError,
    InputError,
    RefusedError,
    ServerFaultError,
    UnexpectedAnswerError,
    UnreachableError,
)
from crm_mcp.safe_writes.changes import Change, holds_already, is_as_planned, is_emptied_number, is_unchanged
from crm_mcp.safe_writes.draft import Target

_LOOKED_AGAIN_AFTER_S = (0.5, 1.5, 3.0)
_NOT_READ = "It could not be read back: look at it before you repeat it."
_NEITHER = "It holds neither what was there before nor what was sent: look at it before you repeat it."


class Found(NamedTuple):
    """What became of one write; `why` says in a sentence why that is unknown."""

    state: Literal["written", "not written", "unknown"]
    record_id: str = ""
    why: str = ""


def leaves_unknown(error: BaseException) -> bool:
    """Tell whether a write that ended in this error may have been made all the same."""
    if isinstance(error, UnreachableError):
        return error.may_have_been_done
    if isinstance(error, InputError):
        return False
    timed_out = isinstance(error, RefusedError) and error.status == 408
    return timed_out or isinstance(error, UnexpectedAnswerError | ServerFaultError) or not isinstance(error, CrmError)


def may_be_under_way(error: BaseException | None) -> bool:
    """Tell whether the CRM may be at work on a request that ended in this error, or was cut off where it is None."""
    if isinstance(error, UnreachableError):
        return error.may_be_under_way
    timed_out_upstream = isinstance(error, RefusedError) and error.status in (408, 502, 504)
    return timed_out_upstream or error is None


async def look_until_sure(
    look: Callable[[], Awaitable[Found]], *, is_under_way: bool, sleep: Callable[[float], Awaitable[object]]
) -> Found:
    """Look for what was sent until it is there, or so long that it would be.

    Where the CRM may be at work on it for longer than a call has time, that it is not there tells nothing yet.
    """
    found = await look()
    if is_under_way:
        why = "It is not there, but the CRM may still be at work on it: look again in a minute."
        return Found("unknown", why=why) if found.state == "not written" else found
    for wait_s in _LOOKED_AGAIN_AFTER_S:
        if found.state == "written":
            break
        await sleep(wait_s)
        found = await look()
    return found


async def read_back(target: Target, changes: Sequence[Change]) -> list[Found]:
    """Read the records of at most `batch_size` updates, and tell of each whether it holds what was sent."""
    if not target.reads_back:
        return [Found("unknown", why="Look at it before you repeat it.")] * len(changes)
    try:
        present = await target.look_again(changes)
    except CrmError:
        return [Found("unknown", why=_NOT_READ)] * len(changes)
    return [_compare(then, now) for then, now in zip(changes, present, strict=True)]


def _compare(then: Change, now: Change) -> Found:
    if now.problem or then.before is None or now.record_id != then.record_id:
        return Found("unknown", why=_NOT_READ)
    if is_unchanged(now):
        return Found("written", now.record_id)
    if is_as_planned(then, now):
        return Found("not written")
    held = now.held or {}
    is_made = all(
        holds_already(now, name) or is_emptied_number(held.get(name), now.sent.get(name)) for name in now.shown
    )
    return Found("written", now.record_id) if is_made else Found("unknown", why=_NEITHER)


async def find_created(
    target: Target, change: Change, before: Collection[str] | None, others: Collection[str] = ()
) -> Found:
    """Look for a new record that may have been created.

    Args:
        target: Where it was sent to.
        change: The new record.
        before: The ids that matched it before it was sent; None where they are not known.
        others: The ids of the other records of the call, which are not it.
    """
    try:
        alike = await target.find_alike(change)
    except CrmError:
        return Found("unknown", why="The CRM could not be searched for it.")
    if alike is None:
        return Found("unknown", why="The CRM cannot be searched for what was sent.")
    known = set(others) | set(before or ())
    new = {record_id: is_same for record_id, is_same in alike.items() if record_id not in known}
    if not new:
        return Found("not written")
    same = [record_id for record_id, is_same in new.items() if is_same]
    if before is None or len(same) != 1:
        return Found("unknown", why=f"It could be {' or '.join(same or new)}.")
    return Found("written", same[0])
