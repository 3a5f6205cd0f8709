"""What nothing takes back: always asked about, written down before, sent once as it was shown, and looked for after."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from crm_mcp.errors import CrmError, InputError, NotConfirmedError, StoreError, UnreachableError
from crm_mcp.safe_writes.call import Asking, Call
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.consent.words import QuestionWords
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.gate import SafeWriter
from crm_mcp.safe_writes.saved import restore_as
from crm_mcp.safe_writes.writing.results import WriteResult
from crm_mcp.store.audit.calls import AuditedCall, list_calls
from crm_mcp.store.engine import Store
from tests.crm_mcp.safe_writes.playing import Yes

LOST = UnreachableError("The response was lost.", may_have_been_done=True)


@dataclass
class Bills(Target):
    """A CRM that issues bills; `name` is the customer's, which somebody may change."""

    noun: str = "bill"
    is_irrevocable: bool = True
    store: Store = field(default_factory=Store)
    name: str = "Alma Kft."
    error: CrmError | None = None
    issued: list[str] = field(default_factory=list[str])
    loses: bool = True
    noted: list[str] = field(default_factory=list[str])

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read the customer."""
        return [replace(change, shown={**change.sent, "Customer": self.name}) for change in changes]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Issue it, and perhaps lose the response; or fail."""
        del changes
        calls = await self.store.run(lambda transaction: list_calls(transaction, [SafeWriter().account.account_id]))
        self.noted += [write.outcome for call in calls for write in call.writes]
        if self.error is None or self.loses:
            self.issued.append(str(len(self.issued) + 1))
        if self.error is not None:
            raise self.error
        return [{"ok": True, "id": self.issued[-1]}]

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """List the bills."""
        del change
        return dict.fromkeys(self.issued, True)

    async def describe_written(self, record_id: str) -> str:
        """Say its number."""
        return f"It has the number B-{record_id}."

    def question(self, changes: Sequence[Change], words: QuestionWords) -> str:
        """Ask by the customer."""
        del words
        return f"Bill {changes[0].shown['Customer']}?"


class Asked(Yes):
    """Agrees, and remembers what it was asked; `then` happens while it thinks."""

    def __init__(self, bills: Bills, renamed: str = "") -> None:
        super().__init__()
        self.questions: list[str] = []
        self._bills = bills
        self._renamed = renamed

    async def require_confirmation(self, question: str) -> None:
        """Agree, after the customer was renamed."""
        self.questions.append(question)
        self._bills.name = self._renamed or self._bills.name


async def at_once(_: float) -> None:
    """Wait for nothing."""


def bill(bills: Bills, person: Asked, *, asking: Asking = "asked", **more: Any) -> WriteResult:
    """Issue a bill; the audit is in the store that the bills look into."""

    async def build() -> Draft:
        return Draft(bills, [Change({"Sum": 5}, {"Sum": 5})], needs_refresh=True)

    writer = SafeWriter(bills.store, unconfirmed_allowed=True, sleep=at_once)
    given: dict[str, Any] = {"key": "order 7", **more}
    call = Call("bill", {"sum": 5}, build, restore_as(bills), person, asking, **given)
    return asyncio.run(writer.perform(replace(call, is_irrevocable=True, needs_key=True)))


def entries(bills: Bills) -> list[AuditedCall]:
    """Return the audit."""
    accounts = [SafeWriter().account.account_id]
    return asyncio.run(bills.store.run(lambda transaction: list_calls(transaction, accounts)))


def test_it_is_asked_about_even_where_unconfirmed_writes_are_allowed() -> None:
    bills = Bills()
    person = Asked(bills)
    assert bill(bills, person).get("id") == "1"
    assert person.questions == ["Bill Alma Kft.?"]
    assert entries(bills)[0].asked


def test_it_is_refused_where_nobody_can_be_asked_whatever_is_set() -> None:
    bills = Bills()
    with pytest.raises(NotConfirmedError, match="no setting changes that"):
        bill(bills, Asked(bills), asking="impossible")
    assert (bills.issued, entries(bills)) == ([], [])


def test_it_is_refused_without_a_key_which_the_error_asks_for() -> None:
    bills = Bills()
    with pytest.raises(InputError, match="needs an idempotency_key"):
        bill(bills, Asked(bills), key="")
    assert bills.issued == []


def test_it_is_refused_where_the_store_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "memory.sqlite").write_text("no database")
    bills = Bills(store=Store(str(tmp_path)))
    asyncio.run(bills.store.run(lambda _: None))
    with pytest.raises(StoreError, match="only where it can be noted"):
        bill(bills, Asked(bills))
    assert bills.issued == []


def test_it_is_written_down_before_it_is_sent() -> None:
    bills = Bills()
    bill(bills, Asked(bills))
    assert bills.noted == ["sent"]


def test_it_is_not_written_where_something_shown_changed_while_the_person_read() -> None:
    bills = Bills()
    with pytest.raises(InputError, match="Customer changed after it was shown"):
        bill(bills, Asked(bills, renamed="Körte Zrt."))
    assert bills.issued == []


def test_it_is_found_where_the_response_was_lost_and_never_sent_again() -> None:
    bills = Bills(error=LOST)
    result = bill(bills, Asked(bills))
    assert result.get("id") == "1"
    assert "B-1" in result.get("message", "")
    assert bills.issued == ["1"]


def test_it_is_said_that_it_was_not_made_only_after_it_was_looked_for_several_times() -> None:
    bills = Bills(error=LOST, loses=False)
    with pytest.raises(InputError, match="looked for several times and is not there"):
        bill(bills, Asked(bills))
    assert entries(bills)[0].writes[0].outcome == "refused"


def test_a_request_that_may_still_be_under_way_is_open_until_the_same_key_looks_for_it() -> None:
    late = UnreachableError("Too late.", may_have_been_done=True, is_out_of_time=True)
    bills = Bills(error=late, loses=False)
    person = Asked(bills)
    with pytest.raises(InputError, match="same idempotency_key"):
        bill(bills, person)
    with pytest.raises(InputError, match="may still be creating it"):
        bill(bills, person)
    bills.issued.append("9")
    assert bill(bills, person).get("id") == "9"
    assert (len(person.questions), bills.issued) == (1, ["9"])


def test_the_same_key_gives_the_first_result_and_asks_nobody() -> None:
    bills = Bills()
    person = Asked(bills)
    assert bill(bills, person).get("id") == bill(bills, person).get("id") == "1"
    assert len(person.questions) == 1


def test_undoing_it_says_why_not() -> None:
    bills = Bills()
    bill(bills, Asked(bills))
    draft = bills.undoing([Change({}, {}, record_id="1")])
    assert not draft.open_changes
