"""Idempotency keys: a call that creates, repeated with the same key, gives the first result and creates nothing again.

Kept in memory: a restart of the server forgets all keys, and beyond `MOST_KEYS` the oldest go.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crm_mcp.errors import CrmError, InputError, RefusedError, UnreachableError
from crm_mcp.safe_writes.draft import Change, Draft
from crm_mcp.safe_writes.results import Answer

MOST_KEYS = 1000
STILL_UNDER_WAY_S = 60.0
"""How long a request that was given up for lack of time may still be at work in the CRM (assumed)."""


@dataclass(slots=True)
class Attempt:
    """A write that was begun under a key.

    Attributes:
        draft: What was sent.
        alike_before: For each change, the records that could have been taken for it before; None where nothing tells.
        given_up_at: When it was given up for lack of time; None where the CRM is not at work on it any more.
    """

    draft: Draft
    alike_before: Sequence[frozenset[str] | None]
    given_up_at: float | None = None


@dataclass(slots=True)
class Entry:
    """What is known of one key.

    Attributes:
        arguments: What the tool was called with.
        lock: Held by the call that is at work; the same call again waits for it.
        answer: The first result; None while there is none.
        attempt: What was begun and has no known outcome; None where nothing is open.
    """

    arguments: Mapping[str, object]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    answer: Answer | None = None
    attempt: Attempt | None = None


class KeyBook:
    """All keys of one server; a key counts for one tool.

    Args:
        clock: Tells the time in seconds; another one makes tests fast.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: dict[tuple[str, str], Entry] = {}

    def entry(self, tool: str, key: str, arguments: Mapping[str, object]) -> Entry:
        """Return what is known of a key, a new entry where it is new.

        Raises:
            InputError: The key was used with other arguments.
        """
        entry = self._entries.get((tool, key))
        if entry is None:
            self._forget_old()
            entry = self._entries[tool, key] = Entry(arguments)
        if entry.answer is None and entry.attempt is None and not entry.lock.locked():
            entry.arguments = arguments  # nothing was written under it, so the call may be mended and repeated
        if entry.arguments != arguments:
            raise InputError(
                f"The idempotency_key {key[:40]!r} was used with other arguments.",
                hint="Nothing was written now. A key belongs to one creation: take a new one for another.",
            )
        return entry

    def _forget_old(self) -> None:
        idle = [name for name, entry in self._entries.items() if not entry.lock.locked()]
        for name in idle[: max(0, len(idle) - MOST_KEYS + 1)]:
            del self._entries[name]

    async def begin(self, draft: Draft) -> Attempt:
        """Note what could be taken for the new records before they are sent."""
        alike = [await draft.target.find_alike(change) for change in draft.changes]
        return Attempt(draft, [None if ids is None else frozenset(ids) for ids in alike])

    def give_up(self, attempt: Attempt, error: BaseException) -> None:
        """Note whether the CRM may be at work on an attempt even now."""
        attempt.given_up_at = self._clock() if _may_go_on(error) else None

    async def find_made(self, attempt: Attempt) -> Draft:
        """Look in the CRM which records of an attempt were made; return its draft, those with their ids.

        Raises:
            InputError: It cannot be told of one of them.
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
        return attempt.given_up_at is not None and self._clock() - attempt.given_up_at < STILL_UNDER_WAY_S


def _may_go_on(error: BaseException) -> bool:
    """Tell whether the CRM may be at work on a request that ended in this error here."""
    if isinstance(error, UnreachableError):
        return error.may_be_under_way
    given_up_by_others = isinstance(error, RefusedError) and error.status in (408, 502, 504)
    return given_up_by_others or not isinstance(error, CrmError)


def _cannot_tell(why: str, hint: str = "") -> InputError:
    return InputError(
        f"Whether the first attempt created it cannot be told: {why}. Nothing was sent now.",
        hint=hint or "Look for it in the CRM; to create it all the same, use another idempotency_key.",
    )
