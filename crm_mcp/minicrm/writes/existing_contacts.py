"""Which contacts a new one duplicates: those with its email, phone or ReferenceId; and those of the same name."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_mcp.crm.all_pages import read_all_pages
from crm_mcp.crm.call import Steps, current_call
from crm_mcp.crm.duplicates import Identifiers
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import CONTACT_TYPES
from crm_mcp.minicrm.models import PAGE_RULES, Contact
from crm_mcp.minicrm.wire.bodies import read_text
from crm_mcp.minicrm.writes.known_contacts import ContactIndex, KnownContacts, SearchedContacts, words_of_name

Fields = Mapping[str, object]

_FEW = 3
"""Up to so many new contacts are looked for one by one."""
_REQUESTS_EACH = 3
"""About as many requests one of them costs."""
_MOST_PAGES = 30
"""More pages of contacts than these are not read for one call: they are more than it has requests for."""


@dataclass(frozen=True, slots=True)
class Found:
    """Contacts that a new one duplicates, and, where there are none, others of its name.

    `is_compared` is false where it has not been compared with all contacts.
    """

    duplicates: Sequence[Contact]
    namesakes: Sequence[Contact]
    is_compared: bool = True


class ExistingContacts:
    """Finds what new contacts duplicate, among those that are known."""

    def __init__(self, client: MinicrmClient, known: KnownContacts | None = None) -> None:
        self._client = client
        self.known = known or SearchedContacts(client)

    async def for_many(self, new: Sequence[Identifiers], within_s: float) -> ExistingContacts:
        """Return the same for many new contacts, which are looked for as long as the call has been at work no longer.

        All contacts are read where that takes fewer requests.
        """
        if len(new) <= _FEW:
            return ExistingContacts(self._client)
        most_pages = min(_MOST_PAGES, len(new) * _REQUESTS_EACH)
        if (index := await self._read_all(most_pages)) is not None:
            return ExistingContacts(self._client, index)
        searched = SearchedContacts(self._client)
        call = current_call()
        gone_s = 0.0 if call is None else time.monotonic() - call.began_at
        await searched.search_within(new, max(0.0, within_s - gone_s))
        return ExistingContacts(self._client, searched)

    async def _read_all(self, most_pages: int) -> ContactIndex | None:
        """Read all contacts where they are few, and none is missing."""
        firsts = await map_bounded(CONTACT_TYPES, lambda kind: self._client.search_contacts({"Type": kind}))
        if sum(PAGE_RULES.count_pages(first.total or 0) for first in firsts) > most_pages:
            return None
        contacts: list[Contact] = []
        for kind, first in zip(CONTACT_TYPES, firsts, strict=True):
            criteria = {"Type": kind}
            whole = await read_all_pages(
                lambda page, criteria=criteria: self._client.search_contacts(criteria, page),
                PAGE_RULES,
                Steps(_Silent()),
                first=first,
            )
            if whole.incomplete_reason:
                return None
            contacts += whole.rows
        return ContactIndex.of(contacts)

    async def find(self, fields: Fields) -> Found:
        """Return the contacts that a new one with these fields, `Type` among them, would duplicate."""
        new = identifiers_of(fields)
        candidates = [*await self._by_reference(new.reference), *await self.known.matching(new)]
        duplicates = list({one["id"]: one for one in candidates}.values())
        if duplicates or (fields.get("Type") == "Person" and (new.email or new.phone)):
            return Found(duplicates, [], is_compared=bool(duplicates) or self.known.compares(new))
        if not self.known.compares(new):
            return Found([], [], is_compared=False)
        return Found([], await self._namesakes(fields))

    async def _by_reference(self, reference: str) -> list[Contact]:
        return [*(await self._client.search_contacts({"ReferenceId": reference})).items] if reference else []

    async def _namesakes(self, fields: Fields) -> list[Contact]:
        """Return the contacts of the same type and name."""
        name = " ".join(read_text(fields.get(part)) or "" for part in ("Name", "LastName", "FirstName"))
        words, contact_type = words_of_name(name), str(fields.get("Type"))
        rows: Sequence[Contact] = await self.known.named(name, contact_type) if words else []
        return [
            one for one in rows if one.get("type", contact_type) == contact_type and words_of_name(one["name"]) == words
        ]


def identifiers_of(fields: Fields) -> Identifiers:
    """Return the email, phone and ReferenceId among the fields of a new contact."""
    reference = mend_text(read_text(fields.get("ReferenceId")) or "")
    return Identifiers.read(read_text(fields.get("Email")), read_text(fields.get("Phone")), reference)


class _Silent:
    """Reports no progress: what is read here is a part of a step that is told of itself."""

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        """Say nothing."""
