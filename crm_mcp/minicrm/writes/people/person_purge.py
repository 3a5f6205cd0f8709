"""A person deleted for good as `safe_writes` carries it out: asked about, sent once, and then forgotten here too."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from crm_mcp.crm.wording import quoted
from crm_mcp.errors import InputError, NotFoundError, StoreError
from crm_mcp.languages import mark
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.clients.people import PeopleClient
from crm_mcp.minicrm.models import Contact
from crm_mcp.safe_writes.changes import Change, Values
from crm_mcp.safe_writes.consent.words import QuestionWords
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.store.forgetting.erasing import Person, erase_person

if TYPE_CHECKING:
    from crm_mcp.minicrm.replica.source import MinicrmSource
    from crm_mcp.safe_writes.gate import SafeWriter

_CANNOT_UNDO = "A purged person cannot be brought back: what was known of them was erased here too."
_LABELS = {
    "person": mark("Person"),
    "email": mark("Email"),
    "phone": mark("Phone"),
    "goes_too": mark("What goes with it"),
}
_GOES_TOO = mark("projects {projects}, addresses {addresses}")
_NOUNS = ("MiniCRM contact", "MiniCRM person")
_ADDRESS = "MiniCRM address"
_SHORTEST_NAME = 4
_LEAST_DIGITS = 6


@dataclass(frozen=True)
class Memory:
    """Where this server remembers people: the store of a writer, the replica of a source, and what `forget` clears."""

    writer: SafeWriter
    source: Callable[[], MinicrmSource]
    forget: Callable[[], None]

    async def erase(self, person_id: str, texts: Sequence[str], address_ids: Collection[str] = ()) -> None:
        """Forget a person.

        Raises:
            StoreError: Something of it cannot be written.
        """
        from crm_mcp.minicrm.replica.erasing import erase_from_replica

        records = {**{noun: [person_id] for noun in _NOUNS}, _ADDRESS: address_ids}
        person = Person(person_id, records, texts)
        account = self.writer.account.account_id
        purged_at = await self.writer.store.run(lambda transaction: erase_person(transaction, account, person))
        await self.writer.store.compact()
        await erase_from_replica(self.source().replica, person, purged_at)
        self.forget()


@dataclass
class PersonPurge(Target):
    """The purge of one person."""

    client: MinicrmClient
    people: PeopleClient
    memory: Memory
    person_id: str
    noun: str = "MiniCRM person"
    is_irrevocable: bool = True

    def __post_init__(self) -> None:
        """Let one call of all processes purge this person at a time."""
        self.one_at_a_time = f"contact {self.person_id}"

    def saved(self) -> Values:
        """Return whom it purges."""
        return {"person_id": self.person_id}

    def draft(self) -> Draft:
        """Return the draft of the purge."""
        gone = {"state": "deleted for good"}
        return Draft(self, [Change(gone, gone, record_id=self.person_id)], needs_refresh=True, warnings=[_CANNOT_UNDO])

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read the person, and what goes with them; refuse a company."""
        (change,) = changes
        try:
            person = await self.client.get_contact(self.person_id)
        except NotFoundError:
            await self.memory.erase(self.person_id, [])
            raise InputError(
                f"There is no person {self.person_id}: purged already, or never there.",
                hint="What this server held under that id was erased. search_contacts finds people.",
            ) from None
        if person.get("type") == "Business":
            raise InputError(
                f"{quoted(person['name'])} ({self.person_id}) is a company: MiniCRM purges people only.",
                hint="update_contact with Deleted: 1 moves a company to the trash.",
            )
        addresses = [one["id"] for one in (await self.client.list_addresses(self.person_id)).items]
        refreshed = _refreshed(change, person, await self._goes_too(len(addresses)))
        return [replace(refreshed, wanted={"address_ids": addresses})]

    async def _goes_too(self, addresses: int) -> str:
        """Say what hangs on the person, which MiniCRM may delete with them."""
        cards = await self.client.search_projects({"ContactId": self.person_id})
        count = len(cards.items) if cards.total is None else cards.total
        return _GOES_TOO.format(projects=count, addresses=addresses)

    async def look_again(self, changes: Sequence[Change]) -> list[Change]:
        """Read whether the person is there: a 404 says that they are gone."""
        (change,) = changes
        try:
            await self.client.get_contact(self.person_id)
        except NotFoundError:
            there = {**change.shown}
            return [replace(change, before=there, held=there)]
        return [change]

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Purge the person."""
        del changes
        await self.people.purge_person(self.person_id)
        return [{"ok": True, "id": self.person_id, "message": "Purged, and erased from what this server remembers."}]

    async def finish(self, change: Change) -> None:
        """Forget the person."""
        try:
            addresses = cast("Sequence[str]", change.wanted.get("address_ids") or ())
            await self.memory.erase(self.person_id, _texts_of(change), addresses)
        except StoreError as error:
            raise StoreError(
                f"The person was purged in MiniCRM, but not erased here: {error}",
                hint="Call purge_person again: it erases what is left.",
            ) from error

    def question(self, changes: Sequence[Change], words: QuestionWords) -> str:
        """Ask with who it is."""
        if not changes:
            return ""
        texts, shown = words.own_texts, changes[0].shown
        first = texts.text("Delete this person for good? It cannot be undone.")
        said = {**shown, "goes_too": texts.text(_GOES_TOO, **_counted(str(shown.get("goes_too"))))}
        return "\n".join(
            [first, *(f"{texts.text(label)}: {said[name]}" for name, label in _LABELS.items() if said.get(name))]
        )

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Say that nothing brings the person back."""
        return Draft(self, [replace(change, problem=_CANNOT_UNDO) for change in changes], is_batch=True)


def _refreshed(change: Change, person: Contact, goes_too: str) -> Change:
    known = {
        "person": f"{person['name']} ({person['id']})",
        "email": person.get("email", ""),
        "phone": person.get("phone", ""),
        "goes_too": goes_too,
    }
    before: Values = {**known, "state": "there"}
    return replace(change, name=person["name"], before=before, held=before, shown={**known, **change.sent})


def _counted(goes_too: str) -> dict[str, object]:
    """Return how much goes with a person."""
    projects, addresses = re.findall(r"\d+", goes_too)
    return {"projects": projects, "addresses": addresses}


def _texts_of(change: Change) -> list[str]:
    """Return what tells of a person wherever it stands: the name either way round, each email and phone."""
    words = change.name.split()
    names = [" ".join(words), " ".join([*words[1:], *words[:1]])] if len(words) > 1 else []
    shown = change.shown
    emails = [one for one in str(shown.get("email", "")).replace(",", " ").replace(";", " ").split() if "@" in one]
    phone = str(shown.get("phone", "")).strip()
    phones = [phone] if sum(char.isdecimal() for char in phone) >= _LEAST_DIGITS else []
    return [*(one for one in names if len(one) >= _SHORTEST_NAME), *emails, *phones]
