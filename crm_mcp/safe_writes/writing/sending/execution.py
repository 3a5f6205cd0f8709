"""Writes a draft, one request after the other, and keeps the result of each change, unknown outcomes included."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from crm_mcp.errors import CrmError
from crm_mcp.safe_writes.changes import Change, is_as_shown, is_unchanged
from crm_mcp.safe_writes.draft import Draft, ReportProgress
from crm_mcp.safe_writes.refreshing import refresh_changes
from crm_mcp.safe_writes.writing.journal import Journal
from crm_mcp.safe_writes.writing.results import ItemResult, WriteResult, build_result
from crm_mcp.safe_writes.writing.sending.as_planned import outcome_not_as_shown, outcome_of_existing, outcome_unsent
from crm_mcp.safe_writes.writing.sending.outcomes import Outcomes
from crm_mcp.safe_writes.writing.sending.requests import Requests


class Execution:
    """The writing of one draft: each record is written down before its request, with its outcome after it.

    Args:
        draft: What is written.
        journal: Where it is written down.
        as_planned: Whether a record that changed since the draft was made is skipped.
        is_keyed: Whether what matches a new record is searched before it is sent, to know it after a lost response.
        is_stopping: Whether no further request is to be begun.
        sleep: How to wait before a lost write is looked for again.
    """

    def __init__(
        self,
        draft: Draft,
        journal: Journal,
        *,
        as_planned: bool = False,
        is_keyed: bool = False,
        is_stopping: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._draft = draft
        self._journal = journal
        self._as_planned = as_planned
        self._is_stopping = is_stopping
        self._moved: Collection[int] | None = None
        self._outcomes = Outcomes(draft.changes)
        self._requests = Requests(draft.target, self._outcomes, is_keyed=is_keyed, sleep=sleep)

    async def run(self, report: ReportProgress) -> None:
        """Write all changes; stop at an error after which the next request would fail likewise."""
        size, total = self._draft.target.batch_size, len(self._draft.changes)
        if self._as_planned and not await self._prepare():
            return
        for start in range(0, total, size):
            if self._is_stopping():
                return
            await self._run_request(range(start, min(start + size, total)))
            if total > size:
                await report(len(self._outcomes), total)
            if self._outcomes.is_stopped:
                return

    async def _prepare(self) -> bool:
        """Learn in few requests what many refreshes need, and which records changed; tell whether that went well."""
        planned, target = self._draft.open_changes, self._draft.target
        try:
            since_s = self._draft.read_at_s
            moved = self._moved = None if since_s is None else await target.find_moved(planned, since_s)
            stale = planned if moved is None else [change for change in planned if change.index in moved]
            self._requests.target = await target.prepared(stale)
        except CrmError as error:
            self._outcomes.fail(range(len(self._draft.changes)), error, is_attempted=False)
            return False
        return True

    async def _run_request(self, places: Sequence[int]) -> None:
        try:
            writable = await self._select_as_planned([at for at in places if not self._is_closed(at)])
            writable = [at for at in writable if not self._skip_existing(at)]
            await self._begin(writable)
        except CrmError as error:  # nothing of this request was sent
            self._outcomes.fail(places, error)
            writable = []
        if writable:
            await self._requests.send(writable)
        await self._note_results(places)

    async def _begin(self, places: Sequence[int]) -> None:
        """Write down what is going to be sent, and under a key what matches it already."""
        if not places:
            return
        changes = [self._outcomes.changes[at] for at in places]
        for change in changes:
            await self._requests.look_before(change)
        await self._journal.begin(changes, self._requests.alike)

    async def _note_results(self, places: Sequence[int]) -> None:
        """Write down what became of a request's changes, and finish the ones that were written."""
        outcomes = self._outcomes
        await self._journal.withdraw(outcomes.withheld(places))
        ended = [(outcomes.changes[at], outcomes.item(at)) for at in outcomes.ended(places)]
        timed_out = [outcomes.changes[at].index for at in outcomes.timed_out]
        await self._journal.end([change for change, _ in ended], [item for _, item in ended], timed_out)
        for change, item in ended:
            if item["ok"]:
                await self._requests.target.finish(change)

    def _is_closed(self, at: int) -> bool:
        """Tell whether nothing is to be sent of a change, and record why."""
        change = self._outcomes.changes[at]
        if not change.is_open:
            self._outcomes.record(at, {"ok": not change.problem, "message": change.unsent_because})
        return not change.is_open

    def _skip_existing(self, at: int) -> bool:
        """Record a record that is there already and is only to be returned, or already holds what is to be written."""
        change = self._outcomes.changes[at]
        if skips := change.is_existing and is_unchanged(change):
            self._outcomes.record(at, outcome_of_existing(change))
        return skips

    async def _select_as_planned(self, places: list[int]) -> list[int]:
        """Return the changes whose records are still as planned; record why the others are skipped."""
        if not self._as_planned or not places:
            return places
        planned = [self._outcomes.changes[at] for at in places]
        present = await self._refresh_moved(planned)
        return [at for at, then, now in zip(places, planned, present, strict=True) if not self._skip(at, then, now)]

    async def _refresh_moved(self, planned: Sequence[Change]) -> Sequence[Change]:
        """Return the changes as their records are now: those that did not change since the plan are not read again."""
        if self._moved is not None and all(change.index not in self._moved for change in planned):
            return planned
        return await refresh_changes(self._requests.target, planned)

    def _skip(self, at: int, planned: Change, now: Change) -> bool:
        outcome = outcome_unsent(planned, now)
        if outcome is None and self._draft.target.is_irrevocable and not is_as_shown(planned, now):
            outcome = outcome_not_as_shown(planned, now)
        if outcome is None:
            if not planned.record_id or planned.before is None:  # it is known only now
                self._outcomes.changes[at] = now
            return False
        if now.is_existing and outcome["ok"]:
            self._outcomes.changes[at] = now
        self._outcomes.record(at, outcome)
        return True

    def items(self) -> list[ItemResult]:
        """Return the result of every change so far, in order."""
        return self._outcomes.items()

    def result(self, *, raises: bool) -> WriteResult:
        """Return the result of the whole draft.

        Raises:
            CrmError: `raises` is set, a request failed as a whole and none was written; or the single one was not.
        """
        items, error = self.items(), self._outcomes.error
        if error is not None and raises and not any(item["ok"] for item in items):
            raise error
        return build_result(items, is_batch=self._draft.is_batch, write_id=self._journal.batch.write_id)

    def not_attempted(self) -> list[Change]:
        """Return the changes without any attempt, those included that an early refusal kept from being sent."""
        return [change for at, change in enumerate(self._draft.changes) if self._outcomes.has_no_attempt(at)]


def raises_as_a_whole(draft: Draft) -> bool:
    """Tell whether a request that fails as a whole fails the call: a batch that is one request."""
    return draft.is_batch and len(draft.changes) <= draft.target.batch_size > 1
