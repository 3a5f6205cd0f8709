"""Contacts that have the email or phone of new ones already: found many at a time.

A small module is read whole, and phones are compared by their digits however each is written. In a large one emails are
sought many a request; of many phones only the usual spellings are, which is told of each contact that it concerns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from crm_mcp.crm.duplicates import Identifiers, digits_of, match_earlier
from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.errors import BadRequestError
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import PAGE_LIMIT, Record, RecordFilter

Fields = Mapping[str, object]

SMALL_MODULE = 1_000
"""Contacts that are read whole rather than searched, where many are to be compared."""
_FEW = 3
"""Contacts that are searched one by one: each may be written in any way."""
_FRESH_S = 20.0
"""How long the records of one plan, or of one write, are compared with a module that was read whole."""
_SEARCHED_DIGITS = 3
"""Digits at the end of a phone number that are written together however it is grouped (assumed)."""
_MOST_PAGES = 3
_AS_WRITTEN = (
    "Its phone was compared as written, not by digits, since there are more than 1,000 contacts: one who has it in "
    "another spelling was not found."
)


class Matches(NamedTuple):
    """The contacts that have a new one's email or phone, and what was not compared, as a sentence; empty where all."""

    records: list[Record]
    not_compared: str = ""


def identifiers_of(fields: Fields) -> Identifiers:
    """Return what tells a contact from others."""
    return Identifiers.read(fields.get("email"), fields.get("phone"))


def describe_duplicates_within(records: Iterable[Fields]) -> list[str]:
    """Say of each record of a batch which one before it has the same email or phone; empty where none has."""
    return [
        ""
        if earlier is None
        else f"It has the same email or phone as records[{earlier}]; to create both, set allow_duplicate: true."
        for earlier in match_earlier(map(identifiers_of, records))
    ]


@dataclass
class ContactLookup:
    """Compares new contacts with those of one module; `clock` returns the time in seconds."""

    client: IvinexClient
    module_id: str
    clock: Callable[[], float] = time.monotonic
    _whole: list[Record] = field(default_factory=list[Record])
    _read_at_s: float = float("-inf")

    def forget(self) -> None:
        """Read the contacts anew when they are next compared."""
        self._read_at_s = float("-inf")

    async def find(self, new: Sequence[Fields]) -> list[Matches]:
        """Return what each new contact duplicates."""
        wanted = [identifiers_of(fields) for fields in new]
        asked = sum(bool(one.email) + bool(one.phone) for one in wanted)
        if not asked:
            return [Matches([]) for _ in new]
        if asked <= _FEW:
            found = await self._search_each(wanted)
            return [Matches(_matching(one, found)) for one in wanted]
        if await self._read_whole():
            return [Matches(_matching(one, self._whole)) for one in wanted]
        found = await self._search_together(wanted, new)
        return [Matches(_matching(one, found), _AS_WRITTEN if one.phone else "") for one in wanted]

    async def _read_whole(self) -> bool:
        """Read all contacts where they are few; tell whether they were."""
        if self.clock() - self._read_at_s <= _FRESH_S:
            return True
        first = await self.client.search_records(self.module_id, limit=PAGE_LIMIT)
        pages = [first]
        if len(first) == PAGE_LIMIT:
            if await self.client.search_records(self.module_id, limit=1, offset=SMALL_MODULE):
                return False
            pages += await map_bounded(range(PAGE_LIMIT, SMALL_MODULE, PAGE_LIMIT), self._read_page)
        self._whole, self._read_at_s = [record for page in pages for record in page], self.clock()
        return True

    async def _read_page(self, offset: int) -> list[Record]:
        return await self.client.search_records(self.module_id, limit=PAGE_LIMIT, offset=offset)

    async def _search_each(self, wanted: Sequence[Identifiers]) -> list[Record]:
        filters = [_contains("email", one.email) for one in wanted if one.email]
        filters += [_contains("phone", one.phone[-_SEARCHED_DIGITS:]) for one in wanted if one.phone]
        return [record for found in await map_bounded(filters, self._search) for record in found]

    async def _search_together(self, wanted: Sequence[Identifiers], new: Sequence[Fields]) -> list[Record]:
        emails = dict.fromkeys(one.email for one in wanted if one.email)
        phones = dict.fromkeys(
            spelling
            for one, fields in zip(wanted, new, strict=True)
            if one.phone
            for spelling in _spellings(str(fields.get("phone")))
        )
        filters: list[RecordFilter] = []
        for name, values in (("email", emails), ("phone", phones)):
            listed = [value for value in values if "," not in value]
            filters += [_is_in(name, listed[start : start + PAGE_LIMIT]) for start in range(0, len(listed), PAGE_LIMIT)]
        return [record for found in await map_bounded(filters, self._search) for record in found]

    async def _search(self, one: RecordFilter) -> list[Record]:
        found: list[Record] = []
        try:
            for page in range(_MOST_PAGES):
                rows = await self.client.search_records(
                    self.module_id, filters=[one], limit=PAGE_LIMIT, offset=page * PAGE_LIMIT or None
                )
                found += rows
                if len(rows) < PAGE_LIMIT:
                    break
        except BadRequestError:  # the portal's contacts have no such field
            return []
        return found


def _matching(new: Identifiers, records: Iterable[Record]) -> list[Record]:
    found = {record["id"]: record for record in records if new.match(identifiers_of(record["fields"]))}
    return list(found.values())


def _contains(name: str, value: str) -> RecordFilter:
    return {"field": name, "operand": "Contains", "value": value}


def _is_in(name: str, values: list[str]) -> RecordFilter:
    return {"field": name, "operand": "In", "value": values}


def _spellings(phone: str) -> list[str]:
    """Return how a phone is written most often: as given, without spaces, with and without a country's code."""
    digits = digits_of(phone)
    spelled = [mend_text(phone), digits, f"+{digits}"]
    for code, trunk in (("36", "06"), ("06", "36")):
        if digits.startswith(code):
            spelled += [f"{trunk}{digits[2:]}", f"+36{digits[2:]}"]
    return spelled
