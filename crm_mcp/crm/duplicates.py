"""When a new contact duplicates another: both have the same email, phone number or id of another system. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from crm_mcp.crm.pasted_text import read_email_address
from crm_mcp.crm.wording import listing, quoted

PHONE_DIGITS = 9
"""Digits that tell a phone number from others, counted from its end: a country code is written +36 here and 06 there
(assumed; MiniCRM's document asks for at least the last six)."""
MIN_PHONE_DIGITS = 6
_MOST_NAMED = 3


class Identifiers(NamedTuple):
    """The email address alone, the last digits of the phone and the id of another system; empty where none."""

    email: str
    phone: str
    reference: str = ""

    @classmethod
    def read(cls, email: object, phone: object, reference: str = "") -> Identifiers:
        """Read them from their fields; text without an address, and a number with too few digits, count as none."""
        address = read_email_address(str(email or ""))
        digits = digits_of(str(phone or ""))
        phone_digits = digits[-PHONE_DIGITS:] if len(digits) >= MIN_PHONE_DIGITS else ""
        return cls(address if "@" in address else "", phone_digits, reference)

    @property
    def keys(self) -> list[tuple[str, str]]:
        """What is compared of them."""
        keys = (("email", self.email.casefold()), ("phone", self.phone), ("reference", self.reference))
        return [key for key in keys if key[1]]

    def match(self, other: Identifiers) -> bool:
        """Tell whether both have one of them in common."""
        return not set(self.keys).isdisjoint(other.keys)


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
