"""Idempotency keys: a call that creates, repeated with the same key, returns the first result and creates nothing.

Kept in memory: a restart of the server forgets all keys, and beyond `MAX_KEYS` the oldest are removed.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.errors import CrmError, InputError, RefusedError, UnreachableError
from crm_mcp.safe_writes.draft import Change, Draft, Target
from crm_mcp.safe_writes.execution import Execution, ItemResult

MAX_KEYS = 1000
MAX_UNDER_WAY_S = 60.0
"""How long the CRM may still be processing a request that timed out (assumed)."""
_CREATED_BEFORE = "The first attempt created it; nothing was sent now."


@dataclass(slots=True)
class Attempt:
    """The creation of one record that was begun under a key.

    Attributes:
        change: What was sent.
        target: Where to.
        alike_before: The records that matched it before; None where it cannot be searched.
        timed_out_at_s: When it timed out; None where the CRM is no longer processing it.
    """

    change: Change
    target: Target
    alike_before: frozenset[str] | None
    timed_out_at_s: float | None = None


@dataclass(slots=True)
class KeyState:
    """What is known of one key: of a batch, of each record by its index in the call.

    Attributes:
        arguments: The tool's arguments.
        lock: Held by the running call; the same call again waits for it.
        draft: All records of the call as they were last resolved; None before the first write.
        written: The results of the records that were written.
        attempts: The attempts whose outcomes are unknown.
    """

    arguments: Mapping[str, object]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    draft: Draft | None = None
    written: dict[int, ItemResult] = field(default_factory=dict[int, ItemResult])
    attempts: dict[int, Attempt] = field(default_factory=dict[int, Attempt])

    @property
    def is_begun(self) -> bool:
        """Whether something was written under the key, or perhaps was."""
        return bool(self.written or self.attempts)

    def missing(self, draft: Draft) -> list[Change]:
        """Return the changes of a draft that were not written yet; attempts are to be looked for first."""
        return [one for one in draft.changes if one.index not in self.written and one.index not in self.attempts]


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
        if not state.is_begun and not state.lock.locked():
            state.arguments = arguments  # nothing was written under it, so the call may be corrected and repeated
        if state.arguments != arguments:
            raise InputError(
                f"The idempotency_key {key[:40]!r} was used with other arguments.",
                hint="Nothing was written now. Use a new key for each record that you create.",
            )
        return state

    async def begin(self, state: KeyState, target: Target, changes: Sequence[Change]) -> None:
        """Search what matches new records, just before they are sent."""
        for change in changes:
            if not change.record_id:
                alike = await target.find_alike(change)
                state.attempts[change.index] = Attempt(change, target, None if alike is None else frozenset(alike))

    def end(self, state: KeyState, execution: Execution) -> None:
        """Keep what was written, and which attempts remain open."""
        for item in execution.items():
            index = item["index"]
            attempt = state.attempts.get(index)
            if attempt is not None and item.get("unknown"):
                is_under_way = _may_be_processing(execution.errors.get(index))
                attempt.timed_out_at_s = self._clock() if is_under_way else None
                continue
            state.attempts.pop(index, None)
            if item["ok"]:
                state.written[index] = item

    async def look_for_attempts(self, state: KeyState) -> dict[int, str]:
        """Find which records the open attempts created; those surely not created are open no longer.

        Returns why it cannot be told of those that stay open, by index.
        """
        untold: dict[int, str] = {}
        for index, attempt in list(state.attempts.items()):
            try:
                record_id = await self._find_created(attempt, {item.get("id", "") for item in state.written.values()})
            except InputError as error:
                untold[index] = str(error)
                continue
            if record_id:
                state.written[index] = {"index": index, "ok": True, "id": record_id, "message": _CREATED_BEFORE}
            del state.attempts[index]
        return untold

    async def _find_created(self, attempt: Attempt, others: Collection[str]) -> str:
        """Return the id of the record that an attempt created, empty where it surely created none.

        `others` are the ids of the other records of the call.

        Raises:
            InputError: It cannot be told.
        """
        before = attempt.alike_before
        alike = None if before is None else await attempt.target.find_alike(attempt.change)
        if before is None or alike is None:
            raise _cannot_tell("the CRM cannot be searched for what was sent")
        new = {
            record_id: same for record_id, same in alike.items() if record_id not in before and record_id not in others
        }
        if not new and self._may_be_under_way(attempt):
            raise _cannot_tell("it is not there, but the CRM may still be creating it", "Call again in a minute.")
        if not new:
            return ""
        if len(new) > 1 or not all(new.values()):
            raise _cannot_tell(f"it could be {' or '.join(new)}")
        return next(iter(new))

    def _may_be_under_way(self, attempt: Attempt) -> bool:
        timed_out_at_s = attempt.timed_out_at_s
        return timed_out_at_s is not None and self._clock() - timed_out_at_s < MAX_UNDER_WAY_S


def _may_be_processing(error: CrmError | None) -> bool:
    """Tell whether the CRM may be processing a request that ended in this error, or was cancelled where it is None."""
    if isinstance(error, UnreachableError):
        return error.may_be_under_way
    timed_out_upstream = isinstance(error, RefusedError) and error.status in (408, 502, 504)
    return timed_out_upstream or error is None


def _cannot_tell(why: str, hint: str = "") -> InputError:
    return InputError(
        f"Whether the first attempt created it is unknown: {why}. Nothing was sent now.",
        hint=hint or "Look for it in the CRM; to create it anyway, use another idempotency_key.",
    )
