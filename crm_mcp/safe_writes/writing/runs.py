"""Writes drafts behind their calls: what is begun goes on when the call runs out of time, or is cancelled."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field

from crm_mcp.crm.call import Call as CurrentCall
from crm_mcp.crm.call import current_call, wait_for_caller, without_deadline
from crm_mcp.errors import InputError, StoreError
from crm_mcp.safe_writes.call import Call
from crm_mcp.safe_writes.draft import Draft
from crm_mcp.safe_writes.saved import to_json
from crm_mcp.safe_writes.writing.background import Background
from crm_mcp.safe_writes.writing.journal import Journal
from crm_mcp.safe_writes.writing.keys import KeyState, KeyStore
from crm_mcp.safe_writes.writing.plans import Plan, PlanStore
from crm_mcp.safe_writes.writing.sending.execution import Execution
from crm_mcp.store.engine import Store
from crm_mcp.store.leases import Lease, Leases
from crm_mcp.store.writes import Batch, batch_of

_log = logging.getLogger(__name__)


@dataclass
class Order:
    """What is to be written for a call.

    Attributes:
        draft: The changes.
        held: Leases to be held until all is written.
        leases: The same leases, of which each request is sent only while they last.
        asked: Whether the user was asked for it.
        plan: The plan that is applied; None for none.
        state: What is known of the idempotency key; None for none.
    """

    draft: Draft
    held: AsyncExitStack
    leases: list[Lease] = field(default_factory=list[Lease])
    asked: bool = False
    plan: Plan | None = None
    state: KeyState | None = None

    async def hold(self, lease: AbstractAsyncContextManager[Lease]) -> None:
        """Hold a lease until all is written, and send only while it lasts."""
        self.leases.append(await self.held.enter_async_context(lease))


class Runs:
    """What the writer of one account is writing; `when_written` is called after each run."""

    def __init__(
        self,
        store: Store,
        account_id: str,
        call_budget_s: float,
        when_written: Callable[[], None] = lambda: None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._sleep = sleep
        self._when_written = when_written
        self._call_budget_s = call_budget_s
        self._store = store
        self._account = account_id
        self.plans = PlanStore(store, account_id)
        self.keys = KeyStore(store, account_id)
        self.leases = Leases(store)
        self.background = Background()

    def time_left_s(self) -> float:
        """Return how long the present call may still take before it returns, in seconds."""
        call = current_call()
        return max(0.0, self._call_budget_s if call is None else call.time_left_s(self._call_budget_s))

    async def wait_for_others(self, order: Order) -> None:
        """Wait where only one call of all processes may write this kind of record at a time."""
        if kind := order.draft.target.one_at_a_time:
            name, what = f"creating {self._account} {kind}", f"Another call that writes {kind}"
            await order.hold(self.leases.hold(name, wait_s=self.time_left_s(), what=what))

    def hold_undo(self, write_id: str) -> AbstractAsyncContextManager[Lease]:
        """Hold the right to take back a batch, or one of its records: two calls at once would write the same."""
        batch = batch_of(write_id)
        return self.leases.hold(f"undo {batch}", wait_s=0, what=f"Another undo of {batch}")

    async def write(self, call: Call, order: Order) -> Execution | Plan:
        """Write what was ordered; return how it went, or where the call has no more time, the plan to ask by.

        Raises:
            InputError: Another call applies the plan.
        """
        await wait_for_caller()
        batch = self._batch_of(call, order)
        await order.hold(self.leases.hold(lease_of(batch.write_id), wait_s=0, what="The same call"))
        plan = order.plan
        if plan is not None and not await self.plans.claim(plan, batch.write_id):
            raise InputError(f"{plan.plan_id} is being applied right now.", hint="Call again with it in a few seconds.")
        execution = Execution(
            order.draft,
            Journal(self._store, batch, order.leases),
            as_planned=plan is not None or bool(call.undoes) or order.draft.target.is_irrevocable,
            is_keyed=order.state is not None,
            is_stopping=self._stopping_of(current_call()),
            sleep=self._sleep,
        )
        kept = plan or await self._keep_for_patient_call(call, order, batch)
        if (current := current_call()) is not None:
            current.is_writing = True
        task = self.background.start(self._run(execution, call, order.held.pop_all(), kept))
        asked_by = kept or await self._wait_in_time(task, call, order, batch)
        if kept is not None:
            await asyncio.wait({task}, timeout=self.time_left_s())
        if asked_by is not None and not task.done():
            return asked_by
        await asyncio.wait({task})
        if asked_by is not plan and asked_by is not None:
            await self.plans.tell(asked_by)
        task.result()
        return execution

    async def _keep_for_patient_call(self, call: Call, order: Order, batch: Batch) -> Plan | None:
        """Keep a plan before anything is written for a call without a deadline: its process may end before it."""
        current = current_call()
        is_patient = current is not None and not current.is_bounded
        return await self._keep_plan(call, order, batch) if is_patient and not call.undoes else None

    async def _wait_in_time(self, task: asyncio.Task[None], call: Call, order: Order, batch: Batch) -> Plan | None:
        """Wait for writing as long as the call may; return the plan to ask by where that is too short.

        One is made too where the call is cancelled: the same call again is told by it what was written.
        """
        try:
            await asyncio.wait({task}, timeout=self.time_left_s())
        except asyncio.CancelledError:
            self.background.start(self._plan_behind(call, order, batch, task))
            raise
        return None if task.done() else await self._plan_behind(call, order, batch, task)

    def _stopping_of(self, current: CurrentCall | None) -> Callable[[], bool]:
        events = [self.background.stopping, *([current.stop] if current is not None else [])]
        return lambda: any(event.is_set() for event in events)

    def _batch_of(self, call: Call, order: Order) -> Batch:
        return Batch(
            *(f"write-{secrets.token_hex(6)}", self._account, call.tool, order.draft.target.noun, call.who),
            key=order.state.key if order.state else "",
            plan_id=order.plan.plan_id if order.plan else "",
            target=to_json(order.draft.target.saved()),
            asked=order.asked,
            is_batch=order.draft.is_batch,
            undoes=call.undoes,
        )

    async def _plan_behind(self, call: Call, order: Order, batch: Batch, task: asyncio.Task[None]) -> Plan | None:
        """Keep a plan to ask by for what is being written."""
        plan = await self._keep_plan(call, order, batch)
        if plan is not None:
            task.add_done_callback(lambda _: self.background.start(self.plans.finish(plan)))
        return plan

    async def _keep_plan(self, call: Call, order: Order, batch: Batch) -> Plan | None:
        """Keep a plan of what a batch writes; None where the store fails: then its end is waited for."""
        try:
            return await self.plans.add(call.tool, order.draft, call.arguments, batch.key, write_id=batch.write_id)
        except StoreError as error:
            _log.warning("a write that takes long could not be kept as a plan: %s", error.args[0])
            return None

    async def _run(self, execution: Execution, call: Call, held: AsyncExitStack, plan: Plan | None) -> None:
        async with held:
            try:
                with without_deadline():
                    await execution.run(call.confirmer.report_progress)
            finally:
                self._when_written()
                if plan is not None:
                    await self.plans.finish(plan)


def lease_of(write_id: str) -> str:
    """Return the name of the lease that is held while a batch is written."""
    return f"write {write_id}"
