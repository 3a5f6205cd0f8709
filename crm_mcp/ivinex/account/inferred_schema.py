"""Names taken as people say them: field names checked and option labels turned into ids, by a sample of each module.

Ivinex documents no schema, so a sample of up to 100 records, read with and without labels and kept a while, stands in
for one. It may lack options and fields: what it does not know is refused only where it knows something better.
"""

from __future__ import annotations

import asyncio
import difflib
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from crm_mcp.crm.expiring import TtlCache
from crm_mcp.crm.name_matching import resolve_choice
from crm_mcp.errors import InputError, RefusedError, UnexpectedAnswerError
from crm_mcp.ivinex.account.sampling import describe_fields, find_options
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.models import PAGE_LIMIT, Record
from crm_mcp.mcp.connector import FieldDescription

DOCUMENTED_FIELDS = frozenset({
    *("id", "collection_id", "created_date", "created_by", "modified_date", "modified_by"),
    *("full_name", "first_name", "last_name", "email", "phone", "contact_type", "description", "contact"),
})  # fmt: skip
"""Names that pass whatever a sample holds. Source: ivinex.txt, examples; the four of creation are observed."""
FRESH_S = 5.0
"""A refusal rests on a sample no older than this: a field or option may be new."""

_RESEMBLES = 0.8
_NUMBERS = re.compile(r"[\s\d.,+-]*")
_CHOSEN_BY_ID = frozenset({"Equal", "NotEqual", "In"})
"""Operands whose value is an option's id."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sample:
    """What some records of one module tell of it.

    Attributes:
        size: How many records they are.
        fields: Each field seen; none where the module is empty or could not be read.
        options: For each field seen to be a choice, the labels by option id.
    """

    size: int = 0
    fields: Sequence[FieldDescription] = ()
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, dict[str, str]])

    @property
    def names(self) -> list[str]:
        """The name of each field seen."""
        return [one["name"] for one in self.fields]

    def check_names(self, names: Iterable[str], *, seen: Iterable[str] | None = None) -> None:
        """Refuse a field name that resembles one of the sample's without being one.

        Args:
            names: Field names.
            seen: Names that an answer holds; where it is given, a name that is nowhere is refused too.

        Raises:
            InputError: A name is wrong.
        """
        known = {*self.names, *DOCUMENTED_FIELDS, *(seen or ())}
        for name in names if self.fields else ():
            near = [] if name in known else _resembling(name, self.names)
            if near or (seen is not None and name not in known):
                raise InputError(
                    f"No record seen of this module has a field {name[:60]!r}.",
                    hint=f"Did you mean {' or '.join(near)}?" if near else f"Fields: {', '.join(self.names[:40])}.",
                )

    def resolve_fields(self, fields: Mapping[str, object]) -> dict[str, object]:
        """Return fields as they are written: names checked, labels of options turned into ids.

        Raises:
            InputError: A name or a label is wrong, or two options have that label.
        """
        self.check_names(fields)
        return {name: self.option_id(name, value) for name, value in fields.items()}

    def resolve_filter(self, one: Mapping[str, object]) -> dict[str, object]:
        """Return a filter whose labels are ids; see `resolve_fields`."""
        name, value = str(one.get("field", "")), one.get("value")
        self.check_names([name])
        if one.get("operand") not in _CHOSEN_BY_ID or name not in self.options:
            return dict(one)
        if isinstance(value, str) and one.get("operand") == "In" and "," in value:
            value = value.split(",")
        if isinstance(value, list):
            return {**one, "value": [self.option_id(name, part) for part in cast("list[object]", value)]}
        return {**one, "value": self.option_id(name, value)}

    def option_id(self, name: str, value: object) -> object:
        """Return the id of the option that a value names by label; any other value as it is.

        An exact label wins over one that differs in case, accents or spaces.

        Raises:
            InputError: The field is a choice and no option, or more than one, is called so.
        """
        choices = self.options.get(name)
        text = value.strip() if isinstance(value, str) else ""
        if not choices or not text or text in choices or text.isdecimal():
            return value
        return resolve_choice(name, text, choices, where_all_are="describe_module shows those seen in records")

    def explain_nothing(self, filters: Iterable[Mapping[str, object]]) -> str:
        """Say why a search may have found nothing: a filter gives a name where all records seen hold numbers.

        Such numbers are mostly ids of another module's records. Empty where nothing is to be said.
        """
        numbers = {one["name"] for one in self.fields if one["type"] == "integer"}
        for one in filters:
            name, value = str(one.get("field", "")), one.get("value")
            if name in numbers and isinstance(value, str) and not _NUMBERS.fullmatch(value):
                return (
                    f"No record seen has a text in {name}, they hold numbers, perhaps ids of another module: find "
                    f"{value[:60]!r} there first, then search by its id."
                )
        return ""

    def labels_of(self, records: Iterable[Record]) -> dict[str, dict[str, str]]:
        """Return for each choice the labels of the option ids that these records hold."""
        found: dict[str, dict[str, str]] = {}
        for record in records:
            for name, value in record["fields"].items():
                label = self.options.get(name, {}).get(str(value))
                if label is not None:
                    found.setdefault(name, {})[str(value)] = label
        return found


class Samples:
    """The sample of each module, asked for where a name is to be judged and kept a while.

    Args:
        client: Where to ask.
        clock: Tells the time in seconds; another one makes tests fast.
    """

    def __init__(self, client: IvinexClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._kept = TtlCache(self._read, clock)

    async def check_names(self, module_id: str, names: Iterable[str], *, seen: Iterable[str] | None = None) -> None:
        """Refuse a wrong field name; see `Sample.check_names`. Documented names need no sample."""
        asked = [name for name in names if name not in DOCUMENTED_FIELDS]
        if asked:
            await self._judge(module_id, lambda sample: sample.check_names(asked, seen=seen))

    async def resolve_fields(self, module_id: str, fields: Mapping[str, object]) -> dict[str, object]:
        """Return fields as they are written; see `Sample.resolve_fields`."""
        return await self._judge(module_id, lambda sample: sample.resolve_fields(fields))

    async def resolve_filters(self, module_id: str, filters: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
        """Return filters whose labels are ids; see `Sample.resolve_filter`."""
        if all(_needs_no_sample(one) for one in filters):
            return [dict(one) for one in filters]
        return await self._judge(module_id, lambda sample: [sample.resolve_filter(one) for one in filters])

    async def explain_nothing(self, module_id: str, filters: Sequence[Mapping[str, object]]) -> str:
        """Say why a search may have found nothing; see `Sample.explain_nothing`."""
        if any(one.get("field") == "contact" for one in filters):  # the one documented name that no search samples for
            return await self._judge(module_id, lambda sample: sample.explain_nothing(filters))
        return self.peek(module_id).explain_nothing(filters)

    def peek(self, module_id: str) -> Sample:
        """Return the sample of a module if that needs no request, else an empty one."""
        return self._kept.peek(module_id) or Sample()

    async def get(self, module_id: str) -> Sample:
        """Return the sample of a module, asked for in two requests where it is not at hand.

        Raises:
            RefusedError: There is no such module, or it may not be read.
        """
        return await self._kept.get(module_id)

    async def _judge(self, module_id: str, judge: Callable[[Sample], _T]) -> _T:
        """Judge by a sample, and refuse by a fresh one only; where none can be read the CRM judges for itself."""
        try:
            try:
                return judge(await self._kept.get(module_id))
            except InputError:
                return judge(await self._kept.get(module_id, max_age_s=FRESH_S))
        except (RefusedError, UnexpectedAnswerError):
            return judge(Sample())

    async def _read(self, module_id: str) -> Sample:
        plain, labelled = await asyncio.gather(
            self._client.search_records(module_id, limit=PAGE_LIMIT),
            self._client.search_records(module_id, limit=PAGE_LIMIT, option_labels=True),
        )
        return Sample(len(plain), describe_fields(plain, labelled), find_options(plain, labelled))


def _needs_no_sample(one: Mapping[str, object]) -> bool:
    """Tell whether a filter is on a documented field that is no choice, or by a value that no label could be."""
    name = str(one.get("field", ""))
    is_of_ids = name != "contact_type" or one.get("operand") not in _CHOSEN_BY_ID or str(one.get("value")).isdecimal()
    return name in DOCUMENTED_FIELDS and is_of_ids


def _resembling(name: str, known: Sequence[str]) -> list[str]:
    """Return the names that this one may have been meant for; its numbered sisters are none of them."""
    by_folded = {_bare(one): one for one in known}
    near = difflib.get_close_matches(_bare(name), by_folded, n=3, cutoff=_RESEMBLES)
    digits = re.findall(r"\d+", name)
    return [by_folded[one] for one in near if not digits or re.findall(r"\d+", by_folded[one]) in ([], digits)]


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
