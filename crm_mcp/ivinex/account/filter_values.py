"""The conditions of a search, read by the kinds of their fields: labels become ids, amounts are checked. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from crm_mcp.crm.dates import read_moment
from crm_mcp.crm.name_matching import folded, shown
from crm_mcp.errors import InputError
from crm_mcp.ivinex.account.field_kinds import DATES, NUMBERS, UNKNOWN, UNSET
from crm_mcp.ivinex.account.field_values import is_like_a_number, read_date, read_number, read_value
from crm_mcp.ivinex.account.inferred_schema import InferredSchema
from crm_mcp.ivinex.models import RecordFilter

CHOSEN_BY_ID = frozenset({"Equal", "NotEqual", "In"})
"""Operands that compare whole values: of an option its id."""
_ORDERING = frozenset({"GreaterThan", "GreaterThanEqual", "LessThan", "LessThanEqual"})
_PART_OF_A_NUMBER = re.compile(r"[-\d.]+", re.ASCII)
_PART_OF_A_DATE = re.compile(r"\d{4}(-\d\d?){0,2}-?([T ][\d:]*)?", re.ASCII)
_BOOLEAN_WORDS = frozenset({"true", "false", "yes", "no", "igen", "nem"})


class ResolvedFilter(NamedTuple):
    """A condition as it is sent, and what it may not compare as was meant, as a sentence; empty where nothing."""

    sent: RecordFilter
    doubt: str


def resolve_filter(schema: InferredSchema, one: RecordFilter) -> ResolvedFilter:
    """Return a condition with values as Ivinex writes them.

    Raises:
        InputError: The field has no such value, or is not of a kind that the operand compares.
    """
    name, value = one["field"], one["value"]
    if one["operand"] == "LinkedTo":
        return ResolvedFilter(one, "")
    schema.check_names([name])
    condition = _Condition(schema, name, schema.kind_of(name), one["operand"])
    if one["operand"] == "In" and isinstance(value, str) and "," in value and condition.kind not in ("text", UNKNOWN):
        value = [part.strip() for part in value.split(",")]
    if isinstance(value, list):
        parts: list[object] = [condition.read(part) for part in cast("list[object]", value)]
        return ResolvedFilter({**one, "value": parts}, "")
    return ResolvedFilter({**one, "value": condition.read(value)}, condition.doubt(value))


@dataclass(frozen=True, slots=True)
class _Condition:
    schema: InferredSchema
    name: str
    kind: str
    operand: str

    def read(self, value: object) -> object:
        """Return one value as it is sent."""
        if self.kind == "option":
            return self._read_option(value)
        if self.operand in _ORDERING and self.kind == "id":
            return read_number(self.name, value)
        if self.operand in CHOSEN_BY_ID or self.operand in _ORDERING:
            return self._read_whole(value)
        self._refuse_as_part(str(value))
        return value

    def _read_option(self, value: object) -> object:
        choices = self.schema.options.get(self.name, {})
        if not choices:
            return value
        if self.operand not in CHOSEN_BY_ID:
            meant = _containing(choices, str(value)) or choices
            raise InputError(
                f"{self.name} holds one of its options, and {self.operand} compares texts.",
                hint=f"Use Equal, NotEqual or In with {', '.join(f'{label} ({one})' for one, label in meant.items())}.",
            )
        if value == "" and self.name in self.schema.zeros:
            return UNSET
        return self.schema.option_id(self.name, value)

    def _read_whole(self, value: object) -> object:
        if self.kind == "boolean" and self.operand in _ORDERING:
            raise InputError(f"{self.name} holds true or false, and {self.operand} cannot compare those.", hint=_EQUALS)
        if self.kind == "integer" and self.operand in CHOSEN_BY_ID and not any(c.isdigit() for c in str(value)):
            return value  # perhaps the name of a linked record
        if self.kind in ("text", UNKNOWN) and self.operand in _ORDERING and is_like_a_number(value):
            return read_number(self.name, value)
        if self.kind in DATES and value not in (None, ""):
            return read_date(self.name, self.kind, value, keeps_zone=False)
        return read_value(self.name, self.kind, value)

    def _refuse_as_part(self, text: str) -> None:
        """Refuse what cannot be part of a value of this kind, as the CRM writes it."""
        if self.kind == "boolean":
            raise InputError(f"{self.name} holds true or false, and {self.operand} cannot compare those.", hint=_EQUALS)
        if self.kind in NUMBERS and not _PART_OF_A_NUMBER.fullmatch(text):
            raise InputError(
                f"{self.name} holds numbers, and {shown(text)} cannot be part of a number.",
                hint="Write digits, or compare with Equal, GreaterThan or LessThan.",
            )
        if self.kind in DATES and not _PART_OF_A_DATE.fullmatch(text):
            raise InputError(
                f"{self.name} holds dates like 2026-01-31, and {shown(text)} cannot be part of a date.",
                hint="Use GreaterThanEqual and LessThanEqual with dates.",
            )

    def doubt(self, value: object) -> str:
        """Say where Ivinex may compare otherwise than was meant."""
        if self.kind == "date-time" and _has_zone(value):
            return f"Ivinex times have no zone: {self.name} was compared with {shown(value)} without its zone."
        is_ordered_number = self.operand in _ORDERING and is_like_a_number(value)
        if self.kind == "text" and is_ordered_number:
            return f"{self.name} holds text, so {self.operand} compared it as text, not by amount."
        if self.kind == UNKNOWN and (self.operand in _ORDERING or str(value).casefold() in _BOOLEAN_WORDS):
            return (
                f"No record seen has a value in {self.name}, so it is unknown whether {self.operand} compared numbers,"
                " dates or text."
            )
        return ""


_EQUALS = "Use Equal with true or false."


def _has_zone(value: object) -> bool:
    try:
        return read_moment(str(value)).time.tzinfo is not None
    except InputError:
        return False


def _containing(choices: Mapping[str, str], text: str) -> dict[str, str]:
    """Return the options whose label contains a text."""
    return {one: label for one, label in choices.items() if folded(text) in folded(label)}


def doubts_of(resolved: Sequence[ResolvedFilter]) -> str:
    """Return what stands in doubt about some conditions as one text."""
    return " ".join(dict.fromkeys(one.doubt for one in resolved if one.doubt))
