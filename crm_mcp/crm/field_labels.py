"""The names that people of an account use for its fields, such as `Int1201=Budget (HUF)`. Pure.

A setting of each CRM holds them. A label is taken wherever a field's API name is, and shown in its place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar, cast

from crm_mcp.crm.name_matching import folded
from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.errors import InputError

_T = TypeVar("_T")
_NEXT_PAIR = re.compile(r"[,;\n](?=\s*[^\s=,;]*\s*=|\s*[A-Za-z]+[0-9]+\s*(?:,|$))")
"""Where a pair ends: a label may hold a comma, but what follows that is neither a pair nor a name such as Int1201."""


def parse_field_labels(given: object) -> object:
    """Return the labels by field of `Int1201=Budget (HUF),Text1105=Source`, or of a table; else what was given.

    Raises:
        ValueError: It is no list of pairs, or a field or label stands twice.
    """
    if isinstance(given, Mapping):
        table = cast("Mapping[object, object]", given)
        names, texts = list(map(str, table)), list(map(str, table.values()))
    elif isinstance(given, str):
        pairs = [pair for part in _NEXT_PAIR.split(given) if (pair := part.strip(" \t\r\n,;"))]
        names = [pair.partition("=")[0].strip() for pair in pairs]
        texts = [pair.partition("=")[2].strip() for pair in pairs]
    else:
        return given
    labels = list(map(folded, texts))
    for number, (name, label) in enumerate(zip(names, texts, strict=True), 1):
        if not (name and label):
            raise ValueError(f"pair {number} is not written FIELD=label, such as Int1201=Budget (HUF),Text1105=Source")
        for other, meaning in (
            (names.index(name) + 1, "name the same field"),
            (labels.index(folded(label)) + 1, "have the same label: give each field its own"),
        ):
            if other != number:
                raise ValueError(f"pairs {other} and {number} {meaning}")
        if label in names and label != name:
            raise ValueError(f"the label of pair {number} is the name of another field")
    return dict(zip(names, texts, strict=True))


class FieldLabels:
    """Labels of fields by API name, each label once."""

    def __init__(self, labels: Mapping[str, str] | None = None) -> None:
        self._labels = dict(labels or {})
        self._names = {folded(label): name for name, label in self._labels.items()}

    def label_of(self, name: str) -> str:
        """Return a field's label; its API name where it has none."""
        return self._labels.get(name, name)

    def name_of(self, label: str) -> str:
        """Return the API name of a field given by its label, in any case; any other name is returned as it is."""
        return label if label in self._labels else self._names.get(folded(label), label)

    def names_of(self, fields: Iterable[str]) -> list[str]:
        """Return the API names of fields to show, given by name or label as people paste them, each once."""
        return list(dict.fromkeys(self.name_of(mend_text(field)) for field in fields))

    def by_name(self, fields: Mapping[str, _T]) -> dict[str, _T]:
        """Return values by API name that are given by name or label.

        Raises:
            InputError: One field is given twice.
        """
        named: dict[str, _T] = {}
        for given, value in fields.items():
            name = self.name_of(given)
            if name in named:
                raise InputError(f"{name} is given twice: its label is {self.label_of(name)!r}.", hint="Give it once.")
            named[name] = value
        return named

    def by_label(self, fields: Mapping[str, _T], beside: Collection[str] = ()) -> dict[str, _T]:
        """Return values by label; a field without one, or whose label is another field's name, keeps its own.

        The others are `beside`, where that is given.
        """
        if not self._labels:
            return dict(fields)
        return {self.shown_name(name, beside or fields): value for name, value in fields.items()}

    def shown_name(self, name: str, beside: Collection[str] = ()) -> str:
        """Return what a field is called beside others: its label, unless that is the name of one of them."""
        label = self.label_of(name)
        return name if label in beside else label

    def unknown(self, known: Collection[str]) -> list[str]:
        """Return the labelled fields that are not among those known."""
        return [name for name in self._labels if name not in known]

    def hidden(self, known: Collection[str]) -> list[str]:
        """Return the labels that are the API names of other fields, so that they cannot be told apart."""
        return [label for name, label in self._labels.items() if label in known and label != name]


NO_LABELS = FieldLabels()
