"""A write before it is made: a draft of changes, and the target in a CRM that can make them. Pure."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NotRequired

from typing_extensions import TypedDict

from crm_mcp.safe_writes.changes import Change, Values, is_unchanged, lost_texts

if TYPE_CHECKING:
    from crm_mcp.safe_writes.consent.words import QuestionWords

ReportProgress = Callable[[int, int], Awaitable[None]]
"""Takes how many records are done, and of how many."""


class Outcome(TypedDict):
    """The CRM's response to one change: `id` of the record, `message` where it failed."""

    ok: bool
    id: NotRequired[str]
    message: NotRequired[str]


class Target(ABC):
    """Writes one kind of record in one CRM.

    Attributes:
        noun: The kind in the singular, such as `MiniCRM project`; an s makes the plural.
        batch_size: Changes of one request.
        one_at_a_time: What only one call of all processes may write at a time, such as `contacts`, since two at once
            could create duplicates; empty where any may.
        reads_back: Whether a record whose response was lost may be read to see what became of it.
        is_irrevocable: Whether nothing takes back what it writes. Then the user is always asked, it is written only as
            it was shown, no request is ever repeated, and after a lost response it is looked for.
    """

    noun: str
    batch_size: int = 1
    one_at_a_time: str = ""
    reads_back: bool = True
    is_irrevocable: bool = False

    def saved(self) -> Values:
        """Return what the target can be made again from, in another process, as JSON; see `WriteTool.build`."""
        return {}

    def check_batch(self, changes: Sequence[Change]) -> list[Change]:
        """Return all changes of a call, with a problem where one contradicts another."""
        return list(changes)

    async def prepared(self, changes: Sequence[Change], within_s: float = math.inf) -> Target:
        """Return the target with what many of its refreshes need, read in few requests.

        `within_s` is how long the call may have been at work when it is time to leave the rest for the write.
        """
        del changes, within_s
        return self

    def crm_time(self, local_s: float) -> float | None:
        """Return what the CRM's clock showed at a time of this machine's (seconds since 1970); None if not known."""
        del local_s

    async def find_moved(self, changes: Sequence[Change], since_s: float) -> Collection[int] | None:
        """Return the places of the changes that must be refreshed, in few requests; None where it cannot tell.

        These are the ones whose records, or what they depend on, changed since a time of the CRM's clock.
        """
        del changes, since_s

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Return at most `batch_size` changes with each record's present name and fields, and any problem found.

        Raises:
            NotFoundError: There is no such record.
            InputError: The record cannot take these values.
        """
        return list(changes)

    async def look_again(self, changes: Sequence[Change]) -> list[Change]:
        """Return changes whose response was lost with each record's present fields, so that they can be compared."""
        return await self.refresh(changes)

    async def finish(self, change: Change) -> None:
        """Do what is to be done here once a change was written and that was noted, such as to forget a record."""
        del change

    async def describe_written(self, record_id: str) -> str:
        """Return a sentence about a record that was written though the response was lost; empty for none."""
        del record_id
        return ""

    def question(self, changes: Sequence[Change], words: QuestionWords) -> str:
        """Return what the user is asked about these changes; empty for the words that fit any."""
        del changes, words
        return ""

    def counted(self, count: int, words: QuestionWords) -> str:
        """Return how a question names so many of its records."""
        return words.count(count, self.noun)

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Return the draft that takes back changes which were written; a problem says what to do where one cannot be.

        The changes are as they were sent, with the ids of new records; see `taking_back`.
        """
        problem = f"A {self.noun} cannot be put back by this server: change it in the CRM itself."
        return Draft(self, [replace(change, problem=problem) for change in changes], is_batch=True)

    @abstractmethod
    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Write at most `batch_size` changes; return the outcome of each.

        Raises:
            CrmError: The request failed as a whole, perhaps with an unknown outcome.
        """

    async def find_alike(self, change: Change) -> Mapping[str, bool] | None:
        """Return the ids of all records that could be this new one, each with whether it holds what was sent.

        A later call must return the same ids, and the new record's once it exists. None where it cannot be searched.
        """
        del change
        return None


@dataclass(frozen=True, slots=True)
class Draft:
    """The changes that one call asks for, not yet written.

    Attributes:
        target: Writes the changes.
        changes: One for each record.
        is_batch: Whether the result lists each record; otherwise there is one change, and its result is an id.
        is_mixed: Whether the records of a batch have values of their own, so that a wrong one refuses its record alone.
        needs_refresh: Whether each record must be read before it may be written, as each that is changed must.
        warnings: What a preview says beside the changes.
        read_at_s: When its records were read, by the CRM's clock, in seconds since 1970; None where that is not known.
    """

    target: Target
    changes: Sequence[Change]
    is_batch: bool = False
    is_mixed: bool = False
    needs_refresh: bool = False
    warnings: Sequence[str] = ()
    read_at_s: float | None = None

    @property
    def trashes(self) -> bool:
        """Whether it moves a record to the trash that is not known to be there."""
        return any(change.trashes and not is_unchanged(change) for change in self.open_changes)

    @property
    def loses_text(self) -> bool:
        """Whether it empties a long text, as far as the records were read."""
        return any(map(lost_texts, self.open_changes))

    @property
    def written_changes(self) -> list[Change]:
        """The changes that are sent: without those of which nothing is changed in what is there already."""
        return [change for change in self.open_changes if not (change.is_existing and is_unchanged(change))]

    @property
    def open_changes(self) -> list[Change]:
        """The changes without a problem, of which something may be to be sent."""
        return [change for change in self.changes if change.is_open]


def number(draft: Draft) -> Draft:
    """Return a draft whose changes know their places in the call, and whether they contradict each other."""
    numbered = [replace(change, index=at) for at, change in enumerate(draft.changes)]
    return replace(draft, changes=draft.target.check_batch(numbered) if len(numbered) > 1 else numbered)
