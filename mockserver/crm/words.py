"""What generated records are made of: pools of names and sentences in Hungarian and English, and draws from them.

Faker fills the pools once, because drawing from a list is a hundred times faster than asking it for each record. All
draws go through `random.random`, the one method whose numbers Python promises to keep.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from faker import Faker

POOL_SIZE = 400
_HUNGARIAN_SHARE = 0.5
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_FIRST_DAY = dt.datetime(2023, 1, 2)  # noqa: DTZ001 - the account's local time, as everything in a seed
_DAYS = 3 * 365

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Pool:
    """Names and the like of one language; several of one kind are in the order Faker made them."""

    country: str
    first_names: Sequence[str]
    last_names: Sequence[str]
    companies: Sequence[str]
    streets: Sequence[str]
    cities: Sequence[str]
    postcodes: Sequence[str]
    jobs: Sequence[str]
    phones: Sequence[str]
    is_family_name_first: bool


class Words:
    """Draws from the pools, always the same for the same number.

    Args:
        random_seed: Decides every draw.
    """

    def __init__(self, random_seed: int) -> None:
        self._random = random.Random(random_seed)  # noqa: S311 - made-up data, no secrets
        self._pools = (
            _fill_pool("hu_HU", random_seed, "Hungary", ("+36 1 555 ", "+36 20 555 ", "06-30/555-")),
            _fill_pool("en_GB", random_seed, "United Kingdom", ("+44 20 555 ", "+44 7700 555 ", "(0161) 555 ")),
        )
        self._phrases, self._deeds = _fill_phrases(random_seed)

    def draw(self) -> float:
        """Return a number from 0 to below 1."""
        return self._random.random()

    def happens(self, probability: float) -> bool:
        """Tell whether something of this probability happens."""
        return self.draw() < probability

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[int(self.draw() * len(items))]

    def number(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self.draw() * (high - low + 1))

    def pool(self) -> Pool:
        """Return the pool of one of the languages, which all of one record should come from."""
        return self._pools[0 if self.happens(_HUNGARIAN_SHARE) else 1]

    def moment(self, after: str = "") -> str:
        """Return a date and time in office hours of three years, or up to three months after another one."""
        if after:
            day = dt.datetime.fromisoformat(after) + dt.timedelta(days=self.number(1, 90))
        else:
            day = _FIRST_DAY + dt.timedelta(days=self.number(0, _DAYS))
        return day.strftime("%Y-%m-%d ") + f"{self.number(8, 17):02}:{self.number(0, 59):02}:{self.number(0, 59):02}"

    def birthday(self) -> str:
        """Return a date in the second half of the twentieth century."""
        return f"{self.number(1950, 2004)}-{self.number(1, 12):02}-{self.number(1, 28):02}"

    def phone(self, pool: Pool) -> str:
        """Return a phone number that nobody has."""
        return f"{self.pick(pool.phones)}{self.number(0, 9999):04}"

    def email(self, *names: str) -> str:
        """Return an address at a domain that cannot exist, made of the names."""
        *local, domain = [_spell_plainly(name) or "x" for name in names]
        return f"{'.'.join(local)}{self.number(1, 9999)}@{domain}.example"

    def phrase(self) -> str:
        """Return what a project or an order might be called."""
        return self.pick(self._phrases)

    def sentence(self) -> str:
        """Return what somebody might note down."""
        return f"{self.phrase()}: {self.pick(self._deeds)} until {self.moment()[:10]}."


@functools.lru_cache(maxsize=4)
def _fill_phrases(random_seed: int) -> tuple[list[str], list[str]]:
    faker = _seed_faker("en_GB", random_seed)
    return (
        [faker.catch_phrase() for _ in range(2 * POOL_SIZE)],
        [faker.bs() for _ in range(2 * POOL_SIZE)],
    )


@functools.lru_cache(maxsize=4)
def _fill_pool(locale: str, random_seed: int, country: str, phones: Sequence[str]) -> Pool:
    faker = _seed_faker(locale, random_seed)

    def fill(make: Callable[[], str]) -> list[str]:
        return [make() for _ in range(POOL_SIZE)]

    return Pool(
        country=country,
        first_names=fill(faker.first_name),
        last_names=fill(faker.last_name),
        companies=fill(faker.company),
        streets=fill(faker.street_name),
        cities=fill(faker.city),
        postcodes=[postcode.removeprefix("H-") for postcode in fill(faker.postcode)],
        jobs=fill(faker.job),
        phones=phones,
        is_family_name_first=locale == "hu_HU",
    )


def _seed_faker(locale: str, random_seed: int) -> Faker:
    from faker import Faker  # its import is slow, and few need it

    faker = Faker(locale)
    faker.seed_instance(random_seed)
    return faker


def _spell_plainly(name: str) -> str:
    """Return a name in the letters that an address may have: `kovacs` for `Kovács`."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return _NOT_LETTERS.sub("", plain)[:24]
