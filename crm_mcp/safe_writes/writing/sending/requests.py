"""Sends the changes of one request, and settles what became of them where its response was lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from crm_mcp.errors import CrmError, OtherRecordError
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Target
from crm_mcp.safe_writes.writing.sending.lost_responses import (
    Found,
    find_created,
    leaves_unknown,
    look_until_sure,
    may_be_under_way,
    read_back,
)
from crm_mcp.safe_writes.writing.sending.outcomes import Outcomes

_FOUND = "The response was lost; it was looked for and is there."
_NOT_MADE = "It was looked for several times and is not there: it was not made."
_WITH_KEY = "Call again with the same idempotency_key: it is looked for first."


class Requests:
    """The requests of one execution.

    Args:
        target: Where they go.
        outcomes: Where it is noted what became of each change.
        is_keyed: Whether what matches a new record is searched before it is sent, to know it after a lost response.
        sleep: How to wait before a lost write is looked for again.
    """

    def __init__(
        self, target: Target, outcomes: Outcomes, *, is_keyed: bool, sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self.target = target
        self.alike: dict[int, Sequence[str] | None] = {}
        self._outcomes = outcomes
        self._is_keyed = is_keyed
        self._sleep = sleep

    async def look_before(self, change: Change) -> None:
        """Note what matches a new record before it is sent.

        Raises:
            CrmError: The CRM could not be searched.
        """
        if self._is_keyed and not change.record_id:
            alike = await self.target.find_alike(change)
            self.alike[change.index] = None if alike is None else list(alike)

    async def send(self, places: Sequence[int], *, is_second: bool = False) -> None:
        """Send the changes of these places in one request, and note what became of them."""
        self._outcomes.sending = places
        try:
            outcomes = await self.target.send(self._changes(places))
        except CrmError as error:
            await self._settle_failure(places, error, is_second=is_second)
        else:
            for at, outcome in zip(places, outcomes, strict=True):
                self._outcomes.record_sent(at, outcome)
        self._outcomes.sending = ()

    async def _settle_failure(self, places: Sequence[int], error: CrmError, *, is_second: bool) -> None:
        if isinstance(error, OtherRecordError):
            for at in places:
                self._outcomes.leave_unknown(at, error, "")
        elif not leaves_unknown(error):
            self._outcomes.fail(places, error)
        elif self.target.is_irrevocable:
            for at in places:
                await self._settle_for_good(at, error)
        else:
            await self._settle(places, error, is_second=is_second)

    async def _settle(self, places: Sequence[int], error: CrmError, *, is_second: bool) -> None:
        """Look for what became of a request whose response was lost; send once more the updates that were not made."""
        again: list[int] = []
        for at, found in zip(places, await self._look_for(places), strict=True):
            is_unmade_update = found.state == "not written" and bool(self._outcomes.changes[at].record_id)
            if found.state == "written":
                self._record_found(at, found.record_id)
            elif is_unmade_update and not is_second:
                again.append(at)
            elif is_unmade_update and not may_be_under_way(error):
                self._record_unmade(at, error, "It was read back and is as it was before.")
            else:
                self._outcomes.leave_unknown(at, error, found.why)
        if again:
            await self.send(again, is_second=True)

    async def _settle_for_good(self, at: int, error: CrmError) -> None:
        """Look for what became of what cannot be undone, until that is sure: nothing of it is sent again."""
        change = self._outcomes.changes[at]

        async def look() -> Found:
            if change.record_id:
                return (await read_back(self.target, [change]))[0]
            return await find_created(self.target, change, self.alike.get(change.index))

        found = await look_until_sure(look, is_under_way=may_be_under_way(error), sleep=self._sleep)
        if found.state == "written":
            self._record_found(at, found.record_id, await self.target.describe_written(found.record_id))
        elif found.state == "not written":
            self._record_unmade(at, error, _NOT_MADE)
        else:
            self._outcomes.leave_unknown(at, error, f"{found.why} {_WITH_KEY if self._is_keyed else ''}".rstrip())

    async def _look_for(self, places: Sequence[int]) -> list[Found]:
        changes = self._changes(places)
        updates = [change for change in changes if change.record_id]
        found = await read_back(self.target, updates) if updates else []
        read = dict(zip((one.index for one in updates), found, strict=True))
        others = self._outcomes.ids()
        return [
            read[change.index] if change.record_id else await self._look_for_new(change, others) for change in changes
        ]

    async def _look_for_new(self, change: Change, others: Sequence[str]) -> Found:
        found = await find_created(self.target, change, self.alike.get(change.index), others)
        if self._is_keyed and found.state != "written":
            return Found("unknown", why=_WITH_KEY)
        return found

    def _record_found(self, at: int, record_id: str, said: str = "") -> None:
        self._outcomes.record(at, {"ok": True, "id": record_id, "message": f"{_FOUND} {said}".rstrip()})

    def _record_unmade(self, at: int, error: CrmError, how: str) -> None:
        self._outcomes.record(at, {"ok": False, "message": f"{error.args[0]} {how}"})

    def _changes(self, places: Sequence[int]) -> list[Change]:
        return [self._outcomes.changes[at] for at in places]
