"""Idempotency keys: a call that creates, repeated with the same key, returns the first result and creates nothing.

A key is known to all processes of a store, and to those that start after this one ended.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

from crm_mcp.errors import InputError
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.saved import Restore, draft_from_json, draft_to_json, to_json
from crm_mcp.safe_writes.writing.attempts import STILL_CREATING, Attempt, attempt_of, look_for
from crm_mcp.safe_writes.writing.journal import read_item, settling
from crm_mcp.safe_writes.writing.results import ItemResult
from crm_mcp.store import keys, writes
from crm_mcp.store.engine import Store
from crm_mcp.store.leases import Lease, Leases
from crm_mcp.store.transaction import Transaction
from crm_mcp.store.writes import Write


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
            attempt = await attempt_of(write, target, restore, now_s)
            if not attempt.change.record_id:
                state.attempts[write.place] = attempt

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
            item, why = await look_for(attempt, [item.get("id", "") for item in state.written.values()])
            if item is None:
                untold[place] = _cannot_tell(why)
                continue
            if item["ok"]:
                state.written[place] = item
            await self._store.run(settling(attempt.write_id, item))
            del state.attempts[place]
        return untold


def _cannot_tell(why: str) -> str:
    next_step = "Look for it in the CRM, or call again with the same key."
    if why == STILL_CREATING:
        next_step = "Call again with the same key in a minute."
    return f"Whether the first attempt created it still cannot be told. {why} Nothing was sent now. {next_step}"
