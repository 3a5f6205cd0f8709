"""Names of contacts by id, since rows of projects hold ids alone; read a hundred at a time and cached for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import suppress

from crm_mcp.crm.expiring import CACHE_TTL_S, ExpiringMap
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import CrmError, NotFoundError
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.models import PAGE_RULES, Contact

MOST_REQUESTS = 5
"""Most requests for the names of one page."""
_EVERY_CONTACT = {"UpdatedSince": "1990-01-01"}
_SIZE = "size"


class ContactNames:
    """The contacts of one account whose names are known; `clock` returns the time in seconds."""

    def __init__(self, client: MinicrmClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._contacts = ExpiringMap[str, Contact](CACHE_TTL_S, max_items=20_000, clock=clock)
        self._read = ExpiringMap[str, bool](CACHE_TTL_S, max_items=20_000, clock=clock)
        self._pages = ExpiringMap[str, int](CACHE_TTL_S, clock=clock)

    async def read(self, ids: Collection[str]) -> dict[str, str]:
        """Return the names of contacts, without those that a few requests did not give."""
        unknown = [one for one in dict.fromkeys(ids) if self._contacts.get(one) is None]
        room = MOST_REQUESTS
        with suppress(CrmError):
            if len(unknown) > 1 and (self._pages.get(_SIZE) or 0) <= MOST_REQUESTS:
                room -= await self._read_all()
                unknown = [one for one in unknown if self._contacts.get(one) is None]
            await map_bounded(unknown[: max(room, 0)], self._read_one)
        found = {one: self._contacts.get(one) for one in ids}
        return {one: contact["name"] for one, contact in found.items() if contact is not None}

    async def companies(self, ids: Collection[str]) -> dict[str, str]:
        """Return the companies of people by the people's ids, without those that a few requests did not tell."""
        people = [one for one in dict.fromkeys(ids) if (known := self._contacts.get(one)) and _may_have_company(known)]
        with suppress(CrmError):
            await map_bounded([one for one in people if not self._read.get(one)][:MOST_REQUESTS], self._read_one)
        found = {one: self._contacts.get(one) for one in people}
        return {one: contact["business_id"] for one, contact in found.items() if contact and "business_id" in contact}

    def clear(self) -> None:
        """Forget all that was read."""
        self._contacts.clear()
        self._read.clear()

    async def is_business(self, contact_id: str) -> bool:
        """Tell whether a contact is a company; one that does not exist is none."""
        if self._contacts.get(contact_id) is None:
            await self._read_one(contact_id)
        contact = self._contacts.get(contact_id)
        return contact is not None and contact.get("type") == "Business"

    async def _read_all(self) -> int:
        """Read every contact where few pages hold all; return how many requests that took."""
        first = await self._client.search_contacts(_EVERY_CONTACT)
        pages = PAGE_RULES.count_pages(first.total or 0)
        self._pages.put(_SIZE, pages)
        others = range(1, pages if pages <= MOST_REQUESTS else 1)
        read = await map_bounded(others, lambda page: self._client.search_contacts(_EVERY_CONTACT, page))
        for contact in (contact for page in (first, *read) for contact in page.items):
            self._contacts.put(contact["id"], contact)
        return 1 + len(others)

    async def _read_one(self, contact_id: str) -> None:
        with suppress(NotFoundError):
            self._contacts.put(contact_id, await self._client.get_contact(contact_id))
            self._read.put(contact_id, True)


def _may_have_company(contact: Contact) -> bool:
    return contact.get("type") == "Person" or "business_id" in contact
