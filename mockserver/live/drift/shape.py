"""The shape of JSON values, learned from samples: which keys, which kinds of value, in which order.

Keys that are numbers are ids, so data: they are one key, `*`. The items of a list are one item, `[]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import cast

from mockserver.crm.drift_questions import ANY_ID, ANY_ITEM, OWN, NameKey, Place, is_id

TEXT, EMPTY_TEXT, DATE_TEXT = "text", "empty text", "date and time as text"
TEXTS = frozenset({TEXT, EMPTY_TEXT, DATE_TEXT})
WHOLE, DECIMAL = "whole number", "decimal number"
OBJECT, LIST = "object", "list"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_MOST_ORDERED_KEYS = 80


@dataclass(slots=True)
class Shape:
    """What was seen at one place.

    Attributes:
        kinds: The kinds of value.
        objects: How many objects there were.
        keys: The shapes of their values, by key.
        seen: In how many of the objects each key was.
        before: Pairs of keys of which the first came before the second.
        items: The shape of a list's items.
        ids_ascend: Whether the ids that were keys ascended; None where there were less than two.
    """

    kinds: set[str] = field(default_factory=set[str])
    objects: int = 0
    keys: dict[str, Shape] = field(default_factory=dict[str, "Shape"])
    seen: dict[str, int] = field(default_factory=dict[str, int])
    before: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    items: Shape | None = None
    ids_ascend: bool | None = None

    def learn(self, value: object, name_key: NameKey, place: Place = (), *, has_own_ids: bool = True) -> None:
        """Take in one sample, which stands at `place`.

        Without `has_own_ids` its ids are stand-ins, whose order tells nothing.
        """
        self.kinds.add(kind_of(value))
        if isinstance(value, dict):
            self._learn_object(cast("dict[str, object]", value), name_key, place, has_own_ids=has_own_ids)
        elif isinstance(value, list):
            for item in cast("list[object]", value):
                self.items = self.items or Shape()
                self.items.learn(item, name_key, (*place, ANY_ITEM), has_own_ids=has_own_ids)

    def _learn_object(self, value: dict[str, object], name_key: NameKey, place: Place, *, has_own_ids: bool) -> None:
        self.objects += 1
        ids = [int(key) for key in value if is_id(key)]
        if has_own_ids and len(ids) > 1:
            self.ids_ascend = self.ids_ascend is not False and all(one < other for one, other in pairwise(ids))
        names = {key: ANY_ID if is_id(key) else name_key(place, key) for key in value}
        for key, child in value.items():
            self.keys.setdefault(names[key], Shape()).learn(
                child, name_key, (*place, names[key]), has_own_ids=has_own_ids
            )
        for name in set(names.values()):
            self.seen[name] = self.seen.get(name, 0) + 1
        fixed = [name for name in names.values() if name != ANY_ID and not name.startswith(OWN)]
        self.before.update(combinations(fixed[:_MOST_ORDERED_KEYS], 2))

    def is_always_there(self, key: str) -> bool:
        """Tell whether every object had this key."""
        return self.seen.get(key, 0) == self.objects


def kind_of(value: object) -> str:
    """Name the kind of a JSON value for people."""
    if isinstance(value, str):
        return DATE_TEXT if _DATE.fullmatch(value) else TEXT if value else EMPTY_TEXT
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true or false"
    if isinstance(value, (int, float)):
        return WHOLE if isinstance(value, int) else DECIMAL
    return OBJECT if isinstance(value, dict) else LIST


def find_new_kinds(account: set[str], fake: set[str]) -> set[str]:
    """Return the account's kinds of value that the fake's cannot stand for."""
    allowed = set(fake)
    if fake & {TEXT, EMPTY_TEXT} or not fake:  # an empty text tells nothing of what else could stand there
        allowed |= TEXTS
    elif DATE_TEXT in fake:
        allowed.add(EMPTY_TEXT)
    if DECIMAL in fake:
        allowed.add(WHOLE)
    return account - allowed
