"""When a new contact duplicates another: both have the same email, phone number or id of another system. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from crm_mcp.crm.pasted_text import read_email_addresses
from crm_mcp.crm.wording import listing, quoted

PHONE_DIGITS = 9
"""Digits that tell a phone number from others, counted from its end: a country code is written +36 here and 06 there
(assumed; MiniCRM's document asks for at least the last six)."""
MIN_PHONE_DIGITS = 6
_MOST_NAMED = 3
_BETWEEN_NUMBERS = re.compile(r"[,;|\n]")


class Identifiers(NamedTuple):
    """The email address alone, the last digits of the phone and the id of another system; empty where none.

    `others` are further addresses and numbers that stand in the same fields.
    """

    email: str
    phone: str
    reference: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, email: object, phone: object, reference: str = "") -> Identifiers:
        """Read them from their fields; text without an address, and a number with too few digits, count as none."""
        emails = read_email_addresses(str(email or "")) or [""]
        phones = [digits[-PHONE_DIGITS:] for digits in _numbers_of(str(phone or ""))] or [""]
        others = (*(("email", one.casefold()) for one in emails[1:]), *(("phone", one) for one in phones[1:]))
        return cls(emails[0], phones[0], reference, others)

    @property
    def keys(self) -> list[tuple[str, str]]:
        """What is compared of them."""
        keys = (("email", self.email.casefold()), ("phone", self.phone), ("reference", self.reference), *self.others)
        return [key for key in keys if key[1]]

    def match(self, other: Identifiers) -> bool:
        """Tell whether both have one of them in common."""
        return not set(self.keys).isdisjoint(other.keys)


def _numbers_of(text: str) -> list[str]:
    """Return the digits of each phone number of a field; parts with too few are part of one, or an extension."""
    parts = [part for listed in _BETWEEN_NUMBERS.split(text) for part in _split_at_slash(listed)]
    long = [digits for digits in map(digits_of, parts) if len(digits) >= MIN_PHONE_DIGITS]
    whole = digits_of(text)
    return long or ([whole] if len(whole) >= MIN_PHONE_DIGITS else [])


def _split_at_slash(text: str) -> list[str]:
    """Return the numbers on both sides of a slash; the area code of one may stand before it, as in 06-1 / 555-0110."""
    parts = text.split("/")
    return parts if all(len(digits_of(part)) > PHONE_DIGITS for part in parts) else [text]


def digits_of(phone: str) -> str:
    """Return the digits of a phone number, however it is grouped."""
    return "".join(char for char in phone if char.isascii() and char.isdigit())


def match_earlier(batch: Iterable[Identifiers]) -> list[int | None]:
    """Return for each contact of a batch the index of the first one before it that it duplicates."""
    first: dict[tuple[str, str], int] = {}
    found: list[int | None] = []
    for at, identifiers in enumerate(batch):
        found.append(next((first[key] for key in identifiers.keys if key in first), None))
        for key in identifiers.keys:
            first.setdefault(key, at)
    return found


def name_existing(contacts: Sequence[tuple[str, str]], compared: str = "email or phone") -> str:
    """Return the beginning of a sentence that names contacts, each given by name and id, as duplicates by a field."""
    named = list(dict.fromkeys(f"{quoted(name)} ({contact_id})" for name, contact_id in contacts))
    return f"Already there with the same {compared}: {listing(named, _MOST_NAMED)}"
