"""Carries changes out one request after the other, and knows at any moment what was done and what is unclear."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.errors import (
    AuthenticationError,
    CrmError,
    InputError,
    RateLimitedError,
    RefusedError,
    ServerFaultError,
    UnexpectedAnswerError,
    UnreachableError,
)
from crm_mcp.safe_writes.draft import Change, Draft, Outcome, is_as_planned, is_unchanged
from crm_mcp.safe_writes.refresh import Report
from crm_mcp.safe_writes.results import Answer, Result, answer_with

UNKNOWN = "It may have been written or not: look at it before you repeat it."
NOT_TRIED = "Not tried."


class Execution:
    """One draft on its way into the CRM.

    Args:
        draft: What is to be written.
        as_planned: Whether each record must still be as the draft found it; one that is not stays as it is.
    """

    def __init__(self, draft: Draft, *, as_planned: bool = False) -> None:
        self._draft = draft
        self._as_planned = as_planned
        self._results: dict[int, Result] = {}
        self._sending: list[int] = []
        self._held_up: set[int] = set()
        self.error: CrmError | None = None
        """The last request that failed as a whole."""

    async def run(self, report: Report) -> None:
        """Write all changes; stop at an error after which the next request would fail likewise."""
        target, total = self._draft.target, len(self._draft.changes)
        for start in range(0, total, target.batch_size):
            await self._run_batch(range(start, min(start + target.batch_size, total)))
            if total > target.batch_size:
                await report(len(self._results), total)
            if _ends_everything(self.error):
                return

    async def _run_batch(self, batch: Sequence[int]) -> None:
        try:
            fit = await self._pick_fit([at for at in batch if not self._refuse_problem(at)])
        except CrmError as error:  # nothing of this batch was sent
            self._fail(list(batch), error)
            return
        if not fit:
            return
        self._sending = fit
        try:
            outcomes = await self._draft.target.send([self._draft.changes[at] for at in fit])
        except CrmError as error:
            self._fail(fit, error)
        else:
            for at, outcome in zip(fit, outcomes, strict=True):
                self._record(at, outcome)
        self._sending = []

    def _refuse_problem(self, at: int) -> bool:
        problem = self._draft.changes[at].problem
        if problem:
            self._record(at, {"ok": False, "message": problem})
        return bool(problem)

    async def _pick_fit(self, batch: list[int]) -> list[int]:
        """Return those that are still as planned, and say of the others why they are left alone."""
        if not self._as_planned or not batch:
            return batch
        planned = [self._draft.changes[at] for at in batch]
        present = await self._draft.target.refresh(planned)
        return [
            at for at, then, now in zip(batch, planned, present, strict=True) if not self._leave_alone(at, then, now)
        ]

    def _leave_alone(self, at: int, planned: Change, now: Change) -> bool:
        if now.problem:
            self._record(at, {"ok": False, "message": now.problem})
        elif is_unchanged(now):
            self._record(at, {"ok": True, "message": "It was so already; nothing was sent."})
        elif not is_as_planned(planned, now):
            self._record(at, {"ok": False, "message": "Skipped: somebody changed it since the plan was made."})
        else:
            return False
        return True

    def _fail(self, batch: list[int], error: CrmError) -> None:
        self.error = error
        unknown = bool(self._sending) and leaves_unknown(error)
        if not unknown and _ends_everything(error):
            self._held_up.update(at for at in batch if at not in self._results)
        for at in batch:
            if at not in self._results:
                self._record(at, {"ok": False, "message": str(error)}, unknown=unknown)

    def _record(self, at: int, outcome: Outcome, *, unknown: bool = False) -> None:
        result: Result = {"index": at, "ok": outcome["ok"]}
        record_id = outcome.get("id") or self._draft.changes[at].record_id
        if record_id:
            result["id"] = record_id
        if unknown:
            result["unknown"] = True
        if outcome.get("message"):
            result["message"] = outcome["message"]  # pyright: ignore[reportTypedDictNotRequiredAccess]  # just seen
        self._results[at] = result

    def results(self) -> list[Result]:
        """Return what became of every change so far, in order."""
        return [self._result_of(at) for at in range(len(self._draft.changes))]

    def answer(self, *, raises: bool) -> Answer:
        """Return what became of everything.

        Raises:
            CrmError: A request failed as a whole, where that `raises`; or the only record was not written.
        """
        if self.error is not None and raises:
            raise self.error
        return answer_with(self.results(), is_batch=self._draft.is_batch)

    def _result_of(self, at: int) -> Result:
        if at in self._results:
            return self._results[at]
        result: Result = {"index": at, "ok": False}
        if record_id := self._draft.changes[at].record_id:
            result["id"] = record_id
        if at in self._sending:
            result["unknown"] = True
        result["message"] = UNKNOWN if at in self._sending else NOT_TRIED
        return result

    def not_attempted(self) -> list[Change]:
        """Return the changes that nothing was done about yet; what only stood at a closed door is among them."""
        touched = (self._results.keys() - self._held_up) | set(self._sending)
        return [change for at, change in enumerate(self._draft.changes) if at not in touched]


def leaves_unknown(error: BaseException) -> bool:
    """Tell whether a write that ended in this error may have been made all the same."""
    if isinstance(error, UnreachableError):
        return error.may_have_been_done
    if isinstance(error, InputError):
        return False
    timed_out = isinstance(error, RefusedError) and error.status == 408
    return timed_out or isinstance(error, UnexpectedAnswerError | ServerFaultError) or not isinstance(error, CrmError)


def _ends_everything(error: CrmError | None) -> bool:
    return isinstance(error, UnreachableError | UnexpectedAnswerError | AuthenticationError | RateLimitedError)
