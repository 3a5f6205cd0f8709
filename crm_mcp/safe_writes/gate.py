"""Decides what happens with the draft of a writing call: preview, plan, confirmation, refusal, or the write itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, cast

from crm_mcp.crm.wording import listing
from crm_mcp.errors import InputError, NotConfirmedError
from crm_mcp.safe_writes.catalogue import ENGLISH, Catalogue
from crm_mcp.safe_writes.draft import Change, Draft, is_unchanged, number, refresh
from crm_mcp.safe_writes.execution import (
    BeforeSend,
    Execution,
    ItemResult,
    WriteResult,
    build_result,
    raises_as_a_whole,
)
from crm_mcp.safe_writes.keys import KeyState, KeyStore
from crm_mcp.safe_writes.plans import PLAN_TTL_S, Plan, PlanStore
from crm_mcp.safe_writes.preview import MAX_SHOWN, build_preview
from crm_mcp.safe_writes.question import build_question

MAX_UNPLANNED = 10
"""More records than this are planned first, and the user confirms the plan."""
MAX_RECORDS = 1000
"""More records than this are refused: a plan is kept in memory."""


Asking = Literal["asked", "unasked", "impossible"]
"""What becomes of a write that needs a confirmation: the user is asked, nobody is, or the client cannot ask."""
CANNOT_ASK = "this client cannot ask for it (it offers no elicitation)"
WAY_OUT = (
    "It can be done in the CRM itself, with a client that shows questions, or, without any question, after whoever "
    "runs this server has set CRM_MCP_UNCONFIRMED_WRITES=1."
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

    Where `unconfirmed_allowed`, nobody is asked to confirm; `catalogue` holds the language of questions.
    """

    def __init__(
        self,
        *,
        plans: PlanStore | None = None,
        keys: KeyStore | None = None,
        unconfirmed_allowed: bool = False,
        catalogue: Catalogue = ENGLISH,
    ) -> None:
        self._plans = plans or PlanStore()
        self._keys = keys or KeyStore()
        self.unconfirmed_allowed = unconfirmed_allowed
        self.catalogue = catalogue

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
            return await self._plan(call, number(await call.build_draft()))
        _refuse_too_many(call.size)
        if call.size > MAX_UNPLANNED:
            _require_possible(call, f"Writing more than {MAX_UNPLANNED} records")
        if call.key:
            return await self._perform_with_key(call)
        return await self._perform_draft(call, number(await call.build_draft()))

    async def _perform_draft(self, call: Call, draft: Draft, state: KeyState | None = None) -> WriteResult:
        if draft.trashes:
            _require_possible(call, "Moving records to the trash")
        if len(draft.changes) > MAX_UNPLANNED:
            return await self._plan(call, draft)
        async with draft.target.lock:
            if draft.needs_refresh or draft.trashes or draft.empties:
                draft = await refresh(draft, call.confirmer.report_progress)
            if _cannot_go_unasked(draft):
                await call.confirmer.require_confirmation(build_question(draft, self.catalogue))
            execution = Execution(draft, before_send=self._note_attempts(draft, state))
            await self._run(execution, call.confirmer, state)
        return execution.result(raises=raises_as_a_whole(draft))

    def _note_attempts(self, draft: Draft, state: KeyState | None) -> BeforeSend:
        """Return what is to be done before each request: under a key, to note that its records are attempted."""

        async def note(changes: Sequence[Change]) -> None:
            if state is not None:
                await self._keys.begin(state, draft.target, changes)

        return note

    async def _run(self, execution: Execution, confirmer: Confirmer, state: KeyState | None) -> None:
        """Write what is to be written, and note the outcomes under the key, whatever happens."""
        try:
            await execution.run(confirmer.report_progress)
        finally:
            if state is not None:
                self._keys.end(state, execution)

    async def _plan(self, call: Call, draft: Draft) -> WriteResult:
        """Preview a draft, and keep it as a plan where it would change anything."""
        _refuse_too_many(len(draft.changes))
        draft = await refresh(draft, call.confirmer.report_progress)
        would_change = any(not is_unchanged(change) for change in draft.open_changes)
        plan = self._plans.add(call.tool, draft, call.arguments, call.key) if would_change else None
        return self._preview(draft, plan, call)

    def _preview(self, draft: Draft, plan: Plan | None, call: Call) -> WriteResult:
        next_step = "Nothing was written, and there is nothing to write: see warnings."
        if plan is not None:
            next_step = _next_step(plan, call.asking)
        plan_id = "" if plan is None else plan.plan_id
        preview = build_preview(draft, next_step, plan_id=plan_id, dry_run=call.dry_run, labels=self.catalogue.labels)
        return cast("WriteResult", preview)

    async def _perform_plan(self, call: Call) -> WriteResult:
        plan = self._plans.get(call.tool, call.plan_id)
        if call.arguments and call.arguments != plan.arguments:
            raise InputError(
                f"{plan.plan_id} was made for other arguments. Nothing was written now.",
                hint="Give plan_id alone, or make a new plan with dry_run.",
            )
        if plan.is_running:
            raise _being_applied(plan)
        if plan.execution is not None:
            return self._continue_plan(plan, plan.execution)
        if call.dry_run:
            return self._preview(plan.draft, plan, call)
        if _needs_confirmation(plan.draft):
            await call.confirmer.require_confirmation(build_question(plan.draft, self.catalogue))
        key = call.key or plan.key
        if not key:
            return await self._apply(plan, call.confirmer, plan.draft)
        state = self._keys.get(call.tool, key, plan.arguments)
        async with state.lock:
            return await self._apply_with_key(plan, call.confirmer, state)

    async def _apply_with_key(self, plan: Plan, confirmer: Confirmer, state: KeyState) -> WriteResult:
        """Apply a plan, passing over what was written under the same key before."""
        if state.draft is None:
            state.draft = plan.draft
        untold = await self._keys.look_for_attempts(state)
        missing = state.missing(plan.draft)
        if not missing:
            return _result_of(state, plan.draft, untold)
        applied = await self._apply(plan, confirmer, replace(plan.draft, changes=missing), state)
        return applied if "plan_id" in applied else _result_of(state, plan.draft, untold, applied)

    async def _apply(
        self, plan: Plan, confirmer: Confirmer, draft: Draft, state: KeyState | None = None
    ) -> WriteResult:
        if plan.execution is not None:  # another call applied it while the user was asked
            raise _being_applied(plan)
        note_attempts = self._note_attempts(draft, state)
        plan.execution = execution = Execution(draft, as_planned=True, before_send=note_attempts)
        plan.is_running = True
        try:
            async with draft.target.lock:
                await self._run(execution, confirmer, state)
        finally:
            plan.is_running = False
        if execution.not_attempted():
            return self._continue_plan(plan, execution)
        return execution.result(raises=not draft.is_batch)

    def _continue_plan(self, plan: Plan, execution: Execution) -> WriteResult:
        """Return the results of a plan that was applied before; the changes not attempted become a new plan, once."""
        not_attempted = execution.not_attempted()
        items = execution.items()
        done = sum(item["ok"] for item in items)
        if not not_attempted or plan.has_successor:
            raise _applied_already(plan, items)
        plan.has_successor = True
        rest = replace(plan.draft, changes=not_attempted)
        successor = self._plans.add(plan.tool, rest, plan.arguments, plan.key)
        return {
            "next_step": f"{done} of {len(items)} done, {len(not_attempted)} not tried: the writing stopped early. "
            "Items marked `unknown` may have been written: look at them. To write those not tried, call "
            f"{plan.tool} with this plan_id alone.",
            "plan_id": successor.plan_id,
            "items": items,
        }

    async def _perform_with_key(self, call: Call) -> WriteResult:
        state = self._keys.get(call.tool, call.key, call.arguments)
        async with state.lock:
            untold = await self._keys.look_for_attempts(state)
            draft = state.draft
            if draft is None or state.missing(draft):
                draft = state.draft = number(await call.build_draft())
            missing = state.missing(draft)
            if untold and not missing and not state.written:
                raise InputError(next(iter(untold.values())))
            if not missing:
                return _result_of(state, draft, untold)
            written = await self._perform_draft(call, replace(draft, changes=missing), state)
            return written if "plan_id" in written else _result_of(state, draft, untold, written)


def _result_of(state: KeyState, draft: Draft, untold: Mapping[int, str], now: WriteResult | None = None) -> WriteResult:
    """Return the result of a call under a key: what was written before and now, and what cannot be told.

    `untold` says why, by index.
    """
    items: dict[int, ItemResult] = {item["index"]: item for item in (now or {}).get("items", [])}
    items |= state.written
    for index, why in untold.items():
        items[index] = {"index": index, "ok": False, "unknown": True, "message": why}
    return build_result([items[change.index] for change in draft.changes], is_batch=draft.is_batch)


def _refuse_too_many(count: int) -> None:
    if count > MAX_RECORDS:
        raise InputError(f"{count} records are too many for one call.", hint=f"Send at most {MAX_RECORDS}.")


def _require_possible(call: Call, what: str) -> None:
    """Refuse what needs a confirmation, `what` in words, where the client cannot ask for one."""
    if call.asking == "impossible":
        raise NotConfirmedError(
            f"{what} needs the user's consent, and {CANNOT_ASK}. Nothing was written.",
            hint=f"Tell the user; dry_run shows what would be written. {WAY_OUT}",
        )


def _next_step(plan: Plan, asking: Asking) -> str:
    needs_confirmation = _needs_confirmation(plan.draft)
    if needs_confirmation and asking == "impossible":
        return (
            f"Nothing was written. Writing this needs the user's consent, and {CANNOT_ASK}: plan_id would be refused. "
            "Tell the user what would be written."
        )
    asked = "; the user will be asked first" if needs_confirmation and asking == "asked" else ""
    minutes = f"{PLAN_TTL_S / 60:.0f} minutes"
    return (
        f"Nothing was written yet. To write exactly this, call {plan.tool} with plan_id alone within {minutes}{asked}."
    )


def _being_applied(plan: Plan) -> InputError:
    return InputError(f"{plan.plan_id} is being applied right now.", hint="Wait for the result of that call.")


def _applied_already(plan: Plan, items: Sequence[ItemResult]) -> InputError:
    rest = [item for item in items if not item["ok"]]
    named = [f"{item.get('id') or item['index']} ({item.get('message', 'not tried')})" for item in rest[:MAX_SHOWN]]
    return InputError(
        f"{plan.plan_id} was applied already: {len(items) - len(rest)} of {len(items)} done. Nothing was sent again.",
        hint=f"Not done, or unknown: {listing(named, MAX_SHOWN)}" if rest else "",
    )


def _needs_confirmation(draft: Draft) -> bool:
    return _cannot_go_unasked(draft) or len(draft.written_changes) > MAX_UNPLANNED


def _cannot_go_unasked(draft: Draft) -> bool:
    """Tell whether the user must confirm even a single one of these changes."""
    return draft.trashes or draft.loses_text
