"""Plans: drafts that wait in the store for a call that applies them by their id, once."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.errors import InputError, StoreError
from crm_mcp.safe_writes.draft import Draft, Target
from crm_mcp.safe_writes.saved import Restore, draft_from_json, draft_to_json, to_json
from crm_mcp.store import plans
from crm_mcp.store.engine import Store
from crm_mcp.store.plans import PlanRow
from crm_mcp.store.transaction import Transaction

_log = logging.getLogger(__name__)

PLAN_TTL_S = 15 * 60.0
_MAX_TARGETS = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """A draft that can be applied once.

    Attributes:
        plan_id: The id by which the tool is called again.
        tool: The one tool that applies it.
        draft: The changes.
        arguments: The arguments it was made of, which may be given again beside the id.
        key: The idempotency key of the call that made it; empty for none.
        write_id: The batch that applied it; empty before.
        is_finished: Whether whoever applied it has ended.
        is_told: Whether a caller was given the whole result.
        successor: The plan of what was left over; empty for none.
    """

    plan_id: str
    tool: str
    draft: Draft
    arguments: Mapping[str, Any]
    key: str = ""
    write_id: str = ""
    is_finished: bool = False
    is_told: bool = False
    successor: str = ""


class PlanStore:
    """The plans of one account, in all processes."""

    def __init__(self, store: Store, account_id: str) -> None:
        self._store = store
        self._account = account_id
        self._targets = ExpiringMap[str, Target](PLAN_TTL_S, max_items=_MAX_TARGETS)
        """Those of this process's own plans, which know already what another process has to read again."""

    async def add(
        self, tool: str, draft: Draft, arguments: Mapping[str, object], key: str = "", *, write_id: str = ""
    ) -> Plan:
        """Keep a draft as a new plan of one tool; with a `write_id` as one that is being applied."""
        plan = Plan(f"plan-{secrets.token_hex(6)}", tool, draft, arguments, key, write_id)
        texts = (to_json(arguments, sort_keys=True), draft_to_json(draft))

        def work(transaction: Transaction) -> None:
            now = transaction.now()
            row = PlanRow(plan.plan_id, self._account, tool, key, now, now + PLAN_TTL_S, *texts, write_id or None)
            plans.add(transaction, row)

        await self._store.run(work)
        self._targets.put(plan.plan_id, draft.target)
        return plan

    async def get(self, tool: str, plan_id: str, restore: Restore) -> Plan:
        """Return a plan of this tool.

        Raises:
            InputError: There is no such plan, it has expired unapplied, or it belongs to another tool.
        """

        def work(transaction: Transaction) -> PlanRow | None:
            row = plans.read(transaction, self._account, plan_id)
            return row if row and (row.write_id or transaction.now() <= row.expires_at) else None

        row = await self._store.run(work)
        if row is None:
            raise InputError(
                f"There is no plan {plan_id[:40]!r}: a plan can be applied for {PLAN_TTL_S / 60:.0f} minutes.",
                hint="Nothing was written now. Make a new one with dry_run.",
            )
        if row.tool != tool:
            raise InputError(
                f"{plan_id} is a plan of {row.tool}. Nothing was written now.",
                hint=f"Call {row.tool} with this plan_id.",
            )
        draft = await draft_from_json(row.draft, restore)
        draft = replace(draft, target=self._targets.get(plan_id) or draft.target)
        return Plan(
            *(row.plan_id, row.tool, draft, json.loads(row.arguments), row.key),
            *(row.write_id or "", row.finished_at is not None, bool(row.told), row.successor or ""),
        )

    async def find_untold(self, tool: str, arguments: Mapping[str, object]) -> str:
        """Return the newest plan of these arguments that was applied and whose result no caller was told; or nothing.

        Plans under a key are left out: the key tells.
        """
        text = to_json(arguments, sort_keys=True)
        try:
            return await self._store.run(lambda transaction: plans.find_untold(transaction, self._account, tool, text))
        except StoreError:  # it fails where it matters: before the write
            return ""

    async def claim(self, plan: Plan, write_id: str) -> bool:
        """Set the batch that applies a plan, narrowed as it is; tell whether none did before."""
        draft = draft_to_json(plan.draft)
        return await self._store.run(lambda transaction: plans.claim(transaction, plan.plan_id, write_id, draft))

    async def finish(self, plan: Plan) -> None:
        """Say that whoever applied a plan has ended."""
        try:
            await self._store.run(lambda transaction: plans.finish(transaction, plan.plan_id))
        except StoreError as error:  # what was written is still to be told
            _log.warning("the end of %s could not be recorded: %s", plan.plan_id, error.args[0])

    async def tell(self, plan: Plan) -> bool:
        """Say that a caller is given the whole result; tell whether none was before."""
        try:
            return await self._store.run(lambda transaction: plans.tell(transaction, plan.plan_id))
        except StoreError:
            return True

    async def follow(self, plan: Plan, draft: Draft) -> Plan:
        """Keep what was left over of a plan as a further one."""
        successor = await self.add(plan.tool, draft, plan.arguments, plan.key)
        await self._store.run(lambda transaction: plans.set_successor(transaction, plan.plan_id, successor.plan_id))
        return successor
