"""New contacts as `safe_writes` carries them out: those that are there already are refused, returned or updated."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from crm_mcp.crm.duplicates import match_earlier
from crm_mcp.crm.wording import listing, quoted
from crm_mcp.errors import InputError
from crm_mcp.minicrm.models import Contact
from crm_mcp.minicrm.writes.companies import BUSINESS, find_companies
from crm_mcp.minicrm.writes.existing_contacts import ExistingContacts, identifiers_of
from crm_mcp.minicrm.writes.known_contacts import ContactIndex, SearchedContacts, words_of_name
from crm_mcp.minicrm.writes.linked_records import linking
from crm_mcp.minicrm.writes.targets import Creation, Record, Updates
from crm_mcp.safe_writes.changes import Change
from crm_mcp.safe_writes.draft import Draft, Outcome, Target
from crm_mcp.safe_writes.on_existing import RETURN, UPDATE, Existing, apply_on_existing

_MOST_NAMED = 3
_NO_COMPANY = "There is no company"
_WITHOUT_COMPANY = (
    ": the person is created without it. Create it with create_contact (type Business), and set BusinessId with "
    "update_contact; or list it before its people in the same records."
)
_NOT_COMPARED = (
    "There was no time to compare it with all contacts: that is done when it is written, and one that is there already "
    "is not created."
)


@dataclass(kw_only=True)
class ContactCreation(Creation):
    """New persons and businesses; `updates` changes those that are there already."""

    existing: ExistingContacts
    updates: Updates

    def check_batch(self, changes: Sequence[Change]) -> list[Change]:
        """Refuse a contact with the email, phone or ReferenceId of another one of the call."""
        earlier = match_earlier(identifiers_of(change.sent) for change in changes)
        return [
            change
            if at is None or change.problem or not change.on_existing
            else replace(
                change,
                problem=f"It has the same {_compared(change)} as records[{changes[at].index}].",
                way_on="Send it once, or set allow_duplicate: true to create both.",
            )
            for change, at in zip(_with_namesakes_within(changes), earlier, strict=True)
        ]

    async def prepared(self, changes: Sequence[Change], within_s: float = math.inf) -> Target:
        """Look for what many new ones may duplicate."""
        target = cast("ContactCreation", await super().prepared(changes, within_s))
        compared = [identifiers_of(change.sent) for change in changes if change.on_existing]
        return replace(target, existing=await self.existing.for_many(compared, within_s))

    async def find_moved(self, changes: Sequence[Change], since_s: float) -> Collection[int] | None:
        """Compare the new ones with the contacts alone that changed since then, or are new."""
        rows = await self.moved.contacts.rows(since_s) if self.moved is not None and len(changes) > 1 else None
        if rows is None:
            return None
        moved, ids = ContactIndex.of(rows), {row["id"] for row in rows}
        return {change.index for change in changes if await _is_moved(change, moved, ids)}

    async def refresh(self, changes: Sequence[Change]) -> list[Change]:
        """Read what the contact is linked to, and look for those that it duplicates."""
        (change,) = await super().refresh([await self._with_company(changes[0])])
        if change.is_existing:  # refreshed before
            change = replace(change, record_id="", is_existing=False, before=None)
        if change.problem:
            return [change]
        change = replace(change, notes=tuple(one for one in change.notes if one != _NOT_COMPARED), is_compared=True)
        if not change.on_existing:
            return [change]
        found = await self.existing.find(change.sent)
        if not found.is_compared:
            return [replace(change, notes=(_NOT_COMPARED, *change.notes), is_compared=False)]
        alike = _of_same_type(found.duplicates, change.sent)
        change = apply_on_existing(
            change,
            [Existing(one["name"], one["id"]) for one in alike],
            change.on_existing,
            update_tool="update_contact",
            compared=_compared(change),
        )
        if change.is_existing and change.on_existing == RETURN:
            return [_without_other_type(change, alike[0])]
        if change.is_existing and change.on_existing == UPDATE:
            return [await self._with_present(change)]
        return [_with_namesakes(change, found.namesakes)]

    async def _with_company(self, change: Change) -> Change:
        """Return the change with the id of the company that is named; without one where there is none yet."""
        if not (name := str(change.wanted.get(BUSINESS) or "")):
            return change
        was_missing = any(one.startswith(_NO_COMPANY) for one in change.notes)
        known = SearchedContacts(self.client) if was_missing else self.existing.known
        notes = tuple(one for one in change.notes if not one.startswith(_NO_COMPANY))
        found = await find_companies(name, known)
        if len(found) > 1:
            named = listing([f"{quoted(one['name'])} ({one['id']})" for one in found], _MOST_NAMED)
            return replace(change, problem=f"Several companies are called {quoted(name)}: {named}. Give {BUSINESS}.")
        if not found:
            return replace(change, notes=(f"{_NO_COMPANY} {quoted(name)}{_WITHOUT_COMPANY}", *notes))
        if self.links is not None:
            self.links.learn("contact", found[0])
        sent = {**change.sent, BUSINESS: found[0]["id"]}
        shown = {**change.shown, BUSINESS: found[0]["name"]}
        linked = f"Linked to the company {quoted(found[0]['name'])} ({found[0]['id']})."
        return replace(change, sent=sent, shown=shown, notes=(linked, *notes), wanted={})

    async def _with_present(self, change: Change) -> Change:
        """Return the change of a contact that is there already, with what it holds now."""
        contact: Record = await self.client.get_contact(change.record_id)
        asked = {name: value for name, value in change.sent.items() if name != "Type"}
        try:
            updated = await self.updates.refreshed(replace(change, sent=asked), contact)
        except InputError as error:
            kind = contact.get("type") or "contact"
            raise InputError(
                f"{quoted(change.name)} ({change.record_id}) is there already as a {kind}: {error.args[0]}",
                hint="Change it with update_contact, or create another with allow_duplicate: true.",
            ) from error
        sent = {"Type": change.sent["Type"], **updated.sent}
        return replace(updated, sent=sent, name=change.name)

    async def send(self, changes: Sequence[Change]) -> list[Outcome]:
        """Create the contact, or change the one that is there already."""
        (change,) = changes
        if not change.is_existing:
            return await super().send(changes)
        body = {name: value for name, value in change.sent.items() if name != "Type"}
        written = await self.client.update_contact(change.record_id, body)
        message = f"{quoted(change.name)} was there already and was changed."
        return [{"ok": True, "id": written["id"], "message": message}]

    def undoing(self, changes: Sequence[Change]) -> Draft:
        """Put back what contacts held that were there already."""
        created = iter(super().undoing([change for change in changes if not change.is_existing]).changes)
        existing = iter(self.updates.undoing([change for change in changes if change.is_existing]).changes)
        undone = [next(existing if change.is_existing else created) for change in changes]
        return Draft(self.updates, undone, is_batch=True, is_mixed=True)


async def _is_moved(change: Change, moved: ContactIndex, ids: Collection[str]) -> bool:
    """Tell whether a new contact must be compared again, given the contacts that changed since it was."""
    if not change.is_compared or change.wanted or change.sent.get("ReferenceId"):
        return True
    new = identifiers_of(change.sent)
    is_linked_to_moved = any(str(change.sent[name]) in ids for name in linking(change.sent))
    return is_linked_to_moved or change.record_id in ids or bool(change.on_existing and await moved.matching(new))


def _compared(change: Change) -> str:
    """Return the fields by which a new contact is compared, in words."""
    return "email, phone or ReferenceId" if change.sent.get("ReferenceId") else "email or phone"


def _without_other_type(change: Change, found: Contact) -> Change:
    """Return the change, refused where a person was asked for and a firm with that email found, or the other way."""
    wanted, kind = change.sent["Type"], found.get("type", change.sent["Type"])
    if kind == wanted:
        return change
    problem = (
        f"{quoted(change.name)} ({change.record_id}) has this {_compared(change)} but is a {kind}, no {wanted}. "
        f"Take that one with get_contact, or create the {wanted} with allow_duplicate: true."
    )
    return replace(change, record_id="", is_existing=False, before=None, problem=problem)


def _of_same_type(duplicates: Sequence[Contact], sent: Mapping[str, object]) -> Sequence[Contact]:
    """Return those that are persons or businesses as the new one is, where there are any: a firm shares its email."""
    return [one for one in duplicates if one.get("type") == sent["Type"]] or duplicates


def _with_namesakes_within(changes: Sequence[Change]) -> list[Change]:
    """Return the changes of a call, with a note on each business that has the name of one before it."""
    first: dict[tuple[str, ...], int] = {}
    noted: list[Change] = []
    for change in changes:
        words = words_of_name(str(change.sent.get("Name") or "")) if not change.problem else ()
        earlier = first.setdefault(words, change.index) if words else change.index
        notes = (f"records[{earlier}] has the same name.",) if earlier != change.index else ()
        noted.append(replace(change, notes=(*notes, *change.notes)))
    return noted


def _with_namesakes(change: Change, namesakes: Sequence[Contact]) -> Change:
    if not namesakes or change.problem:
        return change
    noun = "company" if change.sent["Type"] == "Business" else "person"
    named = listing([f"{quoted(one['name'])} ({one['id']})" for one in namesakes], _MOST_NAMED)
    note = f"There is already a {noun} with this name: {named}."
    return replace(change, notes=tuple(dict.fromkeys((note, *change.notes))))
