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
from mockserver.ivinex.deviations import LARGE_LIMIT_IS_REFUSED, SEARCH_ANSWERS_A_LIST
from mockserver.ivinex.filters import Filter, build_condition, build_order, find_field, parse_filters
from mockserver.ivinex.modules import RECORD_ID, Field, Module, parse_id
from mockserver.ivinex.refusals import RefusalError
from mockserver.ivinex.store import Store

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
_PARAMETERS = ("CollectionTypeID", "Filters", "Filter", "Limit", "Offset", "OrderBy", "LookupOptionText")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_ORDER = re.compile(r"(?P<field>.+?)(?:\s+(?P<direction>ASC|DESC))?", re.IGNORECASE | re.DOTALL)

_LIMIT_SECTION = "Get Records / 2. Get More Records Using Limit"
_OFFSET_SECTION = "Get Records / 6. Paginate Results"
_ORDER_SECTION = "Get Records / 7. Sorting Results"
_LABEL_SECTION = "Get Records / 8. LookupOptionText"


def answer_search(store: Store, query: Sequence[tuple[str, str]], profile: Profile, hints: list[str]) -> ApiResponse:
    """Answer a search: `{"Records": [{"collection_id": "8", ..., "first_name": "John"}]}`, every value text or null.

    Args:
        store: The account's data.
        query: Decoded names and values; of a repeated name the last counts, as PHP has it.
        profile: Which reading to follow.
        hints: Where odd but accepted things are noted.

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
        _read_whole_number("Offset", parameters.get("Offset", "0"), 0, _OFFSET_SECTION),
    )
    if _wants_labels(parameters.get("LookupOptionText")):
        _put_labels(module, records)
    answer = records if profile.observes(SEARCH_ANSWERS_A_LIST) else {"Records": records}
    return ApiResponse.of_json(answer, hints=hints)


def find_module(modules: Mapping[str, Module], module_id: object) -> Module | None:
    """Return the module that a CollectionTypeID names, bare or quoted, or None where there is none."""
    number = parse_id(module_id)
    return None if number is None else modules.get(str(number))


def list_known_modules(modules: Mapping[str, Module], sent: object) -> str:
    """Say which modules there are, and which one was probably meant, for a refusal's text."""
    by_name = {module.name.casefold(): module for module in modules.values()}
    meant = by_name.get(str(sent).casefold())
    known = ", ".join(f"{module.id} ({module.name})" for module in modules.values())
    near = f" Did you mean {meant.id}, the id of {meant.name}?" if meant else ""
    return f"The account has {known or 'no modules'}.{near}"


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
        raise RefusalError("CollectionTypeID is missing.", "Base Info", near=list_known_modules(modules, ""))
    module = find_module(modules, sent)
    if module is None:
        raise RefusalError(f'There is no module "{sent}".', "Base Info", near=list_known_modules(modules, sent))
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
    limit = _read_whole_number("Limit", text, 1, _LIMIT_SECTION)
    if limit > MAX_LIMIT and profile.observes(LARGE_LIMIT_IS_REFUSED):
        raise RefusalError(
            f"Limit {text} is above {MAX_LIMIT}, the maximum allowed.",
            _LIMIT_SECTION,
            near=f"Send Limit={MAX_LIMIT} and page on with Offset.",
        )
    if limit > MAX_LIMIT:
        hints.append(f"Limit {text} is cut to {MAX_LIMIT}, the maximum allowed (that it is cut is assumed).")
    return min(limit, MAX_LIMIT)


def _read_whole_number(name: str, text: str, lowest: int, section: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text) or int(text) < lowest:
        raise RefusalError(
            f'{name} must be a whole number from {lowest} on, not "{text}".',
            section,
            near="Send Limit=100 and Offset=0 for the first hundred records.",
        )
    return int(text)


def _read_order(module: Module, text: str | None) -> str:
    if text is None:
        return build_order(module.fields[RECORD_ID], descending=False)
    match = _ORDER.fullmatch(text.strip())
    if match is None:
        raise RefusalError("OrderBy must name a field.", _ORDER_SECTION, near="Send OrderBy=created_date DESC.")
    name, _, direction = match["field"].partition(" ")
    if direction and module.find_field(name):
        near = f"Did you mean {name} DESC? Behind the field stands ASC, DESC or nothing."
        raise RefusalError(f'"{direction.strip()}" is no direction to order in.', _ORDER_SECTION, near=near)
    field = find_field(module, match["field"], _ORDER_SECTION)
    return build_order(field, descending=(match["direction"] or "").upper() == "DESC")


def _wants_labels(text: str | None) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False, "": False}
    wanted = known.get((text or "").lower())
    if wanted is None:
        raise RefusalError(
            f'LookupOptionText must be true or false, not "{text}".', _LABEL_SECTION, near="Send LookupOptionText=true."
        )
    return wanted


def _put_labels(module: Module, records: Sequence[dict[str, str | None]]) -> None:
    """Put each option's label in place of its id (observed, grade D: nobody documents what the parameter does)."""
    fields: list[Field] = [field for field in module.fields.values() if field.options]
    for record in records:
        for field in fields:
            value = record[field.name]
            if value is not None:
                record[field.name] = field.options.get(value, value)
