"""Makes believable data: a seed document of any size, on top of another one's modules, fields, statuses and users.

The same base, count and number give the same document on any machine, as long as the version of Faker is the same:
its lists of names change between versions. No address, number or domain leads anywhere: they end in `.example` or have
a 555 in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mockserver.crm.entry import CrmEntry
from mockserver.crm.words import Words
from mockserver.registry import CRMS

__all__ = ["generate_seed"]


def generate_seed(base: Mapping[str, object], count: int, random_seed: int = 1) -> dict[str, object]:
    """Return a seed that holds all of `base` and `count` records more.

    Each CRM that the base has gets as many, the last one the rest too; where the base has none that can be extended,
    the first CRM that needs no base gets all. How a CRM shares its records among its kinds is its generator's to say.

    Args:
        base: A seed document that the fake loads.
        count: How many records to make.
        random_seed: Another number makes other data.
    """
    words = Words(random_seed)
    parts = {entry.name: cast("Mapping[str, object]", base.get(entry.name) or {}) for entry in CRMS}
    made = dict(base)
    for entry, share in _share(parts, count).items():
        if share:
            made[entry.name] = entry.generator.extend(parts[entry.name], share, words)
    return made


def _share(parts: Mapping[str, Mapping[str, object]], count: int) -> dict[CrmEntry, int]:
    able = [entry for entry in CRMS if entry.generator.can_extend(parts[entry.name])]
    takers = [entry for entry in able if parts[entry.name]] or able[:1]
    shares = dict.fromkeys(takers, count // len(takers))
    shares[takers[-1]] += count % len(takers)
    return shares
