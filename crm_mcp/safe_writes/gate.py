"""Decides what happens with the draft of a writing call: preview, plan, confirmation, refusal, or the write itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import cached_property
from typing import cast

from crm_mcp.crm.call import wait_for_caller
from crm_mcp.crm.expiring import ExpiringMap
from crm_mcp.errors import InputError, StoreError
from crm_mcp.safe_writes.call import Call, require_possible
from crm_mcp.safe_writes.changes import is_unchanged
from crm_mcp.safe_writes.consent.needed import MAX_UNPLANNED, needs_confirmation, next_step
from crm_mcp.safe_writes.consent.question import build_question
from crm_mcp.safe_writes.consent.words import QuestionWords
from crm_mcp.safe_writes.draft import Draft, number
from crm_mcp.safe_writes.plan_table import SeenPlan
from crm_mcp.safe_writes.preview import build_preview
from crm_mcp.safe_writes.refreshing import refresh
from crm_mcp.safe_writes.saved import Restore
from crm_mcp.safe_writes.writing.narrowing import leave_out, left_out
from crm_mcp.safe_writes.writing.plan_calls import PlanCalls, result_under_key
from crm_mcp.safe_writes.writing.plan_results import read_result
from crm_mcp.safe_writes.writing.plans import PLAN_TTL_S, Plan
from crm_mcp.safe_writes.writing.results import WriteResult
from crm_mcp.safe_writes.writing.runs import Order, Runs
from crm_mcp.safe_writes.writing.sending.execution import raises_as_a_whole
from crm_mcp.settings import ServerSettings, load
from crm_mcp.settings_file.sections import chosen_account
from crm_mcp.store.account import Account
from crm_mcp.store.audit import calls as audit
from crm_mcp.store.engine import Store

_ENGLISH = QuestionWords()
_READING_SHARE = 0.6
"""The part of a call's time after which a plan leaves to the write what can be left."""
MAX_RECORDS = 1000
"""More records than this are refused."""
_NOTHING_TO_WRITE = "Nothing was written, and there is nothing to write: see warnings."
_OF_THE_SAME_CALL = (
    "This is what came of the same call before, which nobody had been told; nothing was sent now. "
    "Call again to write it once more."
)


class SafeWriter:
    """Makes all writes of one CRM account.

    Args:
        store: Remembers keys, plans and the audit; None for memory.
        account: Whose rows they are; None for one that is nobody else's.
        unconfirmed_allowed: Whether nobody is asked to confirm.
        words: The language of questions.
        call_budget_s: How long a call may take before the writing goes on behind it, in seconds.
        sleep: How to wait before a lost write is looked for again.
    """

    def __init__(
        self,
        store: Store | None = None,
        account: Account | None = None,
        *,
        unconfirmed_allowed: bool = False,
        words: QuestionWords = _ENGLISH,
        call_budget_s: float = 25.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.store = store or Store()
        self.account = account or Account("", "", "", "")
        self.unconfirmed_allowed = unconfirmed_allowed
        self.words = words
        self.call_budget_s = call_budget_s
        self._sleep = sleep
        self._undo_plans = ExpiringMap[str, Plan](PLAN_TTL_S)
        self.restorers: dict[str, Restore] = {}
        """What makes the targets of each tool again, by its name."""
        self.when_written: Callable[[], None] = _nothing
        """Called whenever something was written, or may have been."""
        self.when_erased: Callable[[], None] = _nothing
        """Called where a person was erased: what holds results of searches forgets them."""

    @cached_property
    def _runs(self) -> Runs:
        """What is being written; made when it is first used, since the account's id takes time to compute."""
        account = self.account.account_id
        return Runs(self.store, account, self.call_budget_s, lambda: self.when_written(), self._sleep)

    @cached_property
    def _plan_calls(self) -> PlanCalls:
        return PlanCalls(self.store, self.account.account_id, self._runs, self._confirm_plan)

    async def finish(self) -> None:
        """Let the write end that is under way, record it, and begin no other."""
        if "_runs" in vars(self):
            await self._runs.background.finish()

    async def perform(self, call: Call) -> WriteResult:
        """Preview, plan or write what a call asks for; see `_perform` for errors."""
        result = await self._perform(call)
        return {**result, "note": self.store.problem} if self.store.problem else result

    async def _perform(self, call: Call) -> WriteResult:
        """Preview, plan or write what a call asks for.

        Raises:
            InputError: The call is wrong.
            NotConfirmedError: The user had to confirm and did not.
            CrmError: The CRM refused, or the outcome is unknown.
        """
        if untold := await self._find_untold(call):
            return await self._tell_of_the_same_call(call, untold)
        if call.plan_id:
            return await self._perform_plan(call)
        if call.dry_run:
            return await self._preview_draft(call, number(await call.build_draft()))
        _refuse_too_many(call.size)
        if call.is_irrevocable:
            self._refuse_irrevocable(call)
        if call.size > MAX_UNPLANNED and not call.undoes:
            require_possible(call, f"Writing more than {MAX_UNPLANNED} records")
        async with AsyncExitStack() as held:
            if call.key:
                return await self._perform_with_key(call, held)
            order = Order(number(await call.build_draft()), held)
            if call.undoes:
                await order.hold(self._runs.hold_undo(call.undoes))
            return await self._perform_draft(call, order)

    def _refuse_irrevocable(self, call: Call) -> None:
        """Refuse what nothing takes back where nobody can be asked, or it could not be known again."""
        require_possible(call, "This")
        if call.needs_key and not call.key:
            raise InputError(
                f"{call.tool} needs an idempotency_key. Nothing was written.",
                hint="Give any text that stands for this one document, such as an order number, and the same again "
                "when you repeat the call.",
            )
        if self.store.problem:
            raise StoreError(f"What cannot be undone is written only where it can be noted. {self.store.problem}")

    async def _find_untold(self, call: Call) -> str:
        """Return the plan by which the same call before wrote, if nobody was told what came of it; else nothing."""
        if call.plan_id or call.key or call.dry_run or call.undoes:
            return ""
        return await self._runs.plans.find_untold(call.tool, call.arguments)

    async def _tell_of_the_same_call(self, call: Call, plan_id: str) -> WriteResult:
        result = await self._perform_plan(replace(call, plan_id=plan_id, arguments={}))
        if "next_step" not in result:
            message = f"{result.get('message', '')} {_OF_THE_SAME_CALL}".lstrip()
            return {**result, "message": message}
        return result

    async def _perform_draft(self, call: Call, order: Order) -> WriteResult:
        if order.draft.trashes and call.was_asked:
            require_possible(call, "Moving records to the trash")
        if len(order.draft.changes) > MAX_UNPLANNED:
            return await (self._undo_many(call, order) if call.undoes else self._plan(call, order.draft))
        await self._runs.wait_for_others(order)
        if order.draft.needs_refresh:
            order.draft = await refresh(order.draft, call.confirmer.report_progress)
        if self._asks_about(call, order.draft):
            order.asked = await self._confirm(call, order.draft)
        draft = order.draft
        execution = await self._runs.write(call, order)
        if isinstance(execution, Plan):
            return await self._plan_calls.tell_progress(execution)
        return execution.result(raises=raises_as_a_whole(draft))

    def _asks_about(self, call: Call, draft: Draft) -> bool:
        """Tell whether the user must confirm a draft that needs no plan."""
        return call.was_asked and needs_confirmation(draft)

    async def _perform_with_key(self, call: Call, held: AsyncExitStack) -> WriteResult:
        keys = self._runs.keys
        state = await held.enter_async_context(
            keys.hold(call.tool, call.key, call.arguments, call.restore, wait_s=self._runs.time_left_s())
        )
        untold = await keys.look_for_attempts(state)
        draft = state.draft
        if draft is None or state.missing(draft):
            before, draft = draft, number(await call.build_draft())
            draft = draft if before is None else leave_out(draft, left_out(before))
            await keys.remember(state, draft)
        missing = state.missing(draft)
        if untold and not missing and not state.written:
            raise InputError(next(iter(untold.values())))
        if not missing:
            return result_under_key(state, draft, untold)
        order = Order(replace(draft, changes=missing), held, leases=[state.lease], state=state)
        written = await self._perform_draft(call, order)
        return written if "plan_id" in written else result_under_key(state, draft, untold, written)

    async def _perform_plan(self, call: Call) -> WriteResult:
        plan = await self._plan_calls.get(call)
        if plan.write_id:
            return await self._plan_calls.report(call, plan)
        if call.dry_run:
            return self._preview(plan.draft, plan, call)
        async with AsyncExitStack() as held:
            return await self._plan_calls.apply(call, plan, held)

    async def see_plan(self, call: Call) -> SeenPlan:
        """Return the plan that a call names as it stands, for the page that shows it; that tells nobody its result.

        Raises:
            InputError: There is no such plan.
        """
        plan = await self._plan_calls.get(call)
        asks = needs_confirmation(plan.draft)
        if not plan.write_id:
            return SeenPlan(plan, asks)
        account = self.account.account_id
        result = await read_result(self.store, account, plan)
        audited = await self.store.run(lambda transaction: audit.read_call(transaction, account, plan.write_id))
        undone = [write.write_id for write in audited.writes if write.undone_by] if audited else []
        return SeenPlan(plan, asks, result, undone)

    async def _preview_draft(self, call: Call, draft: Draft) -> WriteResult:
        if not call.undoes:
            return await self._plan(call, draft)
        draft = await refresh(draft, call.confirmer.report_progress)
        asked = "; the user will be asked first" if self._asks_about(call, draft) and call.asking == "asked" else ""
        then = f"Nothing was written yet. To take this back, call {call.tool} without dry_run{asked}."
        return cast("WriteResult", build_preview(draft, then, dry_run=True, labels=self.words.labels))

    async def _plan(self, call: Call, draft: Draft) -> WriteResult:
        """Preview a draft, and keep it as a plan where it would change anything."""
        _refuse_too_many(len(draft.changes))
        draft, plan = await self._make_plan(call, draft)
        return self._preview(draft, plan, call)

    async def _make_plan(self, call: Call, draft: Draft) -> tuple[Draft, Plan | None]:
        draft = await refresh(draft, call.confirmer.report_progress, self.call_budget_s * _READING_SHARE)
        if all(is_unchanged(change) for change in draft.open_changes):
            return draft, None
        return draft, await self._runs.plans.add(call.tool, draft, call.arguments, call.key)

    async def _undo_many(self, call: Call, order: Order) -> WriteResult:
        """Take many records back by a plan, which a further call finds again where this one ends before it."""
        plan = self._undo_plans.get(call.undoes)
        if plan is None:
            # what was written tells what to ask about, and each record is read just before it is put back
            plan = await self._runs.plans.add(call.tool, order.draft, call.arguments)
            self._undo_plans.put(call.undoes, plan)
        result = await self._plan_calls.apply(call, plan, order.held, order.leases)
        self._undo_plans.pop(call.undoes)
        return result

    def _preview(self, draft: Draft, plan: Plan | None, call: Call) -> WriteResult:
        then = _NOTHING_TO_WRITE if plan is None else next_step(plan, call.asking)
        plan_id = "" if plan is None else plan.plan_id
        preview = build_preview(draft, then, plan_id=plan_id, dry_run=call.dry_run, labels=self.words.labels)
        return cast("WriteResult", preview)

    async def _confirm_plan(self, call: Call, whole: Draft, chosen: Draft) -> bool:
        """Ask about what was chosen where the whole plan needs it: leaving records out takes no question away."""
        return await self._confirm(call, chosen) if call.was_asked and needs_confirmation(whole) else False

    async def _confirm(self, call: Call, draft: Draft) -> bool:
        """Return once the user confirmed; tell whether anybody was asked."""
        question = build_question(draft, self.words, undoes=call.undoes)
        await wait_for_caller()
        await call.confirmer.require_confirmation(question)
        return call.asking == "asked"


def make_writer(store: Store, account: Account, words: QuestionWords) -> SafeWriter:
    """Return the writer of an account, as the settings of the server want it."""
    settings = load(ServerSettings)
    return SafeWriter(
        store,
        account,
        unconfirmed_allowed=settings.unconfirmed_writes,
        words=replace(words, undo_days=settings.undo_days, account=chosen_account()),
        call_budget_s=settings.call_budget_s,
    )


def _nothing() -> None:
    """Do nothing."""


def _refuse_too_many(count: int) -> None:
    if count > MAX_RECORDS:
        raise InputError(f"{count} records are too many for one call.", hint=f"Send at most {MAX_RECORDS}.")
