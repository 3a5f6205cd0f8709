"""The `Filters` parameter: reading it, and turning each condition into SQL.

How values compare is not documented; these rules are assumed and hold for every operand:

- Text compares without case. `%`, `_` and `*` mean themselves. Accents count.
- Greater and less: as numbers where both sides are plain numbers (9 < 10), else as text. Equality is numeric in number
  fields and in the record's id alone, so that the phones 0612 and 612 stay different.
- What no number, option, link or checkbox can be is refused for such a field (`values`).
- Dates compare as moments, in the field's own precision. A bare date means its whole day: LessThanEqual 2020-04-28
  takes the 28th in, Equal is any time of that day. What is no date is refused.
- A value that is missing counts as empty text: NotEqual and NotContains let it through, greater and less never do.
  Where a portal prints it otherwise (`Field.empty`), it counts as printed, and Equal finds it by empty text too.
- NotEqual, NotContains are the exact opposites of Equal, Contains.

Source: ivinex.txt, Get Records / Understanding Filters and 4. Linked Records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mockserver.crm.sql import NOTHING, Clause, combine
from mockserver.documents.near_misses import suggest
from mockserver.documents.strict_json import JsonError, as_list, as_object, name_type, parse_json
from mockserver.ivinex import rules
from mockserver.ivinex.rules import RefusalError
from mockserver.ivinex.schema import RECORD_ID, Field, Module, is_number, parse_id
from mockserver.ivinex.suggestions import (
    CONDITION_KEYS,
    suggest_encoding,
    suggest_field,
    suggest_key,
    suggest_operand,
)
from mockserver.ivinex.values import BadValueError, read_condition_value, read_moment, to_text

# Assumed; together they keep the SQL of one request below SQLite's limits.
MAX_FILTERS = 20
MAX_CHOICES = 300


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition as it was sent: `{"Field", "Operand", "Value"}`."""

    field: str
    operand: str
    value: object


def parse_filters(text: str, hints: list[str]) -> list[Filter]:
    """Read the parameter, a JSON list of conditions which must all hold.

    Odd but accepted things are noted in `hints`.

    Raises:
        RefusalError: It is something else.
    """
    try:
        value = parse_json(text.encode())
    except (JsonError, UnicodeEncodeError) as error:
        raise RefusalError(rules.FILTERS_NOT_JSON, error, hint=suggest_encoding(text)) from error
    items = as_list(value)
    if items is None:
        hint = "Put the one condition into a list." if as_object(value) else ""
        raise RefusalError(rules.FILTERS_NOT_A_LIST, name_type(value), hint=hint)
    if len(items) > MAX_FILTERS:
        raise RefusalError(rules.TOO_MANY_FILTERS, MAX_FILTERS, len(items))
    return [_parse_filter(item, f"Filters[{i}]", hints) for i, item in enumerate(items)]


def _parse_filter(item: object, path: str, hints: list[str]) -> Filter:
    condition = as_object(item)
    if condition is None:
        raise RefusalError(rules.CONDITION_NOT_AN_OBJECT, path, name_type(item))
    operand = condition.get("Operand", condition.get("Operand_Name"))
    if "Operand_Name" in condition:
        hints.append(f'Did you mean "Operand"? Operand_Name, as in {path}, stands in one sample of the document alone.')
    unknown = [key for key in condition if key not in {"Field", "Operand", "Operand_Name", "Value"}]
    hints += [f"{path}: {key} means nothing.{suggest(key, CONDITION_KEYS)}" for key in unknown]
    for key, found in (("Field", condition.get("Field")), ("Operand", operand)):
        if not isinstance(found, str):
            hint = suggest_key(condition, key, found)
            raise RefusalError(rules.CONDITION_KEY_NOT_TEXT, path, key, name_type(found), hint=hint)
    if "Value" not in condition:
        raise RefusalError(rules.CONDITION_WITHOUT_VALUE, path, hint=suggest_key(condition, "Value", None))
    return Filter(str(condition["Field"]), str(operand), condition["Value"])


def build_condition(module: Module, wanted: Filter, hints: list[str]) -> Clause:
    """Turn one condition into SQL over the module's table.

    Raises:
        RefusalError: The field or the operand does not exist, or the value suits neither.
    """
    if wanted.operand == "LinkedTo":
        return _build_linked_to(module, wanted, hints)
    build = _OPERANDS.get(wanted.operand)
    if build is None:
        hint = suggest_operand(wanted.operand, [*_OPERANDS, "LinkedTo"])
        raise RefusalError(rules.UNKNOWN_OPERAND, wanted.operand, hint=hint)
    field = find_field(module, wanted.field, rules.FILTERS)
    try:
        return build(field, read_condition_value(field, wanted.operand, wanted.value))
    except BadValueError as error:
        raise RefusalError(rules.BAD_FILTER_VALUE, wanted.field, wanted.operand, error, hint=error.hint) from error


def find_field(module: Module, name: str, section: str) -> Field:
    """Return the field a request names.

    Raises:
        RefusalError: The module has none such (that this is refused is assumed).
    """
    field = module.find_field(name)
    if field is None:
        hint = suggest_field(module, name)
        raise RefusalError(rules.UNKNOWN_FIELD, module.id, module.name, name, hint=hint, section=section)
    return field


def _build_linked_to(module: Module, wanted: Filter, hints: list[str]) -> Clause:
    if find_field(module, wanted.field, rules.LINKS).name != RECORD_ID:
        raise RefusalError(rules.LINKED_TO_WRONG_FIELD, wanted.field)
    linked_module, _, linked_record = wanted.value.partition(":") if isinstance(wanted.value, str) else ("", "", "")
    module_id, record_id = parse_id(linked_module.strip()), parse_id(linked_record.strip())
    if module_id is None or record_id is None:
        raise RefusalError(rules.BAD_LINK, name_type(wanted.value))
    links = [field for field in module.own_fields if field.module_id == str(module_id)]
    if not links:
        hints.append(f"No field of module {module.id} links to module {module_id}, so nothing is linked to it.")
        return NOTHING
    return combine([Clause(f"{field.column} = ?", [str(record_id)], [field.column]) for field in links], "OR")


def _read_text(value: object) -> str:
    return to_text(value) or ""


def _folded(field: Field) -> str:
    return f"ivinex_fold(coalesce({_plain(field)}, ''))"


def _plain(field: Field) -> str:
    """Return SQL for a field's value as it is printed, as text or null."""
    if field.name == RECORD_ID:
        return "CAST(collection_id AS TEXT)"
    return f"coalesce(nullif({field.column}, ''), '{field.empty}')" if field.empty else field.column


def _holds_number(field: Field) -> str:
    # A cast gives its side a numeric affinity, which SQLite then tries on the column's text: a text that is a number is
    # compared as one, and any other text is greater than every number, infinity (9e999) included.
    return f"{_plain(field)} <= CAST('9e999' AS REAL)"


def _build_equal(field: Field, value: object) -> Clause:
    text = _read_text(value)
    if field.is_moment and text:
        first, last = _span_moment(field, text)
        return Clause(f"{field.column} BETWEEN ? AND ?", [first, last], [field.column])
    if field.name == RECORD_ID and is_number(text):
        return Clause("collection_id = CAST(? AS NUMERIC)", [text])
    if field.kind == "number" and is_number(text):
        # The cast alone would take "abc" for 0, the column alone could not be looked up as a number.
        number = f"CAST({field.column} AS NUMERIC)"
        sql = f"{number} = CAST(? AS NUMERIC) AND {field.column} = CAST(? AS NUMERIC)"
        return Clause(sql, [text, text], [number])
    sought = text.casefold() or (field.empty or "")
    return Clause(f"{_folded(field)} = ?", [sought], [_folded(field)])


def _build_in(field: Field, value: object) -> Clause:
    given = as_list(value)
    if given is None:  # comma-separated text; how In takes several values is assumed
        given = [part.strip() for part in _read_text(value).split(",") if part.strip()]
    if len(given) > MAX_CHOICES:
        raise BadValueError(f"must be at most {MAX_CHOICES} values, not {len(given)}")
    return combine([_build_equal(field, choice) for choice in given], "OR") if given else NOTHING


def _build_contains(field: Field, value: object) -> Clause:
    return Clause(f"instr({_folded(field)}, ?) > 0", [_read_text(value).casefold()])


def _build_starts_with(field: Field, value: object) -> Clause:
    return Clause(f"instr({_folded(field)}, ?) = 1", [_read_text(value).casefold()])


def _negate(build: Callable[[Field, object], Clause]) -> Callable[[Field, object], Clause]:
    def build_opposite(field: Field, value: object) -> Clause:
        clause = build(field, value)
        return Clause(f"NOT coalesce(({clause.sql}), 0)", clause.values)

    return build_opposite


def _compare(operator: str) -> Callable[[Field, object], Clause]:
    def build_comparison(field: Field, value: object) -> Clause:
        text = _read_text(value)
        if field.is_moment:
            first, last = _span_moment(field, text)
            # The plus keeps SQLite from an index here: most of the records in it would have to be sorted by id.
            return Clause(f"+{field.column} {operator} ?", [last if operator in {">", "<="} else first])
        as_text = f"{_plain(field)} <> '' AND {_folded(field)} {operator} ?"
        if not is_number(text):
            return Clause(as_text, [text.casefold()])
        if field.name == RECORD_ID:
            return Clause(f"{field.column} {operator} CAST(? AS NUMERIC)", [text])
        as_number = f"{_plain(field)} {operator} CAST(? AS NUMERIC)"
        holds_number = _holds_number(field)
        return Clause(
            f"({holds_number} AND {as_number}) OR (NOT ({holds_number}) AND {as_text})", [text, text.casefold()]
        )

    return build_comparison


def _span_moment(field: Field, text: str) -> tuple[str, str]:
    """Return the first and the last moment that a date or date-time means in a field's own precision."""
    moment = read_moment(field, text)
    if field.kind == "datetime" and len(text) == 10:
        return moment, f"{text} 23:59:59"
    return moment, moment


_OPERANDS: dict[str, Callable[[Field, object], Clause]] = {
    "Equal": _build_equal,
    "In": _build_in,
    "Contains": _build_contains,
    "NotContains": _negate(_build_contains),
    "NotEqual": _negate(_build_equal),
    "GreaterThan": _compare(">"),
    "GreaterThanEqual": _compare(">="),
    "LessThan": _compare("<"),
    "LessThanEqual": _compare("<="),
    "StartsWith": _build_starts_with,
}


def build_order(field: Field, *, descending: bool) -> str:
    """Return SQL for an order: missing values first, numbers as numbers before other text, ties by ascending id.

    `DESC` turns all of it round except the ties, so that pages stay stable (assumed).
    """
    direction = "DESC" if descending else "ASC"
    if field.name == RECORD_ID:
        return f"{RECORD_ID} {direction}"
    if field.is_moment:
        return f"{field.column} {direction}, {RECORD_ID}"
    keys: Sequence[str] = (
        f"coalesce({_plain(field)}, '') <> ''",
        f"CASE WHEN {_holds_number(field)} THEN CAST({_plain(field)} AS NUMERIC) ELSE '' END",
        _folded(field),
    )
    return ", ".join([*(f"{key} {direction}" for key in keys), RECORD_ID])
