"""Decides what becomes of a writing call: shown, planned, asked about, refused, or written at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from crm_mcp.errors import CrmError, InputError
from crm_mcp.safe_writes.draft import Draft, is_unchanged
from crm_mcp.safe_writes.execution import Execution, leaves_unknown
from crm_mcp.safe_writes.keys import Entry, KeyBook
from crm_mcp.safe_writes.plans import LIFETIME_S, Plan, PlanBook
from crm_mcp.safe_writes.questions import build_question
from crm_mcp.safe_writes.refresh import refresh
from crm_mcp.safe_writes.results import MOST_SHOWN, Answer, Result, answer_with, show_draft, tell_of_made

MAX_UNPLANNED = 10
"""More records than this are planned first, and a person agrees."""
MOST_RECORDS = 1000
"""More records than this are refused: a plan lies in memory."""


class Asker(Protocol):
    """The person at the client, as far as writing goes; see `consent.Person`."""

    async def demand_consent(self, question: str) -> None:
        """Return once the person agreed; raise otherwise."""
        ...

    async def see_progress(self, done: int, total: int) -> None:
        """Tell how far it is."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a writing tool.

    Attributes:
        tool: The tool's name.
        arguments: What it was called with, without the three below; empty beside a plan's id.
        work_out: Makes the draft of it, sending nothing that writes.
        person: Who can be asked.
        dry_run: Whether it is only to be shown.
        plan_id: The plan to apply; empty for none.
        key: The idempotency key; empty for none.
    """

    tool: str
    arguments: Mapping[str, object]
    work_out: Callable[[], Awaitable[Draft]]
    person: Asker
    dry_run: bool = False
    plan_id: str = ""
    key: str = ""


class SafeWriter:
    """All writing of one CRM account goes through here.

    Args:
        plans: Where drafts wait.
        keys: What was created under which key.
        unconfirmed_allowed: Whether the installer lets writes through where a client cannot ask a person.
    """

    def __init__(
        self, *, plans: PlanBook | None = None, keys: KeyBook | None = None, unconfirmed_allowed: bool = False
    ) -> None:
        self._plans = plans or PlanBook()
        self._keys = keys or KeyBook()
        self.unconfirmed_allowed = unconfirmed_allowed

    async def perform(self, call: Call) -> Answer:
        """Do what a call asks for, as far as it may be done now.

        Raises:
            InputError: It cannot be done so.
            NotConfirmedError: A person had to agree and did not.
            CrmError: The CRM refused, or its answer is unknown.
        """
        if call.plan_id:
            return await self._perform_plan(call)
        if call.dry_run:
            return await self._preview(call, await call.work_out())
        if call.key:
            return await self._perform_once(call)
        return await self._perform_draft(call, await call.work_out())

    async def _perform_draft(self, call: Call, draft: Draft, entry: Entry | None = None) -> Answer:
        if len(draft.changes) > MAX_UNPLANNED:
            return await self._preview(call, draft)
        async with draft.target.lock:
            if draft.needs_refresh or draft.trashes:
                draft = await refresh(draft, call.person.see_progress)
            if draft.trashes and draft.open_changes:
                await call.person.demand_consent(build_question(draft))
            return await (self._write(draft, call) if entry is None else self._write_under_key(draft, call, entry))

    async def _preview(self, call: Call, draft: Draft) -> Answer:
        """Show what would be written, and keep it as a plan where it can be."""
        if len(draft.changes) > MOST_RECORDS:
            raise InputError(
                f"{len(draft.changes)} records are too many for one call.", hint=f"Send at most {MOST_RECORDS}."
            )
        draft = await refresh(draft, call.person.see_progress)
        worth_it = [change for change in draft.open_changes if not is_unchanged(change)]
        plan = self._plans.keep(call.tool, draft, call.arguments) if worth_it else None
        return self._show(draft, plan, dry_run=call.dry_run)

    def _show(self, draft: Draft, plan: Plan | None, *, dry_run: bool) -> Answer:
        next_step = "Nothing was written, and there is nothing to write: see warnings."
        if plan is not None:
            next_step = (
                f"Nothing was written yet. To write exactly this, call {plan.tool} with plan_id alone within "
                f"{LIFETIME_S / 60:.0f} minutes{'; the person will be asked first' if _needs_consent(draft) else ''}."
            )
        preview = show_draft(draft, next_step, plan_id="" if plan is None else plan.plan_id, dry_run=dry_run)
        return cast("Answer", preview)

    async def _perform_plan(self, call: Call) -> Answer:
        plan = self._plans.find(call.tool, call.plan_id)
        if call.arguments and call.arguments != plan.arguments:
            raise InputError(
                f"{plan.plan_id} was made for other arguments.", hint="Give plan_id alone, or make a new plan."
            )
        if plan.is_under_way:
            raise InputError(f"{plan.plan_id} is being applied right now.", hint="Wait for the answer of that call.")
        if plan.execution is not None:
            return self._tell_of(plan, plan.execution)
        if call.dry_run:
            return self._show(plan.draft, plan, dry_run=True)
        if _needs_consent(plan.draft):
            await call.person.demand_consent(build_question(plan.draft))
        return await self._apply(plan, call.person)

    async def _apply(self, plan: Plan, person: Asker) -> Answer:
        if plan.execution is not None:  # another call was quicker while the person was asked
            raise InputError(f"{plan.plan_id} is being applied right now.", hint="Wait for the answer of that call.")
        plan.execution = execution = Execution(plan.draft, as_planned=True)
        plan.is_under_way = True
        try:
            async with plan.draft.target.lock:
                await execution.run(person.see_progress)
        finally:
            plan.is_under_way = False
        if execution.not_attempted():
            return self._tell_of(plan, execution)
        return execution.answer(raises=not plan.draft.is_batch)

    def _tell_of(self, plan: Plan, execution: Execution) -> Answer:
        """Tell what became of a plan that was begun before; what is left of it becomes a new plan, once."""
        not_attempted = execution.not_attempted()
        results = execution.results()
        done = sum(result["ok"] for result in results)
        if not not_attempted or plan.is_continued:
            rest = [result for result in results if not result["ok"]]
            told = [f"{one.get('id') or one['index']} ({one.get('message', 'not tried')})" for one in rest[:MOST_SHOWN]]
            raise InputError(
                f"{plan.plan_id} was applied already: {done} of {len(results)} done. Nothing was sent again.",
                hint=f"{len(rest)} not done: {'; '.join(told)}" if rest else "",
            )
        plan.is_continued = True
        draft = replace(plan.draft, changes=not_attempted)
        further = self._plans.keep(plan.tool, draft, {})
        answer: dict[str, Any] = {
            "next_step": f"{done} of {len(results)} done, {len(not_attempted)} not tried: it broke off. See each item; "
            f"those `unknown` may be done. To go on with what was not tried call {plan.tool} with this plan_id alone.",
            "plan_id": further.plan_id,
            "items": results,
        }
        return cast("Answer", answer)

    async def _perform_once(self, call: Call) -> Answer:
        entry = self._keys.entry(call.tool, call.key, call.arguments)
        async with entry.lock:
            if entry.answer is not None:
                return entry.answer
            if entry.attempt is not None:
                return await self._finish(call, entry)
            return await self._perform_draft(call, await call.work_out(), entry)

    async def _write_under_key(self, draft: Draft, call: Call, entry: Entry) -> Answer:
        if not draft.open_changes:
            return await self._write(draft, call)
        entry.attempt = attempt = await self._keys.begin(draft)
        try:
            answer = await self._write(draft, call)
        except (CrmError, asyncio.CancelledError) as error:
            if leaves_unknown(error):
                self._keys.give_up(attempt, error)
            else:
                entry.attempt = None
            raise
        entry.attempt = None
        if "id" in answer or any(item["ok"] for item in answer.get("items", [])):
            entry.answer = answer
        return answer

    async def _finish(self, call: Call, entry: Entry) -> Answer:
        """Look what an attempt with an unknown outcome made, and make the rest."""
        assert entry.attempt is not None
        entry.attempt.draft = found = await self._keys.find_made(entry.attempt)
        missing = [at for at, change in enumerate(found.changes) if not change.record_id and not change.problem]
        results: dict[int, Result] = {}
        if missing:
            rest = replace(found, changes=[found.changes[at] for at in missing], is_batch=True)
            try:
                answer = await self._write(rest, call)
            except (CrmError, asyncio.CancelledError) as error:
                self._keys.give_up(entry.attempt, error)
                raise
            for at, result in zip(missing, cast("list[Result]", answer.get("items", [])), strict=True):
                result["index"] = at
                results[at] = result
        items = [results.get(at) or tell_of_made(at, change) for at, change in enumerate(found.changes)]
        entry.attempt = None
        entry.answer = answer_with(items, is_batch=found.is_batch)
        return entry.answer

    async def _write(self, draft: Draft, call: Call) -> Answer:
        execution = Execution(draft)
        await execution.run(call.person.see_progress)
        return execution.answer(raises=len(draft.changes) <= draft.target.batch_size)


def _needs_consent(draft: Draft) -> bool:
    return draft.trashes or len(draft.open_changes) > MAX_UNPLANNED
