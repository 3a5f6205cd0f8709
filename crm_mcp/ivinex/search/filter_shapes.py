"""The filters of a search, read from the shapes that models send. Pure.

The documented shape is `{"field", "operand", "value"}`. Other names of the keys, operators as signs or in lower case,
`{"email": "x"}` and JSON text are taken where they can mean one thing only; what cannot be told is refused with how to
write it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, cast

from pydantic import BeforeValidator

from crm_mcp.ivinex.account.field_kinds import DOCUMENTED_NAMES
from crm_mcp.ivinex.models import OPERANDS, RecordFilter

_EXAMPLE = 'write {"field": "email", "operand": "Equal", "value": "x@y.example"}'
_KEYS = {
    "field": ("field", "fieldname", "name", "key", "column", "property", "attribute"),
    "operand": ("operand", "operandname", "operator", "op", "comparison", "comparator", "condition"),
    "value": ("value", "values", "val"),
}
_KEY_OF = {alias: key for key, aliases in _KEYS.items() for alias in aliases}
_SIGNS = {
    "=": "Equal",
    "==": "Equal",
    "===": "Equal",
    "!=": "NotEqual",
    "<>": "NotEqual",
    "!==": "NotEqual",
    ">": "GreaterThan",
    ">=": "GreaterThanEqual",
    "<": "LessThan",
    "<=": "LessThanEqual",
}
_WORDS = {
    "Equal": ("equals", "eq", "is", "equalto", "isequalto"),
    "NotEqual": ("notequals", "ne", "neq", "isnot", "notequalto", "isnotequalto"),
    "GreaterThan": ("gt", "greater"),
    "GreaterThanEqual": ("gte", "ge", "greaterthanorequal", "greaterthanorequalto", "greaterorequal", "atleast"),
    "LessThan": ("lt", "less"),
    "LessThanEqual": ("lte", "le", "lessthanorequal", "lessthanorequalto", "lessorequal", "atmost"),
    "In": ("isin", "oneof", "anyof", "isoneof", "isanyof"),
    "Contains": ("contain", "includes"),
    "NotContains": ("notcontain", "doesnotcontain", "doesntcontain", "notincludes", "excludes"),
    "StartsWith": ("startwith", "beginswith", "prefix"),
    "LinkedTo": ("linked",),
}
_OPERAND_OF = {
    **{operand.casefold(): operand for operand in OPERANDS},
    **{alias: operand for operand, aliases in _WORDS.items() for alias in aliases},
}

_OTHER_WAYS = {
    "between": "use GreaterThanEqual and LessThanEqual, a condition each",
    "notin": "use NotEqual, a condition for each value",
    "isnull": "use Equal with an empty value",
    "isempty": "use Equal with an empty value",
    "isnotnull": "use NotEqual with an empty value",
    "isnotempty": "use NotEqual with an empty value",
    "like": "use Contains or StartsWith, without signs for any text",
    "endswith": "use Contains",
}
"""What to do where the API has no such operand."""


def read_filters(given: object) -> object:
    """Return the conditions that a `filters` argument means, as the list that the tool takes.

    Raises:
        ValueError: One of them cannot be told.
    """
    given = _parsed(given)
    if given is None or given == "":
        return []
    items = cast("list[object]", given) if isinstance(given, list) else [given]
    return [one for item in items for one in _read_conditions(_parsed(item))]


Filters = Annotated[list[RecordFilter], BeforeValidator(read_filters), DOCUMENTED_NAMES]
"""Conditions that must all hold."""


def _parsed(value: object) -> object:
    """Return what a JSON text of a list or an object holds; anything else as it is."""
    if isinstance(value, str) and value.strip()[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError(f"{_shown(value)} is not valid JSON; {_EXAMPLE}") from None
    return value


def _read_conditions(item: object) -> Iterator[RecordFilter]:
    if isinstance(item, list) and len(cast("list[object]", item)) == 3:  # ["amount", ">", 5]
        item = dict(zip(_KEYS, cast("list[object]", item), strict=True))
    if not isinstance(item, dict):
        raise ValueError(f"{_shown(cast('object', item))} is not a condition; {_EXAMPLE}")
    condition = cast("Mapping[str, object]", item)
    keys = {name: _KEY_OF.get(_letters(name)) for name in condition}
    says_more = {"operand", "value"}.intersection(filter(None, keys.values()))
    if "field" in keys or ("field" in keys.values() and says_more):  # {"name": "x"} is about a field called name
        yield _read_condition(condition, keys)
    else:
        for name, meant in condition.items():
            yield from _read_pair(name, meant)


def _read_condition(condition: Mapping[str, object], keys: Mapping[str, str | None]) -> RecordFilter:
    unknown = [name for name, key in keys.items() if key is None or list(keys.values()).count(key) > 1]
    if unknown:
        raise ValueError(f"{_shown(unknown[0])} does not belong in a condition; {_EXAMPLE}")
    given = {str(keys[name]): value for name, value in condition.items()}
    if not isinstance(given["field"], str) or "value" not in given:
        raise ValueError(f"a condition needs field, operand and value; {_EXAMPLE}")
    return _build(given["field"], given.get("operand"), given["value"])


def _read_pair(name: str, meant: object) -> Iterator[RecordFilter]:
    """Read `{"email": "x"}`, `{"amount": {">": 5}}` and `{"amount": {"operand": ">", "value": 5}}`."""
    if not isinstance(meant, dict):
        yield _build(name, None, meant)
        return
    inner = cast("Mapping[str, object]", meant)
    keys = {key: _KEY_OF.get(_letters(key)) for key in inner}
    if "value" in keys.values():
        yield _read_condition({"field": name, **inner}, {"field": "field", **keys})
        return
    for operand, value in inner.items():
        yield _build(name, operand, value)


def _build(field: str, operand: object, value: object) -> RecordFilter:
    named = _operand(operand, value)
    if named == "In" and isinstance(value, str) and value.strip().startswith("["):
        value = _parsed(value)
    if isinstance(value, list) and named != "In" and len(cast("list[object]", value)) == 1:
        (value,) = cast("list[object]", value)
    return {"field": field.strip(), "operand": named, "value": "" if value is None else value}


def _operand(given: object, value: object) -> str:
    """Return the operand that is meant; one that is not known as it was given, for the codec to refuse."""
    if given is None or given == "":
        return "In" if isinstance(value, list) else "Equal"
    text = str(given).strip().lstrip("$")  # MongoDB writes $gt
    if way := _OTHER_WAYS.get(_letters(text)):
        raise ValueError(f"there is no operand {_shown(given)}: {way}")
    return _SIGNS.get(text) or _OPERAND_OF.get(_letters(text)) or str(given)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
