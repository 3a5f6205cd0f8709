"""Idempotency keys: a call that creates, repeated with the same key, returns the first result and creates nothing.

A key is known to all processes of a store, and to those that start after this one ended.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

from crm_mcp.errors import InputError
from crm_mcp.safe_writes.draft import Change, Draft, Target
from crm_mcp.safe_writes.saved import Restore, change_from_json, draft_from_json, draft_to_json, to_json
from crm_mcp.safe_writes.writing.journal import read_item, settling
from crm_mcp.safe_writes.writing.lost_responses import find_created
from crm_mcp.safe_writes.writing.results import ItemResult
from crm_mcp.store import keys, writes
from crm_mcp.store.engine import Store
from crm_mcp.store.leases import Lease, Leases
from crm_mcp.store.transaction import Transaction
from crm_mcp.store.writes import Write

MAX_UNDER_WAY_S = 60.0
"""How long the CRM may still be processing a request that was given up (assumed)."""
_CREATED_BEFORE = "The first attempt created it; nothing was sent now."
_NOT_CREATED = "It was looked for and is not there: it was not created."


@dataclass(frozen=True, slots=True)
class Attempt:
    """The creation of one record that was begun under a key.

    Attributes:
        write_id: The row that was written down of it.
        change: What was sent.
        target: Where to.
        alike_before: The records that matched it before; None where it cannot be searched.
        is_under_way: Whether the CRM may still be processing it.
    """

    write_id: str
    change: Change
    target: Target
    alike_before: Sequence[str] | None
    is_under_way: bool


@dataclass(slots=True)
class KeyState:
    """What is known of one key: of a batch, of each record by its place in the call.

    Attributes:
        tool: The tool that it belongs to.
        key: The key.
        lease: Held while a call works under the key; the same call again waits for it.
        arguments: The tool's arguments.
        draft: All records of the call as they were last resolved; None before the first write.
        written: The results of the records that were written.
        attempts: The attempts whose outcomes are unknown.
    """

    tool: str
    key: str
    lease: Lease
    arguments: str
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
    """The keys of one account; a key belongs to one tool."""

    def __init__(self, store: Store, account_id: str) -> None:
        self._store = store
        self._account = account_id
        self._leases = Leases(store)

    @contextlib.asynccontextmanager
    async def hold(
        self, tool: str, key: str, arguments: Mapping[str, object], restore: Restore, *, wait_s: float
    ) -> AsyncGenerator[KeyState]:
        """Hold a key inside the block and give what is known of it.

        Raises:
            InputError: The key was used with other arguments, or another call works under it.
        """
        name = f"key {self._account} {tool} {key}"
        async with self._leases.hold(name, wait_s=wait_s, what="Another call with this idempotency_key") as lease:
            state = await self._read(KeyState(tool, key, lease, to_json(arguments, sort_keys=True)), restore)
            yield state

    async def _read(self, state: KeyState, restore: Restore) -> KeyState:
        given = state.arguments

        def work(transaction: Transaction) -> tuple[tuple[str, str | None] | None, list[tuple[Write, str]], float]:
            known = keys.read(transaction, self._account, state.tool, state.key)
            if known is None:
                keys.put(transaction, self._account, state.tool, state.key, given, None)
            return known, writes.of_key(transaction, self._account, state.tool, state.key), transaction.now()

        known, rows, now_s = await self._store.run(work)
        for write, target in rows:
            await self._add(state, write, target, restore, now_s)
        if known is None:
            return state
        arguments, draft = known
        if not state.is_begun:  # nothing was written under it, so the call may be corrected and repeated
            return state
        if arguments != given:
            raise InputError(
                f"The idempotency_key {state.key[:40]!r} was used with other arguments.",
                hint="Nothing was written now. Use a new key for each record that you create.",
            )
        state.draft = None if draft is None else await draft_from_json(draft, restore)
        return state

    async def _add(self, state: KeyState, write: Write, target: str, restore: Restore, now_s: float) -> None:
        """Add what was written down of one record; of several rows of one place the last one stands."""
        item = read_item(write)
        state.attempts.pop(write.place, None)
        if write.outcome == writes.WRITTEN and item is not None:
            state.written[write.place] = item
        elif write.outcome in (writes.SENT, writes.UNKNOWN) and write.place not in state.written:
            change = change_from_json(write.change)
            if not change.record_id:
                given_up_at = write.timed_out_at if write.outcome == writes.UNKNOWN else write.at
                is_under_way = given_up_at is not None and now_s - given_up_at < MAX_UNDER_WAY_S
                alike = None if write.alike is None else json.loads(write.alike)
                made_again = await restore(json.loads(target))
                state.attempts[write.place] = Attempt(write.write_id, change, made_again, alike, is_under_way)

    async def remember(self, state: KeyState, draft: Draft) -> None:
        """Keep which records the key stands for, before the first of them is written."""
        state.draft = draft
        saved = draft_to_json(draft)
        await self._store.run(
            lambda transaction: keys.put(transaction, self._account, state.tool, state.key, state.arguments, saved)
        )

    async def look_for_attempts(self, state: KeyState) -> dict[int, str]:
        """Find which records the open attempts created; those surely not created are open no longer.

        Returns why it cannot be told of those that stay open, by place.
        """
        untold: dict[int, str] = {}
        for place, attempt in list(state.attempts.items()):
            others = [item.get("id", "") for item in state.written.values()]
            found = await find_created(attempt.target, attempt.change, attempt.alike_before, others)
            item: ItemResult = {"index": place, "ok": False, "write_id": attempt.write_id, "message": _NOT_CREATED}
            if found.state == "written":
                said = await attempt.target.describe_written(found.record_id)
                item = {**item, "ok": True, "id": found.record_id, "message": f"{_CREATED_BEFORE} {said}".rstrip()}
                state.written[place] = item
            elif found.state == "unknown":
                untold[place] = _cannot_tell(found.why, "Look for it in the CRM, or call again with the same key.")
                continue
            elif attempt.is_under_way:
                why = "It is not there, but the CRM may still be creating it."
                untold[place] = _cannot_tell(why, "Call again with the same key in a minute.")
                continue
            await self._store.run(settling(attempt.write_id, item))
            del state.attempts[place]
        return untold


def _cannot_tell(why: str, next_step: str) -> str:
    return f"Whether the first attempt created it still cannot be told. {why} Nothing was sent now. {next_step}"
