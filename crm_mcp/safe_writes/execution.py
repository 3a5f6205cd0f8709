"""Writes a draft, one request after the other, and keeps the result of each change, unknown outcomes included."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NotRequired, cast

from typing_extensions import TypedDict

from crm_mcp.crm.wording import quoted
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
from crm_mcp.safe_writes.draft import Change, Draft, Outcome, ReportProgress, is_as_planned, is_unchanged

UNKNOWN = "It may or may not have been written: look at it before you repeat it."
NOT_TRIED = "Not tried."


class WriteResult(TypedDict):
    """The result of a writing tool.

    `id` of one written record, or the result of each in `items`; or, where something is still to be written, the
    `plan_id` by which it can be, with `next_step`, and a preview in `changes`.
    """

    next_step: NotRequired[str]

    id: NotRequired[str]
    existing: NotRequired[bool]
    message: NotRequired[str]
    items: NotRequired[list[Any]]
    plan_id: NotRequired[str]
    changes: NotRequired[list[Any]]


class ItemResult(TypedDict):
    """The result of one record.

    `unknown` where it may have been written or not, `existing` where the record was there before it was to be created.
    """

    index: int
    ok: bool
    id: NotRequired[str]
    existing: NotRequired[bool]
    unknown: NotRequired[bool]
    message: NotRequired[str]


def build_result(items: list[ItemResult], *, is_batch: bool) -> WriteResult:
    """Return the result of a batch, or of a single record.

    Raises:
        InputError: The single record was not written.
    """
    if is_batch:
        return {"items": items}
    (result,) = items
    if not result["ok"]:
        raise InputError(result.get("message", "It was not written."))
    return cast("WriteResult", {name: value for name, value in result.items() if name in ("id", "existing", "message")})


BeforeSend = Callable[[Sequence[Change]], Awaitable[None]]
"""Called with the changes of a request just before it is sent; an error keeps it from being sent."""


async def _nothing_before_send(changes: Sequence[Change]) -> None:
    del changes


class Execution:
    """The writing of one draft.

    Args:
        draft: What is written.
        as_planned: Whether a record that changed since the draft was made is skipped.
        before_send: What is done before each request.
    """

    def __init__(
        self, draft: Draft, *, as_planned: bool = False, before_send: BeforeSend = _nothing_before_send
    ) -> None:
        self._draft = draft
        self._changes = list(draft.changes)
        self._as_planned = as_planned
        self._refresher = draft.target
        self._before_send = before_send
        self._results: dict[int, ItemResult] = {}
        self._sending: list[int] = []
        self._not_attempted: set[int] = set()
        self.error: CrmError | None = None
        """The last request that failed as a whole."""
        self.errors: dict[int, CrmError] = {}
        """The requests that failed as a whole, by the index of each of their changes."""

    async def run(self, report: ReportProgress) -> None:
        """Write all changes; stop at an error after which the next request would fail likewise."""
        target, total = self._draft.target, len(self._draft.changes)
        if self._as_planned:
            self._refresher = await target.prepared(self._draft.open_changes)
        for start in range(0, total, target.batch_size):
            await self._run_batch(range(start, min(start + target.batch_size, total)))
            if total > target.batch_size:
                await report(len(self._results), total)
            if _stops_execution(self.error):
                return

    async def _run_batch(self, batch: Sequence[int]) -> None:
        try:
            writable = await self._select_as_planned([at for at in batch if not self._refuse_problem(at)])
            writable = [at for at in writable if not self._skip_existing(at)]
            if writable:
                await self._before_send([self._changes[at] for at in writable])
        except CrmError as error:  # nothing of this batch was sent
            self._fail(batch, error)
            return
        if not writable:
            return
        self._sending = writable
        try:
            outcomes = await self._draft.target.send([self._changes[at] for at in writable])
        except CrmError as error:
            self._fail(writable, error)
        else:
            for at, outcome in zip(writable, outcomes, strict=True):
                self._record_sent(at, outcome)
        self._sending = []

    def _record_sent(self, at: int, outcome: Outcome) -> None:
        """Record an outcome, unless it is about another record than the one that was sent: then it is unknown."""
        record_id, answered_id = self._changes[at].record_id, outcome.get("id", "")
        taken = {item.get("id") for item in self._results.values()}
        is_of_another = answered_id != record_id if record_id else answered_id in taken
        if outcome["ok"] and answered_id and is_of_another:
            self._record(
                at,
                {
                    "ok": False,
                    "message": f"The CRM reported the id {answered_id}, which is another record's. {UNKNOWN}",
                },
                unknown=True,
            )
        else:
            self._record(at, outcome)

    def _refuse_problem(self, at: int) -> bool:
        problem = self._changes[at].problem
        if problem:
            self._record(at, {"ok": False, "message": problem})
        return bool(problem)

    def _skip_existing(self, at: int) -> bool:
        """Record a record that is there already and is only to be returned, or already holds what is to be written."""
        change = self._changes[at]
        if skips := change.is_existing and is_unchanged(change):
            self._record(at, {"ok": True, "message": f"{quoted(change.name)} is there already; nothing was written."})
        return skips

    async def _select_as_planned(self, batch: list[int]) -> list[int]:
        """Return the changes whose records are still as planned; record why the others are skipped."""
        if not self._as_planned or not batch:
            return batch
        planned = [self._changes[at] for at in batch]
        present = await self._refresher.refresh(planned)
        return [at for at, then, now in zip(batch, planned, present, strict=True) if not self._skip(at, then, now)]

    def _skip(self, at: int, planned: Change, now: Change) -> bool:
        if now.problem:
            self._record(at, {"ok": False, "message": now.problem})
        elif now.is_existing and is_unchanged(now):
            self._changes[at] = now
            return self._skip_existing(at)
        elif now.record_id != planned.record_id:
            found = (
                f"{quoted(now.name)} ({now.record_id}) was found"
                if now.record_id
                else f"{quoted(planned.name)} ({planned.record_id}) was no longer found"
            )
            self._record(
                at, {"ok": False, "message": f"Not written: {found} after the plan was made. Make a new plan."}
            )
        elif is_unchanged(now):
            self._record(at, {"ok": True, "message": "It had these values already; nothing was sent."})
        elif not is_as_planned(planned, now):
            self._record(
                at, {"ok": False, "message": "Not written: it was changed after the plan was made. Make a new plan."}
            )
        else:
            return False
        return True

    def _fail(self, batch: Sequence[int], error: CrmError) -> None:
        self.error = error
        unknown = bool(self._sending) and leaves_unknown(error)
        without_result = [at for at in batch if at not in self._results]
        if not unknown and _stops_execution(error):
            self._not_attempted.update(without_result)
        for at in without_result:
            self.errors[self._changes[at].index] = error
            self._record(at, {"ok": False, "message": str(error)}, unknown=unknown)

    def _record(self, at: int, outcome: Outcome, *, unknown: bool = False) -> None:
        notes = self._changes[at].notes if outcome["ok"] else ()
        message = " ".join([*filter(None, [outcome.get("message", "")]), *notes])
        self._results[at] = self._item(at, outcome["ok"], message, record_id=outcome.get("id", ""), unknown=unknown)

    def _item(self, at: int, ok: bool, message: str, *, record_id: str = "", unknown: bool = False) -> ItemResult:
        change = self._changes[at]
        item: ItemResult = {"index": change.index, "ok": ok}
        if record_id := record_id or change.record_id:
            item["id"] = record_id
        if ok and change.is_existing:
            item["existing"] = True
        if unknown:
            item["unknown"] = True
        if message:
            item["message"] = message
        return item

    def items(self) -> list[ItemResult]:
        """Return the result of every change so far, in order."""
        return [self._results.get(at) or self._without_result(at) for at in range(len(self._changes))]

    def _without_result(self, at: int) -> ItemResult:
        is_sending = at in self._sending
        return self._item(at, ok=False, message=UNKNOWN if is_sending else NOT_TRIED, unknown=is_sending)

    def result(self, *, raises: bool) -> WriteResult:
        """Return the result of the whole draft.

        Raises:
            CrmError: A request failed as a whole and `raises` is set; or the single record was not written.
        """
        if self.error is not None and raises:
            raise self.error
        return build_result(self.items(), is_batch=self._draft.is_batch)

    def not_attempted(self) -> list[Change]:
        """Return the changes without any attempt, those included that an early refusal kept from being sent."""
        attempted = (self._results.keys() - self._not_attempted) | set(self._sending)
        return [change for at, change in enumerate(self._draft.changes) if at not in attempted]


def raises_as_a_whole(draft: Draft) -> bool:
    """Tell whether a request that fails as a whole fails the call: one record, or a batch that is one request."""
    return not draft.is_batch or len(draft.changes) <= draft.target.batch_size > 1


def leaves_unknown(error: BaseException) -> bool:
    """Tell whether a write that ended in this error may have been made all the same."""
    if isinstance(error, UnreachableError):
        return error.may_have_been_done
    if isinstance(error, InputError):
        return False
    timed_out = isinstance(error, RefusedError) and error.status == 408
    return timed_out or isinstance(error, UnexpectedAnswerError | ServerFaultError) or not isinstance(error, CrmError)


def _stops_execution(error: CrmError | None) -> bool:
    return isinstance(error, UnreachableError | UnexpectedAnswerError | AuthenticationError | RateLimitedError)
