"""Writes a draft, one request after the other, and keeps the result of each change, unknown outcomes included."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from crm_mcp.errors import (
    AuthenticationError,
    CrmError,
    OtherRecordError,
    RateLimitedError,
    StoreError,
    UnexpectedAnswerError,
    UnreachableError,
)
from crm_mcp.safe_writes.draft import Change, Draft, Outcome, ReportProgress, is_as_shown, is_unchanged
from crm_mcp.safe_writes.refreshing import refresh_changes
from crm_mcp.safe_writes.writing.as_planned import outcome_not_as_shown, outcome_of_existing, outcome_unsent
from crm_mcp.safe_writes.writing.journal import Journal
from crm_mcp.safe_writes.writing.lost_responses import (
    Found,
    find_created,
    leaves_unknown,
    look_until_sure,
    may_be_under_way,
    read_back,
)
from crm_mcp.safe_writes.writing.results import NOT_TRIED, UNKNOWN, ItemResult, WriteResult, build_result

_FOUND = "The response was lost; it was looked for and is there."
_NOT_MADE = "It was looked for several times and is not there: it was not made."
_WITH_KEY = "Call again with the same idempotency_key: it is looked for first."


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
        self._changes = list(draft.changes)
        self._as_planned = as_planned
        self._is_keyed = is_keyed
        self._is_stopping = is_stopping
        self._sleep = sleep
        self._target = draft.target
        self._moved: Collection[int] | None = None
        self._results: dict[int, ItemResult] = {}
        self._sending: Sequence[int] = ()
        self._timed_out: list[int] = []
        self._alike: dict[int, Sequence[str] | None] = {}
        self._not_attempted: set[int] = set()
        self.error: CrmError | None = None
        """The last request that failed as a whole."""

    async def run(self, report: ReportProgress) -> None:
        """Write all changes; stop at an error after which the next request would fail likewise."""
        size, total = self._target.batch_size, len(self._changes)
        if self._as_planned and not await self._prepare():
            return
        for start in range(0, total, size):
            if self._is_stopping():
                return
            await self._run_request(range(start, min(start + size, total)))
            if total > size:
                await report(len(self._results), total)
            if _stops_execution(self.error):
                return

    async def _prepare(self) -> bool:
        """Learn in few requests what many refreshes need, and which records changed; tell whether that went well."""
        planned = self._draft.open_changes
        try:
            since_s = self._draft.read_at_s
            moved = self._moved = None if since_s is None else await self._target.find_moved(planned, since_s)
            stale = planned if moved is None else [change for change in planned if change.index in moved]
            self._target = await self._target.prepared(stale)
        except CrmError as error:
            self._fail(range(len(self._changes)), error)
            self._not_attempted.update(self._results)
            return False
        return True

    async def _run_request(self, places: Sequence[int]) -> None:
        try:
            writable = await self._select_as_planned([at for at in places if not self._is_closed(at)])
            writable = [at for at in writable if not self._skip_existing(at)]
            await self._begin(writable)
        except CrmError as error:  # nothing of this request was sent
            self._fail(places, error)
            writable = []
        if writable:
            await self._send(writable)
        await self._journal.withdraw([self._changes[at] for at in places if at in self._not_attempted])
        ended = [at for at in places if at in self._results and at not in self._not_attempted]
        await self._journal.end(
            [self._changes[at] for at in ended],
            [self._results[at] for at in ended],
            [self._changes[at].index for at in self._timed_out],
        )
        for at in ended:
            if self._results[at]["ok"]:
                await self._target.finish(self._changes[at])

    async def _begin(self, places: Sequence[int]) -> None:
        """Write down what is going to be sent, and under a key what matches it already."""
        if not places:
            return
        changes = [self._changes[at] for at in places]
        for change in changes:
            if self._is_keyed and not change.record_id:
                alike = await self._target.find_alike(change)
                self._alike[change.index] = None if alike is None else list(alike)
        await self._journal.begin(changes, self._alike)

    async def _send(self, places: Sequence[int], *, is_second: bool = False) -> None:
        self._sending = places
        changes = [self._changes[at] for at in places]
        try:
            outcomes = await self._draft.target.send(changes)
        except CrmError as error:
            if isinstance(error, OtherRecordError):
                for at in places:
                    self._leave_unknown(at, error, "")
            elif leaves_unknown(error) and self._target.is_irrevocable:
                await self._settle_for_good(places, error)
            elif leaves_unknown(error):
                await self._settle(places, error, is_second=is_second)
            else:
                self._fail(places, error)
        else:
            for at, outcome in zip(places, outcomes, strict=True):
                self._record_sent(at, outcome)
        self._sending = ()

    async def _settle(self, places: Sequence[int], error: CrmError, *, is_second: bool) -> None:
        """Look for what became of a request whose response was lost; send once more the updates that were not made."""
        again: list[int] = []
        for at, found in zip(places, await self._look_for(places), strict=True):
            is_update = bool(self._changes[at].record_id)
            if found.state == "written":
                self._record(at, {"ok": True, "id": found.record_id, "message": _FOUND})
            elif found.state == "not written" and is_update and not is_second:
                again.append(at)
            elif found.state == "not written" and is_update and not may_be_under_way(error):
                self._record(at, {"ok": False, "message": f"{error.args[0]} It was read back and is as it was before."})
            else:
                self._leave_unknown(at, error, found.why)
        if again:
            await self._send(again, is_second=True)

    async def _settle_for_good(self, places: Sequence[int], error: CrmError) -> None:
        """Look for what became of what cannot be undone, until that is sure: nothing of it is sent again."""
        for at in places:
            change = self._changes[at]

            async def look(change: Change = change) -> Found:
                if change.record_id:
                    return (await read_back(self._target, [change]))[0]
                return await find_created(self._target, change, self._alike.get(change.index))

            is_under_way = may_be_under_way(error)
            found = await look_until_sure(look, is_under_way=is_under_way, sleep=self._sleep)
            if found.state == "written":
                said = await self._target.describe_written(found.record_id)
                self._record(at, {"ok": True, "id": found.record_id, "message": f"{_FOUND} {said}".rstrip()})
            elif found.state == "not written":
                self._record(at, {"ok": False, "message": f"{error.args[0]} {_NOT_MADE}"})
            else:
                self._leave_unknown(at, error, f"{found.why} {_WITH_KEY if self._is_keyed else ''}".rstrip())

    async def _look_for(self, places: Sequence[int]) -> list[Found]:
        changes = [self._changes[at] for at in places]
        updates = [change for change in changes if change.record_id]
        found = await read_back(self._target, updates) if updates else []
        read = dict(zip((one.index for one in updates), found, strict=True))
        others = [item.get("id", "") for item in self._results.values()]
        return [
            read[change.index] if change.record_id else await self._look_for_new(change, others) for change in changes
        ]

    async def _look_for_new(self, change: Change, others: Sequence[str]) -> Found:
        found = await find_created(self._target, change, self._alike.get(change.index), others)
        if self._is_keyed and found.state != "written":
            return Found("unknown", why=_WITH_KEY)
        return found

    def _leave_unknown(self, at: int, error: CrmError, why: str) -> None:
        self.error = error
        if may_be_under_way(error):
            self._timed_out.append(at)
        self._record(at, {"ok": False, "message": f"{error} {why}".rstrip()}, unknown=True)

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

    def _is_closed(self, at: int) -> bool:
        """Tell whether nothing is to be sent of a change, and record why."""
        change = self._changes[at]
        if not change.is_open:
            self._record(at, {"ok": not change.problem, "message": change.unsent_because})
        return not change.is_open

    def _skip_existing(self, at: int) -> bool:
        """Record a record that is there already and is only to be returned, or already holds what is to be written."""
        change = self._changes[at]
        if skips := change.is_existing and is_unchanged(change):
            self._record(at, outcome_of_existing(change))
        return skips

    async def _select_as_planned(self, places: list[int]) -> list[int]:
        """Return the changes whose records are still as planned; record why the others are skipped."""
        if not self._as_planned or not places:
            return places
        planned = [self._changes[at] for at in places]
        present = await self._refresh_moved(planned)
        return [at for at, then, now in zip(places, planned, present, strict=True) if not self._skip(at, then, now)]

    async def _refresh_moved(self, planned: Sequence[Change]) -> Sequence[Change]:
        """Return the changes as their records are now: those that did not change since the plan are not read again."""
        if self._moved is not None and all(change.index not in self._moved for change in planned):
            return planned
        return await refresh_changes(self._target, planned)

    def _skip(self, at: int, planned: Change, now: Change) -> bool:
        outcome = outcome_unsent(planned, now)
        if outcome is None and self._target.is_irrevocable and not is_as_shown(planned, now):
            outcome = outcome_not_as_shown(planned, now)
        if outcome is None:
            if not planned.record_id or planned.before is None:  # it is known only now
                self._changes[at] = now
            return False
        if now.is_existing and outcome["ok"]:
            self._changes[at] = now
        self._record(at, outcome)
        return True

    def _fail(self, places: Sequence[int], error: CrmError) -> None:
        self.error = error
        without_result = [at for at in places if at not in self._results]
        if _stops_execution(error):
            self._not_attempted.update(without_result)
        for at in without_result:
            self._record(at, {"ok": False, "message": str(error)})

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
            CrmError: `raises` is set, a request failed as a whole and none was written; or the single one was not.
        """
        items = self.items()
        if self.error is not None and raises and not any(item["ok"] for item in items):
            raise self.error
        return build_result(items, is_batch=self._draft.is_batch, write_id=self._journal.batch.write_id)

    def not_attempted(self) -> list[Change]:
        """Return the changes without any attempt, those included that an early refusal kept from being sent."""
        attempted = (self._results.keys() - self._not_attempted) | set(self._sending)
        return [change for at, change in enumerate(self._draft.changes) if at not in attempted]


def raises_as_a_whole(draft: Draft) -> bool:
    """Tell whether a request that fails as a whole fails the call: a batch that is one request."""
    return draft.is_batch and len(draft.changes) <= draft.target.batch_size > 1


def _stops_execution(error: CrmError | None) -> bool:
    return isinstance(
        error, UnreachableError | UnexpectedAnswerError | AuthenticationError | RateLimitedError | StoreError
    )
