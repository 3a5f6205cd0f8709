"""Which contacts a new one duplicates: those with its email, phone or ReferenceId; and those of the same name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crm_mcp.crm.all_pages import read_all_pages
from crm_mcp.crm.call import Steps
from crm_mcp.crm.duplicates import Identifiers
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.name_matching import folded
from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import CONTACT_TYPES
from crm_mcp.minicrm.models import PAGE_RULES, Contact
from crm_mcp.minicrm.wire.bodies import read_text

Fields = Mapping[str, object]

_FEW = 10
"""Up to so many new contacts are looked for one by one."""
_REQUESTS_EACH = 2
"""About as many requests one of them costs."""


@dataclass(frozen=True, slots=True)
class Found:
    """Contacts that a new one duplicates, and, where there are none, others of its name."""

    duplicates: Sequence[Contact]
    namesakes: Sequence[Contact]


@dataclass
class ContactIndex:
    """Contacts by their emails and phones, and by the words of their names."""

    by_key: defaultdict[tuple[str, str], list[Contact]] = field(default_factory=lambda: defaultdict(list))
    by_name: defaultdict[tuple[str, ...], list[Contact]] = field(default_factory=lambda: defaultdict(list))

    def add(self, contacts: Iterable[Contact]) -> None:
        """Add contacts."""
        for contact in contacts:
            for key in _identifiers_of_row(contact).keys:
                self.by_key[key].append(contact)
            self.by_name[words_of_name(contact["name"])].append(contact)


class ExistingContacts:
    """Finds what new contacts duplicate: by searching, or in an index of all contacts where there is one."""

    def __init__(self, client: MinicrmClient, index: ContactIndex | None = None) -> None:
        self._client = client
        self._index = index

    async def for_many(self, count: int) -> ExistingContacts:
        """Return the same for so many new contacts: all contacts are read where that takes fewer requests."""
        if count <= _FEW:
            return self
        firsts = await map_bounded(CONTACT_TYPES, lambda kind: self._client.search_contacts({"Type": kind}))
        if sum(PAGE_RULES.count_pages(first.total or 0) for first in firsts) > count * _REQUESTS_EACH:
            return self
        index = ContactIndex()
        for kind, first in zip(CONTACT_TYPES, firsts, strict=True):
            criteria = {"Type": kind}
            whole = await read_all_pages(
                lambda page, criteria=criteria: self._client.search_contacts(criteria, page),
                PAGE_RULES,
                Steps(_Silent()),
                first=first,
            )
            if whole.incomplete_reason:
                return self
            index.add(whole.rows)
        return ExistingContacts(self._client, index)

    async def find(self, fields: Fields) -> Found:
        """Return the contacts that a new one with these fields, `Type` among them, would duplicate."""
        new = identifiers_of(fields)
        candidates = await self._by_reference(new.reference)
        if self._index is None:
            candidates += [one for one in await self._search(new) if new.match(_identifiers_of_row(one))]
        else:
            candidates += [one for key in new.keys for one in self._index.by_key.get(key, [])]
        duplicates = list({one["id"]: one for one in candidates}.values())
        if duplicates or (fields.get("Type") == "Person" and (new.email or new.phone)):
            return Found(duplicates, [])
        return Found([], await self._namesakes(fields))

    async def _by_reference(self, reference: str) -> list[Contact]:
        return [*(await self._client.search_contacts({"ReferenceId": reference})).items] if reference else []

    async def _search(self, new: Identifiers) -> list[Contact]:
        """Search by email and phone; for the email also as a word, since what is stored may stand among others."""
        searches = [{"Email": new.email}, {"Query": new.email}] if new.email else []
        searches += [{"Query": new.phone}] if new.phone else []
        pages = await map_bounded(searches, self._client.search_contacts)
        return [contact for page in pages for contact in page.items]

    async def _namesakes(self, fields: Fields) -> list[Contact]:
        """Return the contacts of the same type and name, found by its longest word, since spellings differ."""
        name = " ".join(read_text(fields.get(part)) or "" for part in ("Name", "LastName", "FirstName"))
        words, contact_type = words_of_name(name), str(fields.get("Type"))
        if not words:
            return []
        if self._index is not None:
            rows: Sequence[Contact] = self._index.by_name.get(words, [])
        else:
            by_name = {"Name": max(re.findall(r"\w+", name), key=len), "Type": contact_type}
            rows = (await self._client.search_contacts(by_name)).items
        return [
            one for one in rows if one.get("type", contact_type) == contact_type and words_of_name(one["name"]) == words
        ]


def identifiers_of(fields: Fields) -> Identifiers:
    """Return the email, phone and ReferenceId among the fields of a new contact."""
    reference = mend_text(read_text(fields.get("ReferenceId")) or "")
    return Identifiers.read(read_text(fields.get("Email")), read_text(fields.get("Phone")), reference)


def _identifiers_of_row(contact: Contact) -> Identifiers:
    return Identifiers.read(contact.get("email"), contact.get("phone"))


def words_of_name(name: str) -> tuple[str, ...]:
    """Return the words of a name in alphabetical order, without case, accents and marks between them."""
    return tuple(sorted(re.findall(r"\w+", folded(name))))


class _Silent:
    """Reports no progress: what is read here is a part of a step that is told of itself."""

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        """Say nothing."""
