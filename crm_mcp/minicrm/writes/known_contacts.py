"""Where the contacts of an account are looked for that new ones may duplicate: in all of them, or by searching.

A search asks for one email, phone or name. Several new contacts may ask for the same.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Protocol

from crm_mcp.crm.duplicates import Identifiers
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.name_matching import folded
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import Contact


class KnownContacts(Protocol):
    """Contacts of one account, by what a new one is compared by."""

    def compares(self, new: Identifiers) -> bool:
        """Tell whether all contacts can be compared with a new one."""
        ...

    async def matching(self, new: Identifiers) -> Sequence[Contact]:
        """Return the contacts with an email or phone of a new one."""
        ...

    async def named(self, name: str, contact_type: str) -> Sequence[Contact]:
        """Return the contacts of a type with all words of a name, and perhaps others."""
        ...


@dataclass
class ContactIndex:
    """All contacts, by their emails and phones, and by the words of their names."""

    by_key: defaultdict[tuple[str, str], list[Contact]] = field(default_factory=lambda: defaultdict(list))
    by_word: defaultdict[str, list[Contact]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, contacts: Iterable[Contact]) -> ContactIndex:
        """Return an index of contacts."""
        index = cls()
        for contact in contacts:
            for key in identifiers_of_row(contact).keys:
                index.by_key[key].append(contact)
            for word in words_of_name(contact["name"]):
                index.by_word[word].append(contact)
        return index

    def compares(self, new: Identifiers) -> bool:
        """Tell that all are there."""
        del new
        return True

    async def matching(self, new: Identifiers) -> Sequence[Contact]:
        """Return the contacts with an email or phone of a new one."""
        return [one for key in new.keys for one in self.by_key.get(key, [])]

    async def named(self, name: str, contact_type: str) -> Sequence[Contact]:
        """Return the contacts of a type with the rarest word of a name."""
        nobody: list[Contact] = []
        found = min((self.by_word.get(word, nobody) for word in words_of_name(name)), key=len, default=nobody)
        return [one for one in found if one.get("type", contact_type) == contact_type]


Criteria = tuple[tuple[str, str], ...]
"""Names of criteria with their values."""


class SearchedContacts:
    """Contacts that are searched when they are asked for; what was searched once is known from then on."""

    def __init__(self, client: MinicrmClient) -> None:
        self._client = client
        self._found: dict[Criteria, Sequence[Contact]] = {}
        self._is_over = False

    async def search_within(self, new: Sequence[Identifiers], seconds: float) -> None:
        """Search for many new contacts, emails first; what the time does not suffice for is not searched any more."""
        by_turn = zip_longest(*map(_searches, new))
        searches = dict.fromkeys(one for turn in by_turn for one in turn if one)
        try:
            async with asyncio.timeout(seconds):
                await map_bounded(searches, self._search)
        except TimeoutError:
            self._is_over = True

    def compares(self, new: Identifiers) -> bool:
        """Tell whether nothing remains to be searched that may not be."""
        return not self._is_over or all(one in self._found for one in _searches(new))

    async def matching(self, new: Identifiers) -> Sequence[Contact]:
        """Return the contacts with an email or phone of a new one, as far as there was time to search for them."""
        searches = [one for one in _searches(new) if not self._is_over or one in self._found]
        pages = await map_bounded(searches, self._search)
        return [one for page in pages for one in page if new.match(identifiers_of_row(one))]

    async def named(self, name: str, contact_type: str) -> Sequence[Contact]:
        """Return the contacts of a type whose names hold the longest word of a name, since spellings differ."""
        word = max(re.findall(r"\w+", name), key=len, default="")
        return await self._search((("Name", word), ("Type", contact_type))) if word else []

    async def _search(self, criteria: Criteria) -> Sequence[Contact]:
        if criteria not in self._found:
            self._found[criteria] = (await self._client.search_contacts(dict(criteria))).items
        return self._found[criteria]


def _searches(new: Identifiers) -> list[Criteria]:
    """Return what is searched: emails also as words, since the one that is stored may stand among others."""
    emails = [value for kind, value in (("email", new.email), *new.others) if kind == "email" and value]
    phones = [value for kind, value in (("phone", new.phone), *new.others) if kind == "phone" and value]
    exact: list[Criteria] = [(("Email", one),) for one in emails]
    return [*exact, *((("Query", one),) for one in phones), *((("Query", one),) for one in emails)]


def identifiers_of_row(contact: Contact) -> Identifiers:
    """Return the emails and phones of a contact."""
    return Identifiers.read(contact.get("email"), contact.get("phone"))


def words_of_name(name: str) -> tuple[str, ...]:
    """Return the words of a name in alphabetical order, without case, accents and marks between them."""
    return tuple(sorted(re.findall(r"\w+", folded(name))))
