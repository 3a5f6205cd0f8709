"""Calls that apply a plan by its id, or ask what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from crm_mcp.crm.call import sleep_told
from crm_mcp.crm.wording import listing
from crm_mcp.errors import InputError, StoreError
from crm_mcp.languages import Texts
from crm_mcp.safe_writes.call import Call
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.preview import MAX_SHOWN
from crm_mcp.safe_writes.writing.keys import KeyState
from crm_mcp.safe_writes.writing.narrowing import left_out, narrow
from crm_mcp.safe_writes.writing.plan_results import PlanResult, read_result, settle_interrupted
from crm_mcp.safe_writes.writing.plans import Plan
from crm_mcp.safe_writes.writing.results import ItemResult, WriteResult, build_result
from crm_mcp.safe_writes.writing.runs import Order, Runs, lease_of
from crm_mcp.store import writes
from crm_mcp.store.engine import Store
from crm_mcp.store.leases import Lease

_texts = Texts(__file__)

_LOOKED_EVERY_S = 0.25
_MOST_IDS = 100


class PlanCalls:
    """What is done with the plans of one account.

    Args:
        store: Where their results are.
        account_id: The account.
        runs: What is being written.
        confirm: Asks the user about what was chosen of a draft, where the whole draft needs it; tells whether it did.
        sleep: How to wait for another call.
    """

    def __init__(
        self,
        store: Store,
        account_id: str,
        runs: Runs,
        confirm: Callable[[Call, Draft, Draft], Awaitable[bool]],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._account = account_id
        self._runs = runs
        self._confirm = confirm
        self._sleep = sleep

    async def get(self, call: Call) -> Plan:
        """Return the plan that a call names.

        Raises:
            InputError: There is none, or it was made for other arguments.
        """
        plan = await self._runs.plans.get(call.tool, call.plan_id, call.restore)
        if call.arguments and call.arguments != plan.arguments:
            raise InputError(
                f"{plan.plan_id} was made for other arguments. Nothing was written now.",
                hint="Give plan_id alone, or make a new plan with dry_run.",
            )
        return plan

    async def apply(self, call: Call, plan: Plan, held: AsyncExitStack, leases: Sequence[Lease] = ()) -> WriteResult:
        """Write what a plan holds, once the user confirmed; `held` are `leases` to be held until all is written.

        Raises:
            InputError: Another call applies it, or did.
        """
        chosen = narrow(plan.draft, call.without)
        asked = await self._confirm(call, plan.draft, chosen)
        plan = replace(plan, draft=chosen)
        order = Order(plan.draft, held, leases=[*leases], asked=asked, plan=plan)
        as_key = plan.plan_id if call.needs_key else ""
        if not (key := call.key or plan.key or as_key):
            return await self._write(call, plan, order)
        state = order.state = await held.enter_async_context(
            self._runs.keys.hold(call.tool, key, plan.arguments, call.restore, wait_s=self._runs.time_left_s())
        )
        order.leases.append(state.lease)
        return await self._write_with_key(call, plan, order, state)

    async def _write_with_key(self, call: Call, plan: Plan, order: Order, state: KeyState) -> WriteResult:
        """Write a plan, passing over what was written under the same key before."""
        if state.draft is None or call.without:  # a key stands for the records that were chosen
            await self._runs.keys.remember(state, _with_choice(state.draft, plan.draft))
        untold = await self._runs.keys.look_for_attempts(state)
        missing = state.missing(plan.draft)
        if not missing:
            return result_under_key(state, plan.draft, untold)
        order.draft = replace(plan.draft, changes=missing)
        written = await self._write(call, plan, order)
        return written if "plan_id" in written else result_under_key(state, plan.draft, untold, written)

    async def _write(self, call: Call, plan: Plan, order: Order) -> WriteResult:
        await self._runs.wait_for_others(order)
        execution = await self._runs.write(call, order)
        if isinstance(execution, Plan):
            return await self.tell_progress(execution)
        not_tried = execution.not_attempted()
        await self._runs.plans.tell(plan)
        if not_tried:
            return await self._leave_rest(plan, PlanResult(execution.items(), not_tried))
        return execution.result(raises=not order.draft.is_batch)

    async def report(self, call: Call, plan: Plan) -> WriteResult:
        """Say what became of a plan that was applied before; wait for its end as long as the call may.

        Raises:
            InputError: A call was told that before, or other records were left out of it.
        """
        if call.without and left_out(plan.draft) != set(call.without):
            raise _chosen_otherwise(plan)
        while not plan.is_finished:
            if await self._runs.leases.is_free(lease_of(plan.write_id)):
                await self._finish_interrupted(plan)
            elif self._runs.time_left_s() <= 0:
                return await self.tell_progress(plan)
            else:
                await sleep_told(_LOOKED_EVERY_S, _texts.later("The plan is being written"), self._sleep)
            plan = await self.get(call)
        result = await read_result(self._store, self._account, plan)
        if plan.is_told or not await self._runs.plans.tell(plan):
            raise _applied_already(plan, result.items)
        if result.not_tried:
            return await self._leave_rest(plan, result)
        return build_result(result.items, is_batch=plan.draft.is_batch, write_id=plan.write_id)

    async def _finish_interrupted(self, plan: Plan) -> None:
        """End a plan whose process ended in the middle of it: what it left open is looked for, nothing is sent."""
        name = lease_of(plan.write_id)
        async with self._runs.leases.hold(name, wait_s=0, what="Another call that asks for this plan"):
            await settle_interrupted(self._store, plan)
            await self._runs.plans.finish(plan)

    async def tell_progress(self, plan: Plan) -> WriteResult:
        """Return how far the writing of a plan is that goes on behind its call."""
        return {
            "next_step": f"{await self._count_tried(plan)}the writing goes on by itself. "
            f"To get the result, call {plan.tool} with this plan_id alone in a while.",
            "plan_id": plan.plan_id,
        }

    async def _count_tried(self, plan: Plan) -> str:
        try:
            result = await read_result(self._store, self._account, plan)
        except StoreError:  # the plan_id is to be told all the same
            return "How many were tried cannot be read now; "
        count = len(result.items)
        return f"{count - len(result.not_tried)} of {count} begun so far; "

    async def _leave_rest(self, plan: Plan, result: PlanResult) -> WriteResult:
        """Return the results of a plan that broke off; the changes not tried become a new plan."""
        rest = replace(plan.draft, changes=result.not_tried)
        told = (
            f"{result.done} of {len(result.items)} done, {len(result.not_tried)} not tried: the writing stopped early. "
            "Items marked `unknown` may have been written: look at them. "
        )
        try:
            successor = await self._runs.plans.follow(plan, rest)
        except StoreError as error:
            return {"next_step": f"{told}No plan of the rest could be kept: {error}", "items": result.items}
        next_step = f"{told}To write those not tried, call {plan.tool} with this plan_id alone."
        return {"next_step": next_step, "plan_id": successor.plan_id, "items": result.items}


def result_under_key(
    state: KeyState, draft: Draft, untold: Mapping[int, str], now: WriteResult | None = None
) -> WriteResult:
    """Return the result of a call under a key: what was written before and now, and what cannot be told.

    `untold` says why, by place.
    """
    now = now or {}
    items: dict[int, ItemResult] = {item["index"]: item for item in now.get("items", [])}
    if now and not draft.is_batch:
        return now
    items |= state.written
    for index, why in untold.items():
        items[index] = {"index": index, "ok": False, "unknown": True, "message": why}
    listed = [items[change.index] for change in draft.changes]
    return build_result(listed, is_batch=draft.is_batch, write_id=_batch_of(listed))


def _batch_of(items: Sequence[ItemResult]) -> str:
    """Return the one batch that wrote all records, empty where several did."""
    batches = {writes.batch_of(item["write_id"]) for item in items if "write_id" in item}
    return batches.pop() if len(batches) == 1 else ""


def _with_choice(known: Draft | None, chosen: Draft) -> Draft:
    """Return what a key stands for, given what it did: the records that were chosen stand for theirs."""
    if known is None:
        return chosen
    by_place = {change.index: change for change in chosen.changes}
    return replace(known, changes=[by_place.get(change.index, change) for change in known.changes])


def _chosen_otherwise(plan: Plan) -> InputError:
    places = [str(place) for place in sorted(left_out(plan.draft))]
    what = f"without {listing(places, _MOST_IDS)}" if places else "whole"
    return InputError(
        f"{plan.plan_id} was applied already, {what}: what is left out cannot be changed. Nothing was sent now.",
        hint="Call with plan_id alone to hear what became of it.",
    )


def _applied_already(plan: Plan, items: Sequence[ItemResult]) -> InputError:
    rest = [item for item in items if not item["ok"]]
    named = [f"{item.get('id') or item['index']} ({item.get('message', '')})" for item in rest[:MAX_SHOWN]]
    ids = [item["id"] for item in items if item["ok"] and "id" in item]
    hints = [
        f"It is {plan.write_id}, by which it can be undone." if any(item["ok"] for item in items) else "",
        f"Their ids, in order: {listing(ids, _MOST_IDS)}." if ids else "",
        f"Not done, or unknown: {listing(named, MAX_SHOWN)}" if rest else "",
        f"What was not tried is in {plan.successor}." if plan.successor else "",
    ]
    return InputError(
        f"{plan.plan_id} was applied already: {len(items) - len(rest)} of {len(items)} done. Nothing was sent again.",
        hint=" ".join(filter(None, hints)),
    )
