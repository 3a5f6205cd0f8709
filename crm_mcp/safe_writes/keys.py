"""Idempotency keys: a call that creates, repeated with the same key, returns the first result and creates nothing.

Kept in memory: a restart of the server forgets all keys, and beyond `MAX_KEYS` the oldest are removed.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.errors import CrmError, InputError, RefusedError, UnreachableError
from crm_mcp.safe_writes.draft import Change, Draft
from crm_mcp.safe_writes.execution import WriteResult

MAX_KEYS = 1000
MAX_UNDER_WAY_S = 60.0
"""How long the CRM may still be processing a request that timed out (assumed)."""


@dataclass(slots=True)
class Attempt:
    """A write that was begun under a key.

    Attributes:
        draft: What was sent.
        alike_before: For each change, the records that matched it before; None where it cannot be searched.
        timed_out_at_s: When it timed out; None where the CRM is no longer processing it.
    """

    draft: Draft
    alike_before: Sequence[frozenset[str] | None]
    timed_out_at_s: float | None = None


@dataclass(slots=True)
class KeyState:
    """What is known of one key.

    Attributes:
        arguments: The tool's arguments.
        lock: Held by the running call; the same call again waits for it.
        result: The first result; None while there is none.
        attempt: An attempt whose outcome is unknown; None where there is none.
    """

    arguments: Mapping[str, object]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    result: WriteResult | None = None
    attempt: Attempt | None = None


class KeyStore:
    """All keys of one server; a key belongs to one tool."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._states = ExpiringMap[tuple[str, str], KeyState](
            math.inf, max_items=MAX_KEYS, is_in_use=lambda state: state.lock.locked(), clock=clock
        )

    def get(self, tool: str, key: str, arguments: Mapping[str, object]) -> KeyState:
        """Return the state of a key, a new one where the key is new.

        Raises:
            InputError: The key was used with other arguments.
        """
        state = self._states.get((tool, key))
        if state is None:
            state = KeyState(arguments)
            self._states.put((tool, key), state)
        if state.result is None and state.attempt is None and not state.lock.locked():
            state.arguments = arguments  # nothing was written under it, so the call may be corrected and repeated
        if state.arguments != arguments:
            raise InputError(
                f"The idempotency_key {key[:40]!r} was used with other arguments.",
                hint="Nothing was written now. A key belongs to one creation: take a new one for another.",
            )
        return state

    async def begin(self, draft: Draft) -> Attempt:
        """Search what matches the new records before they are sent."""
        alike = [await draft.target.find_alike(change) for change in draft.changes]
        return Attempt(draft, [None if ids is None else frozenset(ids) for ids in alike])

    def give_up(self, attempt: Attempt, error: BaseException) -> None:
        """Note whether the CRM may still be processing an attempt that ended in this error."""
        attempt.timed_out_at_s = self._clock() if _may_be_processing(error) else None

    async def find_created(self, attempt: Attempt) -> Draft:
        """Return the draft of an attempt with the ids of those records that it created.

        Raises:
            InputError: Whether one of them was created cannot be told.
        """
        changes = [
            await self._find_one(attempt, change, before)
            for change, before in zip(attempt.draft.changes, attempt.alike_before, strict=True)
        ]
        return replace(attempt.draft, changes=changes)

    async def _find_one(self, attempt: Attempt, change: Change, before: frozenset[str] | None) -> Change:
        if change.problem or change.record_id:
            return change
        alike = None if before is None else await attempt.draft.target.find_alike(change)
        if before is None or alike is None:
            raise _cannot_tell("nothing that was sent can be searched for")
        new = {record_id: same for record_id, same in alike.items() if record_id not in before}
        if not new and self._may_be_under_way(attempt):
            raise _cannot_tell("it is not there, but the CRM may still be at work on it", "Call again in a minute.")
        if not new:
            return change
        if len(new) > 1 or not all(new.values()):
            raise _cannot_tell(f"it could be {' or '.join(new)}")
        return replace(change, record_id=next(iter(new)))

    def _may_be_under_way(self, attempt: Attempt) -> bool:
        timed_out_at_s = attempt.timed_out_at_s
        return timed_out_at_s is not None and self._clock() - timed_out_at_s < MAX_UNDER_WAY_S


def _may_be_processing(error: BaseException) -> bool:
    if isinstance(error, UnreachableError):
        return error.may_be_under_way
    timed_out_upstream = isinstance(error, RefusedError) and error.status in (408, 502, 504)
    return timed_out_upstream or not isinstance(error, CrmError)


def _cannot_tell(why: str, hint: str = "") -> InputError:
    return InputError(
        f"Whether the first attempt created it cannot be told: {why}. Nothing was sent now.",
        hint=hint or "Look for it in the CRM; to create it all the same, use another idempotency_key.",
    )
