"""The schema of one module, inferred from sampled records: it checks names and turns option labels into ids. Pure.

Ivinex documents no call for a schema, so types are guesses, and options and fields may be missing: what the schema
does not know is refused only where it knows something better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from crm_mcp.crm.name_matching import nearest, resolve_choice
from crm_mcp.errors import InputError
from crm_mcp.ivinex.account.field_kinds import DOCUMENTED_KINDS, UNKNOWN, UNSET, kind_of_values
from crm_mcp.ivinex.account.field_values import read_value
from crm_mcp.ivinex.models import Record, RecordFilter
from crm_mcp.mcp.connector import FieldDescription

MAX_CHOICES = 50
"""A field with more labels than this is described by its type alone."""


def field_names(records: Sequence[Record]) -> list[str]:
    """Return the name of every field that a record has, in the order they come."""
    return list(dict.fromkeys(name for record in records for name in record["fields"]))


def _infer_options(plain: Sequence[Record], labelled: Sequence[Record]) -> dict[str, dict[str, str]]:
    """Return the labels by option id of each field whose value differs in the same records read with option labels."""
    labels = {record["id"]: record["fields"] for record in labelled}
    options: dict[str, dict[str, str]] = {}
    for record in plain:
        for name, value in record["fields"].items():
            label = labels.get(record["id"], {}).get(name, value)
            if value not in (None, "") and label not in (value, None, ""):
                options.setdefault(name, {})[str(value)] = str(label)
    return options


def _describe_field(name: str, plain: Sequence[Record], choices: dict[str, str]) -> FieldDescription:
    if choices and len(choices) <= MAX_CHOICES:
        return {"name": name, "type": "option", "choices": choices}
    values = {str(value) for record in plain if (value := record["fields"].get(name)) not in (None, "")}
    return {"name": name, "type": "option" if choices else kind_of_values(name, values)}


_MIN_SIMILARITY = 0.8
_NUMBERS = re.compile(r"[\s\d.,+-]*")


@dataclass(frozen=True, slots=True)
class InferredSchema:
    """The fields of one module, as far as `size` of its records show them; none where it is empty or unreadable.

    `options` holds the labels by option id of each option field seen, `zeros` the fields that are 0 in some record.
    """

    size: int = 0
    fields: Sequence[FieldDescription] = ()
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, dict[str, str]])
    zeros: frozenset[str] = frozenset()

    @classmethod
    def infer(cls, plain: Sequence[Record], labelled: Sequence[Record]) -> Self:
        """Infer it from records and the same records read with option labels."""
        options = _infer_options(plain, labelled)
        fields = [_describe_field(name, plain, options.get(name, {})) for name in field_names(plain)]
        zeros = {name for record in plain for name, value in record["fields"].items() if str(value) == UNSET}
        return cls(len(plain), fields, options, frozenset(zeros))

    def check_names(self, names: Iterable[str], *, strict: bool = False) -> None:
        """Refuse a field name that resembles a known one without being one; a `strict` check any unknown one."""
        known = self.names
        for name in names if known else ():
            near = [] if name in known or name in DOCUMENTED_KINDS else _resembling(name, known)
            if near or (strict and name not in known and name not in DOCUMENTED_KINDS):
                raise unknown_field("seen of this module", name, near, known)

    def resolve_fields(self, fields: Mapping[str, object]) -> dict[str, object]:
        """Return fields as they are written: names and values checked, labels of options turned into ids.

        A text without digits stays where numbers are: it may be the name of a linked record.
        """
        self.check_names(fields)
        return {name: self._resolve_value(name, self.option_id(name, value)) for name, value in fields.items()}

    def _resolve_value(self, name: str, value: object) -> object:
        kind = self.kind_of(name)
        if kind == "integer" and isinstance(value, str) and not any(char.isdigit() for char in value):
            return value
        return read_value(name, kind, value)

    @property
    def names(self) -> list[str]:
        """The names of the fields seen."""
        return [one["name"] for one in self.fields]

    def kind_of(self, name: str) -> str:
        """Return the kind of a field's values; see `field_kinds`."""
        return DOCUMENTED_KINDS.get(name) or self.sampled_kind_of(name)

    def sampled_kind_of(self, name: str) -> str:
        """Return the kind of a field's values by the records seen alone, whatever the document says."""
        return next((one["type"] for one in self.fields if one["name"] == name), UNKNOWN)

    def option_id(self, name: str, value: object) -> object:
        """Return the id of the option that a value names by its label; any other value as it is."""
        choices = self.options.get(name)
        text = value.strip() if isinstance(value, str) else ""
        if not choices or not text or text in choices or text.isdecimal():
            return value
        return resolve_choice(name, text, choices, where_all_are="describe_module shows those seen in records")

    def with_labels(self, fields: Mapping[str, object]) -> dict[str, object]:
        """Return fields with the labels of options in place of their ids, as far as they are known."""
        return {name: self._label_of(name, value) for name, value in fields.items()}

    def _label_of(self, name: str, value: object) -> object:
        choices = self.options.get(name, {})
        return None if choices and str(value) == UNSET and UNSET not in choices else choices.get(str(value), value)

    def labels_in(self, records: Iterable[Record]) -> dict[str, dict[str, str]]:
        """Return by field the labels of the option ids that these records hold."""
        found: dict[str, dict[str, str]] = {}
        for record in records if self.options else ():
            for name, value in record["fields"].items():
                label = self.options.get(name, {}).get(str(value))
                if label is not None:
                    found.setdefault(name, {})[str(value)] = label
        return found

    def explain_no_match(self, filters: Iterable[RecordFilter]) -> str:
        """Say which filter gives a name where all records hold numbers, mostly ids of another module; else nothing."""
        numbers = {one["name"] for one in self.fields if one["type"] == "integer"}
        for one in filters:
            name, value = one["field"], one["value"]
            if name in numbers and isinstance(value, str) and not _NUMBERS.fullmatch(value):
                return (
                    f"No record seen has a text in {name}, they hold numbers, perhaps ids of another module: find "
                    f"{value[:60]!r} there first, then search by its id."
                )
        return ""


def is_documented(one: RecordFilter) -> bool:
    """Tell whether a filter needs no schema: it is on a documented field whose values are not its account's own."""
    is_option_id = one["operand"] in ("Equal", "NotEqual", "In") and str(one["value"]).isdecimal()
    return one["field"] in DOCUMENTED_KINDS and (one["field"] != "contact_type" or is_option_id)


def are_documented(fields: Mapping[str, object]) -> bool:
    """Tell whether fields need no schema to be written; see `is_documented`."""
    return DOCUMENTED_KINDS.keys() >= fields.keys() and str(fields.get("contact_type") or "0").isdecimal()


def unknown_field(whose: str, name: str, near: Sequence[str], known: Sequence[str]) -> InputError:
    """Return the error for a field that no record `whose` (of this module, of this search) has."""
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Fields: {', '.join(known[:40])}."
    return InputError(f"No record {whose} has a field {name[:60]!r}.", hint=hint)


def _resembling(name: str, known: Sequence[str]) -> list[str]:
    """Return the names that this one may be a misspelling of: `email1` of `email_1`, but not of `email_2`."""
    digits = re.findall(r"\d+", name)
    near = nearest(name, known, cutoff=_MIN_SIMILARITY, key=_letters_and_digits)
    return [one for one in near if not digits or re.findall(r"\d+", one) in ([], digits)]


def _letters_and_digits(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
