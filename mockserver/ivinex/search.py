"""GET: the parameters of a search, and the records it finds.

Source: ivinex.txt, Get Records. That the answer is `{"Records": [...]}` is observed (grade C); the limits' treatment,
the default order and the ascending form of OrderBy are assumed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mockserver.crm.api import ApiResponse
from mockserver.crm.profiles import Profile
from mockserver.documents.near_misses import suggest
from mockserver.ivinex import rules
from mockserver.ivinex.deviations import LARGE_LIMIT_IS_REFUSED, RECORDS_TELL_SITE_AND_CHANGES, SEARCH_ANSWERS_A_LIST
from mockserver.ivinex.filters import Filter, build_condition, build_order, find_field, parse_filters
from mockserver.ivinex.rules import RefusalError
from mockserver.ivinex.schema import RECORD_ID, SITE_AND_CHANGES, Field, Module, find_module
from mockserver.ivinex.store import Store
from mockserver.ivinex.suggestions import suggest_module

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
_PARAMETERS = ("CollectionTypeID", "Filters", "Filter", "Limit", "Offset", "OrderBy", "LookupOptionText")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_DIRECTIONS = ("ASC", "DESC")


def search_records(store: Store, query: Sequence[tuple[str, str]], profile: Profile, hints: list[str]) -> ApiResponse:
    """Answer GET: `{"Records": [{"collection_id": "8", ..., "first_name": "John"}]}`, every value text or null.

    Of a repeated parameter the last counts, as PHP has it. Odd but accepted things are noted in `hints`.

    Raises:
        RefusalError: A parameter is wrong.
    """
    parameters = _collect(query, hints)
    module = _find_module(store.modules, parameters)
    where = [build_condition(module, wanted, hints) for wanted in _read_filters(parameters, hints)]
    records = store.search_records(
        module,
        where,
        _read_order(module, parameters.get("OrderBy")),
        _read_limit(parameters.get("Limit"), profile, hints),
        _read_whole_number("Offset", parameters.get("Offset", "0"), 0, rules.OFFSET),
    )
    if _wants_labels(parameters.get("LookupOptionText")):
        _put_labels(module, records)
    records = [_show_record(module, record, profile) for record in records]
    body = records if profile.observes(SEARCH_ANSWERS_A_LIST) else {"Records": records}
    return ApiResponse.of_json(body, hints=hints)


def _show_record(module: Module, record: Mapping[str, str | None], profile: Profile) -> dict[str, str | None]:
    """Return a record as it is printed: missing values as its fields have them, the system's own beside the others."""
    shown: dict[str, str | None] = {}
    for name, value in record.items():
        empty = module.fields[name].empty
        shown[name] = empty if empty is not None and value in {None, ""} else value
    return {**SITE_AND_CHANGES, **shown} if profile.observes(RECORDS_TELL_SITE_AND_CHANGES) else shown


def _collect(query: Sequence[tuple[str, str]], hints: list[str]) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in query:
        if name in parameters:
            hints.append(f"{name} is sent more than once; the last one counts.")
        if name not in _PARAMETERS:
            hints.append(f"{name} means nothing here and is ignored.{suggest(name, _PARAMETERS)}")
        parameters[name] = value
    return parameters


def _find_module(modules: Mapping[str, Module], parameters: Mapping[str, str]) -> Module:
    sent = parameters.get("CollectionTypeID")
    if sent is None:
        raise RefusalError(rules.NO_MODULE_NAMED, hint=suggest_module(modules, ""))
    module = find_module(modules, sent)
    if module is None:
        raise RefusalError(rules.UNKNOWN_MODULE, f'"{sent}"', hint=suggest_module(modules, sent))
    return module


def _read_filters(parameters: Mapping[str, str], hints: list[str]) -> list[Filter]:
    filters: list[Filter] = []
    if "Filter" in parameters:
        hints.append('Did you mean "Filters"? Filter stands in one place of the document alone.')
    for name in ("Filters", "Filter"):
        if name in parameters:
            filters += parse_filters(parameters[name], hints)
    return filters


def _read_limit(text: str | None, profile: Profile, hints: list[str]) -> int:
    if text is None:
        return DEFAULT_LIMIT
    limit = _read_whole_number("Limit", text, 1, rules.LIMIT)
    if limit > MAX_LIMIT and profile.observes(LARGE_LIMIT_IS_REFUSED):
        raise RefusalError(rules.LIMIT_TOO_LARGE, text)
    if limit > MAX_LIMIT:
        hints.append(f"Limit {text} is cut to {MAX_LIMIT}, the maximum allowed (that it is cut is assumed).")
    return min(limit, MAX_LIMIT)


def _read_whole_number(name: str, text: str, lowest: int, section: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text) or int(text) < lowest:
        raise RefusalError(rules.NOT_A_WHOLE_NUMBER, name, lowest, text, section=section)
    return int(text)


def _read_order(module: Module, text: str | None) -> str:
    if text is None:
        return build_order(module.fields[RECORD_ID], descending=False)
    text = text.strip()
    *before, last = text.rsplit(maxsplit=1) or [""]
    wanted, direction = (before[0], last.upper()) if before and last.upper() in _DIRECTIONS else (text, "")
    if not wanted:
        raise RefusalError(rules.NO_ORDER_FIELD)
    name, _, unknown = wanted.partition(" ")
    if unknown and module.find_field(name):
        hint = f"Did you mean {name} DESC? Behind the field stands ASC, DESC or nothing."
        raise RefusalError(rules.BAD_DIRECTION, unknown.strip(), hint=hint)
    return build_order(find_field(module, wanted, rules.ORDER), descending=direction == "DESC")


def _wants_labels(text: str | None) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False, "": False}
    wanted = known.get((text or "").lower())
    if wanted is None:
        raise RefusalError(rules.BAD_LABEL_SWITCH, text)
    return wanted


def _put_labels(module: Module, records: Sequence[dict[str, str | None]]) -> None:
    """Put each option's label in place of its id (observed, grade D: nobody documents what the parameter does)."""
    fields: list[Field] = [field for field in module.fields.values() if field.options]
    for record in records:
        for field in fields:
            value = record[field.name]
            if value is not None:
                record[field.name] = field.options.get(value, value)
