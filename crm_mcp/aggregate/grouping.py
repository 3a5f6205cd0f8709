"""Rows grouped and measured: rows are added one by one, and a small table of groups is built. Pure.

Values are read as the CRMs send them, mostly as text. A value that is no number is never counted as one, but as
`skipped` (another value) or `empty` (none).
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, Literal, cast

from crm_mcp.aggregate.field_stats import FieldStats, Number, read_date, shown_text
from crm_mcp.aggregate.periods import PERIODS, newest_with_gaps
from crm_mcp.errors import InputError

MAX_GROUPS = 50
"""Most groups of one result unless a number is given; smaller ones are joined in `other`."""
MAX_BYTES = 1_600
"""Most bytes of these groups as compact JSON, so that a summary stays within 2 kB."""

MeasureKind = Literal["sum", "average", "min", "max"]
_MEASURES: tuple[MeasureKind, ...] = ("sum", "average", "min", "max")
_CALLED = re.compile(r"(\w+)\s*\((.*)\)")
_Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class GroupKey:
    """One key to group by.

    Attributes:
        name: As it was given, and as the result names it.
        field: The field that holds the value.
        period: `day`, `week`, `month`, `quarter` or `year` of a date; empty for the value itself.
    """

    name: str
    field: str
    period: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number computed for each group; `name` is as it was given."""

    name: str
    kind: MeasureKind
    field: str


def parse_group_keys(texts: Sequence[str]) -> list[GroupKey]:
    """Parse what to group by: `status`, `month:created_date`; `month(created_date)` is the same.

    Raises:
        InputError: A field is missing, or one is named twice.
    """
    keys: list[GroupKey] = []
    for text in texts:
        period, name = _split(text, PERIODS)
        keys.append(GroupKey(text.strip(), name, period) if period in PERIODS else GroupKey(text.strip(), text.strip()))
    _refuse_blank_or_twice("group_by", [key.name for key in keys], [key.field for key in keys])
    return keys


def parse_measures(texts: Sequence[str]) -> list[Measure]:
    """Parse what to measure: `sum:amount` or `sum(amount)`. `count` is accepted and dropped: each group has it anyway.

    Raises:
        InputError: It is no measure, or one is named twice.
    """
    measures: list[Measure] = []
    for text in (text.strip() for text in texts):
        kind, name = _split(text.replace("avg", "average", 1) if text.startswith("avg") else text, _MEASURES)
        if text == "count":
            continue
        if kind not in _MEASURES:
            raise InputError(
                f"{text[:60]!r} is not a measure.", hint=f"Write {', '.join(f'{one}:FIELD' for one in _MEASURES)}."
            )
        measures.append(Measure(text, kind, name))
    _refuse_blank_or_twice("measures", [one.name for one in measures], [one.field for one in measures])
    return measures


def _split(text: str, words: Collection[str]) -> tuple[str, str]:
    """Return what should be one of these words, and the field: of `sum:amount`, `sum(amount)` or `amount:sum`."""
    called = _CALLED.fullmatch(text.strip())
    word, name = (part.strip() for part in (called.groups() if called else text.partition(":")[::2]))
    return (name, word) if name in words and word not in words else (word, name)


def _refuse_blank_or_twice(argument: str, names: Sequence[str], fields: Sequence[str]) -> None:
    if not all(fields):
        raise InputError(f"{argument} names no field.", hint="Write a field name such as status, or month:FIELD.")
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise InputError(f"{argument} holds {twice!r} twice.", hint="Name it once.")


@dataclass(slots=True)
class _Group:
    """The rows of one group."""

    count: int = 0
    fields: defaultdict[str, FieldStats] = field(default_factory=lambda: defaultdict(FieldStats))


class Summary:
    """Groups rows and measures each group.

    Args:
        keys: What to group by; none makes one group of all rows.
        measures: What to compute for each group beside its count.
        zone: The time zone of days and months for dates with an offset; others are local already.
    """

    def __init__(self, keys: Sequence[GroupKey], measures: Sequence[Measure] = (), zone: tzinfo | None = None) -> None:
        self._keys = keys
        self._measures = measures
        self._zone = zone
        self._groups: dict[_Key, _Group] = {}
        self._numbers: dict[str, int] = {}  # of the periods that come first in a key, by label
        self._unreadable: Counter[str] = Counter()

    def add(self, values: Mapping[str, object], count: int = 1) -> None:
        """Add `count` rows that all have these values; `values` holds each field that is grouped by or measured."""
        group = self._groups.setdefault(tuple(self._group_of(key, values, count) for key in self._keys), _Group())
        group.count += count
        for name in dict.fromkeys(measure.field for measure in self._measures):
            group.fields[name].add(values.get(name))

    def _group_of(self, key: GroupKey, values: Mapping[str, object], count: int) -> str | None:
        text = shown_text(values.get(key.field))
        if text is None or not key.period:
            return text
        moment = read_date(text)
        if moment is None:
            self._unreadable[key.name] += count
            return None
        if moment.tzinfo is not None and self._zone is not None:
            moment = moment.astimezone(self._zone)
        period = PERIODS[key.period]
        number = period.number_of(moment)
        label = period.label_of(number)
        if key is self._keys[0]:
            self._numbers[label] = number
        return label

    def build(self, max_groups: int = 0) -> dict[str, Any]:
        """Return `{"groups": [{"status": ..., "count": ..., "sum:x": ...}]}`, with `other`, `skipped`, `empty` if any.

        The greatest groups by the first measure come first, else by count. Where a period is the first key, the groups
        are those of the newest periods, empty ones between them included, in order of time. `skipped` counts values
        that are no number (or no date), `empty` those that are missing, by field.

        Args:
            max_groups: How many groups to list; 0 for as many as a small result holds.
        """
        whole = _merged(self._groups.values())
        as_dates = {name for name, stats in whole.fields.items() if stats.is_of_dates and not self._adds_up(name)}
        most = max_groups or MAX_GROUPS
        ranked = self._by_period(self._ranked(as_dates), most)
        rows = [self._row(group, as_dates, key) for key, group in ranked[:most]]
        shown = len(rows) if max_groups else _count_fitting(rows)
        others = [group for _, group in ranked[shown:] if group.count]
        if self._keys and self._keys[0].period:
            in_order = sorted(range(shown), key=lambda at: _sortable(ranked[at][0]))
            rows = [rows[at] for at in in_order]
        built: dict[str, Any] = {"groups": rows[:shown]}
        if others:
            built["other"] = {"groups": len(others), **self._row(_merged(others), as_dates)}
        skipped = dict(self._unreadable)
        skipped |= {name: stats.count_skipped(as_dates=name in as_dates) for name, stats in whole.fields.items()}
        for told, counts in (
            ("skipped", skipped),
            ("empty", {name: stats.empty for name, stats in whole.fields.items()}),
        ):
            if any(counts.values()):
                built[told] = {name: number for name, number in counts.items() if number}
        return built

    def _ranked(self, as_dates: set[str]) -> list[tuple[_Key, _Group]]:
        """Return the groups, the greatest by the first measure first, then by count; those without one last."""
        by_count = sorted(self._groups.items(), key=lambda item: (-item[1].count, _sortable(item[0])))
        if not self._measures:
            return by_count
        first = self._measures[0]
        values = {
            key: _measured(group.fields[first.field], first, as_dates=first.field in as_dates)
            for key, group in by_count
        }
        measured = [item for item in by_count if values[item[0]] is not None]
        measured.sort(key=lambda item: cast("Any", values[item[0]]), reverse=True)
        return [*measured, *(item for item in by_count if values[item[0]] is None)]

    def _by_period(self, ranked: list[tuple[_Key, _Group]], most: int) -> list[tuple[_Key, _Group]]:
        """Return groups by the period of their first key, the newest first and no date last; `ranked` without one."""
        if not (self._keys and self._keys[0].period):
            return ranked
        within: defaultdict[str | None, list[tuple[_Key, _Group]]] = defaultdict(list)
        for item in ranked:
            within[item[0][0]].append(item)
        label_of = PERIODS[self._keys[0].period].label_of
        labels = map(label_of, newest_with_gaps(self._numbers.values(), most))
        dated = [item for label in labels for item in within.get(label, [((label,), _Group())])]
        return [*dated, *within.get(None, [])]

    def _adds_up(self, name: str) -> bool:
        return any(measure.field == name and measure.kind in ("sum", "average") for measure in self._measures)

    def _row(self, group: _Group, as_dates: set[str], key: _Key = ()) -> dict[str, Any]:
        row: dict[str, Any] = {one.name: _clipped(value) for one, value in zip(self._keys, key, strict=False)}
        row["count"] = group.count
        for measure in self._measures:
            row[measure.name] = _measured(group.fields[measure.field], measure, as_dates=measure.field in as_dates)
        return row


def _merged(groups: Iterable[_Group]) -> _Group:
    whole = _Group()
    for group in groups:
        whole.count += group.count
        for name, stats in group.fields.items():
            whole.fields[name].merge(stats)
    return whole


def _measured(stats: FieldStats, measure: Measure, *, as_dates: bool) -> Number | str | None:
    match measure.kind:
        case "sum":
            return stats.sum
        case "average":
            return stats.average
        case "min":
            return stats.first_date if as_dates else stats.low
        case "max":
            return stats.last_date if as_dates else stats.high


def _count_fitting(rows: Sequence[Mapping[str, Any]]) -> int:
    """Return how many rows, from the first, a small result holds; at least one."""
    room = MAX_BYTES
    for at, row in enumerate(rows):
        room -= len(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")) + 1
        if room < 0 and at:
            return at
    return len(rows)


def _sortable(key: _Key) -> tuple[tuple[bool, str], ...]:
    return tuple((part is None, part or "") for part in key)


_SHOWN_CHARS = 80


def _clipped(text: str | None) -> str | None:
    return text if text is None or len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "\u2026"
