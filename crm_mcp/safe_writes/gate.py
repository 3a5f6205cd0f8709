"""Decides what happens with the draft of a writing call: preview, plan, confirmation, refusal, or the write itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, cast

from crm_mcp.errors import CrmError, InputError, NotConfirmedError
from crm_mcp.safe_writes.draft import Draft, is_unchanged, refresh
from crm_mcp.safe_writes.execution import Execution, ItemResult, WriteResult, build_result, leaves_unknown
from crm_mcp.safe_writes.keys import KeyState, KeyStore
from crm_mcp.safe_writes.plans import PLAN_TTL_S, Plan, PlanStore
from crm_mcp.safe_writes.preview import MAX_SHOWN, build_preview, build_question

MAX_UNPLANNED = 10
"""More records than this are planned first, and the user confirms the plan."""
MAX_RECORDS = 1000
"""More records than this are refused: a plan is kept in memory."""


Asking = Literal["asked", "unasked", "impossible"]
"""What becomes of a write that needs a confirmation: the user is asked, nobody is, or the client cannot ask."""
CANNOT_ASK = "this client cannot ask for it (it offers no elicitation)"
WAY_OUT = (
    "It can be done in the CRM itself, with a client that asks people, or after whoever runs this server has set "
    "CRM_MCP_UNCONFIRMED_WRITES=1, by which nobody is asked."
)


class Confirmer(Protocol):
    """Asks the user of the MCP client to confirm, and reports progress; see `confirmation.UserConfirmation`."""

    async def require_confirmation(self, question: str) -> None:
        """Return once the user confirmed; raise otherwise."""
        ...

    async def report_progress(self, done: int, total: int) -> None:
        """Report how many records are done."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a writing tool.

    Attributes:
        tool: The tool's name.
        arguments: The tool's own arguments, without the three below; empty beside a plan's id.
        build_draft: Builds the draft, sending no request that writes.
        confirmer: Asks the user.
        asking: What becomes of a write that needs a confirmation.
        size: How many records the arguments name, as far as that can be told before the draft is built.
        dry_run: Whether the draft is only previewed.
        plan_id: The plan to apply; empty for none.
        key: The idempotency key; empty for none.
    """

    tool: str
    arguments: Mapping[str, object]
    build_draft: Callable[[], Awaitable[Draft]]
    confirmer: Confirmer
    asking: Asking = "asked"
    size: int = 1
    dry_run: bool = False
    plan_id: str = ""
    key: str = ""


class SafeWriter:
    """Makes all writes of one CRM account.

    Where `unconfirmed_allowed`, nobody is asked to confirm.
    """

    def __init__(
        self, *, plans: PlanStore | None = None, keys: KeyStore | None = None, unconfirmed_allowed: bool = False
    ) -> None:
        self._plans = plans or PlanStore()
        self._keys = keys or KeyStore()
        self.unconfirmed_allowed = unconfirmed_allowed

    async def perform(self, call: Call) -> WriteResult:
        """Preview, plan or write what a call asks for.

        Raises:
            InputError: The call is wrong.
            NotConfirmedError: The user had to confirm and did not.
            CrmError: The CRM refused, or the outcome is unknown.
        """
        if call.plan_id:
            return await self._perform_plan(call)
        if call.dry_run:
            return await self._plan(call, await call.build_draft())
        _refuse_too_many(call.size)
        if call.size > MAX_UNPLANNED:
            _require_possible(call, f"Writing more than {MAX_UNPLANNED} records")
        if call.key:
            return await self._perform_with_key(call)
        return await self._perform_draft(call, await call.build_draft())

    async def _perform_draft(self, call: Call, draft: Draft, state: KeyState | None = None) -> WriteResult:
        if draft.trashes:
            _require_possible(call, "Moving records to the trash")
        if len(draft.changes) > MAX_UNPLANNED:
            return await self._plan(call, draft)
        async with draft.target.lock:
            if draft.needs_refresh or draft.trashes:
                draft = await refresh(draft, call.confirmer.report_progress)
            if draft.trashes and draft.open_changes:
                await call.confirmer.require_confirmation(build_question(draft))
            return await (self._write(draft, call) if state is None else self._write_with_key(draft, call, state))

    async def _write(self, draft: Draft, call: Call) -> WriteResult:
        execution = Execution(draft)
        await execution.run(call.confirmer.report_progress)
        return execution.result(raises=len(draft.changes) <= draft.target.batch_size)

    async def _plan(self, call: Call, draft: Draft) -> WriteResult:
        """Preview a draft, and keep it as a plan where it would change anything."""
        _refuse_too_many(len(draft.changes))
        draft = await refresh(draft, call.confirmer.report_progress)
        would_change = any(not is_unchanged(change) for change in draft.open_changes)
        plan = self._plans.add(call.tool, draft, call.arguments) if would_change else None
        return _preview(draft, plan, call)

    async def _perform_plan(self, call: Call) -> WriteResult:
        plan = self._plans.get(call.tool, call.plan_id)
        if call.arguments and call.arguments != plan.arguments:
            raise InputError(
                f"{plan.plan_id} was made for other arguments.", hint="Give plan_id alone, or make a new plan."
            )
        if plan.is_running:
            raise _being_applied(plan)
        if plan.execution is not None:
            return self._continue_plan(plan, plan.execution)
        if call.dry_run:
            return _preview(plan.draft, plan, call)
        if _needs_confirmation(plan.draft):
            await call.confirmer.require_confirmation(build_question(plan.draft))
        return await self._apply(plan, call.confirmer)

    async def _apply(self, plan: Plan, confirmer: Confirmer) -> WriteResult:
        if plan.execution is not None:  # another call applied it while the user was asked
            raise _being_applied(plan)
        plan.execution = execution = Execution(plan.draft, as_planned=True)
        plan.is_running = True
        try:
            async with plan.draft.target.lock:
                await execution.run(confirmer.report_progress)
        finally:
            plan.is_running = False
        if execution.not_attempted():
            return self._continue_plan(plan, execution)
        return execution.result(raises=not plan.draft.is_batch)

    def _continue_plan(self, plan: Plan, execution: Execution) -> WriteResult:
        """Return the results of a plan that was applied before; the changes not attempted become a new plan, once."""
        not_attempted = execution.not_attempted()
        items = execution.items()
        done = sum(item["ok"] for item in items)
        if not not_attempted or plan.has_successor:
            raise _applied_already(plan, items)
        plan.has_successor = True
        successor = self._plans.add(plan.tool, replace(plan.draft, changes=not_attempted), {})
        return {
            "next_step": f"{done} of {len(items)} done, {len(not_attempted)} not tried: it broke off. See each item; "
            f"those `unknown` may be done. To go on with what was not tried call {plan.tool} with this plan_id alone.",
            "plan_id": successor.plan_id,
            "items": items,
        }

    async def _perform_with_key(self, call: Call) -> WriteResult:
        state = self._keys.get(call.tool, call.key, call.arguments)
        async with state.lock:
            if state.result is not None:
                return state.result
            if state.attempt is not None:
                return await self._complete_attempt(call, state)
            return await self._perform_draft(call, await call.build_draft(), state)

    async def _write_with_key(self, draft: Draft, call: Call, state: KeyState) -> WriteResult:
        if not draft.open_changes:
            return await self._write(draft, call)
        state.attempt = attempt = await self._keys.begin(draft)
        try:
            result = await self._write(draft, call)
        except (CrmError, asyncio.CancelledError) as error:
            if leaves_unknown(error):
                self._keys.give_up(attempt, error)
            else:
                state.attempt = None
            raise
        state.attempt = None
        if "id" in result or any(item["ok"] for item in result.get("items", [])):
            state.result = result
        return result

    async def _complete_attempt(self, call: Call, state: KeyState) -> WriteResult:
        """Find what an attempt with an unknown outcome created, and create the rest."""
        assert state.attempt is not None
        state.attempt.draft = found = await self._keys.find_created(state.attempt)
        missing = [at for at, change in enumerate(found.changes) if not change.record_id and not change.problem]
        items: dict[int, ItemResult] = {}
        if missing:
            rest = replace(found, changes=[found.changes[at] for at in missing], is_batch=True)
            try:
                result = await self._write(rest, call)
            except (CrmError, asyncio.CancelledError) as error:
                self._keys.give_up(state.attempt, error)
                raise
            for at, item in zip(missing, cast("list[ItemResult]", result.get("items", [])), strict=True):
                items[at] = {**item, "index": at}
        state.attempt = None
        state.result = build_result(
            [items.get(at) or _earlier_result(found, at) for at in range(len(found.changes))], is_batch=found.is_batch
        )
        return state.result


def _preview(draft: Draft, plan: Plan | None, call: Call) -> WriteResult:
    next_step = "Nothing was written, and there is nothing to write: see warnings."
    if plan is not None:
        next_step = _next_step(plan, call.asking)
    preview = build_preview(draft, next_step, plan_id="" if plan is None else plan.plan_id, dry_run=call.dry_run)
    return cast("WriteResult", preview)


def _refuse_too_many(count: int) -> None:
    if count > MAX_RECORDS:
        raise InputError(f"{count} records are too many for one call.", hint=f"Send at most {MAX_RECORDS}.")


def _require_possible(call: Call, what: str) -> None:
    """Refuse what needs a confirmation, `what` in words, where the client cannot ask for one."""
    if call.asking == "impossible":
        raise NotConfirmedError(
            f"{what} needs a person's consent, and {CANNOT_ASK}. Nothing was written.",
            hint=f"Tell the person; dry_run shows what would be written. {WAY_OUT}",
        )


def _next_step(plan: Plan, asking: Asking) -> str:
    needs_confirmation = _needs_confirmation(plan.draft)
    if needs_confirmation and asking == "impossible":
        return (
            f"Nothing was written. Writing this needs a person's consent, and {CANNOT_ASK}: plan_id would be refused. "
            "Tell the person what would be written."
        )
    asked = "; the person will be asked first" if needs_confirmation and asking == "asked" else ""
    minutes = f"{PLAN_TTL_S / 60:.0f} minutes"
    return (
        f"Nothing was written yet. To write exactly this, call {plan.tool} with plan_id alone within {minutes}{asked}."
    )


def _being_applied(plan: Plan) -> InputError:
    return InputError(f"{plan.plan_id} is being applied right now.", hint="Wait for the answer of that call.")


def _applied_already(plan: Plan, items: Sequence[ItemResult]) -> InputError:
    rest = [item for item in items if not item["ok"]]
    named = [f"{item.get('id') or item['index']} ({item.get('message', 'not tried')})" for item in rest[:MAX_SHOWN]]
    return InputError(
        f"{plan.plan_id} was applied already: {len(items) - len(rest)} of {len(items)} done. Nothing was sent again.",
        hint=f"{len(rest)} not done: {'; '.join(named)}" if rest else "",
    )


def _earlier_result(draft: Draft, at: int) -> ItemResult:
    """Return the result of a record that an earlier attempt created, or that must not be created."""
    change = draft.changes[at]
    if change.problem:
        return {"index": at, "ok": False, "message": change.problem}
    message = "The first attempt had created it; nothing was sent now."
    return {"index": at, "ok": True, "id": change.record_id, "message": message}


def _needs_confirmation(draft: Draft) -> bool:
    return draft.trashes or len(draft.open_changes) > MAX_UNPLANNED
