"""The book of one execution: what became of each change so far, those that nobody can tell included. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from crm_mcp.errors import (
    AuthenticationError,
    CrmError,
    RateLimitedError,
    StoreError,
    UnexpectedAnswerError,
    UnreachableError,
)
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Outcome
from crm_mcp.safe_writes.writing.results import NOT_TRIED, UNKNOWN, ItemResult
from crm_mcp.safe_writes.writing.sending.lost_responses import may_be_under_way

_OF_ANOTHER = "The CRM reported the id {id}, which is another record's. {unknown}"


class Outcomes:
    """What became of changes, by their places in the draft.

    Attributes:
        changes: The changes as they are known now: some are known only when they are written.
        sending: The places whose request is out.
        timed_out: The places of changes that the CRM may still be at work on.
        error: The last request that failed as a whole.
    """

    def __init__(self, changes: Sequence[Change]) -> None:
        self.changes = list(changes)
        self.sending: Sequence[int] = ()
        self.timed_out: list[int] = []
        self.error: CrmError | None = None
        self._results: dict[int, ItemResult] = {}
        self._not_attempted: set[int] = set()

    def __len__(self) -> int:
        """Return how many changes have a result."""
        return len(self._results)

    def record(self, at: int, outcome: Outcome, *, unknown: bool = False) -> None:
        """Set what became of a change."""
        notes = self.changes[at].notes if outcome["ok"] else ()
        message = " ".join([*filter(None, [outcome.get("message", "")]), *notes])
        self._results[at] = self._item(at, outcome["ok"], message, record_id=outcome.get("id", ""), unknown=unknown)

    def record_sent(self, at: int, outcome: Outcome) -> None:
        """Set what the CRM reported, unless it is about another record than the one that was sent: that is unknown."""
        record_id, answered_id = self.changes[at].record_id, outcome.get("id", "")
        is_of_another = answered_id != record_id if record_id else answered_id in self.ids()
        if outcome["ok"] and answered_id and is_of_another:
            message = _OF_ANOTHER.format(id=answered_id, unknown=UNKNOWN)
            self.record(at, {"ok": False, "message": message}, unknown=True)
        else:
            self.record(at, outcome)

    @property
    def is_stopped(self) -> bool:
        """Whether the next request would fail as the last one did."""
        return _stops(self.error)

    def fail(self, places: Sequence[int], error: CrmError, *, is_attempted: bool = True) -> None:
        """Set that the request for these places failed as a whole, or was not made at all."""
        self.error = error
        without_result = [at for at in places if at not in self._results]
        if _stops(error) or not is_attempted:
            self._not_attempted.update(without_result)
        for at in without_result:
            self.record(at, {"ok": False, "message": str(error)})

    def leave_unknown(self, at: int, error: CrmError, why: str) -> None:
        """Set that nobody can tell what became of a change."""
        self.error = error
        if may_be_under_way(error):
            self.timed_out.append(at)
        self.record(at, {"ok": False, "message": f"{error} {why}".rstrip()}, unknown=True)

    def ids(self) -> list[str]:
        """Return the ids of all records that have a result."""
        return [item.get("id", "") for item in self._results.values()]

    def ended(self, places: Sequence[int]) -> list[int]:
        """Return those of the places that were attempted and have a result."""
        return [at for at in places if at in self._results and at not in self._not_attempted]

    def withheld(self, places: Sequence[int]) -> list[Change]:
        """Return the changes of those places that were certainly not attempted though their request was to go out."""
        return [self.changes[at] for at in places if at in self._not_attempted]

    def item(self, at: int) -> ItemResult:
        """Return the result of a change, whether it has one yet or not."""
        return self._results.get(at) or self._without_result(at)

    def items(self) -> list[ItemResult]:
        """Return the result of every change so far, in order."""
        return [self.item(at) for at in range(len(self.changes))]

    def has_no_attempt(self, at: int) -> bool:
        """Tell whether a change was not attempted, those included that an early refusal kept from being sent."""
        return at not in self.sending and (at in self._not_attempted or at not in self._results)

    def _without_result(self, at: int) -> ItemResult:
        is_sending = at in self.sending
        return self._item(at, ok=False, message=UNKNOWN if is_sending else NOT_TRIED, unknown=is_sending)

    def _item(self, at: int, ok: bool, message: str, *, record_id: str = "", unknown: bool = False) -> ItemResult:
        change = self.changes[at]
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


def _stops(error: CrmError | None) -> bool:
    return isinstance(
        error, UnreachableError | UnexpectedAnswerError | AuthenticationError | RateLimitedError | StoreError
    )
