"""What each operand finds, against a reading of the records by hand.

Where the document leaves two readings open (letter case, a bare date, a missing value), a documented rule looks only at
records on which all readings agree; the readings themselves are rules of their own, marked assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.harness.accounts.ivinex_account import ID, ids_of
from tests.contract.harness.checks import expect, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.harness.accounts.ivinex_account import IvinexAccount, Record

_OPERANDS = "Get Records / Understanding Filters"
_BY_FIELD = "Get Records / 3. Get Specific Record(s) by Field"
_RANGE = "Get Records / 5. Get Records Within a Date Range"
_ADVANCED = "Get Records / 9. Advanced Filtering"


def _expect_found(
    ivinex: IvinexAccount,
    condition: tuple[str, str, object],
    must: Callable[[Record], bool],
    may: Callable[[Record], bool] | None = None,
) -> None:
    """Demand that a condition finds the records that it must, and no others than it may."""
    records = ivinex.list_records()
    found = set(ids_of(ivinex.search_all(ivinex.main_module, condition)))
    wanted = {str(record[ID]) for record in records if must(record)}
    allowed = {str(record[ID]) for record in records if may(record)} if may else wanted
    field, operand, value = condition
    expect_same_ids(found | (allowed - wanted), allowed | wanted, f"the records whose {field} {operand} {value!r}")


def _folds_to(value: str | None, text: str) -> bool:
    return (value or "").casefold().strip() == text.casefold().strip()


@rule("ivinex.filters.equal", source=_BY_FIELD)
def check_equal(ivinex: IvinexAccount) -> None:
    """Equal finds the records whose field has the value, and no others."""
    kinds: tuple[Callable[[str], bool], ...] = (bool, str.isdigit, lambda value: "@" in value)
    for is_wanted in kinds:
        try:
            field, text = ivinex.find_text_field(is_wanted)
        except NotTestedError:
            continue
        _expect_found(
            ivinex,
            (field, "Equal", text),
            lambda record, field=field, text=text: record.get(field) == text,
            lambda record, field=field, text=text: _folds_to(record.get(field), text),
        )


@rule("ivinex.filters.equal-nothing", source=_BY_FIELD)
def check_equal_nothing(ivinex: IvinexAccount) -> None:
    """Equal with a value that no record has finds nothing."""
    field, text = ivinex.find_text_field(str.isalpha)
    for value in (f"{text}-that-nobody-has", text[:-1] + "\u2603" if len(text) > 1 else "\u2603\u2603"):
        _expect_found(ivinex, (field, "Equal", value), lambda _record: False)


@rule("ivinex.filters.not-equal", source=_OPERANDS)
def check_not_equal(ivinex: IvinexAccount) -> None:
    """NotEqual finds the records whose field has another value, and none that has this one."""
    field, text = ivinex.find_text_field()
    _expect_found(
        ivinex,
        (field, "NotEqual", text),
        lambda record: bool(record.get(field)) and not _folds_to(record.get(field), text),
        lambda record: record.get(field) != text,
    )


@rule("ivinex.filters.in", source=_OPERANDS, provenance="assumed")
def check_in(ivinex: IvinexAccount) -> None:
    """In finds the records whose field has one of several values, sent as comma-separated text."""
    ids = ids_of(ivinex.need_records(4))
    for some in ([ids[0], ids[2], ids[-1]], ids[::2][:25]):
        found = ids_of(ivinex.search_all(ivinex.main_module, (ID, "In", ",".join(some))))
        expect_same_ids(found, some, f"the records whose {ID} is in {some}")


@rule("ivinex.filters.in-one", source=_OPERANDS)
def check_in_one(ivinex: IvinexAccount) -> None:
    """In with a single value finds what Equal finds."""
    ids = ids_of(ivinex.need_records(2))
    found = ids_of(ivinex.search_all(ivinex.main_module, (ID, "In", ids[1])))
    expect_same_ids(found, [ids[1]], f"the records whose {ID} is in [{ids[1]}]")


@rule("ivinex.filters.contains", source=_ADVANCED)
def check_contains(ivinex: IvinexAccount) -> None:
    """Contains finds the records whose field has the text at its beginning, in its middle or at its end."""
    field, text = ivinex.find_text_field(lambda value: len(value) > 3 and value.isascii())
    for part in (text[:2], text[1:-1], text[-2:], text):
        _expect_found(
            ivinex,
            (field, "Contains", part),
            lambda record, part=part: part in (record.get(field) or ""),
            lambda record, part=part: part.casefold() in (record.get(field) or "").casefold(),
        )


@rule("ivinex.filters.not-contains", source=_ADVANCED)
def check_not_contains(ivinex: IvinexAccount) -> None:
    """NotContains excludes the records whose field has the text in it."""
    field, text = ivinex.find_text_field(lambda value: len(value) > 3 and value.isascii())
    part = text[1:-1]
    _expect_found(
        ivinex,
        (field, "NotContains", part),
        lambda record: bool(record.get(field)) and part.casefold() not in (record.get(field) or "").casefold(),
        lambda record: part not in (record.get(field) or ""),
    )


@rule("ivinex.filters.starts-with", source="Get Records / Example Filter Request")
def check_starts_with(ivinex: IvinexAccount) -> None:
    """StartsWith finds the records whose field begins with the text, and none that has it elsewhere."""
    field, text = ivinex.find_text_field(lambda value: len(value) > 3 and value.isalpha() and value.isascii())
    for part in (text[:2], text[1:4]):
        _expect_found(
            ivinex,
            (field, "StartsWith", part),
            lambda record, part=part: (record.get(field) or "").startswith(part),
            lambda record, part=part: (record.get(field) or "").casefold().startswith(part.casefold()),
        )


_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "GreaterThan": lambda one, other: one > other,
    "GreaterThanEqual": lambda one, other: one >= other,
    "LessThan": lambda one, other: one < other,
    "LessThanEqual": lambda one, other: one <= other,
}


def _check_comparison(ivinex: IvinexAccount, operand: str, field: str) -> None:
    numbers = sorted(set(ivinex.need_numbers(3, field=field)))
    for bound in (numbers[0], numbers[len(numbers) // 2], numbers[-1]):
        _expect_found(
            ivinex,
            (field, operand, str(bound)),
            lambda record, bound=bound: (
                bool(record.get(field)) and _COMPARISONS[operand](int(record[field] or 0), bound)
            ),
        )


@rule("ivinex.filters.greater-than", source=_OPERANDS)
def check_greater_than(ivinex: IvinexAccount) -> None:
    """GreaterThan finds the ids above a number and not the number itself; 10 is above 9."""
    _check_comparison(ivinex, "GreaterThan", ID)


@rule("ivinex.filters.greater-than-equal", source=_OPERANDS)
def check_greater_than_equal(ivinex: IvinexAccount) -> None:
    """GreaterThanEqual finds the ids above a number and the number itself."""
    _check_comparison(ivinex, "GreaterThanEqual", ID)


@rule("ivinex.filters.less-than", source=_OPERANDS)
def check_less_than(ivinex: IvinexAccount) -> None:
    """LessThan finds the ids below a number and not the number itself; 9 is below 10."""
    _check_comparison(ivinex, "LessThan", ID)


@rule("ivinex.filters.less-than-equal", source=_OPERANDS)
def check_less_than_equal(ivinex: IvinexAccount) -> None:
    """LessThanEqual finds the ids below a number and the number itself."""
    _check_comparison(ivinex, "LessThanEqual", ID)


@rule("ivinex.filters.numbers", source=_OPERANDS, provenance="assumed")
def check_numbers(ivinex: IvinexAccount) -> None:
    """Numbers are compared as numbers, so that 9 is less than 10; a missing value is neither less nor greater."""
    field = ivinex.find_number_field()
    for operand in _COMPARISONS:
        _check_comparison(ivinex, operand, field)


@rule("ivinex.filters.date-range", source=_RANGE)
def check_date_range(ivinex: IvinexAccount) -> None:
    """Two bounds on a date find the records between them."""
    days = sorted({str(record.get("created_date") or "")[:10] for record in ivinex.need_records(4)} - {""})
    if len(days) < 4:
        raise NotTestedError("the records were created on fewer than four days")
    first, last = days[1], days[-2]
    found = ivinex.search_all(
        ivinex.main_module, ("created_date", "GreaterThanEqual", first), ("created_date", "LessThanEqual", last)
    )
    # Whether the last day is in as a whole is open.
    inside = [r for r in ivinex.list_records() if first <= str(r.get("created_date") or "")[:10] < last]
    allowed = [r for r in ivinex.list_records() if first <= str(r.get("created_date") or "")[:10] <= last]
    found_ids = {*ids_of(found), *(set(ids_of(allowed)) - set(ids_of(inside)))}
    expect_same_ids(found_ids, ids_of(allowed), f"the records created from {first} to {last}")


def _expect_created(ivinex: IvinexAccount, operand: str, bound: str, is_in: Callable[[str], bool]) -> None:
    condition = ("created_date", operand, bound)
    _expect_found(ivinex, condition, lambda record: is_in(str(record.get("created_date"))))


@rule("ivinex.filters.date-time", source=_RANGE, provenance="assumed")
def check_date_time(ivinex: IvinexAccount) -> None:
    """A bound with a time is exact to the second: GreaterThan and LessThan leave it out, the others take it in."""
    moments = sorted({str(record["created_date"]) for record in ivinex.need_records(4) if record.get("created_date")})
    if len(moments) < 3:
        raise NotTestedError("the records were created at fewer than three moments")
    bound = moments[len(moments) // 2]
    wanted: dict[str, Callable[[str], bool]] = {
        "GreaterThan": lambda moment: moment > bound,
        "GreaterThanEqual": lambda moment: moment >= bound,
        "LessThan": lambda moment: moment < bound,
        "LessThanEqual": lambda moment: moment <= bound,
        "Equal": lambda moment: moment == bound,
    }
    for operand, is_in in wanted.items():
        _expect_created(ivinex, operand, bound, is_in)


@rule("ivinex.filters.last-day", source=_RANGE, provenance="assumed")
def check_last_day(ivinex: IvinexAccount) -> None:
    """A bare date is its whole day: LessThanEqual takes all of it in, GreaterThan leaves all of it out."""
    moments = [str(record["created_date"]) for record in ivinex.need_records(4) if record.get("created_date")]
    day = next((moment[:10] for moment in moments if moment[10:] not in {"", " 00:00:00"}), None)
    if day is None:
        raise NotTestedError("no record was created at another time than midnight")
    wanted: dict[str, Callable[[str], bool]] = {
        "LessThanEqual": lambda moment: moment[:10] <= day,
        "LessThan": lambda moment: moment[:10] < day,
        "GreaterThanEqual": lambda moment: moment[:10] >= day,
        "GreaterThan": lambda moment: moment[:10] > day,
        "Equal": lambda moment: moment[:10] == day,
    }
    for operand, is_in in wanted.items():
        _expect_created(ivinex, operand, day, is_in)


@rule("ivinex.filters.letter-case", source="Get Records / Example Filter Request", provenance="assumed")
def check_letter_case(ivinex: IvinexAccount) -> None:
    """Text is compared without case, as the document's example has it: names that start with jo."""
    field, text = ivinex.find_text_field(lambda value: len(value) > 2 and value.isalpha() and value.isascii())
    for operand, part in (
        ("StartsWith", text[:2]),
        ("Contains", text[1:]),
        ("Equal", text),
        ("In", text),
        ("NotEqual", text),
        ("NotContains", text[1:]),
    ):
        written = ids_of(ivinex.search_all(ivinex.main_module, (field, operand, part)))
        for each in (part.upper(), part.lower()):
            found = ids_of(ivinex.search_all(ivinex.main_module, (field, operand, each)))
            expect_same_ids(found, written, f"the records whose {field} {operand} {each!r}, as for {part!r}")


@rule("ivinex.filters.missing-value", source=_OPERANDS, provenance="assumed")
def check_missing_value(ivinex: IvinexAccount) -> None:
    """A missing value counts as empty text: NotEqual and NotContains let it through, the comparisons never do."""
    records = ivinex.need_records(2)
    gaps = {name for record in records for name, value in record.items() if value is None}
    field = next((name for name in sorted(gaps) if any(record.get(name) for record in records)), None)
    if field is None:
        raise NotTestedError("no field has a value in one record and none in another")
    text = next(str(record[field]) for record in records if record.get(field))
    without = {str(record[ID]) for record in records if record.get(field) is None}
    for operand in ("NotEqual", "NotContains"):
        found = set(ids_of(ivinex.search_all(ivinex.main_module, (field, operand, text))))
        expect(
            without <= found, f"{field} {operand} to find records without a {field}", f"{len(without - found)} missing"
        )
    for operand in ("GreaterThan", "LessThan", "Equal", "Contains"):
        found = set(ids_of(ivinex.search_all(ivinex.main_module, (field, operand, text))))
        expect(not without & found, f"{field} {operand} to find no records without a {field}", len(without & found))
